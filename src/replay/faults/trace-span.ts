import type { RecordedSession } from '../../trace/session.ts'
import { clockOfCall } from './script.ts'
import type { TraceBeginning } from './script.ts'

/** From the first instant of a trace to its last, on each of its clocks; microseconds. */
export interface TraceSpan {
  readonly dated?: Span | undefined
  readonly relative?: Span | undefined
}

export interface Span {
  readonly fromMicros: number
  readonly untilMicros: number
}

/** Adds the calls of one session; begin with `{}`. */
export function withSession(span: TraceSpan, { calls }: RecordedSession): TraceSpan {
  let { dated, relative } = span
  for (const call of calls) {
    const clock = clockOfCall(call)
    const { startMicros = 0, endMicros = startMicros } = call
    if (clock === 'dated') dated = withInstants(dated, startMicros, endMicros)
    if (clock === 'relative') relative = withInstants(relative, startMicros, endMicros)
  }
  return { dated, relative }
}

function withInstants(span: Span | undefined, from: number, until: number): Span {
  return {
    fromMicros: Math.min(span?.fromMicros ?? from, from),
    untilMicros: Math.max(span?.untilMicros ?? until, until),
  }
}

/** What offsets of a fault file count from. */
export function beginningOf({ dated, relative }: TraceSpan): TraceBeginning {
  return { datedMicros: dated?.fromMicros, relativeMicros: relative?.fromMicros }
}
