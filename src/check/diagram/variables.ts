import { integer } from '../../policy/value.ts'
import { newLeaves, none, open } from './leaves.ts'
import type { Leaves } from './leaves.ts'
import { TooLarge } from './store.ts'

/** What a variable may be. Numbers are whole, in the base unit of their type. */
export type Domain =
  | { readonly kind: 'values'; readonly values: readonly (string | boolean | number)[]; readonly none: boolean; readonly unknown: boolean }
  | { readonly kind: 'number'; readonly low: bigint | undefined; readonly high: bigint | undefined; readonly none: boolean; readonly unknown: boolean }
  | { readonly kind: 'text'; readonly none: boolean; readonly unknown: boolean }

/** What a fact of the request, the session or the world is called here, and how to bring it about. */
export interface Variable {
  readonly index: number
  readonly key: string
  /** As the author writes it. */
  readonly label: string
  readonly domain: Domain
  /** Stands for something whose values are not modelled: a witness that needs it is run before it is shown. */
  readonly abstract: boolean
  readonly source: unknown
}

export type Cell =
  | { readonly kind: 'value'; readonly value: string | boolean | number }
  /** From `low` (inclusive) to below `high`; `undefined`: without an end. */
  | { readonly kind: 'range'; readonly low: bigint | undefined; readonly high: bigint | undefined }
  | { readonly kind: 'text'; readonly sample: string }
  | { readonly kind: 'none' }
  | { readonly kind: 'unknown' }

/** Grows while expressions are surveyed; then the cells stand. */
export interface Variables {
  readonly leaves: Leaves
  readonly all: readonly Variable[]
  declare(key: string, make: () => Omit<Variable, 'index' | 'key'>): Variable
  /** Numbers from `at` on are told apart from those below it. */
  cut(variable: number, at: bigint): void
  /** Texts that are this, or begin with it, are told apart from others. */
  tell(variable: number, text: string, how: 'equal' | 'prefix'): void
  cellsOf(variable: Variable): readonly Cell[]
  /** What texts were told apart by. */
  textsOf(variable: Variable): { readonly equal: ReadonlySet<string>; readonly prefix: ReadonlySet<string> }
}

const mostTexts = 1_000

export function newVariables(): Variables {
  const all: Variable[] = []
  const byKey = new Map<string, Variable>()
  const cuts = new Map<number, Set<bigint>>()
  const texts = new Map<number, { readonly equal: Set<string>; readonly prefix: Set<string> }>()
  const cells = new Map<number, readonly Cell[]>()
  return {
    leaves: newLeaves(),
    all,
    declare: (key, make) => {
      const found = byKey.get(key)
      const made = make()
      if (found === undefined) {
        const variable = { index: all.length, key, ...made }
        all.push(variable)
        byKey.set(key, variable)
        return variable
      }
      const domain = widened(found.domain, made.domain)
      if (domain === found.domain) return found
      if (cells.has(found.index)) throw new Error(`\`${found.label}\` is widened after its cells stand`)
      const variable = { ...found, domain }
      all[found.index] = variable
      byKey.set(key, variable)
      return variable
    },
    cut: (variable, at) => {
      const known = cuts.get(variable) ?? new Set()
      cuts.set(variable, known.add(at))
    },
    tell: (variable, text, how) => {
      const known = texts.get(variable) ?? { equal: new Set(), prefix: new Set() }
      texts.set(variable, known)
      known[how].add(text)
      // Every text is told apart from every other.
      if (known.equal.size + known.prefix.size > mostTexts) throw new TooLarge(`more than ${mostTexts} texts of one input`)
    },
    textsOf: (variable) => texts.get(variable.index) ?? { equal: new Set(), prefix: new Set() },
    cellsOf: (variable) => {
      const found = cells.get(variable.index)
      if (found !== undefined) return found
      const told = texts.get(variable.index)
      const made = [
        ...knownCells(variable.domain, cuts.get(variable.index) ?? new Set(), told?.equal, told?.prefix),
        ...(variable.domain.none ? [{ kind: 'none' } as const] : []),
        ...(variable.domain.unknown ? [{ kind: 'unknown' } as const] : []),
      ]
      cells.set(variable.index, made)
      return made
    },
  }
}

/** What holds both: two policies read one input with their own words for it. */
function widened(one: Domain, other: Domain): Domain {
  const none = one.none || other.none
  const unknown = one.unknown || other.unknown
  const more = none !== one.none || unknown !== one.unknown
  if (one.kind === 'values' && other.kind === 'values') {
    const added = other.values.filter((value) => !one.values.includes(value))
    return more || added.length > 0 ? { ...one, values: [...one.values, ...added], none, unknown } : one
  }
  if (one.kind === 'number' && other.kind === 'number') {
    const low = one.low === undefined || other.low === undefined ? undefined : one.low < other.low ? one.low : other.low
    const high = one.high === undefined || other.high === undefined ? undefined : one.high > other.high ? one.high : other.high
    return more || low !== one.low || high !== one.high ? { ...one, low, high, none, unknown } : one
  }
  return more ? { ...one, none, unknown } : one
}

function knownCells(
  domain: Domain,
  cuts: ReadonlySet<bigint>,
  equal: ReadonlySet<string> = new Set(),
  prefix: ReadonlySet<string> = new Set(),
): readonly Cell[] {
  switch (domain.kind) {
    case 'values':
      return domain.values.map((value) => ({ kind: 'value', value }))
    case 'number':
      return ranges(domain, cuts)
    case 'text':
      return samples(equal, prefix).map((sample) => ({ kind: 'text', sample }))
  }
}

function ranges(
  { low, high }: Extract<Domain, { readonly kind: 'number' }>,
  cuts: ReadonlySet<bigint>,
): readonly Cell[] {
  const inside = [...cuts]
    .filter((cut) => (low === undefined || cut > low) && (high === undefined || cut <= high))
    .sort((left, right) => (left < right ? -1 : 1))
  const ends = [low, ...inside]
  return ends.map((from, index) => ({
    kind: 'range',
    low: from,
    high: ends[index + 1] ?? (high === undefined ? undefined : high + 1n),
  }))
}

/**
 * One text for every way in which texts can answer all tests: each text that is asked for, and for
 * each beginning (the empty one too) one that goes on unlike any other.
 */
function samples(equal: ReadonlySet<string>, prefix: ReadonlySet<string>): readonly string[] {
  const asked = [...equal, ...prefix]
  const other = (start: string): string => {
    let text = `${start}x`
    while (asked.some((each) => each.startsWith(text) && each.length > start.length)) text += 'x'
    return equal.has(text) ? other(text) : text
  }
  const found = new Set([...equal, other(''), ...[...prefix].map(other)])
  const answers = new Map<string, string>()
  for (const sample of found) {
    const key = [
      ...[...equal].map((each) => each === sample),
      ...[...prefix].map((each) => sample.startsWith(each)),
    ].join()
    if (!answers.has(key)) answers.set(key, sample)
  }
  return [...answers.values()]
}

/** The leaf that a variable comes to in a cell. */
export function leafOfCell(leaves: Leaves, variable: Variable, cell: Cell): number {
  switch (cell.kind) {
    case 'none':
      return none
    case 'unknown':
      return open
    case 'value':
      return leaves.value(typeof cell.value === 'number' ? integer(cell.value) : cell.value)
    case 'range':
      return leaves.of({
        kind: 'linear',
        terms: [{ variable: variable.index, factor: integer(1) }],
        constant: integer(0),
      })
    case 'text':
      return leaves.of({ kind: 'text', variable: variable.index, sample: cell.sample })
  }
}
