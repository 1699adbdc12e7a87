import type { TraceFile } from '../files.ts'
import { importerOfCalls } from './importer-of-calls.ts'
import type { Calls } from './importer-of-calls.ts'
import type { Importer } from './importer.ts'
import { onlySuffixes } from './input-files.ts'
import { microsOfUtc } from './instant.ts'
import { countIn, readCsv } from './read-csv.ts'
import type { ReadingContext } from './session-draft.ts'

/** Azure's public inference traces: times and token counts, nothing else. */
export const azure: Importer = importerOfCalls({
  format: 'azure',
  detect,
  refusal: onlySuffixes(['csv'], 'no CSV'),
  readCalls,
})

async function readCalls(file: TraceFile, calls: Calls, { tally }: ReadingContext): Promise<void> {
  await readCsv(file, tally, (names) => {
    if (!['TIMESTAMP', 'ContextTokens', 'GeneratedTokens'].every((name) => names.has(name))) return undefined
    return (cell, line) => {
      const input = countIn(cell('ContextTokens'))
      const output = countIn(cell('GeneratedTokens'))
      const images = countIn(cell('NumImages'))
      const startMicros = microsOfUtc(cell('TIMESTAMP'))
      if (startMicros === undefined) calls.problem(line, 'no time in `TIMESTAMP`')
      calls.add({
        line,
        session: undefined,
        id: undefined,
        startMicros,
        endMicros: undefined,
        requested: undefined,
        model: undefined,
        images,
        counts:
          input === undefined || output === undefined
            ? { ok: false, reason: 'usage: a token column is not a count' }
            : { ok: true, counts: { input, inputHoldsCached: true, output, outputHoldsReasoning: true } },
      })
      return 'call'
    }
  })
}

function detect(beginning: string): boolean {
  const [header = ''] = beginning.split('\n', 1)
  return ['TIMESTAMP', 'ContextTokens', 'GeneratedTokens'].every((name) => header.includes(name))
}
