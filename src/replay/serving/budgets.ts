import type { Budget, Policy } from '../../policy/core.ts'
import { spendingAfter, spentIn } from './budget-window.ts'
import type { BudgetMoment, Spending } from './budget-window.ts'

/** What has been charged to every budget: one sum a budget and subject (a provider, a team). */
export type Accounts = ReadonlyMap<Budget, ReadonlyMap<string, Spending>>

export const noAccounts: Accounts = new Map()

/** What a charge has led to: an alert to give, and by how much a limit has been passed. */
export interface BudgetEvent {
  readonly budget: string
  readonly subject: string
  readonly alert: string | undefined
  readonly overshootPicoUsd: bigint
}

/** Whose account of a budget a call is charged to; where a scope is not told apart there is one. */
export type SubjectOf = (budget: Budget) => string

export function spentOf(
  accounts: Accounts,
  budget: Budget,
  subject: string,
  now: BudgetMoment,
): bigint {
  return spentIn(budget, accounts.get(budget)?.get(subject), now)
}

/** Millionths of the limit, rounded down: a share is reached when it is reached in full. */
export function usedOf(
  accounts: Accounts,
  budget: Budget,
  subject: string,
  now: BudgetMoment,
): number {
  const spent = spentOf(accounts, budget, subject, now)
  if (budget.limitPicoUsd === 0n) return 10_000_000
  return Number((spent * 1_000_000n) / budget.limitPicoUsd)
}

/**
 * Charges a call to every budget, after it: what was checked before could pass the limit by one call,
 * and the event says by how much. An alert is given when its share is first reached in a window.
 */
export function charged(
  policy: Policy,
  accounts: Accounts,
  subjectOf: SubjectOf,
  now: BudgetMoment,
  picoUsd: bigint,
): readonly [Accounts, readonly BudgetEvent[]] {
  const next = new Map(accounts)
  const events: BudgetEvent[] = []
  for (const budget of policy.budgets) {
    const subject = subjectOf(budget)
    const before = usedOf(accounts, budget, subject, now)
    const spending = spendingAfter(budget, accounts.get(budget)?.get(subject), now, picoUsd)
    next.set(budget, new Map(accounts.get(budget)).set(subject, spending))
    const after = usedOf(next, budget, subject, now)
    const over = spending.picoUsd - budget.limitPicoUsd
    const overshootPicoUsd = over > 0n ? over : 0n
    const reached = budget.actions.filter(
      ({ atMillionths }) => before < atMillionths && after >= atMillionths,
    )
    for (const { action } of reached) {
      const alert = action.kind === 'alert' ? action.text : undefined
      events.push({ budget: budget.name, subject, alert, overshootPicoUsd })
    }
  }
  return [next, events]
}
