import type { TraceFile } from '../files.ts'
import { asObject } from './json.ts'
import type { JsonObject } from './json.ts'
import type { LineTally } from './line-tally.ts'
import { lineBatches } from './log-lines.ts'
import { readCsv } from './read-csv.ts'
import type { Cell } from './read-csv.ts'
import { readDocuments } from './read-documents.ts'

/**
 * Every row of a file of an interface's answers, which wrap their rows in `data`, or of its exports,
 * which do not. `take` says under what a row counts; `part` counts the rows of one answer from 0.
 * `numbers` are the columns of its CSV that hold numbers; without them CSV is not read.
 */
export async function readRows(
  file: TraceFile,
  tally: LineTally,
  take: (row: JsonObject, line: number, part: number) => string,
  numbers?: ReadonlySet<string>,
): Promise<void> {
  await readExport(file, tally, numbers, (document, line) =>
    rowsIn(document).map((row, part) => (row === undefined ? 'no row' : take(row, line, part))),
  )
}

/** The rows of an answer, or the one that a document is. */
export function rowsIn(document: JsonObject): readonly (JsonObject | undefined)[] {
  const { data } = document
  return Array.isArray(data) ? data.map(asObject) : [asObject(data) ?? document]
}

/** JSON as `readDocuments` takes it, or CSV, each row of it as an object of its cells. */
export async function readExport(
  file: TraceFile,
  tally: LineTally,
  numbers: ReadonlySet<string> | undefined,
  take: (object: JsonObject, line: number) => readonly string[],
  end: () => void = () => undefined,
): Promise<void> {
  if (numbers === undefined || (await beginsLikeJson(file))) {
    await readDocuments(file, tally, take, end)
    return
  }
  await readCsv(file, tally, (names) => (cell, line) => take(objectOf(names, cell, numbers), line), end)
}

async function beginsLikeJson(file: TraceFile): Promise<boolean> {
  for await (const batch of lineBatches(file, () => undefined)) {
    for (const line of batch) {
      const text = 'text' in line ? line.text.trimStart() : '{'
      if (text !== '') return /^[[{\]}",]/.test(text) && !/^"[^"]*"\s*,/.test(text)
    }
  }
  return true
}

function objectOf(names: ReadonlySet<string>, cell: Cell, numbers: ReadonlySet<string>): JsonObject {
  return Object.fromEntries(
    [...names].map((name) => {
      const text = cell(name)
      const isNumber = text !== undefined && numbers.has(name) && /^-?\d+(\.\d+)?(e[+-]?\d+)?$/i.test(text)
      return [name, isNumber ? Number(text) : text]
    }),
  )
}
