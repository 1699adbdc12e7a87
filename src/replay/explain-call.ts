import type { Explanation } from '../policy/decision.ts'
import { explainDecision } from '../policy/reference/explain.ts'
import type { RecordedSession } from '../trace/session.ts'
import type { DecidedCall } from './hosts.ts'
import { replayAmong } from './replay-among.ts'
import type { CallResult } from './result/call.ts'
import type { SessionReplayOptions } from './session-replay.ts'

/** One call of a replay, with the tree of how it was decided. */
export interface ExplainedCall {
  readonly result: CallResult
  readonly explanation: Explanation
}

export interface ExplainOptions extends Pick<SessionReplayOptions, 'evaluator' | 'seed' | 'faults' | 'arrivals' | 'caches'> {
  /** The other sessions of the trace: with a policy that shares state between them, what they did counts. */
  readonly others?: readonly RecordedSession[]
}

/**
 * Replays a session and explains one of its calls; `undefined`: the session has no such call.
 * Decisions are frozen, so that calls past a divergence can be explained as well.
 */
export function explainCall(session: RecordedSession, call: number, options: ExplainOptions): ExplainedCall | undefined {
  let decided: DecidedCall | undefined
  const { others = [], ...replaying } = options
  const { calls } = replayAmong(session, others, {
    ...replaying,
    mode: 'frozen',
    onDecided: (each, record) => {
      if (record.session === session.session && record.call === call) decided = each
    },
  })
  const result = calls.find((each) => each.call === call)
  if (result === undefined || decided === undefined) return undefined
  const { policy, begun, input, world } = decided
  return { result, explanation: explainDecision(policy, begun, input, world) }
}
