import type { TraceFile } from '../files.ts'
import { asObject } from './json.ts'
import type { JsonObject } from './json.ts'
import type { LineTally } from './line-tally.ts'
import { readDocuments } from './read-documents.ts'

/**
 * Every row of a file of an interface's answers, which wrap their rows in `data`, or of its exports,
 * which do not. `take` says under what a row counts; `part` counts the rows of one answer from 0.
 */
export async function readRows(
  file: TraceFile,
  tally: LineTally,
  take: (row: JsonObject, line: number, part: number) => string,
): Promise<void> {
  await readDocuments(file, tally, (document, line) => {
    const { data } = document
    const rows = Array.isArray(data) ? data : [asObject(data) ?? document]
    return rows.map((value, part) => {
      const row = asObject(value)
      return row === undefined ? 'no row' : take(row, line, part)
    })
  })
}
