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

/** An amount of pico-dollars that is known exactly (all three alike) or between bounds. */
export interface Amount {
  readonly value: bigint
  readonly lo: bigint
  /** `null`: unbounded. */
  readonly hi: bigint | null
}

/** Spending within one window of a budget. */
export interface Spending {
  readonly sinceMicros: number
  /** The calendar's name of the window, or the turn's number. */
  readonly period: string
  readonly spent: Amount
}

export const noAmount: Amount = { value: 0n, lo: 0n, hi: 0n }

export function exactly(picoUsd: bigint): Amount {
  return { value: picoUsd, lo: picoUsd, hi: picoUsd }
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
export function spentIn(budget: Budget, spending: Spending | undefined, now: BudgetMoment): Amount {
  return spending !== undefined && isSameWindow(budget, spending, now) ? spending.spent : noAmount
}

/** Charged after the call: the first spending of a window begins it. */
export function spendingAfter(
  budget: Budget,
  spending: Spending | undefined,
  now: BudgetMoment,
  amount: Amount,
): Spending {
  return spending !== undefined && isSameWindow(budget, spending, now)
    ? { ...spending, spent: sumOf(spending.spent, amount) }
    : { sinceMicros: now.atMicros, period: periodOf(budget, now), spent: amount }
}

export function sumOf(left: Amount, right: Amount): Amount {
  return {
    value: left.value + right.value,
    lo: left.lo + right.lo,
    hi: left.hi === null || right.hi === null ? null : left.hi + right.hi,
  }
}

function isSameWindow(budget: Budget, spending: Spending, now: BudgetMoment): boolean {
  if (spending.period !== periodOf(budget, now)) return false
  const length = budget.window.kind === 'first-spend' ? lengths.get(budget.per) : undefined
  return length === undefined || now.atMicros - spending.sinceMicros < length
}

/** Two instants are in one calendar window when its name is the same. */
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
      // 1970-01-01 was a Thursday, three days into a week that began on a Monday.
      return String(Math.floor((Math.floor(local / (24 * hour)) + 3 - (window.weeksFrom ?? 0)) / 7))
    case 'month':
      return date.slice(0, -3)
    default:
      return date.slice(0, -6)
  }
}
