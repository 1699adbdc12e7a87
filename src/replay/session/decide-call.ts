import { canonicalModel } from '../../policy/catalogue-queries.ts'
import type { Endpoint } from '../../policy/core.ts'
import type { Decision, Evaluator } from '../../policy/decision.ts'
import { referenceEvaluator } from '../../policy/reference/decide.ts'
import { observe } from '../../policy/session-state.ts'
import type { CallRecord } from '../../trace/record.ts'
import { callInput } from '../call-input.ts'
import type { DecidedCall } from '../hosts.ts'
import type { Between } from '../session-events.ts'
import { sessionWorld } from '../session-world.ts'
import { withWrongVerdicts } from '../wrong-verdicts.ts'
import { afterCompaction, cachedTokensFor, isWarmFor } from './caches.ts'
import type { WorldSources } from '../session-world.ts'
import { atArrival } from '../simulator/session-clock.ts'
import type { Arrival } from '../simulator/session-clock.ts'
import { projectedRanges, projectedState } from './project.ts'
import { spendingAt } from './spending.ts'
import { spenderOf } from './run.ts'
import type { Run } from './run.ts'

/** A call that has been decided. */
export interface Deciding {
  readonly decided: DecidedCall
  /** Budgets whose spending is not known well enough to know this decision. */
  readonly hingesOn: readonly string[]
}

/**
 * A compaction that the log marks before this call is the policy's own where its switch causes one
 * here; otherwise it is an event, and the decision sees it.
 */
export function decideCall(
  run: Run,
  record: CallRecord,
  between: Between,
  arrival: Arrival,
): Deciding {
  const own = decideWith(run, record, between, arrival, false)
  if (!between.compacted || own.decided.decision.switched?.compactToMillionths !== undefined) return own
  return decideWith(run, record, between, arrival, true)
}

function decideWith(
  run: Run,
  record: CallRecord,
  between: Between,
  arrival: Arrival,
  compacted: boolean,
): Deciding {
  const { evaluator, seed } = run.options
  const { policy } = evaluator
  const { session } = run.session
  const ranges = projectedRanges(run, record)
  const requested = record.requested === undefined ? between.requested : record.requested
  const isRelative = record.timeQuality === 'relative'
  const incoming = callInput({
    header: run.session.header,
    isFirst: run.previous === undefined,
    beginsTurn: beginsTurn(record, run.previous),
    prompt: withWrongVerdicts(policy, run.options.wrongVerdicts ?? new Map(), seed, record),
    previousReply: run.previous?.reply,
    requested: typeof requested === 'string' ? canonicalModel(policy, requested) : requested,
    organisation: between.organisation,
    compacted,
    nowMicros: isRelative ? undefined : arrival.startMicros,
    elapsedMicros: isRelative ? arrival.startMicros : undefined,
  })
  const input = ranges === undefined ? incoming : { ...incoming, ranges }
  const begun = projectedState(run, observe(policy, run.state, input))
  const made = atArrival(record, arrival)
  // What this call leaves in them is not seen by whoever asks of it later.
  const caches = compacted ? afterCompaction(run.caches) : { ...run.caches }
  const asked = {
    seed,
    session,
    failures: run.surroundings.fleet.failures,
    faults: run.faults,
    scripted: (endpoint: Endpoint, from: number, to: number) => run.health.heldWithin(endpoint, record, from, to),
    nowMicros: arrival.startMicros,
    warm: (model: string) => isWarmFor(caches, policy, model, made),
    cachedTokens: (model: string) => cachedTokensFor(caches, policy, model, made),
    spending: spendingAt(spenderOf(run), begun, arrival.clockMicros),
  }
  const world = sessionWorld(asked)
  const decider = ranges === undefined ? evaluator : referenceEvaluator(policy)
  const [decided, decision] = decider.decide(begun, input, world)
  const call = { policy, begun, decided, input, world, decision }
  return { decided: call, hingesOn: hingesOn(call, asked, decider) }
}

/** What has been charged is known between bounds only, and at one of them the decision would be another. */
function hingesOn(call: DecidedCall, asked: WorldSources, evaluator: Evaluator): readonly string[] {
  const { decision } = call
  const vague = asked.spending.filter((each) => each.isVague).map(({ budget }) => `spent on ${budget}`)
  if (vague.length === 0) return []
  const others = (['lo', 'hi'] as const).map(
    (bound) => evaluator.decide(call.begun, call.input, sessionWorld({ ...asked, bound }))[1],
  )
  return others.every((other) => isSameChoice(other, decision)) ? [] : [...new Set(vague)]
}

function isSameChoice(left: Decision, right: Decision): boolean {
  return (
    left.rule === right.rule &&
    left.model === right.model &&
    left.profile === right.profile &&
    left.at === right.at &&
    left.noRoute?.reason === right.noRoute?.reason
  )
}

/** A call that says nothing of turns and messages is the first of one where the session begins. */
export function beginsTurn(record: CallRecord, previous: CallRecord | undefined): boolean {
  if (record.prompt.user !== undefined) return true
  if (record.turn === undefined) return previous === undefined
  return previous === undefined ? record.turn > 0 : previous.turn !== undefined && record.turn > previous.turn
}
