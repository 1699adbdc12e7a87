import { canonicalRecord } from './canonical.ts'
import type { CallRecord, EventRecord, Provenance, SessionRecord, TraceRecord } from './record.ts'
import type { RecordedSession } from './session.ts'
import { allTokensOf } from './usage-sums.ts'

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

/** A session, and the canonical texts of its own records in canonical order: what its digest covers. */
export interface MergedSession {
  readonly session: RecordedSession
  readonly texts: readonly string[]
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
  sharedEvents: readonly Kept<EventRecord>[],
  counts: MergeCounts,
): MergedSession {
  let header: Kept<SessionRecord> | undefined
  const calls: Kept<CallRecord>[] = []
  const own: Kept<EventRecord>[] = []
  for (let start = 0; start < rows.length; ) {
    const first = rows[start] as TraceRow
    let end = start + 1
    while (rows[end]?.kind === first.kind && rows[end]?.call === first.call) end += 1
    const copies = distinct(rows.slice(start, end))
    counts.duplicateRows += end - start - copies.length
    if (first.kind === 2) {
      own.push(...copies.map((copy) => keep<EventRecord>(copy)))
    } else {
      counts.replacedRows += copies.length - 1
      if (first.kind === 1) calls.push(best(copies.map((copy) => keep<CallRecord>(copy)), callRank))
      else header = best(copies.map((copy) => keep<SessionRecord>(copy)), headerRank)
    }
    start = end
  }
  counts.headers += header === undefined ? 0 : 1
  counts.calls += calls.length
  counts.events += own.length
  own.sort(compareEvents)
  const events = sharedEvents.length === 0 ? own : [...own, ...sharedEvents].sort(compareEvents)
  return {
    session: {
      session,
      header: header?.record,
      calls: calls.map(({ record }) => record),
      events: events.map(({ record }) => record),
    },
    texts: [...(header === undefined ? [] : [header]), ...calls, ...own].map(({ text }) => text),
  }
}

/** The events that hold for every session, from all their rows in any order. */
export function mergeSharedEvents(rows: readonly TraceRow[], counts: MergeCounts): Kept<EventRecord>[] {
  const copies = distinct(rows.toSorted(compareRows))
  counts.duplicateRows += rows.length - copies.length
  return copies.map((copy) => keep<EventRecord>(copy)).sort(compareEvents)
}

export function noMergeCounts(): MergeCounts {
  return { headers: 0, calls: 0, events: 0, duplicateRows: 0, replacedRows: 0 }
}

/** Of equal neighbours the first, whose origin is the smallest. */
function distinct(rows: readonly TraceRow[]): TraceRow[] {
  return rows.filter((row, index) => index === 0 || rows[index - 1]?.text !== row.text)
}

/** A record that was kept, with its canonical text. */
export interface Kept<R extends TraceRecord> {
  readonly record: R
  readonly text: string
}

function keep<R extends TraceRecord>({ text, provenance }: TraceRow): Kept<R> {
  const record = JSON.parse(text) as R & { provenance: Provenance }
  record.provenance = provenance
  return { record, text }
}

/** Candidates ascend by canonical text, so among equals the last is the greatest. */
function best<R extends TraceRecord>(
  candidates: readonly Kept<R>[],
  rank: (candidate: R) => readonly number[],
): Kept<R> {
  return candidates.reduce((left, right) =>
    compareRanks(rank(left.record), rank(right.record)) > 0 ? left : right,
  )
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
  return [allTokensOf(call.usage), call.usage.outputQuality === 'exact' ? 1 : 0]
}

function headerRank(header: SessionRecord): readonly number[] {
  return [Object.keys(header).length]
}

/** By the call they precede, then by instant (each: not told first), then by canonical text. */
function compareEvents(a: Kept<EventRecord>, b: Kept<EventRecord>): number {
  return (
    (a.record.beforeCall ?? 0) - (b.record.beforeCall ?? 0) ||
    (a.record.atMicros ?? -1) - (b.record.atMicros ?? -1) ||
    compareText(a.text, b.text)
  )
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
  return [...groups].map((group) => mergeSession(group.session, group.rows, shared, counts).session)
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
