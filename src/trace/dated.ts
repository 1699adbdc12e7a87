import type { CallRecord, Micros } from './record.ts'

/** The date at which a call began; `undefined` where the log has no wall clock, or no instant. */
export function datedMicros(call: CallRecord): Micros | undefined {
  return call.timeQuality === 'relative' ? undefined : call.startMicros
}
