import type { Endpoint, Exact } from '../../policy/core.ts'
import { integer, isEndpoint, isExact, isList, plus, times } from '../../policy/value.ts'
import type { Unknown, Value } from '../../policy/value.ts'

/** What an expression comes to in one cell of the inputs. */
export type Leaf =
  | { readonly kind: 'unknown' }
  | { readonly kind: 'value'; readonly value: Exclude<Value, Unknown> }
  /** An exact sum over number variables; at least one. */
  | { readonly kind: 'linear'; readonly terms: readonly Term[]; readonly constant: Exact }
  /** A text of which only its cell is known: `sample` stands for all of it. */
  | { readonly kind: 'text'; readonly variable: number; readonly sample: string }
  /** A list of which only single memberships are asked. */
  | { readonly kind: 'list'; readonly list: string }
  /** What a block decides; see `blocks.ts`. */
  | { readonly kind: 'outcome'; readonly outcome: Outcome }
  /** What a whole call comes to; see `ends.ts`. */
  | { readonly kind: 'end'; readonly end: End }

export interface Term {
  readonly variable: number
  readonly factor: Exact
}

/** Who decided, and what: `does` is equal for two choices that do the same. */
export interface Outcome {
  readonly rule: string
  readonly does: string
  /** The model, where the rules alone tell it. */
  readonly model: string | undefined
  /** Which `else` of the choice was taken, from 0. */
  readonly branch: number
  /** What rules passed on the way have done, in order. */
  readonly effects: readonly string[]
}

/** How a call ends once its block has chosen. */
export interface End {
  readonly to:
    /** `kept`: with the profile and the host that the choice had. */
    | { readonly kind: 'model'; readonly model: string; readonly kept: boolean; readonly profile: string | undefined; readonly at: string | undefined }
    /** By what is not known beforehand: `by` is equal where the same model wins whatever that is. */
    | { readonly kind: 'ranked'; readonly by: string; readonly shown: string; readonly models: readonly string[]; readonly profile: string | undefined }
    /** The choice is dropped, and `on start` chooses. */
    | { readonly kind: 'again' }
    /** `stop`: the author's own reason. */
    | { readonly kind: 'none'; readonly reason: string; readonly stop: boolean }
  /** `for this call`. */
  readonly once: boolean
  /** The rule of `on start` that chose, and what was said on the way, where that is followed. */
  readonly again: { readonly rule: string; readonly says: readonly string[] } | undefined
}

/** Leaves by number; equal leaves have equal numbers. */
export interface Leaves {
  of(leaf: Leaf): number
  at(number: number): Leaf
  value(value: Exclude<Value, Unknown>): number
  plus(left: number, right: number): number
  scaled(leaf: number, factor: Exact): number
}

/** Numbers that every table of leaves gives to these. */
export const no = 0
export const yes = 1
export const open = 2
export const none = 3

export function newLeaves(): Leaves {
  const leaves: Leaf[] = []
  const numbers = new Map<string, number>()
  const of = (leaf: Leaf): number => {
    const key = keyOf(leaf)
    const found = numbers.get(key)
    if (found !== undefined) return found
    const made = leaves.length
    leaves.push(leaf)
    numbers.set(key, made)
    return made
  }
  const value = (known: Exclude<Value, Unknown>): number => of({ kind: 'value', value: known })
  const at = (number: number): Leaf => leaves[number] ?? { kind: 'unknown' }
  value(false)
  value(true)
  of({ kind: 'unknown' })
  value(null)
  return {
    of,
    at,
    value,
    plus: (left, right) => {
      if (left === open || right === open) return open
      const sums = [linearOf(at(left)), linearOf(at(right))]
      const [first, second] = sums
      return first === undefined || second === undefined ? none : of(added(first, second))
    },
    scaled: (leaf, factor) => {
      if (leaf === open) return open
      const sum = linearOf(at(leaf))
      if (sum === undefined) return none
      return of(linear(
        sum.terms.map((term) => ({ variable: term.variable, factor: times(term.factor, factor) })),
        times(sum.constant, factor),
      ))
    },
  }
}

export interface Linear {
  readonly terms: readonly Term[]
  readonly constant: Exact
}

/** A number as a sum without or with variables; `undefined`: it is none. */
export function linearOf(leaf: Leaf): Linear | undefined {
  if (leaf.kind === 'linear') return leaf
  return leaf.kind === 'value' && isExact(leaf.value) ? { terms: [], constant: leaf.value } : undefined
}

function added(left: Linear, right: Linear): Leaf {
  const factors = new Map<number, Exact>()
  for (const { variable, factor } of [...left.terms, ...right.terms]) {
    factors.set(variable, plus(factors.get(variable) ?? integer(0), factor))
  }
  const terms = [...factors].map(([variable, factor]) => ({ variable, factor }))
  return linear(terms, plus(left.constant, right.constant))
}

function linear(terms: readonly Term[], constant: Exact): Leaf {
  const kept = terms
    .filter(({ factor }) => factor.numerator !== 0n)
    .map(({ variable, factor }) => ({ variable, factor: reduced(factor) }))
    .sort((left, right) => left.variable - right.variable)
  if (kept.length === 0) return { kind: 'value', value: reduced(constant) }
  return { kind: 'linear', terms: kept, constant: reduced(constant) }
}

/** In lowest terms, so that equal ratios are spelt alike. */
export function reduced({ numerator, denominator }: Exact): Exact {
  let [a, b] = [numerator < 0n ? -numerator : numerator, denominator]
  while (b !== 0n) [a, b] = [b, a % b]
  return a <= 1n ? { numerator, denominator } : { numerator: numerator / a, denominator: denominator / a }
}

function keyOf(leaf: Leaf): string {
  switch (leaf.kind) {
    case 'unknown':
      return '?'
    case 'value':
      return isEndpoint(leaf.value) ? endpointKey(leaf.value) : valueKey(leaf.value)
    case 'linear':
      return `+${linearKey(leaf)}`
    case 'text':
      return `t${leaf.variable}:${leaf.sample}`
    case 'list':
      return `l${leaf.list}`
    case 'outcome':
      return `o${JSON.stringify(leaf.outcome)}`
    case 'end':
      return `d${JSON.stringify(leaf.end)}`
  }
}

const endpointKeys = new WeakMap<Endpoint, string>()

/** Two catalogues may tell different things of one host. */
function endpointKey(endpoint: Endpoint): string {
  const found = endpointKeys.get(endpoint)
  if (found !== undefined) return found
  const made = `h${JSON.stringify(endpoint, (_, part: unknown) => (typeof part === 'bigint' ? `${part}n` : part))}`
  endpointKeys.set(endpoint, made)
  return made
}

export function linearKey({ terms, constant }: Linear): string {
  const parts = terms.map(({ variable, factor }) => `${ratio(factor)}*${variable}`)
  return [...parts, ratio(constant)].join('+')
}

function ratio(value: Exact): string {
  const { numerator, denominator } = reduced(value)
  return `${numerator}/${denominator}`
}

export function valueKey(value: Value): string {
  if (isExact(value)) return `n${ratio(value)}`
  if (isEndpoint(value)) return `e${JSON.stringify([value.model, value.provider])}`
  if (isList(value)) return `[${value.map(valueKey).join(',')}]`
  return JSON.stringify(value)
}
