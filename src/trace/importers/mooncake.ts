import type { TraceFile } from '../files.ts'
import { blockCache, blocksOf } from './block-cache.ts'
import { importerOfCalls } from './importer-of-calls.ts'
import type { Calls } from './importer-of-calls.ts'
import type { Importer } from './importer.ts'
import { onlySuffixes } from './input-files.ts'
import { durationMicros } from './instant.ts'
import { asCount, asNumber } from './json.ts'
import { readObjects } from './read-objects.ts'
import type { ReadingContext } from './session-draft.ts'

/** Mooncake's traces: times, lengths and the ids of 512-token prefix blocks. */
export const mooncake: Importer = importerOfCalls({
  format: 'mooncake',
  detect,
  refusal: onlySuffixes(['jsonl'], 'no JSON Lines'),
  readCalls,
})

const blockTokens = 512

async function readCalls(file: TraceFile, calls: Calls, { tally }: ReadingContext): Promise<void> {
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
    const id = (session === undefined ? undefined : sessionAt.get(session)) ?? `mooncake/${calls.beginning}:${line}`
    const whole = blocks?.at(-2)
    if (whole !== undefined) sessionAt.set(whole, id)
    calls.add({
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
    })
    if (blocks === undefined) {
      calls.problem(line, '`hash_ids` is no list of block ids: its prefix is unknown')
    }
    return 'call'
  })
}

function detect(beginning: string): boolean {
  const [first = ''] = beginning.split('\n', 1)
  return ['hash_ids', 'input_length', 'output_length'].every((name) => first.includes(`"${name}"`))
}
