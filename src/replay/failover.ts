import { mergeTally } from './serving/budgets.ts'
import type { BudgetTally } from './serving/budgets.ts'
import type { GuardTransition } from './serving/transition.ts'
import type { Surroundings, ReachedShare } from './simulator/surroundings.ts'
import type { CallResult } from './result/call.ts'
import type { FailoverReport, Spread, TimelineEntry } from './result/failover.ts'
import type { SessionResult } from './result/session.ts'

/** How some sessions were served; sums of a commutative monoid over sessions. */
export interface FailoverPart {
  readonly sessions: number
  /** Every call of theirs that had a route was served. */
  readonly uninterrupted: number
  /** Some call of theirs was served by another provider than its first attempt was sent to. */
  readonly crossedProviders: number
  /** Sessions without a wall clock, which share nothing with others. */
  readonly undated: number
  /** Calls by the number of their attempts. */
  readonly attempts: ReadonlyMap<number, number>
  readonly recoverMicros: readonly number[]
  readonly dedicated: number
  readonly spilled: number
  readonly budgets: ReadonlyMap<string, BudgetTally>
  /** On the clock of the calendar, and each on that of its session. */
  readonly timeline: readonly TimelineEntry[]
}

export const noFailover: FailoverPart = {
  sessions: 0,
  uninterrupted: 0,
  crossedProviders: 0,
  undated: 0,
  attempts: new Map(),
  recoverMicros: [],
  dedicated: 0,
  spilled: 0,
  budgets: new Map(),
  timeline: [],
}

export function failoverOf(session: SessionResult): FailoverPart {
  const { calls, own, isDated } = session
  if (calls.length === 0) return noFailover
  const attempts = calls.flatMap((call) => call.attempts)
  return {
    sessions: 1,
    uninterrupted: calls.every((call) => call.end !== 'exhausted' && call.end !== 'denied') ? 1 : 0,
    crossedProviders: calls.some(crossed) ? 1 : 0,
    undated: isDated ? 0 : 1,
    attempts: counted(calls.flatMap((call) => (call.end === 'no-route' ? [] : [call.attempts.length]))),
    recoverMicros: calls.flatMap(recoveredIn),
    dedicated: attempts.filter((each) => each.capacity === 'dedicated').length,
    spilled: attempts.filter((each) => each.capacity === 'spill').length,
    budgets: byName(own.budgets),
    timeline: timelineOf(own.transitions, own.reached, isDated ? 'calendar' : 'session'),
  }
}

/** What the sessions of one clock have left behind together. */
export function failoverOfSurroundings({ fleet, budgets, reached }: Surroundings): FailoverPart {
  return {
    ...noFailover,
    budgets: byName(budgets.tallies()),
    timeline: timelineOf(fleet.transitions, reached, 'calendar'),
  }
}

export function mergeFailover(left: FailoverPart, right: FailoverPart): FailoverPart {
  return {
    sessions: left.sessions + right.sessions,
    uninterrupted: left.uninterrupted + right.uninterrupted,
    crossedProviders: left.crossedProviders + right.crossedProviders,
    undated: left.undated + right.undated,
    attempts: merged(left.attempts, right.attempts, (a, b) => a + b),
    recoverMicros: appended(left.recoverMicros, right.recoverMicros),
    dedicated: left.dedicated + right.dedicated,
    spilled: left.spilled + right.spilled,
    budgets: merged(left.budgets, right.budgets, mergeTally),
    timeline: appended(left.timeline, right.timeline),
  }
}

/** Entries of the timeline that a result lists; all are counted, and all are in the outcome hash. */
export const timelineListed = 1000

export function failoverReport(part: FailoverPart): FailoverReport {
  const timeline = sortedTimeline(part.timeline)
  return {
    sessions: {
      replayed: part.sessions,
      uninterrupted: part.uninterrupted,
      crossedProviders: part.crossedProviders,
      undated: part.undated,
    },
    attemptsPerCall: [...part.attempts].sort(([a], [b]) => a - b).map(([attempts, calls]) => ({ attempts, calls })),
    timeToRecover: spreadOf(part.recoverMicros),
    timeToDetect: spreadOf(timeline.flatMap((entry) => (entry.kind === 'budget' ? [] : (entry.detectedAfterMicros ?? [])))),
    dedicated: { served: part.dedicated, spilled: part.spilled },
    budgets: [...part.budgets.values()].sort((a, b) => (a.budget < b.budget ? -1 : 1)),
    timeline: { entries: timeline.slice(0, timelineListed), total: timeline.length },
  }
}

/** One order whatever parts were merged in which: that of the clock, then of the sessions. */
export function sortedTimeline(timeline: FailoverPart['timeline']): FailoverPart['timeline'] {
  const key = (entry: TimelineEntry): readonly (string | number)[] => [
    entry.clock,
    entry.atMicros,
    entry.session,
    entry.call,
  ]
  // Entries of one attempt stand in the order in which they happened: the sort is stable.
  return timeline.toSorted((left, right) => compare(key(left), key(right)))
}

function compare(left: readonly (string | number)[], right: readonly (string | number)[]): number {
  for (const [at, a] of left.entries()) {
    const b = right[at]
    if (b !== undefined && a !== b) return a < b ? -1 : 1
  }
  return 0
}

// --- of one call

function crossed({ attempts, end }: CallResult): boolean {
  return end === 'served' && attempts.at(-1)?.provider !== attempts[0]?.provider
}

/** From the start of a first attempt, which failed, to the start of the one that served. */
function recoveredIn({ attempts, end }: CallResult): readonly number[] {
  const from = attempts[0]?.startMicros
  const to = attempts.at(-1)?.startMicros
  return end !== 'served' || attempts.length < 2 || from === undefined || to === undefined ? [] : [to - from]
}

// --- the timeline

function timelineOf(
  transitions: readonly GuardTransition[],
  reached: readonly ReachedShare[],
  clock: TimelineEntry['clock'],
): FailoverPart['timeline'] {
  return [
    ...transitions.map(({ failingSinceMicros, ...each }): TimelineEntry => {
      const trips = (each.to === 'cooling' || each.to === 'open') && failingSinceMicros !== undefined
      return { clock, ...each, detectedAfterMicros: trips ? each.atMicros - failingSinceMicros : undefined }
    }),
    ...reached.map(
      ({ budget, subject, atMillionths, action, overshootPicoUsd, atMicros, session, call }): TimelineEntry => ({
        clock,
        kind: 'budget',
        subject: budget,
        account: subject,
        to: action.kind,
        atMillionths,
        overshootPicoUsd,
        atMicros,
        session,
        call,
      }),
    ),
  ]
}

// --- helpers of the monoid

function counted(numbers: readonly number[]): ReadonlyMap<number, number> {
  const counts = new Map<number, number>()
  for (const each of numbers) counts.set(each, (counts.get(each) ?? 0) + 1)
  return counts
}

function byName(tallies: readonly BudgetTally[]): ReadonlyMap<string, BudgetTally> {
  return new Map(tallies.map((tally) => [tally.budget, tally]))
}

function merged<K, V>(left: ReadonlyMap<K, V>, right: ReadonlyMap<K, V>, add: (a: V, b: V) => V): ReadonlyMap<K, V> {
  if (right.size === 0) return left
  const all = new Map(left)
  for (const [key, value] of right) {
    const before = all.get(key)
    all.set(key, before === undefined ? value : add(before, value))
  }
  return all
}

function appended<T>(left: readonly T[], right: readonly T[]): readonly T[] {
  return right.length === 0 ? left : [...left, ...right]
}

/** By nearest rank; `undefined`: of nothing. */
function spreadOf(micros: readonly number[]): Spread | undefined {
  const sorted = micros.toSorted((a, b) => a - b)
  const at = (percent: number): number => sorted[Math.ceil((sorted.length * percent) / 100) - 1] ?? 0
  if (sorted.length === 0) return undefined
  return { count: sorted.length, medianMicros: at(50), p90Micros: at(90), maxMicros: at(100) }
}
