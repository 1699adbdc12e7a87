import { basename } from 'node:path'
import type { TraceFile } from '../files.ts'
import { importerOf } from './import-sessions.ts'
import type { Importer } from './importer.ts'
import { microsOfUtc } from './instant.ts'
import { known } from './known.ts'
import { sessionItem, sessionsOfCalls } from './logged-call.ts'
import type { SessionItem } from './logged-call.ts'
import { countIn, readCsv } from './read-csv.ts'
import type { ReadingContext, SessionDraft } from './session-draft.ts'

/** Azure's public inference traces: times and token counts, nothing else. */
export const azure: Importer = importerOf({ format: 'azure', detect, refusal, readFile })

async function readFile(
  file: TraceFile,
  { options, tally }: ReadingContext,
): Promise<readonly SessionDraft[]> {
  const items: SessionItem[] = []
  const problem = (line: number, reason: string): void =>
    tally.problem({ file: file.name, line, reason })
  await readCsv(file, tally, (names) => {
    if (!['TIMESTAMP', 'ContextTokens', 'GeneratedTokens'].every((name) => names.has(name))) return undefined
    return (cell, line) => {
      const input = countIn(cell('ContextTokens'))
      const output = countIn(cell('GeneratedTokens'))
      const images = countIn(cell('NumImages'))
      const startMicros = microsOfUtc(cell('TIMESTAMP'))
      if (startMicros === undefined) problem(line, 'no time in `TIMESTAMP`')
      const made = sessionItem(
        {
          line,
          session: undefined,
          id: undefined,
          startMicros,
          endMicros: undefined,
          requested: undefined,
          model: undefined,
          counts:
            input === undefined || output === undefined
              ? { ok: false, reason: 'usage: a token column is not a count' }
              : { ok: true, counts: { input, inputHoldsCached: true, output, outputHoldsReasoning: true } },
        },
        { place: `${basename(file.name)}:${line}`, format: 'azure', options, problem },
      )
      items.push(images === undefined ? made : withImages(made, images))
      return 'call'
    }
  })
  return sessionsOfCalls(items)
}

/** A request is alone, so its images are all that its prompt holds. */
function withImages({ session, item }: SessionItem, images: number): SessionItem {
  if (item.kind !== 'call') return { session, item }
  const prompt = known({ ...item.facts.prompt, newImages: images, contextImages: images })
  return { session, item: { ...item, facts: { ...item.facts, prompt } } }
}

function refusal(fileName: string): string | undefined {
  return /\.csv(\.gz|\.zst)?$/.test(fileName) || fileName === '-' ? undefined : 'no CSV'
}

function detect(beginning: string): boolean {
  const [header = ''] = beginning.split('\n', 1)
  return ['TIMESTAMP', 'ContextTokens', 'GeneratedTokens'].every((name) => header.includes(name))
}
