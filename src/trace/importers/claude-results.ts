import type { TraceFile } from '../files.ts'
import { bucketsOf } from './buckets.ts'
import { importerOf } from './import-sessions.ts'
import type { Importer } from './importer.ts'
import { onlySuffixes } from './input-files.ts'
import { asName, asNumber, asObject } from './json.ts'
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
    const items = byModel.map(([model, usage]) => sumOf(model, asObject(usage), { run, line, problem }))
    drafts.push({ ...bareSession(session, items), order: 'file' })
    return byModel.map(() => 'sum of a model')
  })
  return drafts
}

interface Place {
  readonly run: string
  readonly line: number
  readonly problem: (reason: string) => void
}

/** Of all calls to one model: no size tier can be told from it, so it counts like the sum of a day. */
function sumOf(model: string, usage: JsonObject | undefined, { run, line, problem }: Place): DraftItem {
  const { count, firstBad } = countReader()
  const buckets = bucketsOf({
    input: count(usage, 'inputTokens') ?? 0,
    inputHoldsCached: false,
    cacheRead: count(usage, 'cacheReadInputTokens'),
    cacheWriteOther: count(usage, 'cacheCreationInputTokens'),
    output: count(usage, 'outputTokens') ?? 0,
    outputHoldsReasoning: true,
    kinds: { webSearches: count(usage, 'webSearchRequests') },
  })
  const bad = firstBad()
  if (bad !== undefined) problem(`usage: \`${bad}\` is not a count`)
  else if (!buckets.ok) problem(buckets.reason)
  const counted = usage !== undefined && bad === undefined && buckets.ok ? buckets : undefined
  const picoUsd = picoUsdOf(asNumber(usage?.['costUSD']) ?? Number.NaN)
  const name = asName(model)
  return {
    kind: 'call',
    line,
    identity: `sum ${JSON.stringify([run, model])}`,
    facts: known({
      timeQuality: 'daily' as const,
      requested: name,
      served: name === undefined ? undefined : { model: name },
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
