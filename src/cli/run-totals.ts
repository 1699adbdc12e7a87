import { readFile, stat } from 'node:fs/promises'
import { parse as parseCsv } from 'csv-parse/sync'
import type { RunTotals } from '../analysis/audit/run-totals.ts'
import { picoUsdOf } from '../trace/importers/pico-usd.ts'
import { fileFailure, isFileError, type Failure } from './failure.ts'

export type ReadRunTotals =
  | { readonly ok: true; readonly totals: RunTotals }
  | { readonly ok: false; readonly failure: Failure }

/** Which column names the session, and which holds its cost in dollars. */
export interface TotalsColumns {
  readonly session: string
  readonly cost: string
}

export const defaultTotalsColumns: TotalsColumns = { session: 'session', cost: 'cost_usd' }

const maxBytes = 100_000_000

/** `--totals FILE`: CSV with a header, a run a line. A run without a cost has no total. */
export async function readRunTotals(path: string, columns: TotalsColumns): Promise<ReadRunTotals> {
  const refuse = (message: string, help: string): ReadRunTotals => ({
    ok: false,
    failure: { message: `\`${path}\`: ${message}`, help },
  })
  let text: string
  try {
    const { size } = await stat(path)
    if (size > maxBytes) return refuse(`larger than ${maxBytes} bytes`, 'name the runs of the trace alone')
    text = await readFile(path, 'utf8')
  } catch (error) {
    if (isFileError(error)) return { ok: false, failure: fileFailure(path, 'read', error) }
    throw error
  }
  const rows = rowsOf(text)
  if (rows === undefined) return refuse('no CSV that can be read', 'a header line, then a run a line')
  const header = Object.keys(rows[0] ?? {})
  for (const column of [columns.session, columns.cost]) {
    if (!header.includes(column)) {
      return refuse(
        `there is no column \`${column}\`, but ${header.map((name) => `\`${name}\``).join(', ')}`,
        'name them: --totals-columns SESSION,COST',
      )
    }
  }
  const totals = new Map<string, bigint>()
  for (const [index, row] of rows.entries()) {
    const session = row[columns.session] ?? ''
    const cost = row[columns.cost] ?? ''
    const where = `run ${index + 1}`
    if (session === '') return refuse(`${where} names no session`, 'every line needs one')
    if (totals.has(session)) return refuse(`${where}: \`${session}\` has two totals`, 'keep one of them')
    if (cost === '') continue
    const picoUsd = /^\d/.test(cost) ? picoUsdOf(Number(cost)) : undefined
    if (picoUsd === undefined) return refuse(`${where}: got \`${cost}\`, expected dollars`, 'such as 0.4261')
    totals.set(session, BigInt(picoUsd))
  }
  return { ok: true, totals }
}

function rowsOf(text: string): readonly { readonly [column: string]: string }[] | undefined {
  try {
    return parseCsv(text, { columns: true, bom: true, skip_empty_lines: true, trim: true })
  } catch {
    return undefined
  }
}
