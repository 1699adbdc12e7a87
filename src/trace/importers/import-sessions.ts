import { basename } from 'node:path'
import type { TraceFile } from '../files.ts'
import { TRACE_SCHEMA_VERSION } from '../record.ts'
import type { CallRecord, EventRecord, SessionRecord, TraceRecord } from '../record.ts'
import { checkRecord } from '../validate.ts'
import { handedOut } from './handed-out.ts'
import { importTally } from './import-tally.ts'
import type { ImportTally } from './import-tally.ts'
import type { Importer, ImportOptions, ImportRun } from './importer.ts'
import { areSmall, inputFiles, withProgress } from './input-files.ts'
import type { Refusal } from './input-files.ts'
import { known } from './known.ts'
import { lineTally } from './line-tally.ts'
import { planSessions, surveyed } from './plan-sessions.ts'
import type { Plan, SurveyedFile } from './plan-sessions.ts'
import { loneLabel, sessionLink } from './resume/links.ts'
import type { DraftItem, LoneCall, ReadingContext, SessionDraft } from './session-draft.ts'

/** What one format adds to the common way of importing. */
export interface LogFormat {
  readonly format: string
  readonly detect: (beginning: string) => boolean
  readonly refusal: Refusal
  /**
   * The sessions of one file. May be called twice, with equal results: once for what must be known
   * before the first record (which file keeps a call, its number), once for the records.
   */
  readonly readFile: (
    file: TraceFile,
    context: ReadingContext,
  ) => Promise<readonly SessionDraft[]>
}

export function importerOf(log: LogFormat): Importer {
  const { format, detect, refusal } = log
  return {
    format,
    detect,
    refusal,
    linksOf: async (file, options) => {
      const labels = new Set<string>()
      const lone = ({ session, beginning }: LoneCall): void => {
        labels.add(sessionLink(loneLabel(session))).add(`beginning ${beginning}`)
      }
      const drafts = await log.readFile(file, { ...surveyContext(options), lone })
      const links = drafts.flatMap(({ session, items }) => [
        sessionLink(session),
        ...items.flatMap(({ identity }) => identity ?? []),
      ])
      return [...links, ...labels]
    },
    read: (paths, options): ImportRun => {
      const tally = importTally(format)
      return { records: recordsFrom(log, paths, options, tally), report: tally.report }
    },
  }
}

async function* recordsFrom(
  log: LogFormat,
  paths: readonly string[],
  options: ImportOptions,
  tally: ImportTally,
): AsyncGenerator<TraceRecord> {
  const input = await inputFiles(paths, log.refusal, options.standardInput)
  tally.ignored(input.ignored)
  const once = areSmall(input.files, heldBytes)
  const files = withProgress(input.files, once ? 1 : 2, options)
  const seen: SurveyedFile[] = []
  const held = new Map<TraceFile, Held>()
  for (const file of files) {
    const lone: LoneCall[] = []
    const context = once ? { options, tally: tally.lines, lone: (call: LoneCall) => void lone.push(call) } : surveyContext(options)
    const drafts = await log.readFile(file, context)
    seen.push(surveyed(file, drafts))
    if (once) held.set(file, { drafts, lone })
  }
  const plan = planSessions(seen)
  const begun = new Set<string>()
  /** By beginning: how many lone calls of it have been written. */
  const written = new Map<string, number>()
  for (const [index, file] of plan.files.entries()) {
    let drafts = held.get(file)?.drafts ?? []
    const lone = held.get(file)?.lone ?? handedOut<LoneCall>(file, async (opened, give) => {
      drafts = await log.readFile(opened, { options, tally: tally.lines, lone: give })
    })
    held.delete(file)
    for await (const call of lone) yield* recordsOfLone(call, written, { log, file, options, tally })
    tally.file()
    for (const [at, draft] of drafts.entries()) {
      const { counts, unfinishedAttempts } = draft
      tally.conversation({ child: isChild(draft), counts, unfinishedAttempts })
      yield* recordsOf(draft, plan, { log, file, index, at, begun, options, tally })
    }
  }
}

/** What one file told, until all are known. */
interface Held {
  readonly drafts: readonly SessionDraft[]
  readonly lone: readonly LoneCall[]
}

/** Files of at most so much together are read once, and held until all are known. */
const heldBytes = 8_000_000

/** Texts play no part in a plan, so no phrase is counted for it; and lone calls need none. */
function surveyContext({ mapping }: ImportOptions): ReadingContext {
  return { options: mapping === undefined ? {} : { mapping }, tally: lineTally(), lone: () => undefined }
}

function* recordsOfLone(
  { session, line, facts, index, beginning }: LoneCall,
  written: Map<string, number>,
  place: Omit<Place, 'index' | 'at' | 'begun'>,
): Generator<TraceRecord> {
  const { tally } = place
  if (index < (written.get(beginning) ?? 0)) {
    tally.duplicate()
    return
  }
  written.set(beginning, index + 1)
  tally.session({ child: false, beginsInTheMiddle: false, backwardTimes: false })
  for (const record of [
    headerOf({ session, facts: {}, version: undefined }, line, place),
    recordOf(session, { kind: 'call', line, identity: undefined, facts }, 1, place),
  ]) {
    if (!passes(record, line, place)) return
    tally.record(record)
    yield record
  }
}

interface Place {
  readonly log: LogFormat
  readonly file: TraceFile
  /** Of the file in the plan, and of the draft in the file. */
  readonly index: number
  readonly at: number
  readonly begun: Set<string>
  readonly options: ImportOptions
  readonly tally: ImportTally
}

function* recordsOf(draft: SessionDraft, plan: Plan, place: Place): Generator<TraceRecord> {
  const { session } = draft
  const { tally, begun } = place
  const written = plan.hasCalls(session)
  for (const [item, one] of draft.items.entries()) {
    const number = plan.numberOf(place.index, place.at, item)
    if (number === undefined && one.kind === 'call') tally.duplicate()
    if (number === undefined || !written) continue
    if (!begun.has(session)) {
      begun.add(session)
      tally.session({
        child: isChild(draft),
        beginsInTheMiddle: draft.beginsInTheMiddle,
        backwardTimes: plan.backwardTimes(session),
      })
      const header = headerOf(draft, one.line, place)
      if (passes(header, one.line, place)) yield header
    }
    const record = recordOf(session, one, number, place)
    if (!passes(record, one.line, place)) continue
    tally.record(record)
    yield record
  }
}

function isChild({ facts }: SessionDraft): boolean {
  return facts.parent !== undefined
}

/** What the log says may be anything; a record that a replay would refuse is none. */
function passes(record: TraceRecord, line: number, { file, tally }: Pick<Place, 'file' | 'tally'>): boolean {
  const check = checkRecord(record, () => undefined)
  if (!check.ok) tally.lines.problem({ file: file.name, line, reason: check.problem.reason })
  return check.ok
}

function headerOf(
  draft: Pick<SessionDraft, 'session' | 'facts' | 'version'>,
  line: number,
  { log, file, options }: Pick<Place, 'log' | 'file' | 'options'>,
): SessionRecord {
  const digests = (options.phraseLists ?? []).map((list) => list.digest)
  return known({
    record: 'session' as const,
    schema: TRACE_SCHEMA_VERSION,
    session: draft.session,
    ...draft.facts,
    source: known({ format: log.format, version: draft.version }),
    phraseLists: digests.length > 0 ? digests : undefined,
    provenance: { file: basename(file.name), line },
  })
}

function recordOf(
  session: string,
  { kind, line, facts }: DraftItem,
  number: number,
  { file }: Pick<Place, 'file'>,
): CallRecord | EventRecord {
  const provenance = { file: basename(file.name), line }
  return kind === 'call'
    ? { record: 'call', session, call: number, ...facts, provenance }
    : ({ record: 'event', session, beforeCall: number, ...facts, provenance } as EventRecord)
}
