import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'
import type { Policy } from './core.ts'

/**
 * SHA-256 (hex) of what a policy means: the canonical text of its core form without locations and
 * tests. Layout, comments and the order of declarations that do not matter change nothing.
 */
export function policyDigest(policy: Policy): string {
  // A gateway asks at every call.
  const digest = digests.get(policy) ?? hash(canonicalText(meaning(policy)))
  digests.set(policy, digest)
  return digest
}

const digests = new WeakMap<Policy, string>()

/** Whether two policies say the same in these parts, by the same names. */
export function agreeIn(one: Policy, other: Policy, parts: readonly (keyof Policy)[]): boolean {
  return parts.every((part) => partText(one, part) === partText(other, part))
}

/** The canonical text of one part. */
export function partText(policy: Policy, part: keyof Policy): string {
  const known = partTexts.get(policy) ?? new Map<keyof Policy, string>()
  partTexts.set(policy, known)
  const found = known.get(part)
  if (found !== undefined) return found
  const value: unknown = policy[part]
  const free = Array.isArray(value) && unordered.has(part)
  const text = canonicalText(free ? value.map(canonicalText).sort(byCodeUnit) : value)
  known.set(part, text)
  return text
}

const partTexts = new WeakMap<Policy, Map<keyof Policy, string>>()

/** SHA-256 (hex) of the models, providers and prices that a policy knows, however they are ordered. */
export function catalogueDigest({ scales, providers, models }: Policy): string {
  return hash(canonicalText([scales, providers, models].map((list) => list.map(canonicalText).sort(byCodeUnit))))
}

/** SHA-256 (hex) of a text. */
export function hash(text: string): string {
  return bytesToHex(sha256(utf8ToBytes(text)))
}

/** The policy with every list whose order means nothing in the order of its texts. */
function meaning(policy: Policy): { readonly [key: string]: unknown } {
  const { tests: _, ...rest } = policy
  return Object.fromEntries(
    Object.entries(rest).map(([key, value]: [string, unknown]) => {
      const free = Array.isArray(value) && unordered.has(key)
      return [key, free ? [...value].map(canonicalText).sort(byCodeUnit) : value]
    }),
  )
}

/** Lists of named declarations: looked up by name, so that their order is the author's own affair. */
export const unordered: ReadonlySet<string> = new Set([
  'scales',
  'providers',
  'models',
  'pools',
  'phraseLists',
  'settings',
  'signals',
  'hours',
  'classifiers',
  'scorers',
  'ladders',
  'memories',
  'filters',
  'hides',
  'unchecked',
  'serving',
  'profiles',
  'budgets',
  'assumptions',
  'invariants',
  'expectations',
] satisfies (keyof Policy)[])

function byCodeUnit(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0
}

/** Canonical JSON: keys sorted, locations, `undefined` and assumed prices left out, bigint as decimal text. */
export function canonicalText(value: unknown): string {
  if (typeof value === 'bigint') return JSON.stringify(`${value}n`)
  if (Array.isArray(value)) return `[${value.filter((each) => !isAssumed(each)).map(canonicalText).join(',')}]`
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value)
      .filter(([key, each]) => key !== 'location' && each !== undefined)
      .sort(([left], [right]) => byCodeUnit(left, right))
    return `{${entries.map(([key, each]) => `${JSON.stringify(key)}:${canonicalText(each)}`).join(',')}}`
  }
  return JSON.stringify(value)
}

function isAssumed(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'isAssumed' in value
}
