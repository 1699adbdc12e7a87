import { Readable, pipeline } from 'node:stream'
import { parse } from 'csv-parse'
import type { TraceFile } from '../files.ts'
import type { Line } from '../lines.ts'
import type { LineTally } from './line-tally.ts'
import { lineBatches } from './log-lines.ts'

/** A row's cell by the name in the header; undefined where there is none or it is empty. */
export type Cell = (name: string) => string | undefined

/**
 * Takes a row and says under what it counts: one word, or a list of what is in it, which may be
 * changed until all rows are read.
 */
export type TakeRow = (cell: Cell, line: number) => string | readonly string[]

/** Of one line, and of one row over all its lines: no table of calls has longer ones. */
const lineChars = 1_000_000
const rowBytes = 4_000_000

/**
 * Every row of a CSV file, by the names in its header: with or without a byte order mark, LF or
 * CR LF, cells quoted or not. `open` gives nothing where the header is not this format's.
 */
export async function readCsv(
  file: TraceFile,
  tally: LineTally,
  open: (names: ReadonlySet<string>) => TakeRow | undefined,
  end: () => void = () => undefined,
): Promise<void> {
  const later: (readonly string[])[] = []
  let lines = 0
  let counted = 0
  let skipped = 0
  const textOf = (line: Line): string => {
    lines += 1
    tally.line()
    if ('text' in line && line.text.length <= lineChars) return `${line.text}\n`
    const { kind, reason } =
      'text' in line ? { kind: 'too-long', reason: `the line has more than ${lineChars} characters` } : line
    counted += 1
    tally.unreadable(`unreadable: ${kind}`, { file: file.name, line: line.line, reason })
    // The lines after it keep their numbers.
    return '\n'
  }
  async function* text(): AsyncGenerator<string> {
    const batches = lineBatches(file, (reason) => tally.problem({ file: file.name, reason }))
    for await (const batch of batches) yield batch.map(textOf).join('')
  }
  const parser = parse({
    info: true,
    record_delimiter: '\n',
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
    skip_records_with_error: true,
    max_record_size: rowBytes,
    on_skip: (error) => {
      skipped += 1
      const line = typeof error?.['lines'] === 'number' ? { line: error['lines'] } : {}
      tally.problem({ file: file.name, ...line, reason: 'not CSV' })
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
    const kind = take === undefined ? 'row of another format' : take(cell, info.lines)
    if (typeof kind === 'string') tally.count(kind)
    else later.push(kind)
  }
  end()
  for (const categories of later) tally.countAll(categories)
  // A row may lie on several lines, and one of them may be wrong in several ways.
  for (; counted < lines; counted += 1) {
    tally.count(skipped > 0 ? 'unreadable: not CSV' : 'blank, or the rest of a row')
    skipped -= 1
  }
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
