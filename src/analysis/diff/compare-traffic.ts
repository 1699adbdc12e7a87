import { compilePolicy } from '../../policy/engine/compile-policy.ts'
import type { Policy } from '../../policy/core.ts'
import type { DecidedCall } from '../../replay/hosts.ts'
import { createReplay } from '../../replay/replay.ts'
import type { Replay, ReplayOptions } from '../../replay/replay.ts'
import type { SessionResult } from '../../replay/result/session.ts'
import { emptyTally, mergeTallies, tallyOf, type Tally } from '../../replay/tally.ts'
import type { RecordedSession } from '../../trace/session.ts'
import { addChanges, noChange, wholeChange } from './cost-change.ts'
import { countCorpus } from './corpus.ts'
import { compareSession, type ReplayedSession } from './compare-session.ts'
import type { MeaningComparison } from './meaning.ts'
import { countRows } from './rows.ts'
import type { CallComparison, CallSide, SessionChange, TrafficDiff, Transition } from './traffic.ts'

/**
 * A comparison under way: sessions go in one by one, in any order, and none is kept. Where one of the
 * policies shares state between sessions they are kept, and compared when they are settled together.
 */
export interface TrafficComparison {
  /** Empty where the session waits for the others. */
  readonly add: (session: RecordedSession) => readonly CallComparison[]
  /** The calls of those that wait, session by session. */
  readonly settle: () => Generator<readonly CallComparison[], void, undefined>
  /** Settles first where that has not been done. */
  readonly finish: () => TrafficDiff
}

export type TrafficOptions = Omit<ReplayOptions, 'policy' | 'evaluator' | 'mode' | 'groupBy' | 'onDecided'>

/** Replays every session under both policies, with the same seed and faults, and compares the calls. */
export function compareTraffic(
  older: Policy,
  newer: Policy,
  meaning: MeaningComparison,
  options: TrafficOptions = {},
): TrafficComparison {
  const [old, next] = [replaying(older, options), replaying(newer, options)]
  const comparing = { meaning, old: old.evaluator, new: next.evaluator }
  const rows = countRows(meaning)
  const transitions = new Map<string, Transition>()
  const sessions: SessionChange[] = []
  const corpus = countCorpus()
  let first: Tally = emptyTally
  let flips = 0
  let change = noChange
  const waiting: RecordedSession[] = []
  const compare = (
    session: RecordedSession,
    before: ReplayedSession,
    after: ReplayedSession,
  ): readonly CallComparison[] => {
    const calls = compareSession(comparing, before, after)
    corpus.add(session, calls.map((call) => call.recorded))
    rows.add(calls)
    for (const call of calls) {
      addTransition(transitions, call)
      change = addChanges(change, call.cost)
      if (call.flips) flips += 1
    }
    const changed = sessionChange(session, calls)
    if (changed === undefined) return calls
    sessions.push(changed)
    first = mergeTallies(first, tallyOf([String(changed.firstCall)]))
    return calls
  }
  function* settle(): TrafficReplays {
    const all = waiting.splice(0)
    const [before, after] = [old.together(all), next.together(all)]
    for (const session of all) yield compare(session, before(session), after(session))
  }
  const isTogether = old.isTogether || next.isTogether
  return {
    add: (session) => {
      if (!isTogether) return compare(session, old.replay(session), next.replay(session))
      waiting.push(session)
      return []
    },
    settle,
    finish: () => {
      for (const _ of settle()) continue
      return {
        corpus: corpus.corpus(),
        rows: rows.rows(),
        flips,
        sessionsChanged: sessions.length,
        transitions: [...transitions.values()].toSorted(
          (a, b) => b.calls - a.calls || compareText(`${a.from} ${a.to}`, `${b.from} ${b.to}`),
        ),
        firstDifference: first,
        sessions: sessions.toSorted(largestFirst),
        change,
        old: old.finish(),
        new: next.finish(),
      }
    },
  }
}

type TrafficReplays = ReturnType<TrafficComparison['settle']>

function replaying(
  policy: Policy,
  options: TrafficOptions,
): Pick<Replay, 'finish'> & {
  readonly evaluator: ReturnType<typeof compilePolicy>
  /** Sessions share state: none can be replayed before all are there. */
  readonly isTogether: boolean
  readonly replay: (session: RecordedSession) => ReplayedSession
  readonly together: (sessions: readonly RecordedSession[]) => (session: RecordedSession) => ReplayedSession
} {
  const evaluator = compilePolicy(policy)
  const decided = new Map<string, Map<number, DecidedCall>>()
  const replay = createReplay({
    ...options,
    policy,
    evaluator,
    mode: 'frozen',
    onDecided: (call, record) => {
      const calls = decided.get(record.session) ?? new Map<number, DecidedCall>()
      decided.set(record.session, calls.set(record.call, call))
    },
  })
  const replayed = (session: RecordedSession, result: SessionResult | undefined): ReplayedSession => {
    if (result === undefined) throw new Error(`session ${session.session} has not been replayed`)
    const calls = decided.get(session.session) ?? new Map<number, DecidedCall>()
    decided.delete(session.session)
    return { result, decided: calls }
  }
  return {
    evaluator,
    isTogether: replay.sharedState.length > 0,
    replay: (session) => replayed(session, replay.add(session)),
    together: (sessions) => {
      const results = new Map<RecordedSession, SessionResult>()
      for (const session of sessions) {
        const result = replay.add(session)
        if (result !== undefined) results.set(session, result)
      }
      for (const { session, result } of replay.settle()) results.set(session, result)
      return (session) => replayed(session, results.get(session))
    },
    finish: () => replay.finish(),
  }
}

function addTransition(transitions: Map<string, Transition>, { old, new: next, cost }: CallComparison): void {
  const sameModel = old.to === next.to
  if (sameModel && old.provider === next.provider) return
  const ends = old.provider === undefined && next.provider === undefined
  const kind = sameModel ? 'provider' : ends ? 'end' : 'model'
  const place = ({ to, provider }: CallSide): string => (sameModel ? `${to} at ${provider ?? 'no provider'}` : to)
  const [from, to] = [place(old), place(next)]
  const key = JSON.stringify([from, to])
  const before = transitions.get(key)
  transitions.set(key, {
    kind,
    from,
    to,
    calls: (before?.calls ?? 0) + 1,
    change: addChanges(before?.change ?? noChange, cost),
  })
}

function sessionChange(
  { header }: RecordedSession,
  calls: readonly CallComparison[],
): SessionChange | undefined {
  // A call of a region may be decided and served alike in the end.
  const changed = calls.filter((call) => call.flips || call.kind === 'serving' || Object.keys(call.cost.parts).length > 0)
  const first = calls.find((call) => call.flips || call.kind === 'serving') ?? changed[0]
  if (first === undefined) return undefined
  return {
    session: first.session,
    calls: calls.length,
    flips: calls.filter((call) => call.flips).length,
    firstCall: first.call,
    old: first.old,
    new: first.new,
    change: calls.map(({ cost }) => cost).reduce(addChanges, noChange),
    standsForSessions: header?.standsForSessions ?? 1,
  }
}

function largestFirst(left: SessionChange, right: SessionChange): number {
  const [a, b] = [size(left), size(right)]
  if (a !== b) return a > b ? -1 : 1
  return right.flips - left.flips || compareText(left.session, right.session)
}

function size({ change }: SessionChange): bigint {
  const { value } = wholeChange(change)
  return value < 0n ? -value : value
}

function compareText(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0
}
