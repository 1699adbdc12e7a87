import { describe, expect, it } from 'vitest'
import type { Budget } from '../../../src/policy/core.ts'
import { exactly } from '../../../src/replay/serving/budget-window.ts'
import { openBudgets, usedMillionths } from '../../../src/replay/serving/budgets.ts'
import { small } from '../../support/policy-of.ts'

const dollar = 1_000_000_000_000n
const hour = 3_600_000_000

function policyWith(lines: string): ReturnType<typeof small> {
  return small(`on start { otherwise use big } budget purse { ${lines} }`)
}

function purseOf(policy: ReturnType<typeof small>): Budget {
  const [purse] = policy.budgets
  if (purse === undefined) throw new Error('no budget')
  return purse
}

/** What is spent at each instant, in dollars, when a dollar is charged after reading it. */
function spending(lines: string, moments: readonly { readonly hours: number; readonly date?: string; readonly turn?: number }[]): readonly number[] {
  const policy = policyWith(lines)
  const purse = purseOf(policy)
  const budgets = openBudgets(policy.budgets)
  return moments.map(({ hours, date, turn = 1 }) => {
    const now = { atMicros: hours * hour, dateMicros: date === undefined ? undefined : Date.parse(date) * 1_000, turn }
    const before = budgets.spent(purse, '', now).value
    budgets.charge(() => '', now, exactly(dollar))
    return Number(before / dollar)
  })
}

describe('the window of a budget', () => {
  it.each<[string, string, Parameters<typeof spending>[1], readonly number[]]>([
    ['a session has one', 'limit $5 per session', [{ hours: 0 }, { hours: 999 }], [0, 1]],
    ['a turn each its own', 'limit $5 per turn', [{ hours: 0 }, { hours: 0 }, { hours: 0, turn: 2 }], [0, 1, 0]],
    ['a day from the first spending on', 'limit $5 per day', [{ hours: 10 }, { hours: 33.9 }, { hours: 34 }, { hours: 57.9 }], [0, 1, 0, 1]],
    [
      'a day of the calendar, in its zone',
      'limit $5 per day window calendar in "Europe/Berlin"',
      [
        { hours: 0, date: '2026-06-08T21:59:59Z' },
        { hours: 0, date: '2026-06-08T21:59:59Z' },
        { hours: 0, date: '2026-06-08T22:00:00Z' },
      ],
      [0, 1, 0],
    ],
    [
      'a week of the calendar begins on Monday',
      'limit $5 per week window calendar in "UTC"',
      [
        { hours: 0, date: '2026-06-07T23:59Z' },
        { hours: 0, date: '2026-06-08T00:00Z' },
        { hours: 0, date: '2026-06-14T23:59Z' },
        { hours: 0, date: '2026-06-15T00:00Z' },
      ],
      [0, 0, 1, 0],
    ],
    [
      'or on the day that is written',
      'limit $5 per week window calendar in "UTC" weeks from sun',
      [
        { hours: 0, date: '2026-06-06T23:59Z' },
        { hours: 0, date: '2026-06-07T00:00Z' },
        { hours: 0, date: '2026-06-13T23:59Z' },
        { hours: 0, date: '2026-06-14T00:00Z' },
      ],
      [0, 0, 1, 0],
    ],
    [
      'a month and a year',
      'limit $5 per month window calendar in "UTC"',
      [
        { hours: 0, date: '2026-06-30T23:59Z' },
        { hours: 0, date: '2026-07-01T00:00Z' },
        { hours: 0, date: '2027-07-01T00:00Z' },
      ],
      [0, 0, 0],
    ],
    ['a calendar without a date does not end', 'limit $5 per hour window calendar in "UTC"', [{ hours: 0 }, { hours: 99 }], [0, 1]],
  ])('%s', (_, lines, moments, expected) => {
    expect(spending(lines, moments)).toEqual(expected)
  })
})

describe('charging a budget', () => {
  const now = { atMicros: 0, dateMicros: undefined, turn: 1 }

  it('gives an alert once, when its share is reached in full, and says what went past the limit', () => {
    const policy = policyWith('limit $5 per session at 80% then alert "soon" at 100% then stop "spent"')
    const budgets = openBudgets(policy.budgets)
    const charge = (picoUsd: bigint): unknown => budgets.charge(() => 'a', now, exactly(picoUsd))
    expect(charge(4n * dollar - 1n)).toEqual([])
    const common = { budget: 'purse', subject: 'a' }
    expect(charge(1n)).toEqual([{ ...common, atMillionths: 800_000, action: { kind: 'alert', text: 'soon' }, overshootPicoUsd: 0n }])
    expect(charge(3n * dollar)).toEqual([
      { ...common, atMillionths: 1_000_000, action: { kind: 'stop', text: 'spent' }, overshootPicoUsd: 2n * dollar },
    ])
  })

  it('keeps an account for each subject, and rounds a share down', () => {
    const policy = policyWith('limit $3 per session')
    const purse = purseOf(policy)
    const budgets = openBudgets(policy.budgets)
    budgets.charge(() => '__proto__', now, exactly(dollar))
    expect(usedMillionths(purse, budgets.spent(purse, '__proto__', now).value)).toBe(333_333)
    expect(usedMillionths(purse, budgets.spent(purse, 'other', now).value)).toBe(0)
  })

  it('sums up its windows: what was spent, how many were exhausted, how far one went past the limit', () => {
    const policy = policyWith('limit $2 per turn at 100% then stop "spent"')
    const budgets = openBudgets(policy.budgets)
    for (const [turn, dollars] of [[1, 1n], [2, 1n], [2, 2n], [2, 1n], [3, 2n]] as const) {
      budgets.charge(() => '', { ...now, turn }, exactly(dollars * dollar))
    }
    const spent = exactly(7n * dollar)
    expect(budgets.tallies()).toEqual([
      { budget: 'purse', limitPicoUsd: 2n * dollar, spent, windows: 3, exhausted: 2, overshootPicoUsd: 2n * dollar, callsStopped: 0 },
    ])
  })

  it('sums what is known between bounds', () => {
    const policy = policyWith('limit $3 per session')
    const purse = purseOf(policy)
    const budgets = openBudgets(policy.budgets)
    budgets.charge(() => '', now, { value: dollar, lo: 0n, hi: 2n * dollar })
    budgets.charge(() => '', now, { value: dollar, lo: dollar, hi: null })
    expect(budgets.spent(purse, '', now)).toEqual({ value: 2n * dollar, lo: dollar, hi: null })
  })
})
