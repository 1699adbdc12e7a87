import { readFileSync } from 'node:fs'
import { loadPolicyText } from '../../src/policy/load.ts'
import type { Policy } from '../../src/policy/core.ts'

/** The shipped models and prices, as a policy without rules. */
export const catalogue: Policy = loaded()

function loaded(): Policy {
  const path = new URL('../../policies/catalog/2026-06.route', import.meta.url)
  const { policy } = loadPolicyText('2026-06.route', readFileSync(path, 'utf8'))
  if (policy === undefined) throw new Error('the shipped catalogue does not load')
  return policy
}
