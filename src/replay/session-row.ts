import type { Policy } from '../policy/core.ts'
import type { CallRecord } from '../trace/record.ts'
import type { RecordedSession } from '../trace/session.ts'
import { recordedMoney, recordedVerdictsMoney, sameAnswers } from './call-money.ts'
import { recordedPlace } from './recorded-place.ts'
import type { CallResult } from './result/call.ts'
import type { Money } from './result/money.ts'
import type { DecisionMode } from './result/replay.ts'
import type { SessionResult } from './result/session.ts'
import { transferFactor } from './transfer.ts'

/** Money between bounds; `hi` is `null` where nothing limits it, `lo` where nothing does from below. */
export interface Bounds {
  readonly value: bigint
  readonly lo: bigint | null
  readonly hi: bigint | null
}

/**
 * One session as statistics see it. Money is of calls whose cost is known on both sides, so that what
 * has no price saves nothing.
 */
export interface SessionRow {
  readonly session: string
  readonly repo: string | undefined
  readonly user: string | undefined
  /** By the log's last outcome; `undefined`: it tells none. */
  readonly success: boolean | undefined
  readonly diverged: boolean
  /** The log's only model, where one served every call. */
  readonly onlyModel: string | undefined
  readonly recorded: Bounds
  readonly policy: Bounds
  /** Policy less log. What both put alike cancels, whatever is known of it. */
  readonly delta: Bounds
  /** What the point of `delta` rests on, past the divergence. */
  readonly rests: RestsOn
  readonly comparedCalls: number
  /** Calls without a price or without tokens on one side. */
  readonly uncomparedCalls: number
  /** Cost less the log's if one model had served every call, by model; of calls that have a price under it. */
  readonly always: { readonly [model: string]: AlwaysRow }
}

/** How far what the policy costs past the divergence may be off for each reason, the others at their points. */
export interface RestsOn {
  /** The cost of its calls: as it stands, of logged tokens at the policy's price. */
  readonly calls: bigint
  /** The same of calls that went to the log's model with the log's prompt, so far in their session. */
  readonly answeredAlike: bigint
  /** The ends of that cost less its point: what caches leave, what the log cut short of outputs. */
  readonly caches: Ends
  readonly cutOutputs: Ends
  /** The same of classifiers and compactions, and of failed attempts. */
  readonly overhead: Ends
  readonly attempts: Ends
}

/** `lo ≤ 0 ≤ hi`; `null`: no limit. */
export interface Ends {
  readonly lo: bigint | null
  readonly hi: bigint | null
}

export const noEnds: Ends = { lo: 0n, hi: 0n }

export const restsOnNothing: RestsOn = {
  calls: 0n,
  answeredAlike: 0n,
  caches: noEnds,
  cutOutputs: noEnds,
  overhead: noEnds,
  attempts: noEnds,
}

export interface AlwaysRow {
  readonly delta: Bounds
  readonly uncomparedCalls: number
}

export const noMoney: Bounds = { value: 0n, lo: 0n, hi: 0n }

export function rowOf(
  policy: Policy,
  session: RecordedSession,
  result: SessionResult,
  selected: readonly CallRecord[],
  /** What every call would cost under one model, by model. */
  always: ReadonlyMap<string, ReadonlyMap<number, Money>>,
  mode: DecisionMode,
): SessionRow {
  const compared = result.calls.flatMap((call) => sidesOf(call) ?? [])
  const served = new Set(selected.flatMap((call) => recordedPlace(policy, call)?.model ?? []))
  const [only, ...others] = [...served]
  return {
    session: session.session,
    repo: result.facts['repo'],
    user: result.facts['user'],
    success: outcomeOf(session),
    diverged: result.divergence !== undefined,
    onlyModel: others.length === 0 ? only : undefined,
    recorded: compared.map((each) => each.recorded).reduce(addBounds, noMoney),
    policy: compared.map((each) => each.policy).reduce(addBounds, noMoney),
    delta: compared.map((each) => each.delta).reduce(addBounds, noMoney),
    rests: result.calls.map((call) => restsOn(call, mode)).reduce(addRests, restsOnNothing),
    comparedCalls: compared.length,
    uncomparedCalls: result.calls.length - compared.length,
    always: Object.fromEntries([...always].map(([model, costs]) => [model, alwaysRow(policy, selected, model, costs)])),
  }
}

/** The last one of the session that says yes or no. */
function outcomeOf(session: RecordedSession): boolean | undefined {
  return session.events
    .flatMap((event) => (event.event === 'outcome' && event.success !== null ? [event.success] : []))
    .at(-1)
}

interface Sides {
  readonly recorded: Bounds
  readonly policy: Bounds
  readonly delta: Bounds
}

/** `undefined`: one side is not known. */
function sidesOf({ effects, phase, overheadCost, recordedOverhead }: CallResult): Sides | undefined {
  if (effects === undefined) return undefined
  const recorded = boundsOf([effects.recorded])
  const policy = boundsOf([effects.policy])
  if (recorded === undefined || policy === undefined) return undefined
  if (phase !== 'before') return { recorded, policy, delta: lessBounds(policy, recorded) }
  // Up to the divergence the call and its attempts are the log's own, and cancel; what is asked beside it may differ.
  const [asked, logAsked] = [boundsOf([overheadCost]), boundsOf([recordedOverhead])]
  return { recorded, policy, delta: lessBounds(asked ?? noMoney, logAsked ?? noMoney) }
}

/**
 * Past the divergence a frozen call's cost is that of its logged tokens, times or by `transferFactor`
 * unless it is answered alike; a projected one lies between its own bounds, which are those of caches and outputs where every
 * factor stands at its point.
 */
function restsOn(
  { effects, phase, policyCost, overheadCost, attemptsCost, outputIsLowerBound }: CallResult,
  mode: DecisionMode,
): RestsOn {
  if (effects === undefined) return restsOnNothing
  const overhead = endsOf(overheadCost)
  const attempts = endsOf(attemptsCost)
  if (phase === 'before') return { ...restsOnNothing, overhead }
  const { value, lo, hi, basis } = policyCost
  const isAlike = basis === sameAnswers
  const factor = mode === 'projected' || isAlike ? 1n : BigInt(transferFactor)
  const calls = value ?? 0n
  const ends = {
    lo: lo === null ? null : smaller(lo * factor - calls, 0n),
    hi: hi === null ? null : larger(hi / factor - calls, 0n),
  }
  return {
    calls: isAlike ? 0n : calls,
    answeredAlike: isAlike ? calls : 0n,
    caches: outputIsLowerBound ? noEnds : ends,
    cutOutputs: outputIsLowerBound ? ends : noEnds,
    overhead,
    attempts,
  }
}

function endsOf(money: Money | undefined): Ends {
  if (money === undefined || money.value === null) return noEnds
  return { lo: minus(money.lo, money.value), hi: minus(money.hi, money.value) }
}

export function addRests(left: RestsOn, right: RestsOn): RestsOn {
  const ends = (of: 'caches' | 'cutOutputs' | 'overhead' | 'attempts'): Ends => ({
    lo: plus(left[of].lo, right[of].lo),
    hi: plus(left[of].hi, right[of].hi),
  })
  return {
    calls: left.calls + right.calls,
    answeredAlike: left.answeredAlike + right.answeredAlike,
    caches: ends('caches'),
    cutOutputs: ends('cutOutputs'),
    overhead: ends('overhead'),
    attempts: ends('attempts'),
  }
}

function smaller(left: bigint, right: bigint): bigint {
  return left < right ? left : right
}

function larger(left: bigint, right: bigint): bigint {
  return left > right ? left : right
}

/** One model for every call, and no classifier asked. */
function alwaysRow(
  policy: Policy,
  calls: readonly CallRecord[],
  model: string,
  costs: ReadonlyMap<number, Money>,
): AlwaysRow {
  let delta = noMoney
  let uncomparedCalls = 0
  for (const call of calls) {
    const place = recordedPlace(policy, call)
    const recorded = recordedMoney(policy, call, place)
    const isOwn = place?.model === model || call.end !== 'served'
    const before = boundsOf([recorded])
    const after = isOwn ? before : boundsOf([costs.get(call.call)])
    const asked = boundsOf([recordedVerdictsMoney(policy, call)])
    if (before === undefined || after === undefined || asked === undefined) uncomparedCalls += 1
    else delta = addBounds(delta, lessBounds(isOwn ? noMoney : lessBounds(after, before), asked))
  }
  return { delta, uncomparedCalls }
}

/** `undefined`: some of it is not known. */
function boundsOf(moneys: readonly (Money | undefined)[]): Bounds | undefined {
  let sum = noMoney
  for (const money of moneys) {
    if (money === undefined) continue
    const { value, lo, hi } = money
    if (value === null) return undefined
    sum = addBounds(sum, { value, lo, hi })
  }
  return sum
}

export function addBounds(left: Bounds, right: Bounds): Bounds {
  return { value: left.value + right.value, lo: plus(left.lo, right.lo), hi: plus(left.hi, right.hi) }
}

export function lessBounds(left: Bounds, right: Bounds): Bounds {
  return { value: left.value - right.value, lo: minus(left.lo, right.hi), hi: minus(left.hi, right.lo) }
}

function plus(left: bigint | null, right: bigint | null): bigint | null {
  return left === null || right === null ? null : left + right
}

function minus(left: bigint | null, right: bigint | null): bigint | null {
  return left === null || right === null ? null : left - right
}
