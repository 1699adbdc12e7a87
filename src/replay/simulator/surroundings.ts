import type { Policy } from '../../policy/core.ts'
import { isOfSession } from '../serving/budget-subject.ts'
import { openBudgets } from '../serving/budgets.ts'
import type { Budgets, BudgetEvent } from '../serving/budgets.ts'
import { newFleet } from '../serving/fleet.ts'
import type { Fleet } from '../serving/fleet.ts'

/** What sessions of one clock find and leave: hosts as they are known, and accounts that are shared. */
export interface Surroundings {
  /** Other sessions find what one leaves. */
  readonly isShared: boolean
  readonly fleet: Fleet
  readonly budgets: Budgets
  /** Shares of budgets that were reached, in order. */
  readonly reached: ReachedShare[]
}

/** A share of a budget that a call has brought an account to. */
export interface ReachedShare extends BudgetEvent {
  readonly atMicros: number
  readonly session: string
  readonly call: number
}

export function newSurroundings(policy: Policy, { isShared }: { readonly isShared: boolean }): Surroundings {
  return {
    isShared,
    fleet: newFleet(policy),
    budgets: openBudgets(policy.budgets.filter((budget) => !isOfSession(budget))),
    reached: [],
  }
}
