import type { Budget } from '../../policy/core.ts'
import { offsetMinutes } from '../../policy/zones.ts'
import { dateOf } from '../day.ts'

/** An instant as budgets see it. */
export interface BudgetMoment {
  readonly atMicros: number
  /** `undefined`: there is no date; then a calendar window does not end. */
  readonly dateMicros: number | undefined
  readonly turn: number
}

/** Spending within one window of a budget. */
export interface Spending {
  readonly sinceMicros: number
  /** The calendar's name of the window, or the turn's number. */
  readonly period: string
  readonly picoUsd: bigint
}

const hour = 3_600_000_000

/** `first-spend` windows: a month is 30 days and a year 365, from the first spending on. */
const lengths: ReadonlyMap<string, number> = new Map([
  ['hour', hour],
  ['day', 24 * hour],
  ['week', 7 * 24 * hour],
  ['month', 30 * 24 * hour],
  ['year', 365 * 24 * hour],
])

/** What is spent in the present window. */
export function spentIn(budget: Budget, spending: Spending | undefined, now: BudgetMoment): bigint {
  return spending !== undefined && isSameWindow(budget, spending, now) ? spending.picoUsd : 0n
}

/** Charged after the call: the first spending of a window begins it. */
export function spendingAfter(
  budget: Budget,
  spending: Spending | undefined,
  now: BudgetMoment,
  picoUsd: bigint,
): Spending {
  return spending !== undefined && isSameWindow(budget, spending, now)
    ? { ...spending, picoUsd: spending.picoUsd + picoUsd }
    : { sinceMicros: now.atMicros, period: periodOf(budget, now), picoUsd }
}

function isSameWindow(budget: Budget, spending: Spending, now: BudgetMoment): boolean {
  if (spending.period !== periodOf(budget, now)) return false
  const length = budget.window.kind === 'first-spend' ? lengths.get(budget.per) : undefined
  return length === undefined || now.atMicros - spending.sinceMicros < length
}

/** Two instants are in one calendar window when its name is the same; weeks begin on Monday. */
function periodOf({ per, window }: Budget, { dateMicros, turn }: BudgetMoment): string {
  if (per === 'turn') return String(turn)
  if (window.kind !== 'calendar' || dateMicros === undefined || per === 'session') return ''
  const local = dateMicros + (offsetMinutes(window.zone, dateMicros) ?? 0) * 60_000_000
  const date = dateOf(local)
  switch (per) {
    case 'hour':
      return String(Math.floor(local / hour))
    case 'day':
      return date
    case 'week':
      // 1970-01-01 was a Thursday.
      return String(Math.floor((Math.floor(local / (24 * hour)) + 3) / 7))
    case 'month':
      return date.slice(0, -3)
    default:
      return date.slice(0, -6)
  }
}
