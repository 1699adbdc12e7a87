import type { Expression, Literal, Policy } from '../../policy/core.ts'
import { policyDigest, unordered } from '../../policy/digest.ts'
import { decimal } from '../../policy/reference/print.ts'
import { conditionText, literalText } from '../coverage/condition-text.ts'

/**
 * What a policy means as a text to commit, so that a review shows a change of meaning as a change of
 * lines: one fact a line, conditions in one spelling, free lists sorted, imports taken in, and nothing
 * of layout, comments and tests. Two policies have one snapshot exactly where they have one digest.
 */
export function snapshotOf(policy: Policy): string {
  const { name, tests: _, ...parts } = policy
  const sections = sectionOrder.flatMap((part) => {
    const value = part === 'blocks' ? blocksOf(policy) : parts[part]
    return isNothing(value) ? [] : ['', ...fieldLines(part, unordered.has(part) ? sorted(value) : value, 0)]
  })
  return [
    '# What a policy means, by `reroute snapshot`; write it again instead of editing it.',
    `policy ${name ?? '(library)'}`,
    `digest ${policyDigest(policy)}`,
    ...sections,
    '',
  ].join('\n')
}

/** A block that is written for turns and calls stands once. */
function blocksOf({ blocks }: Policy): object {
  const { turn, call } = blocks
  const isOne = turn !== undefined && call !== undefined && partLines(turn, 0).join() === partLines(call, 0).join()
  return isOne ? { ...blocks, call: 'as turn' } : blocks
}

/** What is read first stands first; the catalogue, which is long, last. */
const sectionOrder = [
  'blocks', 'filters', 'settings', 'memories', 'signals', 'phraseLists', 'hours', 'classifiers', 'scorers', 'ladders',
  'hides', 'unchecked', 'pools', 'serving', 'profiles', 'switching', 'budgets', 'assumptions', 'invariants',
  'expectations', 'scales', 'providers', 'models',
] as const satisfies readonly (keyof Policy)[]

// Every part of a policy but its name and its tests has a place, or this is no type.
type Missing = Exclude<keyof Policy, (typeof sectionOrder)[number] | 'name' | 'tests'>
const complete: [Missing] extends [never] ? true : never = true
void complete

const indent = '  '

/** `name: value` on one line where the value has one, else its parts below it. */
function fieldLines(name: string, value: unknown, depth: number): string[] {
  const start = `${indent.repeat(depth)}${name}`
  const flat = flatText(value)
  if (flat !== undefined) return [`${start}: ${flat}`]
  return [start, ...partLines(value, depth + 1)]
}

function partLines(value: unknown, depth: number): string[] {
  if (Array.isArray(value)) return value.flatMap((item: unknown) => itemLines(item, depth))
  if (!isObject(value)) return []
  return Object.keys(value)
    .filter((key) => key !== 'location' && !isNothing(value[key]))
    .toSorted(byReading)
    .flatMap((key) => fieldLines(key, value[key], depth))
}

/** A field of the core form that is not there, is off, or is empty; no field can be two of these. */
function isNothing(value: unknown): boolean {
  return value === undefined || value === false || (Array.isArray(value) && value.length === 0)
}

function itemLines(item: unknown, depth: number): string[] {
  const flat = flatText(item)
  const start = `${indent.repeat(depth)}- `
  if (flat !== undefined) return [`${start}${flat}`]
  const [first = '', ...rest] = partLines(item, depth + 1)
  return [`${start}${first.trimStart()}`, ...rest]
}

/** `undefined`: it has parts that each want a line. */
function flatText(value: unknown): string | undefined {
  if (value === null) return 'none'
  if (typeof value === 'string') return JSON.stringify(value)
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean') return String(value)
  if (isExact(value)) return exactText(value)
  if (isExpression(value)) return conditionText(value)
  if (isQuantity(value)) return literalText(value, { kind: 'any' })
  if (!Array.isArray(value)) return undefined
  const items = value.map((item: unknown) => (isObject(item) && !isExact(item) && !isExpression(item) ? undefined : flatText(item)))
  const texts = items.filter((text) => text !== undefined)
  return texts.length === items.length ? `[${texts.join(', ')}]` : undefined
}

function exactText(value: { readonly numerator: bigint; readonly denominator: bigint }): string {
  const text = decimal(value, 1n, 0)
  return text.endsWith('…') ? `${value.numerator}/${value.denominator}` : text
}

function isObject(value: unknown): value is { readonly [key: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isExact(value: unknown): value is { readonly numerator: bigint; readonly denominator: bigint } {
  return isObject(value) && typeof value['numerator'] === 'bigint' && typeof value['denominator'] === 'bigint'
}

function isQuantity(value: unknown): value is Extract<Literal, { readonly kind: 'number' }> {
  return isObject(value) && value['kind'] === 'number' && typeof value['unit'] === 'string' && isExact(value['value'])
}

/** Nothing else in the core form has a kind, a type of its own and a place. */
function isExpression(value: unknown): value is Expression {
  return isObject(value) && typeof value['kind'] === 'string' && isObject(value['type']) && 'location' in value
}

/** What a reader looks for first; all else by name. */
const keyOrder = ['name', 'kind', 'scope', 'guard', 'when', 'start', 'turn', 'call', 'rules', 'otherwise']

function byReading(left: string, right: string): number {
  const rank = (key: string): number => (keyOrder.includes(key) ? keyOrder.indexOf(key) : keyOrder.length)
  return rank(left) - rank(right) || (left < right ? -1 : 1)
}

function sorted(value: unknown): unknown {
  if (!Array.isArray(value)) return value
  const keyed = value.map((item: unknown) => [partLines([item], 0).join('\n'), item] as const)
  return keyed.toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)).map(([, item]) => item)
}
