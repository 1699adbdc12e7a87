import type { RecordedSession } from '../trace/session.ts'
import type { SessionResult } from './result/session.ts'
import { replaySession } from './session-replay.ts'
import type { SessionReplayOptions } from './session-replay.ts'
import { sharedStateOf } from './simulator/shared-state.ts'
import { simulate } from './simulator/simulate.ts'
import { newSurroundings } from './simulator/surroundings.ts'

/** What a session comes to among the others of its trace, where the policy lets them act on it; else alone. */
export function replayAmong(
  session: RecordedSession,
  others: readonly RecordedSession[],
  options: SessionReplayOptions,
): SessionResult {
  const { policy } = options.evaluator
  if (sharedStateOf(policy).length > 0) {
    const surroundings = newSurroundings(policy, { isShared: true })
    // What happens after its end is nothing to it.
    for (const each of simulate([session, ...others], () => options, surroundings)) {
      if (each.session === session) return each.result
    }
  }
  return replaySession(session, options)
}
