import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { canonicalJson } from '../../canonical.ts'
import type { TraceFile } from '../../files.ts'
import { TRACE_SCHEMA_VERSION } from '../../record.ts'
import type { TraceRecord } from '../../record.ts'
import type { Importer, ImportOptions, ImportReport } from '../importer.ts'
import { inputFiles } from '../input-files.ts'
import { linesOf } from '../log-lines.ts'
import { measure } from './extents.ts'
import { linkOf, loneLabel, sessionLink } from './links.ts'
import { numbersAfter, unchangedNumbers } from './numbers.ts'
import { planResume } from './plan.ts'
import type { ResumeRefusal } from './plan.ts'
import type { ImportState, LinkSet } from './state.ts'

/** An import that goes on where one before ended. `report` and `stateFor` once `records` is drained. */
export interface ResumedRun {
  readonly kind: 'run'
  /** No file is new or has grown: the trace is what it was. */
  readonly nothingNew: boolean
  /** Those of the trace before that stay, then those of the files that were read. */
  readonly records: AsyncIterable<TraceRecord>
  /** Of the files that were read now. */
  readonly report: () => ImportReport
  readonly counts: () => ResumeCounts
  /** What to keep beside the trace that was written. */
  readonly stateFor: (output: string) => Promise<ImportState>
}

export interface ResumeCounts {
  readonly unchangedFiles: number
  /** From their beginnings. */
  readonly readFiles: number
  /** Of those, files that had been read before and have grown. */
  readonly grownFiles: number
  /** From where they ended before. */
  readonly continuedFiles: number
  readonly goneFiles: number
  /** Of the trace before. */
  readonly keptRecords: number
}

export interface ResumeFrom {
  /** Undefined: nothing was imported before. */
  readonly state: ImportState | undefined
  /** The trace of that state. */
  readonly output: string
  /** Version of this program: another may read the same file otherwise. */
  readonly version: string
}

/** The records come out as if all files were imported at once, but for their order. */
export async function resumeImport(
  importer: Importer,
  paths: readonly string[],
  options: ImportOptions,
  { state, output, version }: ResumeFrom,
): Promise<ResumedRun | ResumeRefusal> {
  const settings = settingsOf(importer, options, version)
  if (state !== undefined && state.settings !== settings) {
    return {
      kind: 'refused',
      reason: 'the trace was imported by another version, as another format, or with other `--for`, `--with-text` or `--mapping`',
    }
  }
  if (state !== undefined && !(await isStill(output, state))) {
    return { kind: 'refused', reason: `\`${output}\` is not any more what the import wrote` }
  }
  const { files, ignored } = await inputFiles(paths, importer.refusal, options.standardInput)
  const plan = await planResume(importer, files, options, state)
  if (plan.kind === 'refused') return plan
  const { read, readOn, renewed, continued } = plan
  const known = (identity: string): boolean => continued.has(linkOf(identity))
  // Without a path it reads nothing.
  const run = importer.readOn?.([...read, ...readOn], options, known) ?? importer.read(read.map(({ name }) => name), options)
  let kept = 0
  async function* records(): AsyncGenerator<TraceRecord> {
    const numbers =
      importer.readOn === undefined || readOn.length === 0
        ? unchangedNumbers
        : await numbersAfter(recordsIn(output), importer.readOn(readOn, options, known).records, continued)
    if (state !== undefined) {
      for await (const record of recordsIn(output)) {
        if (isOf(record, renewed)) continue
        kept += 1
        yield numbers.old(record)
      }
    }
    for await (const record of run.records) {
      const numbered = numbers.fresh(record)
      if (numbered !== undefined) yield numbered
    }
  }
  return {
    kind: 'run',
    nothingNew: state !== undefined && read.length + readOn.length === 0,
    records: records(),
    report: () => ({ ...run.report(), ignoredFiles: ignored }),
    counts: () => ({
      unchangedFiles: plan.unchanged,
      readFiles: read.length,
      grownFiles: plan.grownFromBeginning,
      continuedFiles: readOn.length,
      goneFiles: plan.gone,
      keptRecords: kept,
    }),
    stateFor: async (written) => {
      const { bytes, sha256 } = await measure(written)
      return { settings, output: { bytes, sha256 }, files: plan.files }
    },
  }
}

/** Whether a trace is what an import wrote. */
export async function isStill(output: string, state: ImportState): Promise<boolean> {
  const { bytes, sha256 } = await measure(output)
  return bytes === state.output.bytes && sha256 === state.output.sha256
}

/** All that decides what an import of the same files writes. */
function settingsOf({ format }: Importer, { withText, phraseLists, mapping }: ImportOptions, version: string): string {
  const settings = {
    format,
    version,
    schema: TRACE_SCHEMA_VERSION,
    withText: withText === true,
    phraseLists: (phraseLists ?? []).map(({ digest }) => digest).sort(),
    mapping: mapping ?? null,
  }
  return createHash('sha256').update(canonicalJson(settings)).digest('hex')
}

/** The records of a trace of ours. */
async function* recordsIn(path: string): AsyncGenerator<TraceRecord> {
  const file: TraceFile = { name: path, bytes: undefined, open: () => createReadStream(path, { highWaterMark: 1 << 18 }) }
  for await (const line of linesOf(file, () => undefined)) {
    if (!('text' in line)) continue
    yield JSON.parse(line.text) as TraceRecord
  }
}

function isOf({ session = '' }: TraceRecord, links: LinkSet): boolean {
  return [session, loneLabel(session)].some((name) => links.has(linkOf(sessionLink(name))))
}
