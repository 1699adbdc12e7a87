import { basename } from 'node:path'
import type { TraceFile } from '../files.ts'
import { importerOf } from './import-sessions.ts'
import type { Importer } from './importer.ts'
import { sessionItem, sessionsOfCalls } from './logged-call.ts'
import type { SessionItem } from './logged-call.ts'
import { readCsv } from './read-csv.ts'
import type { Cell } from './read-csv.ts'
import type { ReadingContext, SessionDraft } from './session-draft.ts'
import { columnNames } from './table/mapping.ts'
import { missingColumns, readParquet } from './table/read-parquet.ts'
import { callOfRow } from './table/row-call.ts'

/** Any table of calls, CSV or Parquet, whose columns a mapping names; one row is one call. */
export const table: Importer = importerOf({
  format: 'table',
  // Every table is one; only a mapping tells what it means.
  detect: () => false,
  refusal,
  readFile,
})

async function readFile(
  file: TraceFile,
  { options, tally }: ReadingContext,
): Promise<readonly SessionDraft[]> {
  const { mapping } = options
  if (mapping === undefined) throw new Error('a table needs a mapping')
  const names = columnNames(mapping)
  const items: SessionItem[] = []
  const take = (cell: Cell, line: number): string => {
    const problem = (reason: string): void => tally.problem({ file: file.name, line, reason })
    items.push(
      sessionItem(callOfRow(mapping, cell, line, problem), {
        place: `${basename(file.name)}:${line}`,
        format: 'table',
        options,
        problem: (at, reason) => tally.problem({ file: file.name, line: at, reason }),
      }),
    )
    return 'call'
  }
  if (await isParquet(file)) {
    if (file.name === '-') {
      tally.problem({ file: '-', reason: 'Parquet is not read from the standard input: save it to a file' })
      return []
    }
    const problem = await readParquet(file.name, names, (cell, row) => {
      tally.line()
      tally.count(take(cell, row))
    })
    if (problem !== undefined) tally.problem({ file: file.name, reason: problem.reason })
  } else {
    await readCsv(file, tally, (header) => {
      const missing = names.filter((name) => !header.has(name))
      if (missing.length === 0) return take
      tally.problem({ file: file.name, reason: missingColumns(missing, [...header]).reason })
      return undefined
    })
  }
  const order = mapping.order === 'file' ? 'file' : 'time'
  return sessionsOfCalls(items).map((draft) => ({ ...draft, order }))
}

async function isParquet(file: TraceFile): Promise<boolean> {
  for await (const chunk of file.open()) return Buffer.from(chunk.subarray(0, 4)).toString('latin1') === 'PAR1'
  return false
}

function refusal(fileName: string): string | undefined {
  return /\.(csv(\.gz|\.zst)?|parquet|pq)$/i.test(fileName) || fileName === '-' ? undefined : 'no CSV and no Parquet'
}
