import type { RecordedSession } from '../../trace/session.ts'
import type { SessionResult } from '../result/session.ts'
import type { SessionReplayOptions } from '../session/run.ts'
import { sessionActivity } from '../session/session-activity.ts'
import { replaySession } from '../session-replay.ts'
import type { Activity } from './activity.ts'
import { eventQueue } from './event-queue.ts'
import { firstInstant, hasWallClock } from './session-clock.ts'
import type { Surroundings } from './surroundings.ts'

/** A session that has come to its end. */
export interface Simulated {
  readonly session: RecordedSession
  readonly result: SessionResult
}

/**
 * Replays sessions together, in one global order of events, as far as one clock dates them all: what one
 * leaves (a breaker that has opened, a limit that is used up) the others find. Sessions come out in the
 * order in which they end. One without a wall clock has no place in that order: it is replayed with
 * hosts and accounts of its own, and comes first.
 */
export function* simulate(
  sessions: readonly RecordedSession[],
  optionsOf: (session: RecordedSession) => SessionReplayOptions,
  surroundings: Surroundings,
): Generator<Simulated, void, undefined> {
  const queue = eventQueue<Started>()
  for (const session of sessions) {
    if (!hasWallClock(session)) {
      yield { session, result: replaySession(session, optionsOf(session)) }
      continue
    }
    const key = { atMicros: firstInstant(session), class: 'arrival' as const, entity: session.session }
    queue.add(key, { session, activity: undefined })
  }
  for (let event = queue.next(); event !== undefined; event = queue.next()) {
    const { session } = event.item
    const activity = event.item.activity ?? sessionActivity(session, optionsOf(session), surroundings)
    const step = activity.next()
    if (step.done === true) {
      yield { session, result: step.value }
    } else {
      const { atMicros, for: what } = step.value
      if (atMicros < event.key.atMicros) {
        throw new Error(`session ${session.session} waits at ${event.key.atMicros} for ${atMicros}, which has passed`)
      }
      queue.add({ atMicros, class: what, entity: session.session }, { session, activity })
    }
  }
}

/** A session of which nothing has happened yet has no activity. */
interface Started {
  readonly session: RecordedSession
  readonly activity: Activity<SessionResult> | undefined
}
