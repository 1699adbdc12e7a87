import type { TraceFile } from '../files.ts'
import { importerOfCalls } from './importer-of-calls.ts'
import type { Calls } from './importer-of-calls.ts'
import type { Importer } from './importer.ts'
import { onlySuffixes } from './input-files.ts'
import { readCsv } from './read-csv.ts'
import type { Cell } from './read-csv.ts'
import type { ReadingContext } from './session-draft.ts'
import { columnNames } from './table/mapping.ts'
import { missingColumns, readParquet } from './table/read-parquet.ts'
import { callOfRow } from './table/row-call.ts'

/** Any table of calls, CSV or Parquet, whose columns a mapping names; one row is one call. */
export const table: Importer = importerOfCalls({
  format: 'table',
  // Every table is one; only a mapping tells what it means.
  detect: () => false,
  refusal: onlySuffixes(['csv', 'parquet', 'pq'], 'no CSV and no Parquet'),
  readCalls,
  order: ({ mapping }) => (mapping?.order === 'file' ? 'file' : 'time'),
})

async function readCalls(
  file: TraceFile,
  calls: Calls,
  { options: { mapping }, tally, ready }: ReadingContext,
): Promise<void> {
  if (mapping === undefined) throw new Error('a table needs a mapping')
  const names = columnNames(mapping)
  const take = (cell: Cell, line: number): string => {
    calls.add(callOfRow(mapping, cell, line, (reason) => calls.problem(line, reason)))
    return 'call'
  }
  if (await isParquet(file)) {
    if (file.name === '-') {
      tally.problem({ file: '-', reason: 'Parquet is not read from the standard input: save it to a file' })
      return
    }
    const problem = await readParquet(file.name, names, (cell, row) => {
      tally.line()
      tally.count(take(cell, row))
    }, ready)
    if (problem !== undefined) tally.problem({ file: file.name, reason: problem.reason })
  } else {
    await readCsv(file, tally, (header) => {
      const missing = names.filter((name) => !header.has(name))
      if (missing.length === 0) return take
      tally.problem({ file: file.name, reason: missingColumns(missing, [...header]).reason })
      return undefined
    })
  }
}

async function isParquet(file: TraceFile): Promise<boolean> {
  for await (const chunk of file.open()) return Buffer.from(chunk.subarray(0, 4)).toString('latin1') === 'PAR1'
  return false
}
