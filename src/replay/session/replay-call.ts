import { assumptionNames } from '../../policy/assumption-names.ts'
import type { Decision } from '../../policy/decision.ts'
import { conclude } from '../../policy/session-state.ts'
import { datedMicros } from '../../trace/dated.ts'
import type { CallRecord } from '../../trace/record.ts'
import { modelledCall, overheadOf, recordedMoney, recordedVerdictsMoney, sameAnswers, usageWith } from '../call-money.ts'
import { judgeInvariants } from '../claims.ts'
import { conclusionOf } from '../conclusion.ts'
import { differenceOf } from '../divergence.ts'
import type { Comparison } from '../divergence.ts'
import { drawnOrder, servingDraw } from '../draw-hosts.ts'
import { hostsOf } from '../hosts.ts'
import type { DecidedCall } from '../hosts.ts'
import { exactMoney } from '../money.ts'
import { attemptsMoney, classifierMoney, recordedAttemptsMoney, switchCompactionMoney, undivergedMoney } from '../policy-money.ts'
import { isPriceAssumed, tokensOf } from '../pricing.ts'
import { healthyBetween, unknownHealth } from '../recorded-health.ts'
import { comparablePlace, recordedPlace } from '../recorded-place.ts'
import type { CallResult, Phase, Place, UnreplayedCall } from '../result/call.ts'
import type { Money } from '../result/money.ts'
import { serve } from '../serve.ts'
import type { Service } from '../serve.ts'
import { gateOf } from '../serving/fleet.ts'
import type { Between } from '../session-events.ts'
import type { Activity } from '../simulator/activity.ts'
import { atArrival } from '../simulator/session-clock.ts'
import type { Arrival } from '../simulator/session-clock.ts'
import { answerTime } from './answer-time.ts'
import { taintAfter, taintedBy } from '../taint.ts'
import { callEffects } from '../effects.ts'
import { contextTokens, editPrompt, isWarmFor, receiveCall, settleCall } from './caches.ts'
import type { CallCaching } from './caches.ts'
import { decideCall } from './decide-call.ts'
import { project, projectCall } from './project.ts'
import { spenderOf } from './run.ts'
import type { Run } from './run.ts'
import { chargeCall } from './spending.ts'
import { outputTokensOf } from '../../trace/usage-sums.ts'

/** One call: it arrives, is decided, served, concluded. */
export function* replayCall(run: Run, record: CallRecord): Activity<CallResult> {
  const { policy } = run.options.evaluator
  const arrival = run.clock.arrive(record)
  yield { for: 'arrival', atMicros: arrival.clockMicros }
  const between = run.events(record)
  account(run, between, record.call)
  receiveCall(run.caches, record, between.compacted, run.beginsTurn(record))
  project(run, record, between)
  const { decided, hingesOn } = decideCall(run, record, between, arrival)
  run.options.onDecided?.(decided, record)
  const { decision } = decided
  const service = yield* serveCall(run, record, decided, arrival)
  const end: CallResult['end'] = service?.end ?? 'no-route'
  const recorded = recordedPlace(policy, record)
  const tried = triedPlace(service)
  const { offeredTools } = run
  const { compacted } = between
  const comparison = { policy, record, decision, end, recorded, tried, compacted, offeredTools }
  const phase = phaseOf(run, comparison)
  const tainted = phase === 'after' ? taintedBy(run.taint, decided, run.options.mode) : []
  run.taint = taintAfter(run.taint, comparison, tainted.length > 0)
  const served = end === 'served' || end === 'cancelled' ? tried : undefined

  const recordedCost = recordedMoney(policy, record, recorded)
  const { caches } = run
  const context = {
    alreadyCompacted: compacted,
    tokens: contextTokens(caches, record),
    isWarm: decision.before === undefined ? undefined : isWarmFor(caches, policy, decision.before, atArrival(record, arrival)),
  }
  editPrompt(caches, record, decision, compacted)
  const caching = settleCall(caches, policy, record, service, phase)
  const policyCost =
    phase === 'before'
      ? undivergedMoney(recordedCost, answersAnew(service))
      : run.options.mode === 'projected'
        ? projectCall(run, record, { decision, recorded, served, phase, input: caching?.served })
        : modelledCall(policy, record, served, caching?.served, !run.taint.reply)
  const classifierCost = classifierMoney(policy, record, decision, phase)
  const compactionCost = switchCompactionMoney(policy, record, decision, phase, context)
  const attempts = service?.attempts ?? []
  const attemptsCost = attemptsMoney(policy, record, attempts, phase, usageOf(record, caching))
  const recordedAttempts = phase === 'before' ? attemptsCost : recordedAttemptsMoney(policy, record)
  const recordedOverhead = recordedVerdictsMoney(policy, record)
  for (const judgement of judgeInvariants(decided, end === 'served' ? service?.served : undefined)) {
    run.judged.push({ call: record.call, invariant: judgement.invariant })
    if (judgement.holds === false) {
      const { invariant, values } = judgement
      run.breaches.push({ invariant, session: run.session.session, call: record.call, values })
    }
  }
  run.state = conclude(policy, decided.decided, decision, conclusionOf(service, arrival.startMicros))
  run.previous = record
  const tookMicros = service?.tookMicros ?? 0
  run.clock.end(record, arrival, tookMicros, isOnTime(phase, record, attempts))
  const result: CallResult = {
    session: run.session.session,
    call: record.call,
    turn: decision.turn,
    startMicros: datedMicros(record),
    phase,
    decision: hingesOn.length === 0 ? decision : hinging(decision, hingesOn),
    end,
    served,
    recorded,
    recordedEnd: record.end,
    attempts,
    comparedByModelOnly:
      recorded !== undefined && comparablePlace(policy, recorded).provider === undefined && end !== 'no-route',
    decisionChanged: record.decision?.rule !== undefined && record.decision.rule !== decision.rule,
    tainted,
    recordedCost,
    recordedOverhead,
    policyCost,
    overheadCost: overheadOf([classifierCost, compactionCost].filter((money) => money !== undefined)),
    attemptsCost,
    effects: callEffects(policy, record, {
      phase,
      recorded: { call: recordedCost, classifier: recordedOverhead, attempts: recordedAttempts },
      policy: { call: policyCost, classifier: classifierCost, compaction: compactionCost, attempts: attemptsCost },
      first: attempts[0],
      served,
      caching,
      isProjected: run.options.mode === 'projected',
    }),
    cache: caching === undefined ? undefined : { promptTokens: caching.promptTokens, ...caching.found },
    contextTokens: context.tokens,
    compactionPicoUsd: compactionCost?.value ?? undefined,
    promptTokens: record.prompt.tokens,
    outputTokens: record.usage === undefined ? undefined : outputTokensOf(record.usage),
    facts: run.facts,
    ...recordedFacts(record),
    assumptions: [
      ...(service?.assumptions ?? []),
      ...(policyCost.basis === sameAnswers ? [sameAnswers] : []),
      ...([recorded, served].some((place) => place !== undefined && isPriceAssumed(policy, { ...place, atMicros: datedMicros(record) }))
        ? [assumptionNames.firstPrices]
        : []),
    ],
  }
  const charged = phase === 'before' ? chargedInLog(record) : undefined
  chargeCall(
    spenderOf(run),
    decided.begun,
    {
      decision,
      provider: served?.provider,
      money: charged === undefined ? [policyCost, result.overheadCost, attemptsCost] : [charged],
    },
    arrival.clockMicros + tookMicros,
  )
  return result
}

/** What the recorded router's own accounts say, whatever the log's prices make of it. */
function chargedInLog({ chargedPicoUsd }: CallRecord): Money | undefined {
  return chargedPicoUsd === undefined
    ? undefined
    : exactMoney('observed', BigInt(chargedPicoUsd), 'charged by the router')
}

function hinging(decision: Decision, on: readonly string[]): Decision {
  return { ...decision, undetermined: true, missing: [...new Set([...decision.missing, ...on])].sort() }
}

function usageOf({ usage }: CallRecord, caching: CallCaching | undefined): CallRecord['usage'] {
  return usage === undefined || caching === undefined ? usage : usageWith(usage, caching.first.value)
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

export function unreplayedCall(run: Run, record: CallRecord): UnreplayedCall {
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
export function account(run: Run, between: Between, beforeCall: number): void {
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

function* serveCall(
  run: Run,
  record: CallRecord,
  decided: DecidedCall,
  arrival: Arrival,
): Activity<Service | undefined> {
  const hosts = hostsOf(decided)
  if (hosts === undefined) return undefined
  const { seed } = run.options
  const { session } = run.session
  const draw = servingDraw(seed, session, record.call)
  return yield* serve({
    hosts,
    health: run.health.at(record, arrival.shiftMicros),
    draw,
    gate: gateOf(run.surroundings.fleet, {
      session,
      call: record.call,
      promptTokens: record.prompt.tokens ?? 0,
      outputTokens: record.usage === undefined ? 0 : outputTokensOf(record.usage),
      dateOffsetMicros: run.isDated ? 0 : undefined,
    }),
    order: drawnOrder(draw),
    startMicros: arrival.startMicros,
    clockMicros: arrival.clockMicros,
    answersIn: (host) => answerTime(record, host),
  })
}

/**
 * The next call keeps its place: every attempt was the log's own, or nothing has diverged, no scripted fault has
 * held this call up, and the log does not tell when its attempts began.
 */
function isOnTime(phase: Phase, record: CallRecord, attempts: CallResult['attempts']): boolean {
  const recorded = attempts.every(({ cause }) => cause === 'recorded')
  if (phase !== 'before') return recorded && attempts.length === (record.attempts?.length ?? 1)
  const tells = record.attempts?.some(({ startMicros }) => startMicros !== undefined) ?? false
  return recorded || (!tells && attempts.every(({ fault }) => fault === undefined))
}

/** Whether the log made no attempt when the last one was made: that its host answered then is assumed. */
function answersAnew(service: Service | undefined): boolean {
  return service?.assumptions.some((name) => name === healthyBetween || name === unknownHealth) ?? false
}

/** Where the call went, whether it was served there or not. */
function triedPlace(service: Service | undefined): Place | undefined {
  const last = service?.served ?? service?.attempts.at(-1)
  return last === undefined ? undefined : { model: last.model, provider: last.provider }
}

function phaseOf(run: Run, comparison: Comparison): Phase {
  if (run.divergence !== undefined) return 'after'
  const difference = differenceOf(comparison)
  if (difference === undefined) return 'before'
  run.divergence = { call: comparison.record.call, rule: comparison.decision.rule, ...difference }
  return 'at'
}
