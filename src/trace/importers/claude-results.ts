import type { TraceFile } from '../files.ts'
import { bucketsOf } from './buckets.ts'
import { importerOf } from './import-sessions.ts'
import type { Importer } from './importer.ts'
import { onlySuffixes } from './input-files.ts'
import { asCount, asName, asNumber, asObject } from './json.ts'
import type { JsonObject } from './json.ts'
import { known } from './known.ts'
import { picoUsdOf } from './pico-usd.ts'
import { readDocuments } from './read-documents.ts'
import { countReader } from './count-reader.ts'
import { bareSession } from './session-draft.ts'
import type { DraftItem, ReadingContext, SessionDraft } from './session-draft.ts'

/**
 * What Claude Code prints of a run without a person (`claude -p --output-format json`, or the last
 * line of `stream-json`): sums by model, with its own reckoning of their cost. For audits.
 */
export const claudeResults: Importer = importerOf({
  format: 'claude-results',
  detect,
  refusal: onlySuffixes(['json', 'jsonl', 'ndjson', 'txt', 'log'], 'no result'),
  readFile,
})

async function readFile(
  file: TraceFile,
  { tally }: ReadingContext,
): Promise<readonly SessionDraft[]> {
  const drafts: SessionDraft[] = []
  await readDocuments(file, tally, (document, line) => {
    if (document['type'] !== 'result') return ['no result']
    const session = asName(document['session_id'])
    const byModel = Object.entries(asObject(document['modelUsage']) ?? {})
    if (session === undefined) return ['result without a session']
    if (byModel.length === 0) return ['result without usage by model']
    const problem = (reason: string): void => tally.problem({ file: file.name, line, reason })
    const run = asName(document['uuid']) ?? session
    const writes = writesIn(asObject(document['usage']), byModel.map(([, usage]) => asObject(usage)))
    const items = byModel.map(([model, usage]) => sumOf(model, asObject(usage), { run, line, problem, writes }))
    drafts.push({ ...bareSession(session, items), order: 'file' })
    return byModel.map(() => 'sum of a model')
  })
  return drafts
}

/** Lifetimes of cache writes, which the usage beside the models tells of one of them. */
interface Writes {
  readonly sum: number
  readonly cacheWrite5m: number
  readonly cacheWrite1h: number
}

/** Undefined where that sum is of no model, or of more than one. */
function writesIn(usage: JsonObject | undefined, models: readonly (JsonObject | undefined)[]): Writes | undefined {
  const split = asObject(usage?.['cache_creation'])
  const [cacheWrite5m, cacheWrite1h] = [asCount(split?.['ephemeral_5m_input_tokens']), asCount(split?.['ephemeral_1h_input_tokens'])]
  if (cacheWrite5m === undefined || cacheWrite1h === undefined) return undefined
  const sum = cacheWrite5m + cacheWrite1h
  const same = models.filter((model) => model?.['cacheCreationInputTokens'] === sum)
  return sum > 0 && same.length === 1 ? { sum, cacheWrite5m, cacheWrite1h } : undefined
}

/** Where Claude Code sent its calls, in its words. */
const hosts: ReadonlyMap<unknown, string> = new Map([
  ['firstParty', 'anthropic'],
  ['bedrock', 'bedrock'],
  ['vertex', 'vertex'],
])

interface Place {
  readonly run: string
  readonly line: number
  readonly problem: (reason: string) => void
  readonly writes: Writes | undefined
}

/** Of all calls to one model: no size tier can be told from it, so it counts like the sum of a day. */
function sumOf(model: string, usage: JsonObject | undefined, { run, line, problem, writes }: Place): DraftItem {
  const { count, firstBad } = countReader()
  const written = count(usage, 'cacheCreationInputTokens')
  const split = writes !== undefined && written === writes.sum ? writes : undefined
  const buckets = bucketsOf({
    input: count(usage, 'inputTokens') ?? 0,
    inputHoldsCached: false,
    cacheRead: count(usage, 'cacheReadInputTokens'),
    cacheWrite5m: split?.cacheWrite5m,
    cacheWrite1h: split?.cacheWrite1h,
    cacheWriteOther: split === undefined ? written : 0,
    output: count(usage, 'outputTokens') ?? 0,
    outputHoldsReasoning: true,
    reasoning: count(usage, 'thinkingTokens'),
    kinds: { webSearches: count(usage, 'webSearchRequests') },
  })
  const bad = firstBad()
  if (bad !== undefined) problem(`usage: \`${bad}\` is not a count`)
  else if (!buckets.ok) problem(buckets.reason)
  const counted = usage !== undefined && bad === undefined && buckets.ok ? buckets : undefined
  const picoUsd = picoUsdOf(asNumber(usage?.['costUSD']) ?? Number.NaN)
  // A mark of the long context stands behind the name.
  const name = asName(model.replace(/\[1m\]$/, ''))
  return {
    kind: 'call',
    line,
    identity: `sum ${JSON.stringify([run, model])}`,
    facts: known({
      timeQuality: 'daily' as const,
      requested: name,
      served: name === undefined ? undefined : known({ model: name, provider: hosts.get(usage?.['provider']) }),
      prompt: known({ tokens: counted?.promptTokens }),
      usage: counted?.usage,
      cost: picoUsd === undefined ? undefined : { picoUsd, source: 'estimate' as const },
      end: 'served' as const,
    }),
  }
}

function detect(beginning: string): boolean {
  if (!/"session_id":\s*"/.test(beginning)) return false
  return /"modelUsage":\s*\{/.test(beginning) || /"type":\s*"system",\s*"subtype":\s*"init"/.test(beginning)
}
