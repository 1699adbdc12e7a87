import { Readable, pipeline } from 'node:stream'
import { parse } from 'csv-parse'
import type { TraceFile } from '../files.ts'
import type { LineTally } from './line-tally.ts'
import { linesOf } from './log-lines.ts'

/** A row's cell by the name in the header; undefined where there is none or it is empty. */
export type Cell = (name: string) => string | undefined

/** Takes a row and says under what it counts. */
export type TakeRow = (cell: Cell, line: number) => string

const rowBytes = 16_000_000

/**
 * Every row of a CSV file, by the names in its header: with or without a byte order mark, LF or
 * CR LF, cells quoted or not. `open` gives nothing where the header is not this format's.
 */
export async function readCsv(
  file: TraceFile,
  tally: LineTally,
  open: (names: ReadonlySet<string>) => TakeRow | undefined,
): Promise<void> {
  let lines = 0
  let counted = 0
  const unreadable = (reason: string, line?: number): void => {
    counted += 1
    const at = line === undefined ? {} : { line }
    tally.unreadable(`unreadable: ${reason}`, { file: file.name, reason, ...at })
  }
  async function* text(): AsyncGenerator<string> {
    for await (const line of linesOf(file, (reason) => tally.problem({ file: file.name, reason }))) {
      lines += 1
      tally.line()
      if ('text' in line) yield `${line.text}\n`
      else {
        unreadable(line.kind, line.line)
        yield '\n'
      }
    }
  }
  const parser = parse({
    info: true,
    relax_column_count: true,
    skip_empty_lines: true,
    skip_records_with_error: true,
    max_record_size: rowBytes,
    on_skip: (error) => {
      const line = typeof error?.['lines'] === 'number' ? error['lines'] : undefined
      unreadable('not CSV', line)
      return undefined
    },
  })
  // An error of the source reaches the reader of the parser.
  pipeline(Readable.from(text()), parser, () => undefined)
  let names: readonly string[] | undefined
  let take: TakeRow | undefined
  const rows = parser as AsyncIterable<{ readonly record: readonly string[]; readonly info: { readonly lines: number } }>
  for await (const { record, info } of rows) {
    counted += 1
    if (names === undefined) {
      names = record.map((name) => name.trim())
      take = open(new Set(names))
      tally.count(take === undefined ? 'header of another format' : 'header')
      continue
    }
    const index = names
    const cell: Cell = (name) => {
      const at = index.indexOf(name)
      const value = at === -1 ? undefined : record[at]?.trim()
      return value === '' ? undefined : value
    }
    tally.count(take === undefined ? 'row of another format' : take(cell, info.lines))
  }
  // A row may lie on several lines.
  for (; counted < lines; counted += 1) tally.count('blank, or the rest of a row')
}

/** A decimal integer from 0; undefined for anything else. */
export function countIn(text: string | undefined): number | undefined {
  if (text === undefined || !/^\d{1,16}$/.test(text)) return undefined
  const count = Number(text)
  return Number.isSafeInteger(count) ? count : undefined
}

/** A decimal number from 0. */
export function numberIn(text: string | undefined): number | undefined {
  return text !== undefined && /^\d+(\.\d+)?(e-?\d+)?$/i.test(text) ? Number(text) : undefined
}

export function truthIn(text: string | undefined): boolean {
  return text !== undefined && /^(true|t|yes|1)$/i.test(text)
}
