import { readFileSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Policy } from '../../src/policy/core.ts'
import { loadPolicyText } from '../../src/policy/load.ts'

const folder = fileURLToPath(new URL('../../policies/', import.meta.url))

/** Every policy that ships, loaded; a file that does not load is an error. */
export function shippedPolicies(): readonly { readonly name: string; readonly policy: Policy }[] {
  const catalog = readdirSync(`${folder}catalog`).filter((file) => file.endsWith('.route'))
  const libraries = new Map(catalog.map((file) => [`catalog/${file}`, readFileSync(`${folder}catalog/${file}`, 'utf8')]))
  return readdirSync(folder)
    .filter((file) => file.endsWith('.route'))
    .sort()
    .map((file) => {
      const { policy, diagnostics } = loadPolicyText(file, readFileSync(`${folder}${file}`, 'utf8'), libraries)
      if (policy === undefined) {
        throw new Error(`${file}: ${diagnostics.map((each) => each.message).join('; ')}`)
      }
      return { name: file.replace(/\.route$/, ''), policy }
    })
}

export function shippedPolicy(name: string): Policy {
  const found = shippedPolicies().find((each) => each.name === name)
  if (found === undefined) throw new Error(`${name} is not shipped`)
  return found.policy
}
