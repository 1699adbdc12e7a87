import { mergeBreakEvens } from './break-even.ts'
import { mergeDated } from './dedicated.ts'
import { mergeWaterfalls, noWaterfall } from './effects.ts'
import { emptySplit, mergeSplits } from './ledger.ts'
import { emptyTally, mergeTallies, sortedRecord } from './tally.ts'
import type { MoneySplit } from './result/money.ts'
import type { Totals } from './result/totals.ts'

/** What no session comes to: the neutral element of `mergeTotals`. */
export const emptyTotals: Totals = {
  sessions: 0,
  sessionsDiverged: 0,
  turns: 0,
  turnsUnknown: 0,
  calls: { recorded: 0, replayed: 0, afterDivergence: 0, skipped: emptyTally },
  decisions: {
    undetermined: 0,
    missing: emptyTally,
    tainted: 0,
    taintedBy: emptyTally,
    comparedByModelOnly: 0,
    changedWithoutDivergence: 0,
    byRule: emptyTally,
    forThisCall: 0,
    noRoute: emptyTally,
  },
  divergenceAt: emptyTally,
  transitions: {},
  upgrades: 0,
  switches: 0,
  compactions: 0,
  reminders: 0,
  classifierCalls: 0,
  sessionsWithVerdict: 0,
  uncountedPhrases: emptyTally,
  attempts: {
    total: 0,
    failed: emptyTally,
    callsRetried: 0,
    callsFailedOver: 0,
    served: 0,
    exhausted: 0,
    denied: 0,
    cancelled: 0,
  },
  money: {
    recorded: emptySplit,
    stop: emptySplit,
    recordedBeforeDivergence: emptySplit,
    recordedFromDivergence: emptySplit,
    frozen: emptySplit,
    overhead: emptySplit,
    attempts: emptySplit,
    dedicated: emptySplit,
    recordedOverhead: emptySplit,
    unloggedCompactions: emptySplit,
    clientEstimates: { calls: 0, picoUsd: 0n },
  },
  dated: undefined,
  waterfall: noWaterfall,
  breakEven: {},
  tokens: {
    uncachedInput: 0n,
    cacheRead: 0n,
    cacheWrite: 0n,
    output: 0n,
    callsWithUsage: 0,
    lowerBoundOutputs: 0,
  },
  unpriced: emptyTally,
  policyUnpriced: emptyTally,
  assumed: emptyTally,
  breaches: emptyTally,
  invariantsChecked: emptyTally,
}

/**
 * Adds what two disjoint sets of sessions (or of calls) came to. Associative and commutative, with
 * `emptyTotals` neutral: any partition, replayed apart and merged in any order, gives one result.
 */
export function mergeTotals(left: Totals, right: Totals): Totals {
  const split = (of: (money: Totals['money']) => MoneySplit): MoneySplit =>
    mergeSplits(of(left.money), of(right.money))
  return {
    sessions: left.sessions + right.sessions,
    sessionsDiverged: left.sessionsDiverged + right.sessionsDiverged,
    turns: left.turns + right.turns,
    turnsUnknown: left.turnsUnknown + right.turnsUnknown,
    calls: {
      recorded: left.calls.recorded + right.calls.recorded,
      replayed: left.calls.replayed + right.calls.replayed,
      afterDivergence: left.calls.afterDivergence + right.calls.afterDivergence,
      skipped: mergeTallies(left.calls.skipped, right.calls.skipped),
    },
    decisions: {
      undetermined: left.decisions.undetermined + right.decisions.undetermined,
      missing: mergeTallies(left.decisions.missing, right.decisions.missing),
      tainted: left.decisions.tainted + right.decisions.tainted,
      taintedBy: mergeTallies(left.decisions.taintedBy, right.decisions.taintedBy),
      comparedByModelOnly: left.decisions.comparedByModelOnly + right.decisions.comparedByModelOnly,
      changedWithoutDivergence:
        left.decisions.changedWithoutDivergence + right.decisions.changedWithoutDivergence,
      byRule: mergeTallies(left.decisions.byRule, right.decisions.byRule),
      forThisCall: left.decisions.forThisCall + right.decisions.forThisCall,
      noRoute: mergeTallies(left.decisions.noRoute, right.decisions.noRoute),
    },
    divergenceAt: mergeTallies(left.divergenceAt, right.divergenceAt),
    transitions: mergeTransitions(left.transitions, right.transitions),
    upgrades: left.upgrades + right.upgrades,
    switches: left.switches + right.switches,
    compactions: left.compactions + right.compactions,
    reminders: left.reminders + right.reminders,
    classifierCalls: left.classifierCalls + right.classifierCalls,
    sessionsWithVerdict: left.sessionsWithVerdict + right.sessionsWithVerdict,
    uncountedPhrases: mergeTallies(left.uncountedPhrases, right.uncountedPhrases),
    attempts: {
      total: left.attempts.total + right.attempts.total,
      failed: mergeTallies(left.attempts.failed, right.attempts.failed),
      callsRetried: left.attempts.callsRetried + right.attempts.callsRetried,
      callsFailedOver: left.attempts.callsFailedOver + right.attempts.callsFailedOver,
      served: left.attempts.served + right.attempts.served,
      exhausted: left.attempts.exhausted + right.attempts.exhausted,
      denied: left.attempts.denied + right.attempts.denied,
      cancelled: left.attempts.cancelled + right.attempts.cancelled,
    },
    money: {
      recorded: split((money) => money.recorded),
      stop: split((money) => money.stop),
      recordedBeforeDivergence: split((money) => money.recordedBeforeDivergence),
      recordedFromDivergence: split((money) => money.recordedFromDivergence),
      frozen: split((money) => money.frozen),
      overhead: split((money) => money.overhead),
      attempts: split((money) => money.attempts),
      dedicated: split((money) => money.dedicated),
      recordedOverhead: split((money) => money.recordedOverhead),
      unloggedCompactions: split((money) => money.unloggedCompactions),
      clientEstimates: {
        calls: left.money.clientEstimates.calls + right.money.clientEstimates.calls,
        picoUsd: left.money.clientEstimates.picoUsd + right.money.clientEstimates.picoUsd,
      },
    },
    dated: mergeDated(left.dated, right.dated),
    waterfall: mergeWaterfalls(left.waterfall, right.waterfall),
    breakEven: mergeBreakEvens(left.breakEven, right.breakEven),
    tokens: {
      uncachedInput: left.tokens.uncachedInput + right.tokens.uncachedInput,
      cacheRead: left.tokens.cacheRead + right.tokens.cacheRead,
      cacheWrite: left.tokens.cacheWrite + right.tokens.cacheWrite,
      output: left.tokens.output + right.tokens.output,
      callsWithUsage: left.tokens.callsWithUsage + right.tokens.callsWithUsage,
      lowerBoundOutputs: left.tokens.lowerBoundOutputs + right.tokens.lowerBoundOutputs,
    },
    unpriced: mergeTallies(left.unpriced, right.unpriced),
    policyUnpriced: mergeTallies(left.policyUnpriced, right.policyUnpriced),
    assumed: mergeTallies(left.assumed, right.assumed),
    breaches: mergeTallies(left.breaches, right.breaches),
    invariantsChecked: mergeTallies(left.invariantsChecked, right.invariantsChecked),
  }
}

function mergeTransitions(
  left: Totals['transitions'],
  right: Totals['transitions'],
): Totals['transitions'] {
  const merged = new Map(Object.entries(left))
  for (const [name, { calls, first }] of Object.entries(right)) {
    const before = merged.get(name) ?? { calls: 0, first: 0 }
    merged.set(name, { calls: before.calls + calls, first: before.first + first })
  }
  return sortedRecord(merged)
}
