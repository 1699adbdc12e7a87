import type { CallRecord, TraceRecord } from '../../record.ts'
import { linkOf, sessionLink } from './links.ts'
import type { LinkSet } from './state.ts'

/** The records of sessions that go on, numbered as if all their calls had been read at once. */
export interface Numbers {
  /** A record of the trace before. */
  readonly old: (record: TraceRecord) => TraceRecord
  /** A record that was read now; undefined: the header of a session that has one. */
  readonly fresh: (record: TraceRecord) => TraceRecord | undefined
}

export const unchangedNumbers: Numbers = { old: (record) => record, fresh: (record) => record }

/** When each call of a session was made, by its number from 1; infinite where that is not known. */
type Starts = Map<string, number[]>

/** Calls of a session are ordered by their start; of two at once the one that was logged first comes first. */
export async function numbersAfter(
  trace: AsyncIterable<TraceRecord>,
  read: AsyncIterable<TraceRecord>,
  continued: LinkSet,
): Promise<Numbers> {
  const fresh: Starts = new Map()
  for await (const record of read) if (record.record === 'call') note(fresh, record)
  const old: Starts = new Map()
  for await (const record of trace) {
    if (record.record !== 'call' || !fresh.has(record.session)) continue
    // Another file may tell of a session of this name only where all of it is read anew.
    if (continued.has(linkOf(sessionLink(record.session)))) note(old, record)
  }
  const merged = new Map([...old].map(([session, starts]) => [session, merge(starts, fresh.get(session) ?? [])]))
  return {
    old: (record) => {
      const number = record.record === 'call' ? merged.get(record.session)?.old[record.call - 1] : undefined
      return number === undefined ? record : ({ ...record, call: number } as CallRecord)
    },
    fresh: (record) => {
      const numbers = record.session === undefined ? undefined : merged.get(record.session)
      if (numbers === undefined) return record
      if (record.record === 'session') return undefined
      return record.record === 'call' ? { ...record, call: numbers.fresh[record.call - 1] ?? record.call } : record
    },
  }
}

function note(starts: Starts, { session, call, startMicros, endMicros }: CallRecord): void {
  const known = starts.get(session) ?? []
  starts.set(session, known)
  known[call - 1] = startMicros ?? endMicros ?? Number.POSITIVE_INFINITY
}

function merge(old: readonly number[], fresh: readonly number[]): { readonly old: number[]; readonly fresh: number[] } {
  const numbers = { old: [] as number[], fresh: [] as number[] }
  const [olds, freshes] = [withoutHoles(old), withoutHoles(fresh)]
  for (let number = 1; number <= olds.length + freshes.length; number += 1) {
    const next = olds[numbers.old.length]
    const takesOld = next !== undefined && next <= (freshes[numbers.fresh.length] ?? Number.POSITIVE_INFINITY)
    numbers[takesOld ? 'old' : 'fresh'].push(number)
  }
  return numbers
}

/** A call that was refused has a number and no record: it stays after the one before it. */
function withoutHoles(starts: readonly number[]): readonly number[] {
  let last = Number.NEGATIVE_INFINITY
  return Array.from(starts, (start: number | undefined) => (last = start ?? last))
}
