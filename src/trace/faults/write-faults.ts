import type { Fault } from './fault.ts'
import { textOfDuration, textOfFaultInstant } from './fault-time.ts'

/** A fault file that reads back as these faults; `note` says in its first line where it comes from. */
export function faultFileText(faults: readonly Fault[], note?: string): string {
  const header = { record: 'faults', schema: 1, ...(note === undefined ? {} : { note }) }
  return [header, ...faults.map(faultLine)].map((line) => `${JSON.stringify(line)}\n`).join('')
}

/** One fault as its line holds it. */
export function faultLine(fault: Fault): object {
  const { id, hits, clock, fromMicros, untilMicros, errorClass, status, failurePercent } = fault
  const { retryAfterMicros, timer, emittedPercent, flapping, cause, note } = fault
  return {
    record: 'fault',
    id,
    hits,
    from: textOfFaultInstant(clock, fromMicros),
    until: textOfFaultInstant(clock, untilMicros),
    error: errorClass,
    status,
    failurePercent,
    retryAfter: retryAfterMicros === undefined ? undefined : textOfDuration(retryAfterMicros),
    timer,
    emittedPercent,
    flapping:
      flapping === undefined
        ? undefined
        : { down: textOfDuration(flapping.downMicros), up: textOfDuration(flapping.upMicros) },
    cause,
    note,
  }
}
