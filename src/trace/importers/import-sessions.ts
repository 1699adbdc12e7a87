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
import type { LineResult } from './line-tally.ts'
import { planSessions, surveyor } from './plan-sessions.ts'
import type { Plan, SurveyedFile } from './plan-sessions.ts'
import { loneLabel, sessionLink } from './resume/links.ts'
import { bareSession } from './session-draft.ts'
import type { DraftItem, GivenCall, LoneCall, ReadingContext, SessionDraft } from './session-draft.ts'

/** What one format adds to the common way of importing. */
export interface LogFormat {
  readonly format: string
  readonly detect: (beginning: string) => boolean
  readonly refusal: Refusal
  /** Every line stands for itself, so that a file which has grown can be read on. Default: false. */
  readonly everyLineAlone?: boolean
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
      const links = new Set<string>()
      const give = (call: GivenCall): void => {
        if ('item' in call) linksOfItem(call.session, call.item, links)
        else links.add(sessionLink(loneLabel(call.session))).add(`beginning ${call.beginning}`)
      }
      const context = surveyContext(options)
      const drafts = await log.readFile(file, { ...context, give })
      for (const { session, items } of drafts) for (const item of items) linksOfItem(session, item, links)
      const lines = log.everyLineAlone === true ? linesBeforeMore(context.tally.result()) : undefined
      return { links: [...links], ...(lines === undefined ? {} : { lines }) }
    },
    read: (paths, options): ImportRun => {
      const tally = importTally(format)
      const input = async (): Promise<readonly TraceFile[]> => {
        const { files, ignored } = await inputFiles(paths, refusal, options.standardInput)
        tally.ignored(ignored)
        return files
      }
      return { records: recordsFrom(log, input, options, tally, () => false), report: tally.report }
    },
    ...(log.everyLineAlone === true
      ? {
          readOn: (files, options, known): ImportRun => {
            const tally = importTally(format)
            return { records: recordsFrom(log, async () => files, options, tally, known), report: tally.report }
          },
        }
      : {}),
  }
}

/** Undefined where lines need a header, the file may end in a document, or problems are too many to tell. */
function linesBeforeMore({ lines, problems, problemCount }: LineResult): number | undefined {
  if (lines.categories.some(({ name }) => name.startsWith('header'))) return undefined
  const told = problemCount === problems.length && !problems.some(({ line, reason }) => line === undefined || reason === 'cut off')
  return told ? lines.read : undefined
}

async function* recordsFrom(
  log: LogFormat,
  input: () => Promise<readonly TraceFile[]>,
  options: ImportOptions,
  tally: ImportTally,
  known: (identity: string) => boolean,
): AsyncGenerator<TraceRecord> {
  const found = await input()
  const once = areSmall(found, heldBytes)
  const files = withProgress(found, once ? 1 : 2, options)
  const seen: SurveyedFile[] = []
  const held = new Map<TraceFile, Held>()
  for (const file of files) {
    const given: GivenCall[] = []
    const survey = surveyor(file)
    const give = (call: GivenCall): void => {
      if ('item' in call) survey.add(call.session, call.order, call.item)
      if (once) given.push(call)
    }
    const context = once ? { ...surveyContext(options), options, tally: tally.lines } : surveyContext(options)
    const drafts = await log.readFile(file, { ...context, give })
    seen.push(survey.surveyed(drafts))
    if (once) held.set(file, { drafts, given })
  }
  const writing: Writing = { log, plan: planSessions(seen, known), begun: new Set(), loneWritten: new Map(), options, tally }
  for (const [index, file] of writing.plan.files.entries()) {
    let drafts = held.get(file)?.drafts ?? []
    const given =
      held.get(file)?.given ??
      handedOut<GivenCall>(file, async (opened, give, ready) => {
        drafts = await log.readFile(opened, { options, tally: tally.lines, give, ready })
      })
    held.delete(file)
    const place: Place = { file, index, writing }
    /** Where each session stands among those of the file, and how many of its calls have come. */
    const loose = new Map<string, { readonly at: number; items: number }>()
    for await (const call of given) {
      if ('item' in call) {
        const stands = loose.get(call.session) ?? { at: loose.size, items: 0 }
        loose.set(call.session, stands)
        yield* recordsOfItem(bareSession(call.session, []), call.item, writing.plan.numberOf(index, stands.at, stands.items), place)
        stands.items += 1
      } else yield* recordsOfLone(call, place)
    }
    tally.file()
    for (const [at, draft] of drafts.entries()) {
      const { counts, unfinishedAttempts, items } = draft
      tally.conversation({ child: isChild(draft), counts, unfinishedAttempts })
      for (const [item, one] of items.entries()) {
        yield* recordsOfItem(draft, one, writing.plan.numberOf(index, loose.size + at, item), place)
      }
    }
  }
}

function linksOfItem(session: string, { identity }: DraftItem, links: Set<string>): void {
  links.add(sessionLink(session))
  if (identity !== undefined) links.add(identity)
}

/** What one file told, until all are known. */
interface Held {
  readonly drafts: readonly SessionDraft[]
  readonly given: readonly GivenCall[]
}

/** Files of at most so much together are read once, and held until all are known. */
const heldBytes = 8_000_000

/** Texts play no part in a plan, so no phrase is counted for it. */
function surveyContext({ mapping }: ImportOptions): Omit<ReadingContext, 'give'> {
  return { options: mapping === undefined ? {} : { mapping }, tally: lineTally(), ready: async () => undefined }
}

interface Writing {
  readonly log: LogFormat
  readonly plan: Plan
  readonly begun: Set<string>
  /** By beginning of a file: how many of its lone calls have been written. */
  readonly loneWritten: Map<string, number>
  readonly options: ImportOptions
  readonly tally: ImportTally
}

interface Place {
  readonly file: TraceFile
  /** Of the file in the plan. */
  readonly index: number
  readonly writing: Writing
}

function* recordsOfLone(
  { session, line, facts, index, beginning }: LoneCall,
  place: Place,
): Generator<TraceRecord> {
  const { tally, loneWritten } = place.writing
  if (index < (loneWritten.get(beginning) ?? 0)) {
    tally.duplicate()
    return
  }
  loneWritten.set(beginning, index + 1)
  tally.session({ child: false, beginsInTheMiddle: false, backwardTimes: false })
  for (const record of [
    headerOf(bareSession(session, []), line, place),
    recordOf(session, { kind: 'call', line, identity: undefined, facts }, 1, place),
  ]) {
    if (!passes(record, line, place)) {
      tally.refuse()
      return
    }
    tally.record(record)
    yield record
  }
}

/** `number` undefined: a copy. */
function* recordsOfItem(
  draft: SessionDraft,
  item: DraftItem,
  number: number | undefined,
  place: Place,
): Generator<TraceRecord> {
  const { session } = draft
  const { tally, begun, plan } = place.writing
  if (number === undefined && item.kind === 'call') tally.duplicate()
  if (number === undefined || !plan.hasCalls(session)) return
  if (!begun.has(session)) {
    begun.add(session)
    tally.session({
      child: isChild(draft),
      beginsInTheMiddle: draft.beginsInTheMiddle,
      backwardTimes: plan.backwardTimes(session),
    })
    const header = headerOf(draft, item.line, place)
    if (passes(header, item.line, place)) yield header
  }
  const record = recordOf(session, item, number, place)
  if (!passes(record, item.line, place)) {
    if (item.kind === 'call') tally.refuse()
    return
  }
  tally.record(record)
  yield record
}

function isChild({ facts }: SessionDraft): boolean {
  return facts.parent !== undefined
}

/** What the log says may be anything; a record that a replay would refuse is none. */
function passes(record: TraceRecord, line: number, { file, writing: { tally } }: Place): boolean {
  const check = checkRecord(record, () => undefined)
  if (!check.ok) tally.lines.problem({ file: file.name, line, reason: check.problem.reason })
  return check.ok
}

function headerOf(
  draft: SessionDraft,
  line: number,
  { file, writing: { log, options } }: Place,
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
  { file }: Place,
): CallRecord | EventRecord {
  const provenance = { file: basename(file.name), line }
  return kind === 'call'
    ? { record: 'call', session, call: number, ...facts, provenance }
    : ({ record: 'event', session, beforeCall: number, ...facts, provenance } as EventRecord)
}
