import { canonicalModel } from '../policy/catalogue-queries.ts'
import { drawMillionths } from '../policy/draw.ts'
import type { Conclusion, Evaluator, SessionState } from '../policy/decision.ts'
import { conclude, observe, startSession } from '../policy/session-state.ts'
import type { CallRecord } from '../trace/record.ts'
import type { RecordedSession } from '../trace/session.ts'
import { callInput } from './call-input.ts'
import { compactionMoney, recordedMoney, recordedVerdictsMoney } from './call-money.ts'
import { judgeInvariants } from './claims.ts'
import { differenceOf } from './divergence.ts'
import { drawnGroups } from './draw-hosts.ts'
import type { KeyedDraw } from './draw-hosts.ts'
import { callFacts, sessionFacts } from './group-facts.ts'
import type { GroupFacts } from './group-facts.ts'
import { hostsOf } from './hosts.ts'
import type { DecidedCall } from './hosts.ts'
import { outcomeHashOf } from './outcome.ts'
import { outputTokensOf, tokensOf } from './pricing.ts'
import { overheadMoney, policyMoney } from './policy-money.ts'
import { recordedHealth } from './recorded-health.ts'
import { datedMicros } from '../trace/dated.ts'
import { comparablePlace, recordedPlace } from './recorded-place.ts'
import { serve } from './serve.ts'
import type { Service } from './serve.ts'
import { eventReader } from './session-events.ts'
import type { Between } from './session-events.ts'
import { openGate } from './serving/gate.ts'
import { sessionWorld } from './session-world.ts'
import type { WorldSources } from './session-world.ts'
import type {
  Attempt,
  Breach,
  CallResult,
  Divergence,
  Phase,
  Place,
  SessionResult,
  UnreplayedCall,
} from './result.ts'
import { tallyOf } from './tally.ts'
import { uncountedPhrases } from './uncounted-phrases.ts'

export interface SessionReplayOptions {
  readonly evaluator: Evaluator
  /** `frozen` goes on past a divergence with the logged features; `stop` ends there. */
  readonly mode: 'frozen' | 'stop'
  readonly seed: string
  /** Calls outside the selection are decided, for the state, and count nowhere. */
  readonly selects?: ((call: CallRecord, session: RecordedSession) => boolean) | undefined
  /** Called with every decided call: what `explain` shows is decided again from this. */
  readonly onDecided?: ((call: DecidedCall, record: CallRecord) => void) | undefined
}

/** One recorded session under a policy: observe, decide, serve, conclude, call after call. */
export function replaySession(session: RecordedSession, options: SessionReplayOptions): SessionResult {
  const { policy } = options.evaluator
  const run = startRun(session, options)
  const unreplayed: UnreplayedCall[] = []
  const skipped: { call: number; reason: string }[] = []
  const calls: CallResult[] = []
  for (const record of session.calls) {
    const isSelected = options.selects?.(record, session) ?? true
    run.facts = { ...run.facts, ...callFacts(record) }
    if (beginsTurn(record, run.previous)) run.turn += 1
    if (run.divergence !== undefined && options.mode === 'stop') {
      if (isSelected) unreplayed.push(unreplayedCall(run, record))
    } else {
      const result = replayCall(run, record)
      if (isSelected) calls.push(result)
    }
    if (!isSelected) skipped.push({ call: record.call, reason: 'not selected' })
  }
  // Events after the last call: a compaction there still cost somebody something.
  account(run, run.events(undefined), (session.calls.at(-1)?.call ?? 0) + 1)
  const dropped = new Set(skipped.map((each) => each.call))
  const result: Omit<SessionResult, 'outcomeHash'> = {
    session: session.session,
    facts: sessionFacts(session),
    calls,
    divergence: run.divergence,
    unreplayed,
    skipped,
    breaches: run.breaches.filter((breach) => !dropped.has(breach.call)),
    invariantsChecked: tallyOf(
      run.judged.filter((each) => !dropped.has(each.call)).map((each) => each.invariant),
    ),
    turnsUnknown: turnsUnknown(session, calls.length + unreplayed.length),
    uncountedPhrases: uncountedPhrases(policy, session),
    hasVerdict: session.calls.some((call) => Object.keys(call.prompt.classifiers ?? {}).length > 0),
    unloggedCompactions: run.compactions.map(({ beforeCall, model, tokens, atMicros }) => ({
      beforeCall,
      cost: compactionMoney(policy, model, tokens, atMicros),
    })),
  }
  return { ...result, outcomeHash: outcomeHashOf(result) }
}

interface Run {
  readonly session: RecordedSession
  readonly options: SessionReplayOptions
  readonly events: (call: CallRecord | undefined) => Between
  readonly health: ReturnType<typeof recordedHealth>
  readonly offeredTools: ReadonlySet<string> | undefined
  readonly faults: WorldSources['faults']
  readonly attempts: Attempt[]
  readonly breaches: Breach[]
  readonly judged: { readonly call: number; readonly invariant: string }[]
  readonly compactions: {
    readonly beforeCall: number
    readonly model: string | undefined
    readonly tokens: number | undefined
    readonly atMicros: number | undefined
  }[]
  state: SessionState
  turn: number
  facts: GroupFacts
  previous: CallRecord | undefined
  divergence: Divergence | undefined
}

function startRun(session: RecordedSession, options: SessionReplayOptions): Run {
  const { policy } = options.evaluator
  const offered = session.calls.flatMap((call) => call.prompt.toolsOffered ?? [])
  return {
    session,
    options,
    events: eventReader(session.events),
    health: recordedHealth(policy, session),
    offeredTools: offered.length === 0 ? undefined : new Set(offered),
    faults: session.events.filter((event) => event.event === 'fault'),
    attempts: [],
    breaches: [],
    judged: [],
    compactions: [],
    state: startSession(policy, session.session),
    turn: 0,
    facts: {},
    previous: undefined,
    divergence: undefined,
  }
}

function replayCall(run: Run, record: CallRecord): CallResult {
  const { policy } = run.options.evaluator
  const between = run.events(record)
  account(run, between, record.call)
  const decided = decideCall(run, record, between)
  run.options.onDecided?.(decided, record)
  const { decision } = decided
  const service = serveCall(run, record, decided)
  const end = service?.end ?? 'no-route'
  const recorded = recordedPlace(policy, record)
  const tried = triedPlace(service)
  const phase = phaseOf(run, record, decided, end, recorded, tried, between.compacted)
  const served = end === 'served' || end === 'cancelled' ? tried : undefined

  const recordedCost = recordedMoney(policy, record, recorded)
  const policyCost = policyMoney(policy, record, phase, recordedCost, served)
  const overheadCost = overheadMoney(policy, record, decision, phase, between.compacted)
  run.attempts.push(...(service?.attempts ?? []))
  for (const judgement of judgeInvariants(decided, end === 'served' ? service?.served : undefined)) {
    run.judged.push({ call: record.call, invariant: judgement.invariant })
    if (judgement.holds === false) {
      const { invariant, values } = judgement
      run.breaches.push({ invariant, session: run.session.session, call: record.call, values })
    }
  }
  run.state = conclude(policy, decided.decided, decision, conclusion(record, service))
  run.previous = record
  return {
    session: run.session.session,
    call: record.call,
    turn: decision.turn,
    startMicros: datedMicros(record),
    phase,
    decision,
    end,
    served,
    recorded,
    recordedEnd: record.end,
    attempts: service?.attempts ?? [],
    comparedByModelOnly:
      recorded !== undefined && comparablePlace(policy, recorded).provider === undefined && end !== 'no-route',
    decisionChanged: record.decision?.rule !== undefined && record.decision.rule !== decision.rule,
    recordedCost,
    recordedOverhead: recordedVerdictsMoney(policy, record),
    policyCost,
    overheadCost,
    promptTokens: record.prompt.tokens,
    outputTokens: record.usage === undefined ? undefined : outputTokensOf(record.usage),
    facts: run.facts,
    ...recordedFacts(record),
    assumptions: service?.assumptions ?? [],
  }
}

/** What is copied from the log, whatever the policy does. */
function recordedFacts(
  record: CallRecord,
): Pick<CallResult, 'outputIsLowerBound' | 'clientEstimatePicoUsd' | 'tokens'> {
  return {
    outputIsLowerBound: record.usage?.outputQuality === 'lower-bound',
    clientEstimatePicoUsd: record.cost?.source === 'estimate' ? BigInt(record.cost.picoUsd) : undefined,
    tokens: record.usage === undefined ? undefined : tokensOf(record.usage),
  }
}

function unreplayedCall(run: Run, record: CallRecord): UnreplayedCall {
  const { policy } = run.options.evaluator
  account(run, run.events(record), record.call)
  run.previous = record
  const recorded = recordedPlace(policy, record)
  return {
    call: record.call,
    turn: run.turn,
    startMicros: datedMicros(record),
    recorded,
    recordedCost: recordedMoney(policy, record, recorded),
    facts: run.facts,
    ...recordedFacts(record),
  }
}

/** Keeps the compactions that the log marks and nobody billed. */
function account(run: Run, between: Between, beforeCall: number): void {
  const { policy } = run.options.evaluator
  const before = run.previous
  for (const { tokensBefore } of between.unbilledCompactions) {
    run.compactions.push({
      beforeCall,
      model: before === undefined ? undefined : recordedPlace(policy, before)?.model,
      tokens: tokensBefore ?? before?.prompt.tokens,
      atMicros: before === undefined ? undefined : datedMicros(before),
    })
  }
}

/**
 * A compaction that the log marks before this call is the policy's own where its switch causes one
 * here; otherwise it is an event, and the decision sees it.
 */
function decideCall(run: Run, record: CallRecord, between: Between): DecidedCall {
  const own = decideWith(run, record, between, false)
  if (!between.compacted || own.decision.switched?.compactToMillionths !== undefined) return own
  return decideWith(run, record, between, true)
}

function decideWith(run: Run, record: CallRecord, between: Between, compacted: boolean): DecidedCall {
  const { evaluator, seed } = run.options
  const { policy } = evaluator
  const { session } = run.session
  const requested = record.requested ?? between.requested
  const input = callInput({
    header: run.session.header,
    isFirst: run.previous === undefined,
    beginsTurn: beginsTurn(record, run.previous),
    prompt: record.prompt,
    previousReply: run.previous?.reply,
    requested: requested === undefined ? undefined : canonicalModel(policy, requested),
    organisation: between.organisation,
    compacted,
    nowMicros: datedMicros(record),
    elapsedMicros: record.timeQuality === 'relative' ? record.startMicros : undefined,
  })
  const world = sessionWorld({
    seed,
    session,
    attempts: run.attempts,
    faults: run.faults,
    nowMicros: record.startMicros,
  })
  const begun = observe(policy, run.state, input)
  const [decided, decision] = evaluator.decide(begun, input, world)
  return { policy, begun, decided, input, world, decision }
}

/** In a log that tells no turns, every call after the first may begin one. */
function turnsUnknown({ calls }: RecordedSession, counted: number): number {
  const tells = calls.some((call) => call.turn !== undefined || call.prompt.user !== undefined)
  return tells ? 0 : Math.max(0, counted - 1)
}

/** A call that says nothing of turns and messages is the first of one where the session begins. */
function beginsTurn(record: CallRecord, previous: CallRecord | undefined): boolean {
  if (record.prompt.user !== undefined) return true
  if (record.turn === undefined) return previous === undefined
  return previous === undefined ? record.turn > 0 : previous.turn !== undefined && record.turn > previous.turn
}

function serveCall(run: Run, record: CallRecord, decided: DecidedCall): Service | undefined {
  const hosts = hostsOf(decided)
  if (hosts === undefined) return undefined
  const { seed } = run.options
  const { session } = run.session
  const draw: KeyedDraw = (purpose, ...key) =>
    drawMillionths([seed, session, 'serve', purpose, record.call, ...key])
  return serve({
    hosts,
    health: run.health.at(record),
    draw,
    gate: openGate,
    order: (line, view, model) => drawnGroups(line, view, (purpose, ...key) => draw(purpose, model, ...key)),
    startMicros: record.startMicros,
  })
}

/** Where the call went, whether it was served there or not. */
function triedPlace(service: Service | undefined): Place | undefined {
  const last = service?.served ?? service?.attempts.at(-1)
  return last === undefined ? undefined : { model: last.model, provider: last.provider }
}

function phaseOf(
  run: Run,
  record: CallRecord,
  { policy, decision }: DecidedCall,
  end: CallResult['end'],
  recorded: Place | undefined,
  tried: Place | undefined,
  compacted: boolean,
): Phase {
  if (run.divergence !== undefined) return 'after'
  const { offeredTools } = run
  const difference = differenceOf({ policy, record, decision, end, recorded, tried, compacted, offeredTools })
  if (difference === undefined) return 'before'
  run.divergence = { call: record.call, rule: decision.rule, ...difference }
  return 'at'
}

function conclusion(record: CallRecord, service: Service | undefined): Conclusion {
  if (service === undefined) {
    return { end: 'no-route', served: undefined, failedOver: false, adopted: undefined, atMicros: record.startMicros }
  }
  const { served } = service
  return {
    end: service.end,
    served:
      served === undefined || service.end !== 'served'
        ? undefined
        : {
            model: served.model,
            provider: served.provider,
            region: served.region ?? undefined,
            account: served.account ?? undefined,
          },
    failedOver: service.failedOver,
    adopted: service.adopted,
    atMicros: record.startMicros,
  }
}
