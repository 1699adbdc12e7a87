import { expect, it } from 'vitest'
import { check } from '../../src/check/index.ts'
import { format } from '../../src/language/format.ts'
import { parse } from '../../src/language/parser.ts'
import { loadPolicyText } from '../../src/policy/load.ts'
import { policyTemplate } from '../../src/policy/template.ts'
import { runTests } from '../../src/replay/scenario.ts'

const text = policyTemplate('my-policy')

it('checks without a finding, and its tests pass', () => {
  const { policy, diagnostics, sources } = loadPolicyText('new.route', text)
  expect(diagnostics).toEqual([])
  expect(policy?.name).toBe('my-policy')
  expect(policy === undefined ? undefined : check(policy, sources)).toEqual([])
  const results = policy === undefined ? [] : runTests(policy)
  expect(results.map((each) => each.failure?.got)).toEqual([undefined, undefined])
})

it('is laid out as the formatter would', () => {
  expect(format(parse({ name: 'new.route', text }).file)).toBe(text)
})
