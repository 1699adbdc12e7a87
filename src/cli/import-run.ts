import { escapeTerminal } from '../report/escape.ts'
import { importScreen } from '../report/import-report.ts'
import { document } from '../report/json.ts'
import { plural } from '../report/number.ts'
import type { Importer, ImportOptions as ReadingOptions } from '../trace/importers/importer.ts'
import { readMapping } from '../trace/importers/table/mapping.ts'
import type { TableMapping } from '../trace/importers/table/mapping.ts'
import type { TraceRecord } from '../trace/record.ts'
import type { Context } from './context.ts'
import { exitCode, type ExitCode } from './exit-code.ts'
import { badInput, type Failure } from './failure.ts'
import { wrongPath } from './import-paths.ts'
import { goOn } from './import-resume.ts'
import { phraseCounters } from './import-phrases.ts'
import type { RootOption } from './policy.ts'
import { startProgress } from './progress.ts'
import { readText } from './read-text.ts'
import { printBeside, writeTraceFile } from './write-trace.ts'

export interface ImportOptions extends RootOption {
  readonly output: string
  readonly mapping?: string
  readonly for?: readonly string[]
  readonly withText: boolean
  readonly resume: boolean
  readonly format: 'terminal' | 'json'
}

export async function importSessions(
  importer: Importer,
  paths: readonly string[],
  options: ImportOptions,
  context: Context,
): Promise<ExitCode> {
  const { output, withText } = options
  const wrong = await wrongPath(paths)
  if (wrong !== undefined) return badInput(context, wrong)
  const mapping = await mappingOf(options.mapping, context)
  if (mapping !== undefined && 'message' in mapping) return badInput(context, mapping)
  const phraseLists = await phraseCounters(options.for, options, context)
  if (phraseLists === undefined) return exitCode.badInput
  const progress = startProgress(context, 'importing', 'kB')
  const reading: ReadingOptions = {
    phraseLists,
    withText,
    ...(mapping === undefined ? {} : { mapping }),
    standardInput: () => context.stdin,
    onProgress: ({ done, total }) => progress.update(Math.round(done / 1_000), Math.round(total / 1_000)),
  }
  const run = options.resume ? await goOn(importer, paths, reading, output) : { ...importer.read(paths, reading), resumed: undefined }
  if ('message' in run) return badInput(context, run)
  const { resumed: following } = run
  const beforeNaming = async (temporary: string): Promise<void> => following?.prepare(temporary, context)
  const written =
    following?.nothingNew === true ? drained(run.records) : writeTraceFile(output, run.records, context, { beforeNaming })
  const ended = await written.finally(() => progress.stop())
  if (ended !== undefined) return ended
  const resumed = await following?.finish()
  const report = run.report()
  const any = report.calls.total > 0 || (resumed?.keptRecords ?? 0) > 0
  const text =
    options.format === 'json'
      ? document({ schemaVersion: 1, output, ...report, ...(resumed === undefined ? {} : { resumed }) })
      : `${importScreen(report, { style: context.style, width: context.width }, resumed)}${any ? `\n${next(output, context)}` : ''}`
  await printBeside(output, text, context)
  if (any) return exitCode.pass
  return badInput(context, {
    message: `no call of ${importer.format} in ${plural(report.files, 'file')}`,
    help: 'check that the paths hold its logs',
  })
}

/** Reads all records, which makes the report whole, and writes none. */
async function drained(records: AsyncIterable<TraceRecord>): Promise<undefined> {
  for await (const _ of records) void _
  return undefined
}

function next(output: string, { style }: Context): string {
  const trace = escapeTerminal(output)
  return style.dim(`next: reroute replay my.route ${trace} --group-by model\n`)
}

async function mappingOf(path: string | undefined, context: Context): Promise<TableMapping | Failure | undefined> {
  if (path === undefined) return undefined
  const read = await readText(path, context)
  if (!read.ok) return read.failure
  const reading = readMapping(read.text)
  if (reading.ok) return reading.mapping
  return {
    message: `\`${path}\` is no mapping: ${reading.reason}`,
    help: 'docs/import.md shows one; traces/schema/mapping-1.schema.json describes it',
  }
}
