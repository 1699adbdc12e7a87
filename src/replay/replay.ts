import type { Policy } from '../policy/core.ts'
import { policyDigest } from '../policy/digest.ts'
import { hasAssumedPrices } from '../policy/first-prices.ts'
import type { Evaluator } from '../policy/decision.ts'
import { referenceEvaluator } from '../policy/reference/decide.ts'
import { canonicalRecord, digestOfLines, sessionDigest, traceDigest } from '../trace/canonical.ts'
import type { CallRecord } from '../trace/record.ts'
import type { RecordedSession } from '../trace/session.ts'
import { alwaysModels, controlModels } from './always.ts'
import { alwaysCosts } from './always-costs.ts'
import type { CacheBehaviours } from './cache/behaviour.ts'
import { assumptionsOf } from './assumptions.ts'
import { failoverOf, failoverOfSurroundings, failoverReport, mergeFailover, noFailover, sortedTimeline } from './failover.ts'
import { dedicatedCosts } from './dedicated.ts'
import { judgeExpectations } from './expectations.ts'
import { decidedBy, identityFrom, identityOf, mergeIdentity, noIdentity, refusalOf } from './identity.ts'
import { bothWays, mergeOutage, noOutage, outageOf, outageReport, outageTogether } from './faults/outage.ts'
import { faultsDigest, recordedFaults } from './faults/script.ts'
import type { FaultSources } from './faults/script.ts'
import type { IdentityCounts, RecordedPolicy } from './identity.ts'
import { emptySplit, mergeSplits, splitOf } from './ledger.ts'
import { notSimulated } from './not-simulated.ts'
import { noticesOf } from './notices.ts'
import { combinedHash, runIdOf } from './outcome.ts'
import { addInto, noPartial, smaller, smallestOf } from './partial.ts'
import type { ReplayPartial, SmallestBreach } from './partial.ts'
import type { AssumedRanges } from './projection.ts'
import type { MoneySplit } from './result/money.ts'
import type { DecisionMode, ReplayResult } from './result/replay.ts'
import type { SessionResult } from './result/session.ts'
import type { Totals } from './result/totals.ts'
import { replaySession } from './session-replay.ts'
import type { SessionReplayOptions } from './session-replay.ts'
import { rowOf } from './session-row.ts'
import { groupsOf, totalsOf } from './session-totals.ts'
import type { GroupField } from './session-totals.ts'
import type { Arrivals } from './simulator/session-clock.ts'
import { sharedStateOf } from './simulator/shared-state.ts'
import { simulate } from './simulator/simulate.ts'
import type { Simulated } from './simulator/simulate.ts'
import { newSurroundings } from './simulator/surroundings.ts'
import { sortedRecord } from './tally.ts'
import { emptyTotals, mergeTotals } from './totals.ts'
import type { WrongVerdicts } from './wrong-verdicts.ts'

export { mergePartials } from './partial.ts'
export type { ReplayPartial } from './partial.ts'

export interface ReplayOptions {
  readonly policy: Policy
  /** Of the same policy; the reference evaluator where none is given. */
  readonly evaluator?: Evaluator | undefined
  /** Default `frozen`. Money in headlines is always `stop`. */
  readonly mode?: DecisionMode | undefined
  /** In place of the ranges that assumptions have, by name; in mode `projected`. */
  readonly assumed?: AssumedRanges | undefined
  /** Verdicts that are replaced by wrong ones: what would become of the figures if a classifier erred more often. */
  readonly wrongVerdicts?: WrongVerdicts | undefined
  /** For every draw; by default the one that a session's header names, else `0`. */
  readonly seed?: string | undefined
  /** Default: the log's own errors. */
  readonly faults?: FaultSources | undefined
  /** What no catalogue says of prompt caches; by default as measured. */
  readonly caches?: CacheBehaviours | undefined
  /** Default `closed-loop`: a call follows the end of the one before by the recorded gap. */
  readonly arrivals?: Arrivals | undefined
  readonly groupBy?: GroupField | undefined
  /** The policy of `--recorded`: decided the trace when it was recorded. */
  readonly recorded?: Policy | undefined
  /** Only calls that it lets through count; all are decided, for the state. */
  readonly select?:
    | {
        /** As the user wrote it; part of what identifies the run. */
        readonly text: string
        readonly selects: (call: CallRecord, session: RecordedSession) => boolean
      }
    | undefined
  readonly engineVersion?: string | undefined
  /** Models whose cost, had they served every call, is kept beside each session; default: the controls. */
  readonly always?: readonly string[] | undefined
  /** Called with every decided call, its state and input: what a comparison decides once more. */
  readonly onDecided?: SessionReplayOptions['onDecided']
}

/**
 * A replay under way. Where the policy shares no state between sessions they go in one by one, in any
 * order, and none is kept. Otherwise `add` keeps each, and `settle` replays them all together.
 */
export interface Replay {
  /** What sessions share: empty where each is replayed apart. */
  readonly sharedState: readonly string[]
  /** `undefined`: it waits for the others, with which it shares state. */
  add(session: RecordedSession): SessionResult | undefined
  /** Replays those that wait, in one order of events; nothing where none does. */
  settle(): Generator<Simulated, void, undefined>
  /** What has been added so far, to be merged with that of another replay of the same options. Settles. */
  partial(): ReplayPartial
  /** Settles first where that has not been done. */
  finish(): ReplayResult
}

export function createReplay(options: ReplayOptions): Replay {
  const run = prepare(options)
  let totals = emptyTotals
  let identity = noIdentity
  let outage = noOutage
  let sharedEvents: readonly string[] | undefined
  const groups = new Map<string, Totals>()
  const always = new Map<string, MoneySplit>()
  const servedModels = new Set<string>()
  const smallest = new Map<string, SmallestBreach>()
  const sessions: ReplayPartial['sessions'][number][] = []
  let failover = noFailover
  let together = noFailover
  let settled: 'no' | 'in part' | 'yes' = 'no'
  let waiting: RecordedSession[] = []

  const take = (session: RecordedSession, result: SessionResult, again: Again): void => {
    const own = totalsOf(result)
    totals = mergeTotals(totals, own)
    outage = mergeOutage(outage, outageOf(result, own, options.faults, again.faults))
    if (options.groupBy !== undefined) addInto(groups, groupsOf(result, options.groupBy), mergeTotals)
    identity = mergeIdentity(identity, sessionIdentity(run, session, result, again.recorded))
    const selected = session.calls.filter((call) => options.select?.selects(call, session) ?? true)
    const asked = [...new Set([...run.alwaysModels, ...run.rowModels])]
    const costs = new Map(asked.map((model) => [model, alwaysCosts(options.policy, session, model, options.caches)]))
    for (const model of run.alwaysModels) {
      const split = selected
        .flatMap((call) => costs.get(model)?.get(call.call) ?? [])
        .map(splitOf)
        .reduce(mergeSplits, emptySplit)
      always.set(model, mergeSplits(always.get(model) ?? emptySplit, split))
    }
    for (const call of result.calls) {
      if (call.served !== undefined) servedModels.add(call.served.model)
    }
    addInto(smallest, smallestOf(result), smaller)
    failover = mergeFailover(failover, failoverOf(result))
    sessions.push({
      session: session.session,
      hash: result.outcomeHash,
      digest: sessionDigest(session),
      row: rowOf(options.policy, session, result, selected, onlyOf(costs, run.rowModels), run.session.mode),
    })
    sharedEvents ??= session.events.filter((event) => event.session === undefined).map(canonicalRecord)
  }
  const add = (session: RecordedSession): SessionResult | undefined => {
    if (run.sharedState.length > 0) {
      waiting.push(session)
      return undefined
    }
    const result = replaySession(session, run.session)
    take(session, result, {
      recorded: (each) => replaySession(each, run.recordedSession(each)),
      faults: (faults) => replaySession(session, { ...run.session, faults, onDecided: undefined }),
    })
    return result
  }
  function* settle(): Generator<Simulated, void, undefined> {
    if (waiting.length === 0) return
    if (settled !== 'no') throw new RangeError(`sessions came after the others, with which they share ${run.sharedState.join(', ')}`)
    settled = 'in part'
    const recorded = recordedTogether(run, waiting)
    const surroundings = newSurroundings(options.policy, { isShared: true })
    const all = waiting
    waiting = []
    for (const each of simulate(all, () => run.session, surroundings)) {
      take(each.session, each.result, { recorded, faults: undefined })
      yield each
    }
    together = failoverOfSurroundings(surroundings)
    outage = outageTogether(outage, totals, options.faults, (faults) => totalsTogether(run, all, faults))
    settled = 'yes'
  }
  const partial = (): ReplayPartial => {
    // Whoever wants the sessions has settled already.
    for (const _ of settle()) continue
    if (settled === 'in part') throw new RangeError('the sessions have not all been settled')
    return {
      totals,
      groups,
      sessions,
      sharedEvents,
      identity,
      always,
      servedModels,
      smallest,
      outage,
      failover,
      sharedState: run.sharedState,
      together,
    }
  }
  return { sharedState: run.sharedState, add, settle, partial, finish: () => finishReplay(options, partial()) }
}

function onlyOf<Value>(values: ReadonlyMap<string, Value>, keys: readonly string[]): ReadonlyMap<string, Value> {
  return new Map([...values].filter(([key]) => keys.includes(key)))
}

/** How a session is replayed once more. */
interface Again {
  readonly recorded: RecordedReplay
  /** With other faults; `undefined`: only together with the others. */
  readonly faults: ((faults: FaultSources) => SessionResult) | undefined
}

/** All sessions once more, with other faults. */
function totalsTogether(run: Prepared, sessions: readonly RecordedSession[], faults: FaultSources): Totals {
  const surroundings = newSurroundings(run.options.policy, { isShared: true })
  const options = { ...run.session, faults, onDecided: undefined }
  return [...simulate(sessions, () => options, surroundings)].map(({ result }) => totalsOf(result)).reduce(mergeTotals, emptyTotals)
}

/** What the recorded policy makes of a session. */
type RecordedReplay = (session: RecordedSession) => SessionResult

/** Sessions that the recorded policy decided shared its state, too. */
function recordedTogether(run: Prepared, sessions: readonly RecordedSession[]): RecordedReplay {
  const alone: RecordedReplay = (session) => replaySession(session, run.recordedSession(session))
  const decided = sessions.filter((session) => decidedBy(session, run.recorded))
  if (sharedStateOf(run.recorded.policy).length === 0 || decided.every((session) => isWhole(run, session))) return alone
  const surroundings = newSurroundings(run.recorded.policy, { isShared: true })
  const results = new Map<RecordedSession, SessionResult>()
  for (const { session, result } of simulate(decided, run.recordedSession, surroundings)) results.set(session, result)
  return (session) => results.get(session) ?? alone(session)
}

interface Prepared {
  readonly options: ReplayOptions
  readonly session: SessionReplayOptions
  readonly recorded: RecordedPolicy
  /** How the recorded policy replays its own sessions. */
  readonly recordedSession: (session: RecordedSession) => SessionReplayOptions
  /** The policy is the recorded one and every call is replayed as it was: the result serves for the identity. */
  readonly isRecorded: boolean
  readonly sharedState: readonly string[]
  readonly alwaysModels: readonly string[]
  readonly rowModels: readonly string[]
}

function prepare(options: ReplayOptions): Prepared {
  const { policy } = options
  const evaluator = options.evaluator ?? referenceEvaluator(policy)
  const recordedPolicy = options.recorded ?? policy
  const digest = policyDigest(recordedPolicy)
  const isRecorded = digest === policyDigest(policy)
  const { mode = 'frozen', seed, arrivals } = options
  const recordedEvaluator = isRecorded ? evaluator : referenceEvaluator(recordedPolicy)
  return {
    options,
    session: {
      evaluator,
      mode,
      assumed: options.assumed,
      wrongVerdicts: options.wrongVerdicts,
      seed,
      faults: options.faults,
      arrivals,
      selects: options.select?.selects,
      caches: options.caches,
      onDecided: options.onDecided,
    },
    recorded: { policy: recordedPolicy, digest, isNamed: options.recorded !== undefined },
    recordedSession: (session) => ({
      evaluator: recordedEvaluator,
      mode: 'frozen',
      seed: session.header?.policy?.seed ?? seed,
      arrivals,
    }),
    isRecorded: isRecorded && mode === 'frozen' && options.select === undefined && options.faults === undefined,
    sharedState: [...new Set([policy, recordedPolicy].flatMap(sharedStateOf))].sort(),
    alwaysModels: alwaysModels(policy),
    rowModels: [...new Set(options.always ?? Object.values(controlModels(policy) ?? {}))],
  }
}

/** With the draws of the log, too. */
function isWhole({ isRecorded, session: { seed } }: Prepared, session: RecordedSession): boolean {
  return isRecorded && (seed === undefined || seed === (session.header?.policy?.seed ?? seed))
}

/** The recorded policy's own replay of a session that it decided, beside the accounts of every call. */
function sessionIdentity(
  run: Prepared,
  session: RecordedSession,
  result: SessionResult,
  recorded: RecordedReplay,
): IdentityCounts {
  const { policy } = run.options
  if (!decidedBy(session, run.recorded)) return identityOf(policy, session, undefined)
  return identityOf(run.recorded.policy, session, isWhole(run, session) ? result : recorded(session))
}

/** The result of everything that was added, here or elsewhere. */
export function finishReplay(options: ReplayOptions, partial: ReplayPartial = noPartial): ReplayResult {
  const { policy } = options
  const { session, recorded, sharedState } = prepare(options)
  const { totals } = partial
  const digest = policyDigest(policy)
  const trace = traceDigest(
    partial.sessions.map((each) => each.digest),
    partial.sharedEvents === undefined || partial.sharedEvents.length === 0
      ? undefined
      : digestOfLines(partial.sharedEvents),
  )
  const identity = identityFrom(partial.identity, recorded.policy.name ?? '')
  const engineVersion = options.engineVersion ?? ''
  return {
    schemaVersion: 1,
    engineVersion,
    runId: runIdOf({
      engineVersion,
      policy: digest,
      recorded: options.recorded === undefined ? undefined : recorded.digest,
      trace,
      seed: session.seed,
      mode: session.mode,
      arrivals: options.arrivals === 'recorded' ? options.arrivals : undefined,
      select: options.select?.text,
      faults: faultsDigest(options.faults ?? recordedFaults),
      caches: options.caches,
      firstPrices: hasAssumedPrices(policy) || undefined,
    }),
    outcomeHash: combinedHash(partial.sessions, sortedTimeline(partial.together.timeline)),
    policy: { name: policy.name ?? '', digest },
    traceDigest: trace,
    seed: session.seed ?? '0',
    mode: { decisions: session.mode, money: 'stop', arrivals: options.arrivals ?? 'closed-loop', faults: (options.faults ?? recordedFaults).recorded ? 'recorded' : 'none' },
    sharedState,
    identity,
    totals,
    outage: outageReport(partial.outage, totals, options.faults),
    failover: failoverReport(mergeFailover(partial.failover, partial.together)),
    groupedBy: options.groupBy,
    groups: Object.entries(sortedRecord(partial.groups)).map(([key, group]) => ({ key, totals: group })),
    refusal: refusalOf(identity),
    notices: noticesOf({
      policy,
      totals,
      identity,
      counts: partial.identity,
      named: options.recorded?.name,
      servedModels: partial.servedModels,
      sharedState,
      undated: partial.failover.undated,
    }),
    assumptions: assumptionsOf(totals, policy, session.mode, options.arrivals ?? 'closed-loop', options.caches),
    dedicated: dedicatedCosts(policy, totals.dated),
    notSimulated: notSimulated(policy),
    smallestBreaches: Object.values(sortedRecord(partial.smallest)).map((each) => each.breach),
    expectations: bothWays(
      judgeExpectations(policy, { totals, always: partial.always }),
      judgeExpectations(policy, { totals: partial.outage.down, always: partial.always }),
    ),
  }
}
