import { describe, expect, it } from 'vitest'
import type { Budget } from '../../../src/policy/core.ts'
import { charged, noAccounts, spentOf, usedOf } from '../../../src/replay/serving/budgets.ts'
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
  let accounts = noAccounts
  return moments.map(({ hours, date, turn = 1 }) => {
    const now = { atMicros: hours * hour, dateMicros: date === undefined ? undefined : Date.parse(date) * 1_000, turn }
    const before = spentOf(accounts, purse, '', now)
    ;[accounts] = charged(policy, accounts, () => '', now, dollar)
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
    const account = (): string => 'a'
    const [three, none] = charged(policy, noAccounts, account, now, 4n * dollar - 1n)
    expect(none).toEqual([])
    const [four, alerts] = charged(policy, three, account, now, 1n)
    expect(alerts).toEqual([{ budget: 'purse', subject: 'a', alert: 'soon', overshootPicoUsd: 0n }])
    const [, events] = charged(policy, four, account, now, 3n * dollar)
    expect(events).toEqual([{ budget: 'purse', subject: 'a', alert: undefined, overshootPicoUsd: 2n * dollar }])
  })

  it('keeps an account for each subject, and rounds a share down', () => {
    const policy = policyWith('limit $3 per session')
    const purse = purseOf(policy)
    const [accounts] = charged(policy, noAccounts, () => '__proto__', now, dollar)
    expect(usedOf(accounts, purse, '__proto__', now)).toBe(333_333)
    expect(usedOf(accounts, purse, 'other', now)).toBe(0)
  })
})
