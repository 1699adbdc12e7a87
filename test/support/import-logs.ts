import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Importer, ImportOptions, ImportReport } from '../../src/trace/importers/importer.ts'
import type { CallRecord, EventRecord, SessionRecord, TraceRecord } from '../../src/trace/record.ts'
import { checkRecord } from '../../src/trace/validate.ts'
import { promptTokensOf } from '../../src/trace/usage-sums.ts'

export interface ImportedLogs {
  readonly records: readonly TraceRecord[]
  readonly sessions: readonly SessionRecord[]
  readonly calls: readonly CallRecord[]
  readonly events: readonly EventRecord[]
  readonly report: ImportReport
}

/** Formats that have every call under one word. */
const callsAlone: ReadonlySet<string> = new Set([
  'azure', 'burstgpt', 'helicone', 'langfuse', 'litellm', 'mini-swe-agent', 'mooncake', 'openrouter', 'otlp', 'portkey', 'swe-agent', 'table', 'weka',
])

/**
 * Imports paths. Every record must pass the check that a replay makes, every usage add up to its
 * prompt, and every line and object be accounted for.
 */
export async function importLogs(
  importer: Importer,
  paths: readonly string[],
  options: ImportOptions = {},
): Promise<ImportedLogs> {
  const run = importer.read(paths, options)
  const records: TraceRecord[] = []
  for await (const record of run.records) {
    const unknown: string[] = []
    const check = checkRecord(JSON.parse(JSON.stringify(record)), (field) => unknown.push(field))
    if (!check.ok) throw new Error(`${check.problem.reason}: ${JSON.stringify(record)}`)
    if (unknown.length > 0) throw new Error(`not in the schema: ${unknown.join(', ')}`)
    records.push(record)
  }
  const calls = records.filter((record) => record.record === 'call')
  for (const { usage, prompt } of calls) {
    if (usage !== undefined && prompt.tokens !== promptTokensOf(usage)) {
      throw new Error(`the buckets do not add up: ${JSON.stringify(usage)}`)
    }
  }
  const report = run.report()
  const { lines } = report
  const counted = lines.categories.reduce((sum, { count }) => sum + count, 0)
  if (counted + lines.blank !== lines.read + lines.extraObjects) {
    throw new Error(`lines are not accounted for: ${JSON.stringify(lines)}`)
  }
  const { total, duplicates, refused } = report.calls
  const named = lines.categories.filter(({ name }) => /(^|: )call$/.test(name)).reduce((sum, { count }) => sum + count, 0)
  if (callsAlone.has(report.format) && named !== total + duplicates + refused) {
    throw new Error(`${named} calls were read, ${total} written, ${duplicates} copies, ${refused} refused`)
  }
  return {
    records,
    sessions: records.filter((record) => record.record === 'session'),
    calls,
    events: records.filter((record) => record.record === 'event'),
    report,
  }
}

/** Imports files given by name and content, in that order. */
export async function importLogFiles(
  importer: Importer,
  files: { readonly [name: string]: string | Uint8Array },
  options: ImportOptions = {},
): Promise<ImportedLogs> {
  const directory = await mkdtemp(join(tmpdir(), 'logs-'))
  try {
    for (const [name, content] of Object.entries(files)) {
      await mkdir(dirname(join(directory, name)), { recursive: true })
      await writeFile(join(directory, name), content)
    }
    const paths = Object.keys(files).map((name) => join(directory, name))
    return await importLogs(importer, paths, options)
  } finally {
    await rm(directory, { recursive: true })
  }
}

/** Objects as JSON Lines. */
export function jsonLines(objects: readonly unknown[]): string {
  return objects.map((object) => `${JSON.stringify(object)}\n`).join('')
}

export function category({ report }: ImportedLogs, name: string): number {
  return report.lines.categories.find((one) => one.name === name)?.count ?? 0
}
