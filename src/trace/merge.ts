import { canonicalRecord } from './canonical.ts'
import type { CallRecord, EventRecord, Provenance, SessionRecord, TraceRecord, Usage } from './record.ts'
import type { RecordedSession } from './session.ts'

/** A checked record in canonical text, with the key that sorts it. */
export interface TraceRow {
  /** Empty for an event that holds for every session. */
  readonly session: string
  readonly kind: RowKind
  /** 0 unless the row is a call. */
  readonly call: number
  /** `canonicalRecord`: without provenance. */
  readonly text: string
  readonly provenance: Provenance
}

/** Header, call, event: the order of a session's rows. */
export type RowKind = 0 | 1 | 2

export interface MergeCounts {
  headers: number
  calls: number
  events: number
  /** Rows equal to one that was kept. */
  duplicateRows: number
  /** Rows of a call or header of which another, different copy was kept. */
  replacedRows: number
}

/** Row of a record; `provenance` is where it was read, unless the record names its own origin. */
export function rowOf(record: TraceRecord, provenance: Provenance): TraceRow {
  return {
    session: record.session ?? '',
    kind: record.record === 'session' ? 0 : record.record === 'call' ? 1 : 2,
    call: record.record === 'call' ? record.call : 0,
    text: canonicalRecord(record),
    provenance: record.provenance ?? provenance,
  }
}

/** A total order that depends on the rows alone: session id by code unit, kind, call, text, origin. */
export function compareRows(a: TraceRow, b: TraceRow): number {
  return (
    compareText(a.session, b.session) ||
    a.kind - b.kind ||
    a.call - b.call ||
    compareText(a.text, b.text) ||
    compareText(a.provenance.file, b.provenance.file) ||
    a.provenance.line - b.provenance.line
  )
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/**
 * One session from all its rows, sorted by `compareRows`.
 *
 * Of two rows of one call that say the same, one is kept. Of two that differ: the one with more
 * tokens in `usage`, then the one whose output is exact, then the greater canonical text. Of two
 * headers that differ: the one with more fields, then the greater text. File order never counts.
 */
export function mergeSession(
  session: string,
  rows: readonly TraceRow[],
  sharedEvents: readonly EventRecord[],
  counts: MergeCounts,
): RecordedSession {
  let header: SessionRecord | undefined
  const calls: CallRecord[] = []
  const events: EventRecord[] = []
  for (let start = 0; start < rows.length; ) {
    const first = rows[start] as TraceRow
    let end = start + 1
    while (rows[end]?.kind === first.kind && rows[end]?.call === first.call) end += 1
    const copies = distinct(rows.slice(start, end))
    counts.duplicateRows += end - start - copies.length
    if (first.kind === 2) {
      events.push(...copies.map((copy) => recordOf<EventRecord>(copy)))
    } else {
      counts.replacedRows += copies.length - 1
      if (first.kind === 1) calls.push(best(copies.map((copy) => recordOf<CallRecord>(copy)), callRank))
      else header = best(copies.map((copy) => recordOf<SessionRecord>(copy)), headerRank)
    }
    start = end
  }
  counts.headers += header === undefined ? 0 : 1
  counts.calls += calls.length
  counts.events += events.length
  return { session, header, calls, events: sortEvents([...events, ...sharedEvents]) }
}

/** The events that hold for every session, from all their rows in any order. */
export function mergeSharedEvents(rows: readonly TraceRow[], counts: MergeCounts): EventRecord[] {
  const copies = distinct(rows.toSorted(compareRows))
  counts.duplicateRows += rows.length - copies.length
  return sortEvents(copies.map((copy) => recordOf<EventRecord>(copy)))
}

export function noMergeCounts(): MergeCounts {
  return { headers: 0, calls: 0, events: 0, duplicateRows: 0, replacedRows: 0 }
}

/** Of equal neighbours the first, whose origin is the smallest. */
function distinct(rows: readonly TraceRow[]): TraceRow[] {
  return rows.filter((row, index) => index === 0 || rows[index - 1]?.text !== row.text)
}

function recordOf<R extends TraceRecord>(row: TraceRow): R {
  const record = JSON.parse(row.text) as R & { provenance: Provenance }
  record.provenance = row.provenance
  return record
}

/** Candidates ascend by canonical text, so among equals the last is the greatest. */
function best<R>(candidates: readonly R[], rank: (candidate: R) => readonly number[]): R {
  return candidates.reduce((left, right) => (compareRanks(rank(left), rank(right)) > 0 ? left : right))
}

function compareRanks(left: readonly number[], right: readonly number[]): number {
  for (const [index, value] of left.entries()) {
    const other = right[index] ?? 0
    if (value !== other) return value - other
  }
  return 0
}

function callRank(call: CallRecord): readonly number[] {
  if (call.usage === undefined) return [-1, 0]
  return [allTokens(call.usage), call.usage.outputQuality === 'exact' ? 1 : 0]
}

function headerRank(header: SessionRecord): readonly number[] {
  return [Object.keys(header).length]
}

/** Tokens in every bucket, reasoning included. */
export function allTokens(usage: Usage): number {
  return inputTokens(usage) + usage.output + (usage.reasoning ?? 0)
}

/** Tokens of the whole prompt: uncached, read from and written to caches. */
export function inputTokens(usage: Usage): number {
  return (
    usage.uncachedInput +
    usage.cacheRead +
    usage.cacheWrite5m +
    usage.cacheWrite1h +
    (usage.cacheWriteOther ?? 0)
  )
}

/** By the call they precede, then by instant (each: not told first), then by canonical text. */
function sortEvents(events: readonly EventRecord[]): EventRecord[] {
  const keyed = events.map((event) => ({ event, text: canonicalRecord(event) }))
  keyed.sort(
    (a, b) =>
      (a.event.beforeCall ?? 0) - (b.event.beforeCall ?? 0) ||
      (a.event.atMicros ?? 0) - (b.event.atMicros ?? 0) ||
      compareText(a.text, b.text),
  )
  return keyed.map(({ event }) => event)
}

/**
 * Sessions of records that are already in memory, in the order of their ids: what a reader gives
 * for a file that holds the same records.
 */
export function sessionsOf(records: Iterable<TraceRecord>): RecordedSession[] {
  const rows: TraceRow[] = []
  let line = 0
  for (const record of records) {
    line += 1
    rows.push(rowOf(record, { file: 'memory', line }))
  }
  const counts = noMergeCounts()
  const shared = mergeSharedEvents(rows.filter((row) => row.session === ''), counts)
  const groups = groupRows(rows.filter((row) => row.session !== '').sort(compareRows))
  return [...groups].map((group) => mergeSession(group.session, group.rows, shared, counts))
}

interface RowGroup {
  readonly session: string
  readonly rows: readonly TraceRow[]
}

/** Sorted rows, session by session. */
export function* groupRows(rows: Iterable<TraceRow>): Generator<RowGroup> {
  let group: TraceRow[] = []
  for (const row of rows) {
    const [first] = group
    if (first !== undefined && first.session !== row.session) {
      yield { session: first.session, rows: group }
      group = []
    }
    group.push(row)
  }
  const [first] = group
  if (first !== undefined) yield { session: first.session, rows: group }
}
