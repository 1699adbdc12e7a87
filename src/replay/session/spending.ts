import type { Budget } from '../../policy/core.ts'
import type { SessionState } from '../../policy/decision.ts'
import type { CallResult, Money } from '../result.ts'
import { budgetSubject, isOfSession } from '../serving/budget-subject.ts'
import type { Payer } from '../serving/budget-subject.ts'
import type { Amount, BudgetMoment } from '../serving/budget-window.ts'
import { sumOf } from '../serving/budget-window.ts'
import { usedMillionths } from '../serving/budgets.ts'
import type { Budgets } from '../serving/budgets.ts'
import type { Arrival } from '../simulator/session-clock.ts'
import type { Run } from './run.ts'

/** What one account of a budget holds when a call is decided. */
export interface AccountState {
  readonly budget: string
  /** `undefined`: the budget is not one of providers. */
  readonly provider: string | undefined
  readonly spent: Amount
  readonly used: (picoUsd: bigint | null) => number
  /** Its share of the limit is another one at the bounds of what was spent. */
  readonly isVague: boolean
}

/** Of every budget, as far as calls that ended before this instant tell. */
export function spendingAt(run: Run, state: SessionState, arrival: Arrival): readonly AccountState[] {
  const { policy } = run.options.evaluator
  if (policy.budgets.length === 0) return []
  const now = budgetMoment(run, state.turn, arrival.clockMicros)
  const payer = payerOf(run, state)
  return policy.budgets.flatMap((budget) => {
    const providers = budget.scope === 'provider' ? policy.providers.map(({ name }) => name) : [undefined]
    return providers.map((provider): AccountState => {
      const spent = budgetsWith(run, budget).spent(budget, budgetSubject(budget, payer, provider), now)
      const used = (picoUsd: bigint | null): number =>
        picoUsd === null ? Number.MAX_SAFE_INTEGER : usedMillionths(budget, picoUsd)
      return { budget: budget.name, provider, spent, used, isVague: used(spent.lo) !== used(spent.hi) }
    })
  })
}

/** Charges a call that has ended to every budget; a stopped one is counted where it was stopped. */
export function chargeCall(run: Run, state: SessionState, result: CallResult, endMicros: number): void {
  const { policy } = run.options.evaluator
  if (policy.budgets.length === 0) return
  const { decision, call } = result
  if (decision.noRoute !== undefined) {
    const stopped = policy.budgets.find((budget) => budget.name === decision.rule)
    if (stopped !== undefined) budgetsWith(run, stopped).stop(stopped)
  }
  const amount = [result.policyCost, result.overheadCost, result.attemptsCost]
    .flatMap((money) => (money === undefined ? [] : [amountOf(money)]))
    .reduce(sumOf)
  if (amount.hi === 0n) return
  const now = budgetMoment(run, state.turn, endMicros)
  const payer = payerOf(run, state)
  const { session } = run.session
  for (const { budgets, reached } of [run.surroundings, run]) {
    const events = budgets.charge((budget) => budgetSubject(budget, payer, result.served?.provider), now, amount)
    reached.push(...events.map((event) => ({ ...event, atMicros: endMicros, session, call })))
  }
}

function budgetsWith(run: Run, budget: Budget): Budgets {
  return isOfSession(budget) ? run.budgets : run.surroundings.budgets
}

/** A call is charged at its value; where nothing is known of it, nothing, and no upper bound holds. */
function amountOf({ value, lo, hi }: Money): Amount {
  return { value: value ?? lo ?? 0n, lo: lo ?? 0n, hi }
}

function budgetMoment({ isDated }: Run, turn: number, atMicros: number): BudgetMoment {
  return { atMicros, dateMicros: isDated ? atMicros : undefined, turn }
}

function payerOf(run: Run, { history }: SessionState): Payer {
  const { header } = run.session
  return {
    signal: (name) => history.signals[name] ?? header?.signals?.[name],
    account: header?.account,
  }
}
