import { canonicalModel } from '../../policy/catalogue-queries.ts'
import { observe } from '../../policy/session-state.ts'
import { datedMicros } from '../../trace/dated.ts'
import type { CallRecord } from '../../trace/record.ts'
import { callInput } from '../call-input.ts'
import type { DecidedCall } from '../hosts.ts'
import type { Between } from '../session-events.ts'
import { sessionWorld } from '../session-world.ts'
import { cachedTokensFor, isWarmFor } from './caches.ts'
import type { Run } from './run.ts'

/**
 * A compaction that the log marks before this call is the policy's own where its switch causes one
 * here; otherwise it is an event, and the decision sees it.
 */
export function decideCall(run: Run, record: CallRecord, between: Between): DecidedCall {
  const own = decideWith(run, record, between, false)
  if (!between.compacted || own.decision.switched?.compactToMillionths !== undefined) return own
  return decideWith(run, record, between, true)
}

function decideWith(run: Run, record: CallRecord, between: Between, compacted: boolean): DecidedCall {
  const { evaluator, seed } = run.options
  const { policy } = evaluator
  const { session } = run.session
  const requested = record.requested === undefined ? between.requested : record.requested
  const input = callInput({
    header: run.session.header,
    isFirst: run.previous === undefined,
    beginsTurn: beginsTurn(record, run.previous),
    prompt: record.prompt,
    previousReply: run.previous?.reply,
    requested: typeof requested === 'string' ? canonicalModel(policy, requested) : requested,
    organisation: between.organisation,
    compacted,
    nowMicros: datedMicros(record),
    elapsedMicros: record.timeQuality === 'relative' ? record.startMicros : undefined,
  })
  const world = sessionWorld({
    seed,
    session,
    attempts: run.attempts,
    faults: run.faults,
    scripted: (endpoint, from, to) => run.health.heldWithin(endpoint, record, from, to),
    nowMicros: record.startMicros,
    warm: (model) => isWarmFor(run.caches, policy, model, record),
    cachedTokens: (model) => cachedTokensFor(run.caches, policy, model, record),
  })
  const begun = observe(policy, run.state, input)
  const [decided, decision] = evaluator.decide(begun, input, world)
  return { policy, begun, decided, input, world, decision }
}

/** A call that says nothing of turns and messages is the first of one where the session begins. */
export function beginsTurn(record: CallRecord, previous: CallRecord | undefined): boolean {
  if (record.prompt.user !== undefined) return true
  if (record.turn === undefined) return previous === undefined
  return previous === undefined ? record.turn > 0 : previous.turn !== undefined && record.turn > previous.turn
}
