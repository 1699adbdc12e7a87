import { dateOf } from './day.ts'
import { breakEvenOf } from './break-even.ts'
import { dedicatedMoney } from './dedicated.ts'
import { waterfallOf } from './effects.ts'
import { splitOf } from './ledger.ts'
import { isUnpriced } from './call-money.ts'
import { transitionOf } from './place.ts'
import { emptyTally, tallyOf } from './tally.ts'
import { emptyTotals, mergeTotals } from './totals.ts'
import type { CallResult, Place, UnreplayedCall, UsageTokens } from './result/call.ts'
import type { SessionResult } from './result/session.ts'
import type { Totals } from './result/totals.ts'

export const groupFields = ['model', 'provider', 'team', 'repo', 'user', 'day', 'rule'] as const

export type GroupField = (typeof groupFields)[number]

/** The group of what the trace does not tell. */
export const unknownGroup = '(unknown)'

/** The group of calls outside the selection. */
export const unselectedGroup = '(not selected)'

export function totalsOf(session: SessionResult): Totals {
  return [...sessionTotals(session, () => '').values()].reduce(mergeTotals, emptyTotals)
}

/**
 * The totals of a session split into groups that add up to `totalsOf` exactly: every figure goes to
 * the group of the call it belongs to. Model and provider are the recorded ones, the rule is the
 * policy's. What a session has once goes with its first call, its divergence with the call that
 * diverges, an unlogged compaction with the call after it.
 */
export function groupsOf(session: SessionResult, field: GroupField): ReadonlyMap<string, Totals> {
  return sessionTotals(session, (call) => groupKey(session, call, field))
}

type AnyCall = CallResult | UnreplayedCall

function groupKey(session: SessionResult, call: AnyCall | undefined, field: GroupField): string {
  switch (field) {
    case 'model':
      return call?.recorded?.model ?? unknownGroup
    case 'provider':
      return call?.recorded?.provider ?? unknownGroup
    case 'team':
    case 'repo':
    case 'user':
      return call?.facts[field] ?? session.facts[field] ?? unknownGroup
    case 'day':
      return call?.startMicros === undefined ? unknownGroup : dateOf(call.startMicros)
    case 'rule':
      return call !== undefined && 'decision' in call ? call.decision.rule : unknownGroup
  }
}

function sessionTotals(
  session: SessionResult,
  keyOf: (call: AnyCall | undefined) => string,
): ReadonlyMap<string, Totals> {
  const groups = new Map<string, Totals>()
  const add = (key: string, part: Totals): void => {
    groups.set(key, mergeTotals(groups.get(key) ?? emptyTotals, part))
  }
  const all: readonly AnyCall[] = [...session.calls, ...session.unreplayed]
  const callAt = (call: number): AnyCall | undefined => all.find((each) => each.call >= call) ?? all.at(-1)

  let turn: number | undefined
  for (const call of all) {
    if (call.turn === turn) continue
    turn = call.turn
    add(keyOf(call), { ...emptyTotals, turns: 1 })
  }
  for (const call of session.calls) add(keyOf(call), callTotals(session, call))
  for (const call of session.unreplayed) add(keyOf(call), unreplayedTotals(call))
  if (session.skipped.length > 0) {
    const skipped = tallyOf(session.skipped.map((each) => each.reason))
    add(unselectedGroup, {
      ...emptyTotals,
      calls: { ...emptyTotals.calls, recorded: session.skipped.length, skipped },
    })
  }
  // A session of which nothing is selected is not counted as one.
  if (all.length > 0 || session.skipped.length === 0) {
    add(keyOf(all[0]), {
      ...emptyTotals,
      sessions: 1,
      turnsUnknown: all.length === 0 ? 0 : session.turnsUnknown,
      sessionsWithVerdict: session.hasVerdict ? 1 : 0,
      uncountedPhrases: tallyOf(session.uncountedPhrases),
      invariantsChecked: session.invariantsChecked,
    })
  }
  for (const breach of session.breaches) {
    add(keyOf(callAt(breach.call)), { ...emptyTotals, breaches: tallyOf([breach.invariant]) })
  }
  for (const economy of session.switches) {
    add(keyOf(callAt(economy.call)), { ...emptyTotals, breakEven: breakEvenOf([economy]) })
  }
  for (const { beforeCall, cost } of session.unloggedCompactions) {
    add(keyOf(callAt(beforeCall)), {
      ...emptyTotals,
      money: { ...emptyTotals.money, unloggedCompactions: splitOf(cost) },
    })
  }
  return groups
}

function callTotals(session: SessionResult, call: CallResult): Totals {
  const { decision } = call
  const before = call.phase === 'before'
  const diverges = call.phase === 'at'
  const recorded = splitOf(call.recordedCost)
  const policy = splitOf(call.policyCost)
  const transition = transitionOf(call)
  const dedicated = dedicatedMoney(call)
  return {
    ...recordedTotals(call, call.recordedCost),
    sessionsDiverged: diverges ? 1 : 0,
    calls: {
      recorded: 1,
      replayed: call.phase === 'after' ? 0 : 1,
      afterDivergence: call.phase === 'after' ? 1 : 0,
      skipped: emptyTally,
    },
    decisions: {
      undetermined: decision.undetermined ? 1 : 0,
      missing: decision.undetermined ? tallyOf(decision.missing) : emptyTally,
      tainted: call.tainted.length > 0 ? 1 : 0,
      taintedBy: tallyOf(call.tainted),
      comparedByModelOnly: call.comparedByModelOnly ? 1 : 0,
      changedWithoutDivergence: before && call.decisionChanged ? 1 : 0,
      byRule: tallyOf([decision.rule]),
      forThisCall: decision.forThisCall ? 1 : 0,
      noRoute: decision.noRoute === undefined ? emptyTally : tallyOf([decision.noRoute.reason]),
    },
    divergenceAt: diverges ? tallyOf([String(session.divergence?.call ?? call.call)]) : emptyTally,
    transitions:
      transition === undefined
        ? {}
        : Object.fromEntries([[transition, { calls: 1, first: diverges ? 1 : 0 }]]),
    upgrades: decision.upgraded ? 1 : 0,
    switches: decision.switched === undefined ? 0 : 1,
    compactions: decision.switched?.compactToMillionths === undefined ? 0 : 1,
    reminders: decision.reminders.length > 0 ? 1 : 0,
    classifierCalls: decision.asked.length,
    attempts: attemptTotals(call),
    money: {
      ...emptyTotals.money,
      recorded,
      stop: before ? policy : emptyTotals.money.stop,
      recordedBeforeDivergence: before ? recorded : emptyTotals.money.recorded,
      recordedFromDivergence: before ? emptyTotals.money.recorded : recorded,
      frozen: policy,
      overhead: call.overheadCost === undefined ? emptyTotals.money.overhead : splitOf(call.overheadCost),
      attempts: call.attemptsCost === undefined ? emptyTotals.money.attempts : splitOf(call.attemptsCost),
      dedicated: dedicated === undefined ? emptyTotals.money.dedicated : splitOf(dedicated),
      recordedOverhead:
        call.recordedOverhead === undefined
          ? emptyTotals.money.recordedOverhead
          : splitOf(call.recordedOverhead),
      clientEstimates: estimateOf(call.clientEstimatePicoUsd),
    },
    waterfall: waterfallOf(call.effects),
    policyUnpriced: isUnpriced(call.policyCost)
      ? tallyOf([call.served?.model ?? decision.model ?? unknownGroup])
      : emptyTally,
    assumed: tallyOf(call.assumptions),
  }
}

function attemptTotals(call: CallResult): Totals['attempts'] {
  const failed = call.attempts.flatMap((attempt) => attempt.errorClass ?? [])
  const hosts = new Set(call.attempts.map((attempt) => JSON.stringify([attempt.model, attempt.provider])))
  return {
    total: call.attempts.length,
    failed: tallyOf(failed),
    callsRetried: call.attempts.length > hosts.size ? 1 : 0,
    callsFailedOver: hosts.size > 1 ? 1 : 0,
    served: call.end === 'served' ? 1 : 0,
    exhausted: call.end === 'exhausted' ? 1 : 0,
    denied: call.end === 'denied' ? 1 : 0,
    cancelled: call.end === 'cancelled' ? 1 : 0,
  }
}

function unreplayedTotals(call: UnreplayedCall): Totals {
  const recorded = splitOf(call.recordedCost)
  return {
    ...recordedTotals(call, call.recordedCost),
    calls: { ...emptyTotals.calls, recorded: 1, afterDivergence: 1 },
    money: {
      ...emptyTotals.money,
      recorded,
      recordedFromDivergence: recorded,
      clientEstimates: estimateOf(call.clientEstimatePicoUsd),
    },
  }
}

/** What the log says of a call, whatever the policy does with it. */
function recordedTotals(
  call: {
    readonly startMicros: number | undefined
    readonly recorded: Place | undefined
    readonly tokens: UsageTokens | undefined
    readonly outputIsLowerBound: boolean
  },
  cost: CallResult['recordedCost'],
): Totals {
  const { tokens } = call
  return {
    ...emptyTotals,
    dated:
      call.startMicros === undefined
        ? undefined
        : { firstMicros: call.startMicros, lastMicros: call.startMicros },
    tokens:
      tokens === undefined
        ? emptyTotals.tokens
        : {
            uncachedInput: BigInt(tokens.uncachedInput),
            cacheRead: BigInt(tokens.cacheRead),
            cacheWrite: BigInt(tokens.cacheWrite),
            output: BigInt(tokens.output),
            callsWithUsage: 1,
            lowerBoundOutputs: call.outputIsLowerBound ? 1 : 0,
          },
    unpriced: isUnpriced(cost) ? tallyOf([call.recorded?.model ?? unknownGroup]) : emptyTally,
  }
}

function estimateOf(picoUsd: bigint | undefined): Totals['money']['clientEstimates'] {
  return picoUsd === undefined ? emptyTotals.money.clientEstimates : { calls: 1, picoUsd }
}
