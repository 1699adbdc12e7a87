import type { CallRecord } from '../../trace/record.ts'
import type { RecordedSession } from '../../trace/session.ts'

/**
 * When the calls of a session are made. `closed-loop`: a call follows the end of the one before by the
 * recorded gap, in which tools ran and the person thought. `recorded`: when it was in the log, and not
 * before those calls have ended that had ended by then in the log.
 */
export type Arrivals = 'closed-loop' | 'recorded'

/** One session on the virtual clock; microseconds. */
export interface SessionClock {
  arrive(call: CallRecord): Arrival
  /**
   * A call has ended so much later than it arrived. Where it is on time, the next one keeps its place
   * after it, whatever the log lets us reckon.
   */
  end(call: CallRecord, arrival: Arrival, tookMicros: number, isOnTime: boolean): void
}

export interface Arrival {
  /** `undefined`: the log does not tell when; the call follows at once. */
  readonly startMicros: number | undefined
  /** The same, or later where the log lets calls of one session overlap: they follow each other. */
  readonly clockMicros: number
  /** How much later than in the log. */
  readonly shiftMicros: number
}

export function sessionClock(session: RecordedSession, arrivals: Arrivals): SessionClock {
  let now = firstInstant(session)
  let shift = 0
  let before: number | undefined
  let ended = -Infinity
  let underWay: Ended[] = []
  /** When the last of those has ended that had ended by an instant of the log. */
  const endedBy = (startMicros: number): number => {
    for (const { recordedMicros, micros } of underWay) if (recordedMicros <= startMicros) ended = Math.max(ended, micros)
    underWay = underWay.filter(({ recordedMicros }) => recordedMicros > startMicros)
    return ended
  }
  return {
    arrive: ({ startMicros }) => {
      if (startMicros === undefined) return { startMicros, clockMicros: now, shiftMicros: shift }
      if (arrivals === 'recorded') shift = Math.max(0, endedBy(startMicros) - startMicros)
      // Beside a call that ended earlier than in the log, it comes no earlier than that one did.
      const start = Math.max(startMicros + shift, Math.min(startMicros, before ?? startMicros + shift))
      before = start
      return { startMicros: start, clockMicros: Math.max(now, start), shiftMicros: start - startMicros }
    },
    end: (call, arrival, tookMicros, isOnTime) => {
      const recordedEnd = endOf(call)
      now = arrival.clockMicros + tookMicros
      if (arrivals === 'closed-loop') {
        shift = arrival.shiftMicros + (isOnTime ? 0 : tookMicros - recordedTook(call, recordedEnd))
      } else {
        const { startMicros = now - tookMicros } = arrival
        // Whatever the log lets us reckon, a call that is on time ends no later than in the log.
        const micros = isOnTime && arrival.shiftMicros === 0 ? (recordedEnd ?? startMicros) : startMicros + tookMicros
        underWay.push({ recordedMicros: recordedEnd ?? call.startMicros ?? -Infinity, micros })
      }
    },
  }
}

/** A call that has ended, and when it did in the log. */
interface Ended {
  readonly recordedMicros: number
  readonly micros: number
}

/** The call as it is made: at its virtual start, where that is another than the log's. */
export function atArrival(call: CallRecord, { startMicros, shiftMicros }: Arrival): CallRecord {
  return startMicros === undefined || shiftMicros === 0 ? call : { ...call, startMicros }
}

/** The first instant that the log tells of a session; its clock begins there. */
export function firstInstant({ calls }: RecordedSession): number {
  return calls.find((call) => call.startMicros !== undefined)?.startMicros ?? 0
}

/** The log dates the session, to the instant: it can be put in one order with others. */
export function hasWallClock({ calls }: RecordedSession): boolean {
  return (
    calls.some((call) => call.startMicros !== undefined) &&
    calls.every((call) => call.timeQuality !== 'relative' && call.timeQuality !== 'daily')
  )
}

function endOf(call: CallRecord): number | undefined {
  return call.endMicros ?? call.attempts?.findLast((attempt) => attempt.endMicros !== undefined)?.endMicros
}

/** A duration that the log does not tell is the same under every policy: nothing is counted for it. */
function recordedTook({ startMicros }: CallRecord, endMicros: number | undefined): number {
  return startMicros === undefined || endMicros === undefined ? 0 : Math.max(0, endMicros - startMicros)
}
