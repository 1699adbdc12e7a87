import type { Guard } from '../../policy/core.ts'
import { matchesError } from '../error-class.ts'
import type { AttemptError } from '../error-class.ts'
import { emptyWindow, withAttempt } from './attempt-window.ts'
import type { AttemptWindow } from './attempt-window.ts'

/** An attempt that has ended, as guards see it. */
export interface EndedAttempt {
  readonly begunMicros: number
  readonly atMicros: number
  /** When it ended by the date; calendar windows go by it. */
  readonly dateMicros?: number | undefined
  /** `undefined`: the host answered, or the person broke it off. */
  readonly error: AttemptError | undefined
  /** It says nothing of the host. */
  readonly brokenOff: boolean
  readonly retryAfterMicros: number | undefined
  /** Dedicated capacity took it, or it spilled over. */
  readonly capacity?: 'dedicated' | 'spill' | undefined
  /** The host is the only endpoint of its model's line-up, all groups together. */
  readonly alone: boolean
}

type Trip = Guard['trips'][number]

/** One window a trigger, in the order of the guard's trips; none before the first attempt. */
export type Windows = readonly AttemptWindow[]

/**
 * Counts one attempt for every trigger of a guard. A trigger is judged when a failure of its list is
 * counted, never at a success; tripping empties its count.
 */
export function counted(
  guard: Guard,
  windows: Windows,
  attempt: EndedAttempt,
): readonly [Windows, boolean] {
  let tripped = false
  const next = guard.trips.map((trip, index) => {
    const [window, trips] = judged(guard, trip, windows[index] ?? emptyWindow, attempt)
    tripped ||= trips
    return window
  })
  return [next, tripped]
}

function judged(
  guard: Guard,
  { trigger, on, unlessAlone }: Trip,
  before: AttemptWindow,
  { atMicros, dateMicros, error, alone }: EndedAttempt,
): readonly [AttemptWindow, boolean] {
  const failed = error !== undefined && matchesError(on, error)
  const spared = unlessAlone && alone
  if (trigger.kind === 'at-once') return [before, failed && !spared]
  // A count of failures is of failures only: its fixed window begins with the first of them.
  if (trigger.kind === 'failures' && !failed) return [before, false]
  const shape = { kind: guard.window, withinMicros: trigger.withinMicros }
  const window = withAttempt(before, shape, { atMicros, failed }, dateMicros)
  if (!failed || spared || !isReached(trigger, window)) return [window, false]
  return [emptyWindow, true]
}

function isReached(
  trigger: Exclude<Trip['trigger'], { kind: 'at-once' }>,
  { attempts }: AttemptWindow,
): boolean {
  const failures = attempts.filter((each) => each.failed).length
  if (trigger.kind === 'failures') return failures >= trigger.count
  if (attempts.length < trigger.atLeast) return false
  const [share, limit] = [failures * 1_000_000, trigger.millionths * attempts.length]
  return trigger.strict ? share > limit : share >= limit
}
