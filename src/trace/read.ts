import { digestOfLines, sharedEventsDigest, traceDigest } from './canonical.ts'
import { findTraceFiles } from './files.ts'
import type { TraceFile } from './files.ts'
import { defaultTraceLimits } from './limits.ts'
import type { TraceLimits } from './limits.ts'
import { readLines } from './lines.ts'
import type { Line } from './lines.ts'
import { groupRows, mergeSession, mergeSharedEvents, noMergeCounts, rowOf } from './merge.ts'
import type { MergeCounts, TraceRow } from './merge.ts'
import { parseLine } from './parse.ts'
import type { QuarantineKind, QuarantinedLine, TraceProblem } from './problem.ts'
import type { EventRecord } from './record.ts'
import type { RecordedSession } from './session.ts'
import { createRowStore } from './spill.ts'
import type { RowStore } from './spill.ts'

export interface TraceOptions {
  /** The first line that would be quarantined ends the reading with a fatal problem. */
  readonly strict?: boolean
  readonly limits?: Partial<TraceLimits>
  /** Bytes read from disk so far, and of how many where that is known. */
  readonly onProgress?: (bytesRead: number, bytesTotal: number | undefined) => void
  /** What `-` reads; by default the standard input of the process. */
  readonly stdin?: AsyncIterable<Uint8Array>
  /** Where grouping spills to; by default the system's directory for temporary files. */
  readonly spillDirectory?: string
}

/**
 * What happened to every line: `lines` = `blankLines` + `quarantinedLines` + `sessionRows` +
 * `callRows` + `eventRows`.
 */
export interface LineCounts {
  files: number
  bytes: number
  lines: number
  blankLines: number
  quarantinedLines: number
  sessionRows: number
  callRows: number
  eventRows: number
}

/** What became of the rows: the three kinds of rows = headers + calls + events + duplicate + replaced rows. */
export interface TraceSummary extends Readonly<LineCounts>, Readonly<MergeCounts> {
  readonly sessions: number
  /** Of `events`, those that hold for every session. */
  readonly sharedEvents: number
  /** Of the records, whatever their order, files and formatting. */
  readonly digest: string
}

export interface TraceReading {
  /**
   * Every session, whole, ordered by id (code units). May be asked for again. It ends early when
   * a session is past its limit; `problems` then says so.
   */
  sessions(): AsyncGenerator<RecordedSession, void, undefined>
  readonly lines: Readonly<LineCounts>
  /** Known once `sessions()` has run to its end, `undefined` before. */
  summary(): TraceSummary | undefined
  /** Grows while sessions are read; any fatal one means that there is no result. */
  readonly problems: readonly TraceProblem[]
  /** The first ones, in the order read. */
  readonly quarantined: readonly QuarantinedLine[]
  readonly quarantinedBy: ReadonlyMap<QuarantineKind, number>
  /** Fields that the schema does not name, with the records that had them; kept, and part of the digest. */
  readonly unknownFields: ReadonlyMap<string, number>
  readonly directories: readonly { readonly path: string; readonly files: number }[]
  readonly sharedEvents: readonly EventRecord[]
  /** Bytes that grouping wrote to temporary files. */
  readonly spilledBytes: number
  /** Removes temporary files at once; call it at the end, on error and on interruption. */
  dispose(): void
}

const unknownFieldsKept = 1_000

interface Gathering {
  readonly limits: TraceLimits
  readonly strict: boolean
  readonly store: RowStore
  readonly lines: LineCounts
  readonly problems: TraceProblem[]
  readonly quarantined: QuarantinedLine[]
  readonly quarantinedBy: Map<QuarantineKind, number>
  readonly unknownFields: Map<string, number>
  readonly shared: TraceRow[]
}

/**
 * Reads traces and groups them by session. Rows may interleave, arrive in any order and span
 * files; the result is that of the sorted input. Mistakes in the input are values in the result.
 */
export async function readTrace(
  paths: readonly string[],
  options: TraceOptions = {},
): Promise<TraceReading> {
  const limits = { ...defaultTraceLimits, ...options.limits }
  const found = await findTraceFiles(paths, () => options.stdin ?? process.stdin)
  const gathering: Gathering = {
    limits,
    strict: options.strict ?? false,
    store: createRowStore(limits.heldBytes, options.spillDirectory),
    lines: noLineCounts(),
    problems: [...found.problems],
    quarantined: [],
    quarantinedBy: new Map(),
    unknownFields: new Map(),
    shared: [],
  }
  try {
    await gatherFiles(found.files, gathering, options.onProgress)
  } catch (error) {
    gathering.store.dispose()
    throw error
  }
  return readingOf(gathering, found.directories)
}

/** A small trace as a whole. The same as `readTrace`, with the sessions in a list. */
export async function loadTrace(
  paths: readonly string[],
  options: TraceOptions = {},
): Promise<TraceReading & { readonly loaded: readonly RecordedSession[] }> {
  const reading = await readTrace(paths, options)
  const loaded: RecordedSession[] = []
  try {
    for await (const session of reading.sessions()) loaded.push(session)
  } finally {
    reading.dispose()
  }
  return { ...reading, loaded }
}

function noLineCounts(): LineCounts {
  return {
    files: 0,
    bytes: 0,
    lines: 0,
    blankLines: 0,
    quarantinedLines: 0,
    sessionRows: 0,
    callRows: 0,
    eventRows: 0,
  }
}

async function gatherFiles(
  files: readonly TraceFile[],
  gathering: Gathering,
  onProgress: TraceOptions['onProgress'],
): Promise<void> {
  const sizes = files.map((file) => file.bytes)
  const total = sizes.every((size) => size !== undefined)
    ? sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0)
    : undefined
  const onBytes = (bytes: number): void => {
    gathering.lines.bytes += bytes
    onProgress?.(gathering.lines.bytes, total)
  }
  for (const file of files) {
    if (hasFatal(gathering.problems)) return
    gathering.lines.files += 1
    await gatherFile(file, gathering, onBytes)
  }
}

async function gatherFile(
  file: TraceFile,
  gathering: Gathering,
  onBytes: (bytes: number) => void,
): Promise<void> {
  const { lines, limits, problems } = gathering
  const before = lines.lines
  const taken = lines.quarantinedLines + lines.blankLines
  const known = problems.length
  const onProblem = (problem: TraceProblem): void => void problems.push(problem)
  for await (const batch of readLines(file, { limits, onBytes, onProblem })) {
    for (const line of batch) {
      gatherLine(file.name, line, gathering)
      if (hasFatal(problems)) return
    }
  }
  const read = lines.lines - before
  const refused = lines.quarantinedLines + lines.blankLines - taken
  if (problems.length === known && read === refused) {
    problems.push(noRecords(file.name, gathering.quarantined.find((bad) => bad.file === file.name)))
  }
}

function gatherLine(file: string, line: Line, gathering: Gathering): void {
  const { lines, limits, unknownFields } = gathering
  lines.lines += 1
  if ('reason' in line) return quarantine({ file, ...line }, gathering)
  if (line.text.trim() === '') {
    lines.blankLines += 1
    return
  }
  const parsed = parseLine(line.text, line.last, limits.depth, (field) => {
    const count = unknownFields.get(field)
    if (count !== undefined || unknownFields.size < unknownFieldsKept) {
      unknownFields.set(field, (count ?? 0) + 1)
    }
  })
  if (!parsed.ok) {
    const { kind, reason, field } = parsed
    const named = field === undefined ? {} : { field }
    return quarantine({ file, line: line.line, kind, reason, ...named }, gathering)
  }
  const { record } = parsed
  if (record.record === 'session') lines.sessionRows += 1
  else if (record.record === 'call') lines.callRows += 1
  else lines.eventRows += 1
  addRow(rowOf(record, { file, line: line.line }), gathering)
}

function addRow(row: TraceRow, { store, shared, limits, problems }: Gathering): void {
  if (row.session !== '') return store.add(row)
  shared.push(row)
  if (shared.length > limits.sharedEvents) problems.push(tooManySharedEvents(limits.sharedEvents))
}

function quarantine(bad: QuarantinedLine, gathering: Gathering): void {
  const { lines, limits, quarantined, quarantinedBy, problems, strict } = gathering
  lines.quarantinedLines += 1
  quarantinedBy.set(bad.kind, (quarantinedBy.get(bad.kind) ?? 0) + 1)
  if (quarantined.length < limits.quarantineKept) quarantined.push(bad)
  if (strict) problems.push(refusedLine(bad))
}

function readingOf(
  gathering: Gathering,
  directories: TraceReading['directories'],
): TraceReading {
  const { store, lines, problems, limits } = gathering
  const sharedCounts = noMergeCounts()
  const shared = mergeSharedEvents(gathering.shared, sharedCounts)
  const sharedEvents = shared.map(({ record }) => record)
  let summary: TraceSummary | undefined

  async function* sessions(): AsyncGenerator<RecordedSession, void, undefined> {
    if (hasFatal(problems)) return
    const counts = { ...sharedCounts, events: sharedEvents.length }
    const digests: string[] = []
    let count = 0
    for (const group of groupRows(store.sorted())) {
      if (textLength(group.rows) > limits.sessionBytes) {
        problems.push(sessionTooLarge(group.session, limits.sessionBytes))
        return
      }
      const own = noMergeCounts()
      const { session, texts } = mergeSession(group.session, group.rows, shared, own)
      for (const name of Object.keys(own) as (keyof MergeCounts)[]) counts[name] += own[name]
      if (summary === undefined) digests.push(digestOfLines(texts))
      count += 1
      yield session
      if (count % 32 === 0) await nextTick()
    }
    summary ??= {
      ...lines,
      ...counts,
      sessions: count,
      sharedEvents: sharedEvents.length,
      digest: traceDigest(digests, sharedEventsDigest(sharedEvents)),
    }
  }

  return {
    sessions,
    lines,
    summary: () => summary,
    problems,
    quarantined: gathering.quarantined,
    quarantinedBy: gathering.quarantinedBy,
    unknownFields: gathering.unknownFields,
    directories,
    sharedEvents,
    get spilledBytes() {
      return store.spilledBytes()
    },
    dispose: () => store.dispose(),
  }
}

/** Lets signals and timers in between sessions. */
function nextTick(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

function textLength(rows: readonly TraceRow[]): number {
  return rows.reduce((sum, row) => sum + row.text.length, 0)
}

function hasFatal(problems: readonly TraceProblem[]): boolean {
  return problems.some((problem) => problem.fatal)
}

function noRecords(file: string, first: QuarantinedLine | undefined): TraceProblem {
  const why = first === undefined ? '' : `; line ${first.line}: ${first.reason}`
  return {
    kind: 'no-records',
    file,
    message: `\`${file}\` holds no trace record${why}`,
    help: 'a trace has one JSON record a line; `reroute import` writes one from a log',
    fatal: true,
  }
}

function refusedLine({ file, line, reason }: QuarantinedLine): TraceProblem {
  return {
    kind: 'strict',
    file,
    line,
    message: reason,
    help: 'mend the line, or read without `--strict` to leave it out and count it',
    fatal: true,
  }
}

function sessionTooLarge(session: string, limit: number): TraceProblem {
  return {
    kind: 'session-too-large',
    message: `session ${JSON.stringify(session)} holds more than ${limit} bytes of records`,
    help: 'import without text, or split the session',
    fatal: true,
  }
}

function tooManySharedEvents(limit: number): TraceProblem {
  return {
    kind: 'too-many-shared-events',
    message: `more than ${limit} events without a session`,
    help: 'name the session in events that concern one session only',
    fatal: true,
  }
}
