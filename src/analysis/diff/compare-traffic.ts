import { compilePolicy } from '../../policy/engine/compile-policy.ts'
import type { Policy } from '../../policy/core.ts'
import type { DecidedCall } from '../../replay/hosts.ts'
import { createReplay } from '../../replay/replay.ts'
import type { Replay, ReplayOptions } from '../../replay/replay.ts'
import { emptyTally, mergeTallies, tallyOf, type Tally } from '../../replay/tally.ts'
import type { RecordedSession } from '../../trace/session.ts'
import { addChanges, noChange, wholeChange } from './cost-change.ts'
import { countCorpus } from './corpus.ts'
import { compareSession, type ReplayedSession } from './compare-session.ts'
import type { MeaningComparison } from './meaning.ts'
import { countRows } from './rows.ts'
import type { CallComparison, CallSide, SessionChange, TrafficDiff, Transition } from './traffic.ts'

/** A comparison under way: sessions go in one by one, in any order, and none is kept. */
export interface TrafficComparison {
  readonly add: (session: RecordedSession) => readonly CallComparison[]
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
  const [old, neu] = [replaying(older, options), replaying(newer, options)]
  const comparing = { meaning, old: old.evaluator, new: neu.evaluator }
  const rows = countRows(meaning)
  const transitions = new Map<string, Transition>()
  const sessions: SessionChange[] = []
  const corpus = countCorpus()
  let first: Tally = emptyTally
  let flips = 0
  let change = noChange
  return {
    add: (session) => {
      const calls = compareSession(comparing, old.replay(session), neu.replay(session))
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
    },
    finish: () => ({
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
      new: neu.finish(),
    }),
  }
}

function replaying(
  policy: Policy,
  options: TrafficOptions,
): Pick<Replay, 'finish'> & {
  readonly evaluator: ReturnType<typeof compilePolicy>
  readonly replay: (session: RecordedSession) => ReplayedSession
} {
  const evaluator = compilePolicy(policy)
  let decided = new Map<number, DecidedCall>()
  const replay = createReplay({
    ...options,
    policy,
    evaluator,
    mode: 'frozen',
    onDecided: (call, record) => void decided.set(record.call, call),
  })
  return {
    evaluator,
    replay: (session) => {
      decided = new Map()
      return { result: replay.add(session), decided }
    },
    finish: () => replay.finish(),
  }
}

function addTransition(transitions: Map<string, Transition>, { old, new: neu, cost }: CallComparison): void {
  const sameModel = old.to === neu.to
  if (sameModel && old.provider === neu.provider) return
  const ends = old.provider === undefined && neu.provider === undefined
  const kind = sameModel ? 'provider' : ends ? 'end' : 'model'
  const place = ({ to, provider }: CallSide): string => (sameModel ? `${to} at ${provider ?? 'no provider'}` : to)
  const [from, to] = [place(old), place(neu)]
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
