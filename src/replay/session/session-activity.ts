import type { RecordedSession } from '../../trace/session.ts'
import { switchEconomies } from '../break-even.ts'
import { compactionMoney } from '../call-money.ts'
import { callFacts, sessionFacts } from '../group-facts.ts'
import { outcomeHashOf } from '../outcome.ts'
import type { CallResult, UnreplayedCall } from '../result/call.ts'
import type { SessionResult } from '../result/session.ts'
import type { Activity } from '../simulator/activity.ts'
import type { Surroundings } from '../simulator/surroundings.ts'
import { tallyOf } from '../tally.ts'
import { uncountedPhrases } from '../uncounted-phrases.ts'
import { beginsTurn } from './decide-call.ts'
import { account, replayCall, unreplayedCall } from './replay-call.ts'
import { startRun } from './run.ts'
import type { Run, SessionReplayOptions } from './run.ts'

/** One recorded session under a policy, in what it shares with others: observe, decide, serve, conclude, call after call. */
export function* sessionActivity(
  session: RecordedSession,
  options: SessionReplayOptions,
  surroundings: Surroundings,
): Activity<SessionResult> {
  const { policy } = options.evaluator
  const run = startRun(session, options, surroundings)
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
      const result = yield* replayCall(run, record)
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
    switches: switchEconomies(policy, calls, unreplayed.length),
    unloggedCompactions: run.compactions.map(({ beforeCall, model, tokens, atMicros }) => ({
      beforeCall,
      cost: compactionMoney(policy, model, tokens, atMicros),
    })),
    isDated: run.isDated,
    own: ownOf(run),
  }
  let hash: string | undefined
  return {
    ...result,
    // Only when it is asked for: replays beside the main one never ask.
    get outcomeHash() {
      hash ??= outcomeHashOf(result)
      return hash
    },
  }
}

/** In a log that tells no turns, every call after the first may begin one. */
function turnsUnknown({ calls }: RecordedSession, counted: number): number {
  const tells = calls.some((call) => call.turn !== undefined || call.prompt.user !== undefined)
  return tells ? 0 : Math.max(0, counted - 1)
}

function ownOf({ surroundings, budgets, reached }: Run): SessionResult['own'] {
  if (surroundings.isShared) return { budgets: budgets.tallies(), reached, transitions: [] }
  return {
    budgets: [...budgets.tallies(), ...surroundings.budgets.tallies()],
    reached: [...reached, ...surroundings.reached],
    transitions: surroundings.fleet.transitions,
  }
}
