import type { Exact, Policy } from '../../policy/core.ts'
import { assumptionNames } from '../../policy/assumption-names.ts'
import { openSummaries } from '../../policy/compacts.ts'
import { compareExact } from '../../policy/catalogue-queries.ts'
import { integer, minus, plus, times } from '../../policy/value.ts'
import { factorOf, reminderOf, undeclared } from '../../replay/projection.ts'
import type { AssumedRanges, Factor } from '../../replay/projection.ts'
import { addBounds, addRests, noMoney, restsOnNothing } from '../../replay/session-row.ts'
import type { Ends, RestsOn, SessionRow } from '../../replay/session-row.ts'
import type { DecisionMode } from '../../replay/result/replay.ts'
import { transferFactor } from '../../replay/transfer.ts'
import type { WrongVerdicts } from '../../replay/wrong-verdicts.ts'
import { quotient } from '../statistics/hull.ts'

/** How much the cost against the log moves over what one assumption leaves open, the others at their points. */
export interface Sensitivity {
  readonly name: string
  /** `undefined`: what it leaves open is no factor. */
  readonly factor: Factor | undefined
  /** Cost against the log at its ends, the smaller first; `null`: no limit. */
  readonly deltaPicoUsd: { readonly lo: bigint | null; readonly hi: bigint | null }
  readonly flips: Flip
}

/** Whether some value in its range makes the policy cheaper than the log, or dearer, against its point. */
export type Flip =
  | { readonly kind: 'never' }
  /** At this factor both cost the same; `isInterpolated`: on a line between the ends that were run. */
  | { readonly kind: 'at'; readonly factor: Exact; readonly isInterpolated: boolean }
  /** Somewhere between its ends. */
  | { readonly kind: 'within' }

/** The most that moves the figure first; those that move nothing are left out. */
function byReach(found: readonly Sensitivity[]): readonly Sensitivity[] {
  const reach = ({ deltaPicoUsd: { lo, hi } }: Sensitivity): bigint | null => (lo === null || hi === null ? null : hi - lo)
  return found
    .filter((each) => reach(each) !== 0n)
    .toSorted((left, right) => {
      const [a, b] = [reach(left), reach(right)]
      if (a === null || b === null) return (a === null ? 0 : 1) - (b === null ? 0 : 1)
      return a === b ? (left.name < right.name ? -1 : 1) : a > b ? -1 : 1
    })
}

// --- decisions frozen: the figure is linear in each, so its ends are exact

export function frozenSensitivity(rows: readonly SessionRow[], results: readonly VariantResult[] = []): readonly Sensitivity[] {
  const delta = deltaOf(rows)
  const { calls, answeredAlike } = restsOf(rows)
  const { sameTokens, sameAnswers } = assumptionNames
  return byReach([ofTokens(sameTokens, delta, calls), ofTokens(sameAnswers, delta, answeredAlike), ...leftOpen(delta, rows), ...ofRuns(delta, results)])
}

/** What no factor drives. */
function leftOpen(delta: bigint, rows: readonly SessionRow[]): readonly Sensitivity[] {
  const rests = restsOf(rows)
  return [
    leftBetween(assumptionNames.promptCaches, delta, rests.caches),
    leftBetween('cut-outputs', delta, rests.cutOutputs),
    leftBetween(assumptionNames.declaredOverhead, delta, rests.overhead),
    leftBetween('failed-attempts', delta, rests.attempts),
  ]
}

/** Of a run in which nothing else is open, but for outputs that the log cuts short, which are left out. */
function leftBySummaries(name: string, delta: bigint, rows: readonly SessionRow[]): Sensitivity {
  return leftBetween(name, delta, restsOf(rows).caches)
}

function restsOf(rows: readonly SessionRow[]): RestsOn {
  return rows.map((row) => row.rests).reduce(addRests, restsOnNothing)
}

function leftBetween(name: string, delta: bigint, { lo, hi }: Ends): Sensitivity {
  const ends = { lo: lo === null ? null : delta + lo, hi: hi === null ? null : delta + hi }
  return { name, factor: undefined, deltaPicoUsd: ends, flips: turns(delta, ends) ? { kind: 'within' } : { kind: 'never' } }
}

function deltaOf(rows: readonly SessionRow[]): bigint {
  return rows.map((row) => row.delta).reduce(addBounds, noMoney).value
}

/**
 * Calls past the divergence cost `factor` times what their logged tokens would. `same-answers` leaves no
 * range: its ends are those of its failing as far as another model would have it fail.
 */
function ofTokens(name: string, delta: bigint, calls: bigint): Sensitivity {
  const many = BigInt(transferFactor)
  const factor = { lo: { numerator: 1n, denominator: many }, point: integer(1), hi: integer(many) }
  const rest = delta - calls
  const ends = { lo: rest + calls / many, hi: rest + calls * many }
  const even: Exact | undefined = calls > 0n ? { numerator: -rest, denominator: calls } : undefined
  const isWithin = even !== undefined && compareExact(factor.lo, even) <= 0 && compareExact(even, factor.hi) <= 0
  const flips: Flip =
    even !== undefined && isWithin && turns(delta, ends) ? { kind: 'at', factor: even, isInterpolated: false } : { kind: 'never' }
  return { name, factor, deltaPicoUsd: ends, flips }
}

/** An end lies on the other side of nought. */
function turns(delta: bigint, { lo, hi }: { readonly lo: bigint | null; readonly hi: bigint | null }): boolean {
  return delta > 0n ? lo === null || lo < 0n : delta < 0n ? hi === null || hi > 0n : lo !== 0n || hi !== 0n
}

// --- decisions projected: every end is a run of its own

/** A replay to run beside the main one. */
export interface Variant {
  readonly name: string
  readonly factor: Factor | undefined
  /** `other`: what is assumed is so, or is not so, in the run that this one is beside. */
  readonly end: 'lo' | 'hi' | 'open' | 'other'
  readonly assumed?: AssumedRanges | undefined
  readonly wrongVerdicts?: WrongVerdicts | undefined
}

/** The runs that the sensitivity of a mode takes. */
export function variantsOf(policy: Policy, mode: DecisionMode): readonly Variant[] {
  switch (mode) {
    case 'projected':
      return projectedVariants(policy)
    case 'frozen':
      return wrongVerdictVariants(policy, undefined)
    case 'stop':
      return []
  }
}

/** A classifier that errs more often than it did in the log. */
function wrongVerdictVariants(policy: Policy, assumed: AssumedRanges | undefined): readonly Variant[] {
  return policy.assumptions.flatMap((assumption) =>
    assumption.kind === 'classifier'
      ? [{ name: assumption.name, factor: undefined, end: 'other' as const, assumed, wrongVerdicts: new Map([[assumption.classifier, assumption.wrongMillionths]]) }]
      : [],
  )
}

/**
 * One assumption at an end of its range, all others at their points; what is no factor left open while all
 * others stand at their points; a reminder that nobody follows, and one that the next reply does.
 */
function projectedVariants(policy: Policy): readonly Variant[] {
  const factors = factorsOf(policy)
  const points: readonly (readonly [string, Factor])[] = [...factors].map(([name, { point }]) => [name, collapsed(point)])
  const noFactor = [assumptionNames.promptCaches, ...openSummaries(policy).map(({ name }) => name)]
  const settled = (names: readonly string[]): readonly (readonly [string, Factor])[] => names.map((name) => [name, collapsed(integer(1))])
  return [
    ...[...factors].flatMap(([name, factor]) =>
      (['lo', 'hi'] as const).map((end) => ({
        name,
        factor,
        end,
        assumed: new Map([...points, ...settled(noFactor), [name, collapsed(factor[end])] as const]),
      })),
    ),
    ...noFactor.map((name) => ({
      name,
      factor: undefined,
      end: 'open' as const,
      assumed: new Map([...points, ...settled(noFactor.filter((other) => other !== name))]),
    })),
    ...[reminderOf(policy)].flatMap((reminder) =>
      reminder === undefined
        ? []
        : [0, 1].map((follows) => ({
            name: reminder.name,
            factor: undefined,
            end: 'other' as const,
            assumed: new Map([...points, ...settled(noFactor), [reminder.name, collapsed(integer(follows))] as const]),
          })),
    ),
    ...wrongVerdictVariants(policy, new Map([...points, ...settled(noFactor)])),
  ]
}

function factorsOf(policy: Policy): ReadonlyMap<string, Factor> {
  const declared = policy.assumptions
    .filter(({ kind }) => kind === 'verbosity' || kind === 'steps')
    .map((assumption) => [assumption.name, factorOf(assumption)] as const)
  return new Map([...declared, [assumptionNames.sameTokens, undeclared]])
}

function collapsed(point: Exact): Factor {
  return { lo: point, point, hi: point }
}

export interface VariantResult {
  readonly variant: Variant
  readonly rows: readonly SessionRow[]
}

export function projectedSensitivity(
  rows: readonly SessionRow[],
  results: readonly VariantResult[],
): readonly Sensitivity[] {
  const delta = deltaOf(rows)
  const names = [...new Set(results.map(({ variant }) => variant.name))]
  return byReach([
    ...ofRuns(delta, results),
    ...names.flatMap((name): readonly Sensitivity[] => {
      const runs = results.filter(({ variant }) => variant.name === name)
      const open = runs.find(({ variant }) => variant.end === 'open')
      if (open !== undefined) return name === assumptionNames.promptCaches ? leftOpen(delta, open.rows) : [leftBySummaries(name, delta, open.rows)]
      const [low, high] = (['lo', 'hi'] as const).map((end) => runs.find(({ variant }) => variant.end === end))
      const factor = low?.variant.factor
      if (low === undefined || high === undefined || factor === undefined) return []
      return [ofFactor(name, factor, { lo: deltaOf(low.rows), point: delta, hi: deltaOf(high.rows) })]
    }),
  ])
}

/** Of what is so or not so: the least and the most of all runs. */
function ofRuns(delta: bigint, results: readonly VariantResult[]): readonly Sensitivity[] {
  const others = results.filter(({ variant }) => variant.end === 'other')
  return [...new Set(others.map(({ variant }) => variant.name))].map((name) => {
    const deltas = others.filter(({ variant }) => variant.name === name).map(({ rows }) => deltaOf(rows))
    const ends = { lo: deltas.reduce(smaller, delta), hi: deltas.reduce(larger, delta) }
    return { name, factor: undefined, deltaPicoUsd: ends, flips: turns(delta, ends) ? { kind: 'within' } : { kind: 'never' } }
  })
}

function ofFactor(
  name: string,
  factor: Factor,
  deltas: { readonly lo: bigint; readonly point: bigint; readonly hi: bigint },
): Sensitivity {
  const all = [deltas.lo, deltas.point, deltas.hi]
  const ends = { lo: all.reduce(smaller), hi: all.reduce(larger) }
  const crossing = (['lo', 'hi'] as const).find((end) => deltas[end] !== 0n && deltas.point !== 0n && deltas[end] > 0n !== deltas.point > 0n)
  const flips: Flip =
    crossing === undefined ? { kind: 'never' } : { kind: 'at', factor: between(factor, deltas, crossing), isInterpolated: true }
  return { name, factor, deltaPicoUsd: ends, flips }
}

/** Where the line from the point to an end crosses nought. */
function between(
  factor: Factor,
  deltas: { readonly lo: bigint; readonly point: bigint; readonly hi: bigint },
  end: 'lo' | 'hi',
): Exact {
  const share = quotient(integer(abs(deltas.point)), integer(abs(deltas.point - deltas[end])))
  return plus(factor.point, times(share, minus(factor[end], factor.point)))
}

function abs(value: bigint): bigint {
  return value < 0n ? -value : value
}

function smaller(left: bigint, right: bigint): bigint {
  return left < right ? left : right
}

function larger(left: bigint, right: bigint): bigint {
  return left > right ? left : right
}
