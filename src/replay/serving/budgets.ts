import type { Budget } from '../../policy/core.ts'
import { entryOf } from '../../policy/entries.ts'
import { noAmount, spendingAfter, spentIn, sumOf } from './budget-window.ts'
import type { Amount, BudgetMoment, Spending } from './budget-window.ts'

/**
 * The accounts of some budgets: one a budget and subject (a provider, a team). Checked before a call,
 * charged after it, so calls in flight can go past a limit together; the tally says by how much.
 */
export interface Budgets {
  readonly budgets: readonly Budget[]
  /** In the present window of one account. */
  spent(budget: Budget, subject: string, now: BudgetMoment): Amount
  /** What this charge has led to: each share that an account now reaches. */
  charge(subjectOf: SubjectOf, now: BudgetMoment, amount: Amount): readonly BudgetEvent[]
  /** A call that ended for want of money. */
  stop(budget: Budget): void
  tallies(): readonly BudgetTally[]
  /** Every account, as plain JSON; `openBudgets` goes on from it. */
  saved(): SavedAccounts
}

/** What is spent in the present windows, by budget and subject; money is pico-dollars in decimal text. */
export interface SavedAccounts {
  readonly [budget: string]: {
    readonly [subject: string]: {
      readonly sinceMicros: number
      readonly period: string
      readonly value: string
      readonly lo: string
      /** `null`: no upper bound. */
      readonly hi: string | null
    }
  }
}

/** Whose account of a budget a call is charged to; where a scope is not told apart there is one. */
export type SubjectOf = (budget: Budget) => string

/** A share of a budget that has been reached, by what was charged. */
export interface BudgetEvent {
  readonly budget: string
  readonly subject: string
  readonly atMillionths: number
  readonly action: Budget['actions'][number]['action']
  readonly overshootPicoUsd: bigint
}

/** What a budget came to over all its accounts and windows. */
export interface BudgetTally {
  readonly budget: string
  readonly limitPicoUsd: bigint
  readonly spent: Amount
  /** Windows with spending, and those of them in which the limit was reached. */
  readonly windows: number
  readonly exhausted: number
  /** The farthest that one window went past the limit: calls are charged after they end. */
  readonly overshootPicoUsd: bigint
  readonly callsStopped: number
}

interface Account {
  readonly spending: Spending
  /** It has reached the limit in its present window. */
  readonly exhausted: boolean
}

interface Kept {
  readonly accounts: Map<string, Account>
  tally: BudgetTally
}

export function openBudgets(budgets: readonly Budget[], saved: SavedAccounts = {}): Budgets {
  const kept = new Map(
    budgets.map((budget): [Budget, Kept] => [
      budget,
      { accounts: restored(budget, entryOf(saved, budget.name)), tally: noTally(budget) },
    ]),
  )
  const spent: Budgets['spent'] = (budget, subject, now) =>
    spentIn(budget, kept.get(budget)?.accounts.get(subject)?.spending, now)
  return {
    budgets,
    spent,
    charge: (subjectOf, now, amount) =>
      [...kept].flatMap(([budget, own]) => charged(budget, own, subjectOf(budget), now, amount)),
    stop: (budget) => {
      const own = kept.get(budget)
      if (own !== undefined) own.tally = { ...own.tally, callsStopped: own.tally.callsStopped + 1 }
    },
    tallies: () => [...kept.values()].map(({ tally }) => tally),
    saved: () =>
      Object.fromEntries(
        [...kept].map(([budget, { accounts }]) => [
          budget.name,
          Object.fromEntries([...accounts].map(([subject, { spending }]) => [subject, savedSpending(spending)])),
        ]),
      ),
  }
}

function savedSpending({ sinceMicros, period, spent }: Spending): SavedAccounts[string][string] {
  return {
    sinceMicros,
    period,
    value: spent.value.toString(),
    lo: spent.lo.toString(),
    hi: spent.hi === null ? null : spent.hi.toString(),
  }
}

function restored(budget: Budget, saved: SavedAccounts[string] = {}): Map<string, Account> {
  return new Map(
    Object.entries(saved).map(([subject, { sinceMicros, period, value, lo, hi }]): [string, Account] => {
      const spent = { value: BigInt(value), lo: BigInt(lo), hi: hi === null ? null : BigInt(hi) }
      return [subject, { spending: { sinceMicros, period, spent }, exhausted: spent.value >= budget.limitPicoUsd }]
    }),
  )
}

/** Millionths of the limit, rounded down: a share is reached when it is reached in full. */
export function usedMillionths({ limitPicoUsd }: Budget, picoUsd: bigint): number {
  return limitPicoUsd === 0n ? 10_000_000 : Number((picoUsd * 1_000_000n) / limitPicoUsd)
}

function noTally({ name, limitPicoUsd }: Budget): BudgetTally {
  return { budget: name, limitPicoUsd, spent: noAmount, windows: 0, exhausted: 0, overshootPicoUsd: 0n, callsStopped: 0 }
}

/** Of two disjoint sets of accounts of one budget. */
export function mergeTally(left: BudgetTally, right: BudgetTally): BudgetTally {
  return {
    budget: left.budget,
    limitPicoUsd: left.limitPicoUsd,
    spent: sumOf(left.spent, right.spent),
    windows: left.windows + right.windows,
    exhausted: left.exhausted + right.exhausted,
    overshootPicoUsd: left.overshootPicoUsd > right.overshootPicoUsd ? left.overshootPicoUsd : right.overshootPicoUsd,
    callsStopped: left.callsStopped + right.callsStopped,
  }
}

function charged(
  budget: Budget,
  own: Kept,
  subject: string,
  now: BudgetMoment,
  amount: Amount,
): readonly BudgetEvent[] {
  const account = own.accounts.get(subject)
  const before = spentIn(budget, account?.spending, now)
  const spending = spendingAfter(budget, account?.spending, now, amount)
  const begins = spending.spent === amount
  const over = spending.spent.value - budget.limitPicoUsd
  const exhausted = over >= 0n
  const overshootPicoUsd = over > 0n ? over : 0n
  const { tally } = own
  own.accounts.set(subject, { spending, exhausted })
  own.tally = {
    ...tally,
    spent: sumOf(tally.spent, amount),
    windows: tally.windows + (begins ? 1 : 0),
    exhausted: tally.exhausted + (exhausted && (begins || account?.exhausted !== true) ? 1 : 0),
    overshootPicoUsd: overshootPicoUsd > tally.overshootPicoUsd ? overshootPicoUsd : tally.overshootPicoUsd,
  }
  const [from, to] = [usedMillionths(budget, before.value), usedMillionths(budget, spending.spent.value)]
  return budget.actions
    .filter(({ atMillionths }) => from < atMillionths && to >= atMillionths)
    .map(({ atMillionths, action }) => ({ budget: budget.name, subject, atMillionths, action, overshootPicoUsd }))
}
