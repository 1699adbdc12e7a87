import type { TraceFile } from '../files.ts'
import { blockCache, blocksOf } from './block-cache.ts'
import type { BlockCache } from './block-cache.ts'
import { bucketsOf } from './buckets.ts'
import { importerOf } from './import-sessions.ts'
import type { Importer } from './importer.ts'
import { onlySuffixes } from './input-files.ts'
import { durationMicros } from './instant.ts'
import { asCount, asList, asName, asNumber, asObject, asString } from './json.ts'
import type { JsonObject } from './json.ts'
import { known } from './known.ts'
import { readDocuments } from './read-documents.ts'
import { bareSession } from './session-draft.ts'
import type { DraftItem, ReadingContext, SessionDraft } from './session-draft.ts'

/** Anonymised coding-agent traffic of WEKA's cache tester: prefix block hashes and times, no text. */
export const weka: Importer = importerOf({
  format: 'weka',
  detect,
  refusal: onlySuffixes(['json'], 'no trace'),
  readFile,
})

async function readFile(
  file: TraceFile,
  { tally }: ReadingContext,
): Promise<readonly SessionDraft[]> {
  const drafts: SessionDraft[] = []
  await readDocuments(file, tally, (document, line) => {
    const id = asName(document['id'])
    const requests = asList(document['requests'])
    if (id === undefined || requests === undefined) return ['no trace']
    const problem = (reason: string): void => tally.problem({ file: file.name, line, reason })
    const trace: Trace = { id, line, blockTokens: asCount(document['block_size']) ?? 64, caches: new Map(), problem }
    const categories: string[] = []
    drafts.push(...sessionsIn(id, undefined, requests, trace, categories))
    return categories
  })
  return drafts
}

interface Trace {
  readonly id: string
  readonly line: number
  readonly blockTokens: number
  /** By model: a cache of one serves no other. */
  readonly caches: Map<string, BlockCache>
  readonly problem: (reason: string) => void
}

/** A session and those of the agents that it started. */
function sessionsIn(
  session: string,
  parent: string | undefined,
  requests: readonly unknown[],
  trace: Trace,
  categories: string[],
): readonly SessionDraft[] {
  const items: DraftItem[] = []
  const children: SessionDraft[] = []
  for (const [index, value] of requests.entries()) {
    const request = asObject(value)
    const nested = asList(request?.['requests'])
    if (request === undefined) {
      categories.push('no request')
      trace.problem('a request is no object')
    } else if (nested !== undefined) {
      categories.push('agent')
      if (parent === undefined) {
        const agent = asName(request['agent_id']) ?? String(index)
        children.push(...sessionsIn(`${session}/agent-${agent}`, session, nested, trace, categories))
      } else trace.problem('an agent of an agent is not read')
    } else {
      categories.push('call')
      items.push(callOf(request, session, index, trace))
    }
  }
  const facts = known({ parent, sidechain: parent !== undefined })
  return [{ ...bareSession(session, items), facts, order: 'file' }, ...children]
}

function callOf(request: JsonObject, session: string, index: number, trace: Trace): DraftItem {
  const model = asName(request['model'])
  const input = asCount(request['in'])
  const output = asCount(request['out'])
  const blocks = blocksOf(request['hash_ids'])
  const cache = trace.caches.get(model ?? '') ?? blockCache(trace.blockTokens)
  trace.caches.set(model ?? '', cache)
  const cacheRead = blocks === undefined ? undefined : cache(blocks, input ?? 0)
  if (blocks === undefined) trace.problem('`hash_ids` is no list of block ids: its prefix is unknown')
  const buckets =
    input === undefined || output === undefined
      ? undefined
      : bucketsOf({ input, inputHoldsCached: true, cacheRead, output, outputHoldsReasoning: true })
  if (buckets === undefined) trace.problem('usage: `in` or `out` is not a count')
  else if (!buckets.ok) trace.problem(buckets.reason)
  const start = durationMicros(asNumber(request['t']), 1_000_000)
  const took = durationMicros(asNumber(request['api_time']), 1_000_000)
  const first = durationMicros(asNumber(request['ttft']), 1_000_000)
  const endMicros = start === undefined || took === undefined ? undefined : start + took
  const types = asList(request['input_types'])
  return {
    kind: 'call',
    line: trace.line,
    identity: JSON.stringify([session, index, start ?? null, input ?? null]),
    facts: known({
      startMicros: start,
      firstTokenMicros:
        start === undefined || first === undefined || took === undefined || first >= took ? undefined : start + first,
      endMicros,
      timeQuality: start === undefined ? undefined : ('relative' as const),
      requested: model,
      served: model === undefined ? undefined : { model },
      prompt: known({
        tokens: buckets?.ok === true ? buckets.promptTokens : undefined,
        newImages: types !== undefined && !types.includes('image') ? 0 : undefined,
      }),
      usage: buckets?.ok === true ? buckets.usage : undefined,
      end: 'served' as const,
      reply: known({ finish: asString(request['stop']) }),
    }),
  }
}

function detect(beginning: string): boolean {
  return /"block_size":\s*\d/.test(beginning) && /"hash_id_scope"|"hash_ids"/.test(beginning) && /"requests":\s*\[/.test(beginning)
}
