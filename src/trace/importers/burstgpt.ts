import type { TraceFile } from '../files.ts'
import { importerOfCalls } from './importer-of-calls.ts'
import type { Calls } from './importer-of-calls.ts'
import type { Importer } from './importer.ts'
import { onlySuffixes } from './input-files.ts'
import { scaledDecimal } from './scaled-decimal.ts'
import { countIn, readCsv } from './read-csv.ts'
import type { Cell } from './read-csv.ts'
import type { LoggedCall } from './logged-call.ts'
import type { ReadingContext } from './session-draft.ts'

/** BurstGPT's traces of a campus' use of ChatGPT: times, models and token counts. */
export const burstgpt: Importer = importerOfCalls({
  format: 'burstgpt',
  detect,
  refusal: onlySuffixes(['csv'], 'no CSV'),
  readCalls,
})

const columns = ['Timestamp', 'Model', 'Request tokens', 'Response tokens', 'Log Type']

async function readCalls(file: TraceFile, calls: Calls, { tally }: ReadingContext): Promise<void> {
  await readCsv(file, tally, (names) => {
    if (!columns.every((name) => names.has(name))) return undefined
    return (cell, line) => {
      calls.add(callOfRow(cell, line))
      return 'call'
    }
  })
}

/** A request that failed was answered with no token. */
function callOfRow(cell: Cell, line: number): LoggedCall {
  const input = countIn(cell('Request tokens'))
  const output = countIn(cell('Response tokens'))
  const startMicros = micros(cell('Timestamp'))
  const took = micros(cell('Elapsed time'))
  const model = cell('Model')
  const failed = output === 0
  return {
    line,
    session: cell('Session ID'),
    id: undefined,
    startMicros,
    endMicros: startMicros === undefined || took === undefined ? undefined : startMicros + took,
    timeQuality: 'relative',
    requested: model,
    model,
    counts:
      input === undefined || output === undefined
        ? { ok: false, reason: 'usage: a token column is not a count' }
        : { ok: true, counts: failed ? undefined : { input, inputHoldsCached: true, output, outputHoldsReasoning: true } },
    failure: failed ? { errorClass: 'unavailable', status: undefined } : undefined,
  }
}

/** Seconds since the beginning of the trace, or of a duration. */
function micros(text: string | undefined): number | undefined {
  const units = text === undefined ? undefined : scaledDecimal(text, 6)
  return units === undefined || units > Number.MAX_SAFE_INTEGER ? undefined : Number(units)
}

function detect(beginning: string): boolean {
  const [header = ''] = beginning.split('\n', 1)
  return columns.every((name) => header.includes(name))
}
