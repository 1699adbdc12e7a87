import { basename } from 'node:path'
import type { TraceFile } from '../files.ts'
import { blockCache, blocksOf } from './block-cache.ts'
import { importerOf } from './import-sessions.ts'
import type { Importer } from './importer.ts'
import { durationMicros } from './instant.ts'
import { asCount, asNumber } from './json.ts'
import { sessionItem, sessionsOfCalls } from './logged-call.ts'
import type { SessionItem } from './logged-call.ts'
import { readObjects } from './read-objects.ts'
import type { ReadingContext, SessionDraft } from './session-draft.ts'

/** Mooncake's traces: times, lengths and the ids of 512-token prefix blocks. */
export const mooncake: Importer = importerOf({ format: 'mooncake', detect, refusal, readFile })

const blockTokens = 512

async function readFile(
  file: TraceFile,
  { options, tally }: ReadingContext,
): Promise<readonly SessionDraft[]> {
  const items: SessionItem[] = []
  const name = basename(file.name)
  const cache = blockCache(blockTokens)
  /** The session of the request whose whole blocks end in this one. */
  const sessionAt = new Map<number, string>()
  await readObjects(file, tally, (row, line) => {
    const input = asCount(row['input_length'])
    const output = asCount(row['output_length'])
    const blocks = blocksOf(row['hash_ids'])
    if (input === undefined && output === undefined && blocks === undefined) return 'no request'
    const shared = blocks === undefined ? undefined : cache(blocks, input ?? 0)
    const session = blocks?.findLast((block) => sessionAt.has(block))
    const id = (session === undefined ? undefined : sessionAt.get(session)) ?? `mooncake/${name}:${line}`
    const whole = blocks?.at(-2)
    if (whole !== undefined) sessionAt.set(whole, id)
    items.push(
      sessionItem(
        {
          line,
          session: id,
          id: undefined,
          startMicros: durationMicros(asNumber(row['timestamp']), 1_000),
          endMicros: undefined,
          timeQuality: 'relative',
          requested: undefined,
          model: undefined,
          counts:
            input === undefined || output === undefined
              ? { ok: false, reason: 'usage: a length is not a count' }
              : { ok: true, counts: { input, inputHoldsCached: true, cacheRead: shared, output, outputHoldsReasoning: true } },
        },
        {
          place: `${name}:${line}`,
          format: 'mooncake',
          options,
          problem: (at, reason) => tally.problem({ file: file.name, line: at, reason }),
        },
      ),
    )
    if (blocks === undefined) {
      tally.problem({ file: file.name, line, reason: '`hash_ids` is no list of block ids: its prefix is unknown' })
    }
    return 'call'
  })
  return sessionsOfCalls(items)
}

function refusal(fileName: string): string | undefined {
  return /\.jsonl(\.gz|\.zst)?$/.test(fileName) || fileName === '-' ? undefined : 'no JSON Lines'
}

function detect(beginning: string): boolean {
  const [first = ''] = beginning.split('\n', 1)
  return ['hash_ids', 'input_length', 'output_length'].every((name) => first.includes(`"${name}"`))
}
