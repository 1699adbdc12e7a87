import { canonicalJson, digestOfLines } from '../../trace/canonical.ts'
import type { Fault, FaultDomain } from '../../trace/faults/fault.ts'
import type { CallRecord } from '../../trace/record.ts'

/** Where faults come from in a replay. */
export interface FaultSources {
  /** The log's own errors hold. */
  readonly recorded: boolean
  /** Holds before them. */
  readonly script: readonly Fault[]
  /** What offsets of the script count from; a clock that is absent has no calls. */
  readonly beginning: TraceBeginning
  /** How a host is between an answer and a failure that the log has of it. */
  readonly unknown: 'up' | 'down'
}

/** The first instant of a whole trace: of calls with a date, and of calls that count from some unknown one. */
export interface TraceBeginning {
  readonly datedMicros?: number | undefined
  readonly relativeMicros?: number | undefined
}

/** Only what the log has. */
export const recordedFaults: FaultSources = { recorded: true, script: [], beginning: {}, unknown: 'up' }

/** The host of an attempt, as failure domains see it. */
export interface FaultPlace {
  readonly model: string
  readonly provider: string
  readonly region: string | null | undefined
  readonly account: string | null | undefined
}

export function isInDomain(place: FaultPlace, domain: FaultDomain): boolean {
  return (
    isNamed(domain.provider, place.provider) &&
    isNamed(domain.region, place.region) &&
    isNamed(domain.model, place.model) &&
    isNamed(domain.account, place.account)
  )
}

function isNamed(wanted: string | undefined, is: string | null | undefined): boolean {
  return wanted === undefined || wanted === is
}

export function hits(fault: Fault, place: FaultPlace): boolean {
  return fault.hits.some((domain) => isInDomain(place, domain))
}

/** The clock that a call's instants are on; `undefined`: it has none that a fault can be told by. */
export function clockOfCall(call: CallRecord): 'dated' | 'relative' | undefined {
  if (call.startMicros === undefined || call.timeQuality === 'daily') return undefined
  return call.timeQuality === 'relative' ? 'relative' : 'dated'
}

/**
 * Where on a fault's own clock an instant of this call lies; `undefined`: the fault has a date and
 * the call has none, or an offset of a trace whose beginning is not known.
 */
export function onClockOf(
  fault: Fault,
  clock: 'dated' | 'relative' | undefined,
  atMicros: number | undefined,
  beginning: TraceBeginning,
): number | undefined {
  if (clock === undefined || atMicros === undefined) return undefined
  if (fault.clock === 'dated') return clock === 'dated' ? atMicros : undefined
  const begins = clock === 'dated' ? beginning.datedMicros : beginning.relativeMicros
  return begins === undefined ? undefined : atMicros - begins
}

/** Half-open, and down first where it flaps. */
export function holdsAt(fault: Fault, micros: number): boolean {
  const { fromMicros, untilMicros, flapping } = fault
  if (micros < fromMicros || micros >= untilMicros) return false
  if (flapping === undefined) return true
  return (micros - fromMicros) % (flapping.downMicros + flapping.upMicros) < flapping.downMicros
}

/** Whether it holds at any instant of [from, to). */
export function holdsWithin(fault: Fault, from: number, to: number): boolean {
  const first = Math.max(from, fault.fromMicros)
  const last = Math.min(to, fault.untilMicros)
  if (first >= last) return false
  if (fault.flapping === undefined) return true
  const { downMicros, upMicros } = fault.flapping
  const phase = (first - fault.fromMicros) % (downMicros + upMicros)
  return phase < downMicros || first + (downMicros + upMicros - phase) < last
}

/** What identifies these sources; `undefined`: the log's own errors, and nothing else. */
export function faultsDigest({ recorded, script }: FaultSources): string | undefined {
  if (recorded && script.length === 0) return undefined
  return digestOfLines([
    recorded ? 'recorded' : 'none',
    ...script.map(({ note: _note, ...fault }) => canonicalJson(fault)),
  ])
}
