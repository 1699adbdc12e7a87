import type { Evaluator, SessionState } from '../../policy/decision.ts'
import { startSession } from '../../policy/session-state.ts'
import type { CallRecord } from '../../trace/record.ts'
import type { RecordedSession } from '../../trace/session.ts'
import { sessionHealth } from '../faults/health.ts'
import type { SessionHealth } from '../faults/health.ts'
import { recordedFaults } from '../faults/script.ts'
import type { FaultSources } from '../faults/script.ts'
import type { CacheBehaviours } from '../cache/behaviour.ts'
import type { GroupFacts } from '../group-facts.ts'
import type { DecidedCall } from '../hosts.ts'
import type { AssumedRanges } from '../projection.ts'
import type { DecisionMode } from '../result/replay.ts'
import type { Breach, Divergence } from '../result/session.ts'
import { isOfSession } from '../serving/budget-subject.ts'
import { openBudgets } from '../serving/budgets.ts'
import type { Budgets } from '../serving/budgets.ts'
import { eventReader } from '../session-events.ts'
import type { Between } from '../session-events.ts'
import type { WorldSources } from '../session-world.ts'
import { hasWallClock, sessionClock } from '../simulator/session-clock.ts'
import type { Arrivals, SessionClock } from '../simulator/session-clock.ts'
import type { ReachedShare, Surroundings } from '../simulator/surroundings.ts'
import { untainted } from '../taint.ts'
import type { Taint } from '../taint.ts'
import type { Spender } from './spending.ts'
import { turnReader } from '../turns.ts'
import { emptyCaches, openCaches } from './caches.ts'
import type { SessionCaches } from './caches.ts'
import type { Projected } from './project.ts'
import type { WrongVerdicts } from '../wrong-verdicts.ts'

export interface SessionReplayOptions {
  readonly evaluator: Evaluator
  readonly mode: DecisionMode
  /** In place of the ranges that assumptions have, by name. */
  readonly assumed?: AssumedRanges | undefined
  /** Verdicts that are replaced by wrong ones; default: none. */
  readonly wrongVerdicts?: WrongVerdicts | undefined
  /** For every draw; by default the one that the session's header names, else `0`. */
  readonly seed: string | undefined
  /** Default: the log's own. */
  readonly faults?: FaultSources | undefined
  /** What no catalogue says of prompt caches; by default as measured. */
  readonly caches?: CacheBehaviours | undefined
  /** Default `closed-loop`. */
  readonly arrivals?: Arrivals | undefined
  /** Calls outside the selection are decided, for the state, and count nowhere. */
  readonly selects?: ((call: CallRecord, session: RecordedSession) => boolean) | undefined
  /** Called with every decided call: what `explain` shows is decided again from this. */
  readonly onDecided?: ((call: DecidedCall, record: CallRecord) => void) | undefined
}

/** One session while it is replayed. */
export interface Run {
  readonly session: RecordedSession
  readonly options: SessionReplayOptions & { readonly seed: string }
  readonly surroundings: Surroundings
  readonly clock: SessionClock
  /** The accounts that are this session's own. */
  readonly budgets: Budgets
  readonly reached: ReachedShare[]
  /** The log dates the session, so its clock is that of the calendar. */
  readonly isDated: boolean
  readonly events: (call: CallRecord | undefined) => Between
  readonly health: SessionHealth
  readonly offeredTools: ReadonlySet<string> | undefined
  readonly faults: WorldSources['faults']
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
  taint: Taint
  readonly caches: SessionCaches
  /** Whether a call begins a turn, as far as the log tells; asked once a call. */
  readonly beginsTurn: (call: CallRecord) => boolean | undefined
  /** In mode `projected`, from the divergence on. */
  projected: Projected | undefined
}

/** The session of a run as one that spends. */
export function spenderOf(run: Run): Spender {
  const { surroundings, budgets, reached, isDated } = run
  const { session, header } = run.session
  return { policy: run.options.evaluator.policy, session, header, surroundings, budgets, reached, isDated }
}

export function startRun(
  session: RecordedSession,
  options: SessionReplayOptions,
  surroundings: Surroundings,
): Run {
  const { policy } = options.evaluator
  const offered = session.calls.flatMap((call) => call.prompt.toolsOffered ?? [])
  const seed = options.seed ?? session.header?.policy?.seed ?? '0'
  const sources = options.faults ?? recordedFaults
  return {
    session,
    options: { ...options, seed },
    surroundings,
    clock: sessionClock(session, options.arrivals ?? 'closed-loop'),
    budgets: openBudgets(policy.budgets.filter(isOfSession)),
    reached: [],
    isDated: hasWallClock(session),
    events: eventReader(session.events),
    health: sessionHealth(policy, session, seed, sources),
    offeredTools: offered.length === 0 ? undefined : new Set(offered),
    faults: sources.recorded ? session.events.filter((event) => event.event === 'fault') : [],
    breaches: [],
    judged: [],
    compactions: [],
    state: startSession(policy, session.session),
    turn: 0,
    facts: {},
    previous: undefined,
    divergence: undefined,
    taint: untainted,
    caches: openCaches(emptyCaches, options.caches),
    beginsTurn: turnReader(session),
    projected: undefined,
  }
}
