import type { PriceBucket } from '../../policy/core.ts'
import type { BillLine } from './bill-line.ts'
import { at, buckets, dot, type Vector } from './vector.ts'

/** Pico-dollars for one of each bucket that the bills tell. */
export type FittedRates = { readonly [bucket in PriceBucket]?: bigint }

export interface Fit {
  readonly rates: FittedRates
  readonly calls: number
}

/** At least so many bills more than prices, or any bills could be fitted. */
const spare = 3

/**
 * The one price list with whole pico-dollars a token that explains nine in ten of these bills to
 * the last digit, found by exact elimination; `undefined`: there is none, or too few bills.
 */
export function fitRates(lines: readonly BillLine[]): Fit | undefined {
  const used = buckets.filter(
    (bucket) => bucket !== 'request' && lines.some(({ tokens }) => at(tokens, bucket) > 0n),
  )
  if (used.length === 0 || lines.length < used.length + spare) return undefined
  const rates = solveOver(lines, used)
  if (rates === undefined) return undefined
  const vector: Vector = buckets.map((bucket) => rates[bucket] ?? 0n)
  const calls = lines.filter(({ tokens, picoUsd }) => dot(tokens, vector) === picoUsd).length
  return calls * 10 >= lines.length * 9 && calls >= used.length + spare
    ? { rates, calls }
    : undefined
}

/** Elimination without fractions over the first lines that are independent of each other. */
function solveOver(
  lines: readonly BillLine[],
  used: readonly PriceBucket[],
): FittedRates | undefined {
  const pivots: { column: number; row: readonly bigint[] }[] = []
  for (const { tokens, picoUsd } of lines) {
    let row: readonly bigint[] = [...used.map((bucket) => at(tokens, bucket)), picoUsd]
    for (const pivot of pivots) row = eliminated(row, pivot)
    const column = row.slice(0, used.length).findIndex((value) => value !== 0n)
    if (column < 0) continue
    const added = { column, row: reduced(row) }
    for (const [index, pivot] of pivots.entries()) {
      pivots[index] = { column: pivot.column, row: reduced(eliminated(pivot.row, added)) }
    }
    pivots.push(added)
    if (pivots.length === used.length) break
  }
  if (pivots.length < used.length) return undefined
  const rates: { [bucket in PriceBucket]?: bigint } = {}
  for (const { column, row } of pivots) {
    const bucket = used[column]
    const [divisor, value] = [row[column] ?? 0n, row.at(-1) ?? 0n]
    if (bucket === undefined || divisor === 0n || value % divisor !== 0n || value / divisor < 0n)
      return undefined
    rates[bucket] = value / divisor
  }
  return rates
}

function eliminated(
  row: readonly bigint[],
  pivot: { column: number; row: readonly bigint[] },
): readonly bigint[] {
  const factor = row[pivot.column] ?? 0n
  const divisor = pivot.row[pivot.column] ?? 1n
  if (factor === 0n) return row
  return row.map((value, index) => value * divisor - (pivot.row[index] ?? 0n) * factor)
}

function reduced(row: readonly bigint[]): readonly bigint[] {
  const divisor = row.reduce((common, value) => greatest(common, value < 0n ? -value : value), 0n)
  return divisor <= 1n ? row : row.map((value) => value / divisor)
}

function greatest(left: bigint, right: bigint): bigint {
  let [a, b] = [left, right]
  while (b !== 0n) [a, b] = [b, a % b]
  return a
}
