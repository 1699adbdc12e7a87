import { inputOf } from '../../check/diagram/inputs.ts'
import type { Cell, Variable, Variables } from '../../check/diagram/variables.ts'
import type { Type } from '../../policy/core.ts'
import { factTypes } from '../../policy/elaborate/core-words.ts'
import { never } from '../../policy/facts.ts'
import { printed } from '../../policy/reference/print.ts'
import { integer } from '../../policy/value.ts'
import { dateOfDay } from '../../replay/day.ts'
import type { Cube } from './cubes.ts'

/** A conjunction in the policy's own words; the empty text where anything goes. */
export function cubeText(variables: Variables, cube: Cube): string {
  return literalTexts(variables, cube).join(' and ')
}

/** The parts of a conjunction, each of one input. */
export function literalTexts(variables: Variables, cube: Cube): readonly string[] {
  return [...cube]
    .sort(([a], [b]) => a - b)
    .flatMap(([level, cells]) => {
      const variable = variables.all[level]
      return variable === undefined ? [] : [cellsText(variables, variable, cells)]
    })
}

/** One value of an input: `turn is 2`. */
export function cellText(variable: Variable, cell: Cell): string {
  if (cell.kind === 'none' || cell.kind === 'unknown') return `${variable.label} is ${cell.kind}`
  if (cell.kind === 'value') {
    if (typeof cell.value === 'boolean') return cell.value ? variable.label : notText(variable)
    return `${variable.label} is ${valueText(variable, cell.value)}`
  }
  if (cell.kind === 'text') return `${variable.label} is ${textOf(variable, cell.sample)}`
  const low = cell.low ?? (cell.high === undefined ? 0n : cell.high - 1n)
  if (isNever(variable, low)) return `${variable.label} is as before the first time`
  const zero = (cell.low === undefined || cell.low <= 0n) && (cell.high === undefined || cell.high > 0n)
  return `${variable.label} is ${numberText(variable, zero ? 0n : low)}`
}

function cellsText(variables: Variables, variable: Variable, held: ReadonlySet<number>): string {
  const cells = variables.cellsOf(variable)
  const within = (kind: Cell['kind']): readonly Cell[] => cells.filter((cell, index) => cell.kind === kind && held.has(index))
  const has = (kind: Cell['kind']): boolean => within(kind).length > 0
  const all = (kind: Cell['kind']): boolean => within(kind).length === cells.filter((cell) => cell.kind === kind).length
  const unknown = has('unknown')
  const none = has('none')
  const more = [...(none ? ['none'] : []), ...(unknown ? ['unknown'] : [])]
  const { label, domain } = variable
  switch (domain.kind) {
    case 'values': {
      const [kept, left] = [within('value'), cells.filter((cell, index) => cell.kind === 'value' && !held.has(index))]
      if (domain.values.every((value) => typeof value === 'boolean')) return truthText(variable, kept, more, cells)
      if (left.length === 0) return withoutText(label, cells, held)
      const words = (some: readonly Cell[]): string => some.flatMap((cell) => (cell.kind === 'value' ? [valueText(variable, cell.value)] : [])).join(', ')
      if (kept.length === 0) return `${label} is ${more.join(' or ')}`
      // What is none is not any word; what is unknown is neither.
      const isNot = left.length < kept.length && (none || !domain.none)
      const text = isNot
        ? left.length === 1 ? `${label} is not ${words(left)}` : `${label} not in [${words(left)}]`
        : kept.length === 1 ? `${label} is ${words(kept)}` : `${label} in [${words(kept)}]`
      const rest = isNot ? (unknown ? ['unknown'] : []) : more
      return orText(text, rest)
    }
    case 'number': {
      if (all('range')) return withoutText(label, cells, held)
      const ranges = merged(within('range'))
      return ranges.length === 0 ? `${label} is ${more.join(' or ')}` : orText(ranges.map((range) => rangeText(variable, range)).join(' or '), more)
    }
    case 'text': {
      if (all('text')) return withoutText(label, cells, held)
      const kept = within('text').map((cell) => textCell(variables, variable, cell))
      return kept.length === 0 ? `${label} is ${more.join(' or ')}` : orText(kept.join(' or '), more)
    }
  }
}

function orText(text: string, more: readonly string[]): string {
  return more.length === 0 ? text : `(${[text, ...more].join(' or ')})`
}

function truthText(variable: Variable, kept: readonly Cell[], more: readonly string[], cells: readonly Cell[]): string {
  const { label } = variable
  const values = kept.flatMap((cell) => (cell.kind === 'value' ? [cell.value] : []))
  if (values.length === 2) return `${label} is ${more.includes('unknown') ? 'not none' : 'known'}`
  if (values.length === 0) return `${label} is ${more.join(' or ')}`
  const others = cells.filter((cell) => cell.kind === 'none' || cell.kind === 'unknown').length
  if (values[0] === true) return more.length > 0 && more.length === others ? `(${label} is not false)` : orText(label, more)
  return more.length > 0 && more.length === others ? `(${label} is not true)` : orText(notText(variable), more)
}

function notText(variable: Variable): string {
  const input = inputOf(variable)
  return input.kind === 'candidate' ? `${input.model} is no candidate` : `not ${variable.label}`
}

/** Every value, but not none or not unknown. */
function withoutText(label: string, cells: readonly Cell[], held: ReadonlySet<number>): string {
  const missing = cells.filter((_, index) => !held.has(index)).map(({ kind }) => kind)
  if (missing.length === 0) return `${label} is anything`
  return missing.includes('none') && missing.includes('unknown')
    ? `${label} is known and not none`
    : missing.includes('none') ? `${label} is not none` : `${label} is known`
}

interface Range {
  readonly low: bigint | undefined
  readonly high: bigint | undefined
}

function merged(cells: readonly Cell[]): readonly Range[] {
  const found: Range[] = []
  for (const cell of cells) {
    if (cell.kind !== 'range') continue
    const last = found.at(-1)
    if (last !== undefined && last.high !== undefined && last.high === cell.low) {
      found[found.length - 1] = { low: last.low, high: cell.high }
    } else found.push({ low: cell.low, high: cell.high })
  }
  return found
}

function rangeText(variable: Variable, { low, high }: Range): string {
  const { label, domain } = variable
  const lowest = domain.kind === 'number' ? domain.low : undefined
  const highest = domain.kind === 'number' ? domain.high : undefined
  const from = low === undefined || low === lowest ? undefined : numberText(variable, low)
  const below = high === undefined || (highest !== undefined && high > highest) ? undefined : numberText(variable, high)
  if (low !== undefined && high === low + 1n) return `${label} is ${numberText(variable, low)}`
  if (from === undefined) return `${label} < ${below ?? ''}`
  return below === undefined ? `${label} >= ${from}` : `${label} from ${from} to below ${below}`
}

function textCell(variables: Variables, variable: Variable, cell: Cell): string {
  if (cell.kind !== 'text') return variable.label
  const { equal, prefix } = variables.textsOf(variable)
  if (equal.has(cell.sample)) return `${variable.label} is ${textOf(variable, cell.sample)}`
  const [longest] = [...prefix].filter((each) => cell.sample.startsWith(each)).sort((a, b) => b.length - a.length)
  if (longest !== undefined) return `${variable.label} starts with ${JSON.stringify(longest)}`
  return `${variable.label} is another text`
}

// --- values

function typeOf(variable: Variable): Type {
  const input = inputOf(variable)
  const number = (unit: Extract<Type, { kind: 'number' }>['unit']): Type => ({ kind: 'number', unit })
  switch (input.kind) {
    case 'fact':
      return factTypes.get(input.fact) ?? { kind: 'any' }
    case 'since':
      return number(input.query.unit === 'time' ? 'duration' : 'count')
    case 'score':
      return number('score')
    case 'used':
    case 'bucket':
      return number('share')
    case 'benefit':
    case 'switch-cost':
      return number('money')
    case 'request-map':
      return { kind: 'text' }
    default:
      return { kind: 'any' }
  }
}

function valueText(variable: Variable, value: string | number | boolean): string {
  return typeof value === 'string' ? textOf(variable, value) : String(value)
}

function textOf(variable: Variable, text: string): string {
  const { kind } = typeOf(variable)
  return kind === 'text' ? JSON.stringify(text) : text
}

function isNever(variable: Variable, low: bigint): boolean {
  return inputOf(variable).kind === 'since' && low >= BigInt(never) / 2n
}

function numberText(variable: Variable, value: bigint): string {
  const type = typeOf(variable)
  if (inputOf(variable).kind === 'day') return dateOfDay(Number(value))
  const unit = type.kind === 'number' ? type.unit : 'count'
  const thousands = ['tokens', 'chars', 'bytes'].includes(unit) && value >= 1_000n && value % 1_000n === 0n
  if (thousands) return `${value / 1_000n}k ${unit}`
  return printed(integer(value), { kind: 'number', unit })
}
