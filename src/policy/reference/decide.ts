import type { Policy } from '../core.ts'
import type {
  CallInput,
  Decision,
  Evaluator,
  RememberedChoice,
  SessionState,
  SwitchRecord,
  World,
} from '../decision.ts'
import { factOf } from '../facts.ts'
import { firstEndpoint, lineUp, servePlan } from '../line-up.ts'
import { clockOf, forgetPerChoice, pinModel, refreshed } from '../memory.ts'
import { isUnknown } from '../value.ts'
import { decided } from './blocks.ts'
import type { Outcome } from './blocks.ts'
import { evaluate } from './evaluate.ts'
import { truthOf } from './logic.ts'
import { compaction } from './money.ts'
import type { Observer } from './observer.ts'
import { scopeOf, startRun } from './run.ts'
import type { Run } from './run.ts'
import { newNotes, priceMoment } from './scope.ts'
import type { Trace } from './trace.ts'

/** The definition of the meaning: slow, plain, and right. */
export function referenceEvaluator(policy: Policy, observer?: Observer): Evaluator {
  return { policy, decide: (state, input, world) => decide(policy, state, input, world, undefined, observer) }
}

/** One call, already observed: which model it goes to, and the session afterwards. */
export function decide(
  policy: Policy,
  state: SessionState,
  input: CallInput,
  world: World,
  trace: Trace | undefined,
  observer?: Observer,
): readonly [SessionState, Decision] {
  const run = startRun(policy, state, input, world, trace, observer)
  const moment = state.choice === undefined ? 'start' : input.beginsTurn ? 'turn' : 'call'
  const { stopped } = run.candidates
  if (stopped !== undefined) trace?.leaf(`budget ${stopped.budget}`, 'spent: every call stops')
  const outcome: Outcome =
    stopped === undefined
      ? decided(run, moment)
      : { kind: 'none', rule: stopped.budget, reason: 'rule', forThisCall: false, noRoute: stopped.reason }
  const model = outcome.kind === 'model' ? outcome.model : undefined
  // What the choice stands on is complete; what `hide` reads from here on marks nothing.
  const missing = [...run.missing].sort()
  const remembered = outcome.kind === 'model' ? remember(run, outcome) : undefined
  const switched = remembered === undefined ? undefined : switchTo(run, remembered)
  const hiddenTools = model === undefined ? [] : hidden(run, model)
  const now = clockOf(input)
  if (model !== undefined) {
    for (const pin of run.pins) run.state = pinModel(run.state, pin, model, now)
  }
  const decision: Decision = {
    call: state.call,
    turn: state.turn,
    block: moment,
    rule: outcome.rule,
    after: run.after,
    reason: outcome.reason,
    model,
    profile: outcome.kind === 'model' ? outcome.profile : undefined,
    at: outcome.kind === 'model' ? outcome.at : undefined,
    noRoute: outcome.kind === 'none' ? { reason: outcome.noRoute } : undefined,
    forThisCall: outcome.forThisCall,
    before: state.choice?.model,
    upgraded: run.upgraded,
    noStep: run.noStep,
    switched,
    drawn: run.drawn,
    reminders: run.reminders,
    alerts: run.alerts,
    hiddenTools,
    asked: run.notes.asked,
    undetermined: missing.length > 0,
    missing,
    resting: run.candidates.resting,
    endpoints:
      model === undefined ? [] : run.candidates.of(model).endpoints.map((host) => host.provider),
  }
  return [refreshed(policy, run.state, run.notes.read, now), decision]
}

type ModelOutcome = Extract<Outcome, { readonly kind: 'model' }>

/** The choice as it is remembered; `undefined` where nothing new is. */
function remember(run: Run, outcome: ModelOutcome): RememberedChoice | undefined {
  if (outcome.kept || outcome.forThisCall) return undefined
  const host = firstHost(run, outcome)
  const choice: RememberedChoice = {
    model: outcome.model,
    profile: outcome.profile,
    at: outcome.at,
    family: host?.family,
    provider: host?.provider,
  }
  return choice
}

/** The endpoint that this choice's call would try first, a draw taken as written. */
function firstHost(run: Run, { model, profile, at }: ModelOutcome): ReturnType<typeof firstEndpoint> {
  const { policy, state, input } = run
  const scope = { ...scopeOf(run), trace: undefined, observer: undefined, notes: newNotes() }
  const plan = servePlan(policy, model, profile)
  const order = factOf(policy, state, input, 'request.order')
  const line = lineUp({
    model,
    plan,
    endpoints: run.candidates.of(model).endpoints,
    at,
    state,
    requestOrder: Array.isArray(order) ? order.map(String) : [],
    moment: { ...priceMoment(scope), serviceTier: plan.serviceTier },
    clockMicros: clockOf(input),
    judge: (condition, host) => {
      const truth = truthOf(evaluate(condition, { ...scope, it: host }))
      return isUnknown(truth) ? undefined : truth
    },
  })
  return firstEndpoint(line)
}

/** Remembers a choice, and what changes where it is another model than the last one remembered. */
function switchTo(run: Run, choice: RememberedChoice): SwitchRecord | undefined {
  const { policy, input } = run
  const last = run.state.lastChoice
  const before = run.state.choice
  if (before !== undefined && before.model !== choice.model) run.state = forgetPerChoice(policy, run.state)
  run.state = { ...run.state, choice, lastChoice: choice }
  if (last === undefined || last.model === choice.model) return undefined
  const crossing = {
    otherProvider: differ(last.provider, choice.provider),
    otherFamily: differ(last.family, choice.family),
  }
  const { kind: session, call, turn } = run.state
  const { switching } = policy
  const kind = session === 'concrete' ? switching.concrete : switching.router
  const compactTo = compaction(switching, crossing)
  const moment = { call, turn, micros: clockOf(input) }
  run.state = {
    ...run.state,
    events: { ...run.state.events, switch: moment, ...(compactTo != null && { compaction: moment }) },
    ...(kind === 'hard' && {
      kind: 'concrete' as const,
      requested: choice.model,
      requestedFixed: true,
    }),
  }
  return { from: last.model, to: choice.model, kind, ...crossing, compactToMillionths: compactTo?.millionths }
}

/** What is not known to differ is taken for the same. */
function differ(left: string | undefined, right: string | undefined): boolean {
  return left !== undefined && right !== undefined && left !== right
}

/** Judged after the choice, with `current` the model just chosen. */
function hidden(run: Run, model: string): readonly string[] {
  const { state, notes } = run
  const current = { model, profile: undefined, at: undefined, family: undefined, provider: undefined }
  const scope = {
    ...scopeOf(run),
    state: { ...state, choice: state.choice?.model === model ? state.choice : current },
    notes: { ...newNotes(), asked: notes.asked },
  }
  const tools = run.policy.hides
    .filter((hide) => {
      run.trace?.open(`hide ${hide.name}`)
      const hides = evaluate(hide.when, scope) === true
      run.trace?.close(hides ? `hides ${JSON.stringify(hide.tool)}` : 'does not hide')
      return hides
    })
    .map((hide) => hide.tool)
  return [...new Set(tools)]
}
