import type { RecordedSession } from '../trace/session.ts'
import type { SessionResult } from './result/session.ts'
import type { SessionReplayOptions } from './session/run.ts'
import { sessionActivity } from './session/session-activity.ts'
import { runThrough } from './simulator/activity.ts'
import { newSurroundings } from './simulator/surroundings.ts'

export type { SessionReplayOptions } from './session/run.ts'

/** One recorded session under a policy, alone in its world: observe, decide, serve, conclude, call after call. */
export function replaySession(session: RecordedSession, options: SessionReplayOptions): SessionResult {
  return runThrough(sessionActivity(session, options, newSurroundings(options.evaluator.policy, { isShared: false })))
}
