import { createHash } from 'node:crypto'
import { canonicalJson } from '../canonical.ts'

const deepest = 100

/** Canonical text of a tool's arguments; undefined where they nest deeper than any model writes. */
export function canonicalArguments(input: unknown): string | undefined {
  return nestsWithin(input, deepest) ? canonicalJson(input ?? null) : undefined
}

/** Sixteen hex digits, equal for two calls of one tool with equal canonical arguments. */
export function toolSignature(name: string, canonicalInput: string): string {
  return createHash('sha256')
    .update(`${JSON.stringify(name)}\n${canonicalInput}`)
    .digest('hex')
    .slice(0, 16)
}

function nestsWithin(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return true
  return depth > 0 && Object.values(value).every((item) => nestsWithin(item, depth - 1))
}
