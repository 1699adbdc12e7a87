import type { Policy, ServeLines } from '../policy/core.ts'
import type { CallInput, Decision, SessionState, World } from '../policy/decision.ts'
import type { PriceMoment } from '../policy/catalogue-queries.ts'
import { factOf } from '../policy/facts.ts'
import { lineUp, servePlan } from '../policy/line-up.ts'
import type { LineUp } from '../policy/line-up.ts'
import { clockOf } from '../policy/memory.ts'
import { candidatesOf, eligibility } from '../policy/reference/candidates.ts'
import type { Candidates } from '../policy/reference/candidates.ts'
import { evaluate } from '../policy/reference/evaluate.ts'
import { truthOf } from '../policy/reference/logic.ts'
import type { Observer } from '../policy/reference/observer.ts'
import { newNotes, priceMoment } from '../policy/reference/scope.ts'
import type { Scope } from '../policy/reference/scope.ts'
import { isUnknown } from '../policy/value.ts'

/** Where a call may go: the chosen model's hosts, and those of a model that it falls back to. */
export interface Hosts {
  readonly plan: ServeLines
  readonly chosen: LineUp
  /** Of this call; its service tier is the plan's. */
  readonly moment: PriceMoment
  /** `undefined`: the model has been tried, is no candidate for this call, or has no host left. */
  fallback(model: string): { readonly plan: ServeLines; readonly line: LineUp } | undefined
}

/** One call: the state it began with, what was decided, and the state after that. */
export interface DecidedCall {
  readonly policy: Policy
  /** Observed, not decided: hard filters are judged with it. */
  readonly begun: SessionState
  readonly decided: SessionState
  readonly input: CallInput
  readonly world: World
  readonly decision: Decision
  /** Hears of what `prefer` and `require` come to. */
  readonly observer?: Observer | undefined
}

interface CallScope {
  readonly scope: Scope
  readonly candidates: Candidates
}

const scopes = new WeakMap<DecidedCall, CallScope>()

/** Who may be chosen is worked out once a call: serving and every claim ask for it. */
function callScope(call: DecidedCall): CallScope {
  const known = scopes.get(call)
  if (known !== undefined) return known
  const { policy, begun, decided, input, world } = call
  const begins: Scope = {
    policy,
    state: begun,
    input,
    world,
    it: undefined,
    eligible: undefined,
    claims: [],
    notes: newNotes(),
    trace: undefined,
  }
  const candidates = candidatesOf(begins)
  const scope = { ...begins, state: decided, eligible: eligibility(candidates, () => undefined) }
  const found = { scope, candidates }
  scopes.set(call, found)
  return found
}

/** The scope in which claims about a decided call, and its serving, are judged. */
export function scopeOfCall(call: DecidedCall): Scope {
  return callScope(call).scope
}

/** `undefined`: the decision has no route. */
export function hostsOf(call: DecidedCall): Hosts | undefined {
  const { policy, decided, input, decision, observer } = call
  if (decision.model === undefined) return undefined
  const { scope, candidates } = callScope(call)
  const order = factOf(policy, decided, input, 'request.order')
  const moment = priceMoment(scope)
  const line = (model: string, plan: ServeLines, at: string | undefined): LineUp =>
    lineUp({
      model,
      plan,
      endpoints: candidates.of(model).endpoints,
      at,
      state: decided,
      requestOrder: Array.isArray(order) ? order.map(String) : [],
      moment: { ...moment, serviceTier: plan.serviceTier },
      clockMicros: clockOf(input),
      judge: (condition, host) => {
        const truth = truthOf(evaluate(condition, { ...scope, it: host, observer }))
        return isUnknown(truth) ? undefined : truth
      },
    })
  const plan = servePlan(policy, decision.model, decision.profile)
  return {
    plan,
    chosen: line(decision.model, plan, decision.at),
    moment,
    fallback: (model) => {
      if (model === decision.model || !candidates.of(model).candidate) return undefined
      const own = servePlan(policy, model, undefined)
      const hosts = line(model, own, undefined)
      return hosts.groups.length === 0 ? undefined : { plan: own, line: hosts }
    },
  }
}
