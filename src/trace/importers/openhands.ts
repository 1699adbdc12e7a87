import type { TraceFile } from '../files.ts'
import { replyFacts } from './chat-messages.ts'
import { bucketsOf } from './buckets.ts'
import { importerOf } from './import-sessions.ts'
import type { Importer, ImportOptions } from './importer.ts'
import { onlySuffixes } from './input-files.ts'
import { durationMicros, microsOfTime } from './instant.ts'
import { asCount, asList, asName, asNumber, asObject, asString } from './json.ts'
import type { JsonObject } from './json.ts'
import { known } from './known.ts'
import { picoUsdOf } from './pico-usd.ts'
import { readDocuments } from './read-documents.ts'
import { bareSession, noCounts } from './session-draft.ts'
import type { DraftItem, ReadingContext, SessionDraft } from './session-draft.ts'
import { textFacts } from './text-facts.ts'

/** OpenHands' trajectories: a list of events, each of the agent's with the metrics so far. */
export const openhands: Importer = importerOf({
  format: 'openhands',
  detect,
  refusal: onlySuffixes(['json', 'jsonl'], 'no trajectory'),
  readFile,
})

async function readFile(
  file: TraceFile,
  { options, tally }: ReadingContext,
): Promise<readonly SessionDraft[]> {
  const drafts: SessionDraft[] = []
  const end = (run: Run): void => {
    const problem = (reason: string): void => tally.problem({ file: file.name, line: run.metricsLine, reason })
    const items = callsOf(run, options, problem)
    if (items.length > 0) drafts.push(draftOf(run, items))
  }
  // A file of bare events is one run.
  const bare = beginRun()
  await readDocuments(file, tally, (document, line) => {
    const inner = asList(document['trajectory']) ?? asList(document['history'])
    if (inner === undefined) return [takeEvent(bare, document, line)]
    const run = beginRun()
    // The oldest versions pair each action with its observation.
    const categories = inner.flatMap((event) => asList(event) ?? [event]).map((event) => takeEvent(run, asObject(event), line))
    takeMetrics(run, asObject(document['metrics']), line)
    end(run)
    return categories
  })
  end(bare)
  return drafts
}

function draftOf(run: Run, items: readonly DraftItem[]): SessionDraft {
  const [first] = items
  return {
    // Copies of a run may have other names.
    ...bareSession(`openhands/${first?.kind === 'call' ? (first.facts.id ?? '') : ''}`, items),
    order: 'file',
    counts: { ...noCounts, messages: run.turn },
  }
}

interface Turn {
  readonly turn: number
  /** The person's words, on the first call of the turn. */
  readonly message: string | undefined
}

interface Run {
  /** The newest snapshot: the metrics only ever grow. */
  metrics: JsonObject | undefined
  metricsLine: number
  /** Several actions may come from one response. */
  readonly responses: Map<string, JsonObject>
  readonly turns: Map<string, Turn>
  turn: number
  message: string | undefined
}

function beginRun(): Run {
  return { metrics: undefined, metricsLine: 1, responses: new Map(), turns: new Map(), turn: 0, message: undefined }
}

function takeMetrics(run: Run, metrics: JsonObject | undefined, line: number): void {
  if (metrics === undefined || usagesIn(metrics).length < usagesIn(run.metrics).length) return
  run.metrics = metrics
  run.metricsLine = line
}

function takeEvent(run: Run, event: JsonObject | undefined, line: number): string {
  if (event === undefined) return 'no event'
  const source = asString(event['source'])
  if (source === undefined) return 'no event'
  takeMetrics(run, asObject(event['llm_metrics']), line)
  if (source === 'user') {
    run.turn += 1
    run.message = asString(asObject(event['args'])?.['content']) ?? asString(event['message']) ?? ''
    return 'event: user'
  }
  const response = asObject(asObject(event['tool_call_metadata'])?.['model_response'])
  const id = asName(response?.['id'])
  if (response !== undefined && id !== undefined && !run.responses.has(id)) {
    run.responses.set(id, response)
    run.turns.set(id, { turn: run.turn, message: run.message })
    run.message = undefined
  }
  return source === 'agent' || source === 'environment' ? `event: ${source}` : 'event: other'
}

function usagesIn(metrics: JsonObject | undefined): readonly unknown[] {
  return asList(metrics?.['token_usages']) ?? []
}

/** One entry of the token usages is one call; costs stand in the same order. */
function callsOf(run: Run, options: ImportOptions, problem: (reason: string) => void): DraftItem[] {
  const usages = usagesIn(run.metrics)
  const costs = (asList(run.metrics?.['costs']) ?? []).map(asObject)
  // A call without tokens would shift all that follow.
  const paired = costs.length === usages.length
  if (!paired && costs.length > 0) problem(`${costs.length} costs for ${usages.length} calls: they cannot be told apart`)
  const latencies = new Map<string, unknown>()
  for (const entry of (asList(run.metrics?.['response_latencies']) ?? []).map(asObject)) {
    const id = asName(entry?.['response_id'])
    if (id !== undefined) latencies.set(id, entry?.['latency'])
  }
  const seen = new Set<string>()
  const items: DraftItem[] = []
  for (const [index, value] of usages.entries()) {
    const usage = asObject(value)
    const id = asName(usage?.['response_id'])
    if (usage === undefined || id === undefined) {
      problem('a token usage names no response')
      continue
    }
    if (seen.has(id)) {
      problem('a response has two token usages: the first is read')
      continue
    }
    seen.add(id)
    const cost = paired ? costs[index] : undefined
    items.push(callOf({ run, id, usage, cost, took: durationMicros(latencies.get(id), 1_000_000) }, options, problem))
  }
  return items
}

interface Entry {
  readonly run: Run
  readonly id: string
  readonly usage: JsonObject
  readonly cost: JsonObject | undefined
  readonly took: number | undefined
}

function callOf({ run, id, usage, cost, took }: Entry, options: ImportOptions, problem: (reason: string) => void): DraftItem {
  const count = (name: string): number => asCount(usage[name] ?? 0) ?? Number.NaN
  const buckets = bucketsOf({
    input: count('prompt_tokens'),
    inputHoldsCached: true,
    cacheRead: count('cache_read_tokens'),
    cacheWriteOther: count('cache_write_tokens'),
    output: count('completion_tokens'),
    outputHoldsReasoning: true,
  })
  if (!buckets.ok) problem(buckets.reason)
  const endMicros = microsOfTime(cost?.['timestamp'])
  const startMicros = endMicros === undefined || took === undefined || took > endMicros ? undefined : endMicros - took
  const model = asName(usage['model'])
  const response = run.responses.get(id)
  const choice = asObject(asList(response?.['choices'])?.[0])
  const message = asObject(choice?.['message'])
  const turn = run.turns.get(id)
  const dollars = asNumber(cost?.['cost'])
  const picoUsd = dollars === undefined ? undefined : picoUsdOf(dollars)
  return {
    kind: 'call',
    line: run.metricsLine,
    identity: `response ${id}`,
    facts: known({
      turn: turn?.turn,
      id,
      startMicros,
      endMicros,
      timeQuality: endMicros === undefined ? undefined : ('derived' as const),
      requested: model,
      served: model === undefined ? undefined : { model },
      prompt: known({
        tokens: buckets.ok ? buckets.promptTokens : undefined,
        user: turn?.message === undefined ? undefined : textFacts(turn.message, options),
      }),
      usage: buckets.ok ? buckets.usage : undefined,
      cost: picoUsd === undefined ? undefined : { picoUsd, source: 'estimate' as const },
      end: 'served' as const,
      reply: message === undefined ? undefined : known({ ...replyFacts(message, options), finish: asString(choice?.['finish_reason']) }),
    }),
  }
}

function detect(beginning: string): boolean {
  const has = (name: string): boolean => beginning.includes(`"${name}"`)
  return has('source') && (has('llm_metrics') || has('token_usages') || has('tool_call_metadata') || (has('action') && has('observation') && has('cause')))
}
