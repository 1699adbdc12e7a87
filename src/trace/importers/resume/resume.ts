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
import { planResume } from './plan.ts'
import type { ResumeRefusal } from './plan.ts'
import type { ImportState, LinkSet } from './state.ts'

/** An import that goes on where one before ended. `report` and `stateFor` once `records` is drained. */
export interface ResumedRun {
  readonly kind: 'run'
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
  readonly readFiles: number
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
  const { read, renewed } = plan
  // Without a path it reads nothing.
  const run = importer.read(read.map(({ name }) => name), options)
  let kept = 0
  async function* records(): AsyncGenerator<TraceRecord> {
    if (state !== undefined) {
      for await (const record of recordsIn(output, renewed)) {
        kept += 1
        yield record
      }
    }
    yield* run.records
  }
  return {
    kind: 'run',
    records: records(),
    report: () => ({ ...run.report(), ignoredFiles: ignored }),
    counts: () => ({
      unchangedFiles: plan.unchanged,
      readFiles: read.length,
      goneFiles: plan.gone,
      keptRecords: kept,
    }),
    stateFor: async (written) => {
      const { bytes, sha256 } = await measure(written)
      return { settings, output: { bytes, sha256 }, files: plan.files }
    },
  }
}

async function isStill(output: string, state: ImportState): Promise<boolean> {
  const { bytes, begins } = await measure(output, state.output)
  return begins && bytes === state.output.bytes
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

/** The records of a trace of ours but for those of some sessions. */
async function* recordsIn(path: string, without: LinkSet): AsyncGenerator<TraceRecord> {
  const file: TraceFile = { name: path, bytes: undefined, open: () => createReadStream(path, { highWaterMark: 1 << 18 }) }
  for await (const line of linesOf(file, () => undefined)) {
    if (!('text' in line)) continue
    const record = JSON.parse(line.text) as TraceRecord
    const { session = '' } = record
    const renewed = [session, loneLabel(session)].some((name) => without.has(linkOf(sessionLink(name))))
    if (!renewed) yield record
  }
}
