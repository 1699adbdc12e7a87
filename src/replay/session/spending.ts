import type { Budget, Policy } from '../../policy/core.ts'
import type { Decision, SessionState } from '../../policy/decision.ts'
import type { SessionRecord } from '../../trace/record.ts'
import type { Money } from '../result/money.ts'
import { budgetSubject, isOfSession } from '../serving/budget-subject.ts'
import type { Payer } from '../serving/budget-subject.ts'
import type { Amount, BudgetMoment } from '../serving/budget-window.ts'
import { noAmount, sumOf } from '../serving/budget-window.ts'
import { usedMillionths } from '../serving/budgets.ts'
import type { Budgets } from '../serving/budgets.ts'
import type { ReachedShare, Surroundings } from '../simulator/surroundings.ts'

/** A session that spends: its own accounts, and those that it shares. */
export interface Spender {
  readonly policy: Policy
  readonly session: string
  readonly header: SessionRecord | undefined
  readonly surroundings: Surroundings
  readonly budgets: Budgets
  readonly reached: ReachedShare[]
  readonly isDated: boolean
}

/** A call that has ended, as far as somebody pays for it. */
export interface ChargedCall {
  readonly decision: Decision
  readonly provider: string | undefined
  /** `undefined`: nobody pays for this part. */
  readonly money: readonly (Money | undefined)[]
}

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
export function spendingAt(spender: Spender, state: SessionState, atMicros: number): readonly AccountState[] {
  const { policy } = spender
  if (policy.budgets.length === 0) return []
  const now = budgetMoment(spender, state.turn, atMicros)
  const payer = payerOf(spender, state)
  return policy.budgets.flatMap((budget) => {
    const providers = budget.scope === 'provider' ? policy.providers.map(({ name }) => name) : [undefined]
    return providers.map((provider): AccountState => {
      const spent = budgetsWith(spender, budget).spent(budget, budgetSubject(budget, payer, provider), now)
      const used = (picoUsd: bigint | null): number =>
        picoUsd === null ? Number.MAX_SAFE_INTEGER : usedMillionths(budget, picoUsd)
      return { budget: budget.name, provider, spent, used, isVague: used(spent.lo) !== used(spent.hi) }
    })
  })
}

/** Charges a call that has ended to every budget; a stopped one is counted where it was stopped. */
export function chargeCall(
  spender: Spender,
  state: SessionState,
  { decision, provider, money }: ChargedCall,
  endMicros: number,
): void {
  const { policy, session } = spender
  if (policy.budgets.length === 0) return
  if (decision.noRoute !== undefined) {
    const stopped = policy.budgets.find((budget) => budget.name === decision.rule)
    if (stopped !== undefined) budgetsWith(spender, stopped).stop(stopped)
  }
  const amount = money.flatMap((part) => (part === undefined ? [] : [amountOf(part)])).reduce(sumOf, noAmount)
  if (amount.hi === 0n) return
  const now = budgetMoment(spender, state.turn, endMicros)
  const payer = payerOf(spender, state)
  for (const { budgets, reached } of [spender.surroundings, spender]) {
    const events = budgets.charge((budget) => budgetSubject(budget, payer, provider), now, amount)
    reached.push(...events.map((event) => ({ ...event, atMicros: endMicros, session, call: decision.call })))
  }
}

function budgetsWith(spender: Spender, budget: Budget): Budgets {
  return isOfSession(budget) ? spender.budgets : spender.surroundings.budgets
}

/** A call is charged at its value; where nothing is known of it, nothing, and no upper bound holds. */
function amountOf({ value, lo, hi }: Money): Amount {
  return { value: value ?? lo ?? 0n, lo: lo ?? 0n, hi }
}

function budgetMoment({ isDated }: Spender, turn: number, atMicros: number): BudgetMoment {
  return { atMicros, dateMicros: isDated ? atMicros : undefined, turn }
}

function payerOf({ header }: Spender, { history }: SessionState): Payer {
  return {
    signal: (name) => history.signals[name] ?? header?.signals?.[name],
    account: header?.account,
  }
}
