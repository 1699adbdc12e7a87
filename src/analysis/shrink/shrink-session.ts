import type { CallRecord, EventRecord } from '../../trace/record.ts'
import type { RecordedSession } from '../../trace/session.ts'
import { lighterCalls, lighterHeader } from './lighter.ts'

export interface ShrinkOptions {
  /** Sessions tried at the most; the best found by then is the answer. */
  readonly mostTries?: number
  readonly onTry?: (tried: number) => void
}

export interface Shrunk {
  readonly session: RecordedSession
  readonly tried: number
  /** No call, event or fact can be left out of it any more; `false`: the tries were used up. */
  readonly isMinimal: boolean
}

/**
 * The smallest session found that still shows what `shows` looks for: calls and events are left out,
 * in ever smaller pieces, then facts, one by one, until nothing more can go. Deterministic; `shows`
 * must hold of the session itself: anything else is a caller's bug, and throws.
 */
export function shrinkSession(
  session: RecordedSession,
  shows: (session: RecordedSession) => boolean,
  { mostTries = 20_000, onTry }: ShrinkOptions = {},
): Shrunk {
  if (!shows(session)) throw new Error('a session that does not show it cannot be shrunk')
  let best = session
  let tried = 0
  const keep = (candidate: RecordedSession): boolean => {
    if (tried >= mostTries) return false
    tried += 1
    onTry?.(tried)
    if (!shows(candidate)) return false
    best = candidate
    return true
  }
  for (let before: RecordedSession | undefined; before !== best && tried < mostTries; ) {
    before = best
    withoutPieces(best.calls.length, (from, to) => keep(withoutCalls(best, from, to)))
    withoutPieces(best.events.length, (from, to) => keep(withoutEvents(best, from, to)))
    whileAny(() => lighterHeader(best.header), (header) => keep({ ...best, header }))
    for (let at = 0; at < best.calls.length; at += 1) {
      whileAny(
        () => lighterCalls(best.calls[at]),
        (call) => keep({ ...best, calls: best.calls.with(at, call) }),
      )
    }
  }
  return { session: best, tried, isMinimal: tried < mostTries }
}

/** Tries to leave out ever shorter runs; a run that could go is gone, and the next one stands in its place. */
export function withoutPieces(length: number, leaveOut: (from: number, to: number) => boolean): void {
  let left = length
  for (let size = left; size >= 1; size = Math.floor(size / 2)) {
    for (let from = left - size; from >= 0; from -= size) {
      if (leaveOut(from, from + size)) left -= size
    }
    if (left > 0 && left % size !== 0 && leaveOut(0, left % size)) left -= left % size
  }
}

/** Takes the first lighter form that will do, and looks for lighter ones of that, until none will. */
function whileAny<T>(lighter: () => Iterable<T>, keep: (form: T) => boolean): void {
  for (let again = true; again; ) {
    again = false
    for (const form of lighter()) {
      if (!keep(form)) continue
      again = true
      break
    }
  }
}

/** Calls keep their order and are counted from 1 again; what stood before a lost one stands before the next. */
function withoutCalls(session: RecordedSession, from: number, to: number): RecordedSession {
  const kept = session.calls.filter((_, at) => at < from || at >= to)
  const place = (beforeCall: number): number => kept.filter(({ call }) => call < beforeCall).length + 1
  return {
    ...session,
    calls: kept.map((call, at): CallRecord => ({ ...call, call: at + 1 })),
    events: session.events.map((event): EventRecord =>
      event.beforeCall === undefined ? event : { ...event, beforeCall: place(event.beforeCall) },
    ),
  }
}

function withoutEvents(session: RecordedSession, from: number, to: number): RecordedSession {
  return { ...session, events: session.events.filter((_, at) => at < from || at >= to) }
}
