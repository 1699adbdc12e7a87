import type { TraceFile } from '../files.ts'
import { replyFacts } from './chat-messages.ts'
import { bucketsOf } from './buckets.ts'
import { importerOf } from './import-sessions.ts'
import type { Importer, ImportOptions } from './importer.ts'
import { onlySuffixes } from './input-files.ts'
import { durationMicros, microsOfTime } from './instant.ts'
import { asCount, asList, asName, asNumber, asObject } from './json.ts'
import type { JsonObject } from './json.ts'
import { known } from './known.ts'
import { picoUsdOf } from './pico-usd.ts'
import { readDocuments } from './read-documents.ts'
import { bareSession, noCounts } from './session-draft.ts'
import { beginRun, takeEvent, takeMetrics, takeStatistics, usagesIn } from './openhands/run.ts'
import type { Run, Said, Snapshot } from './openhands/run.ts'
import type { ReplyFacts } from '../record.ts'
import type { DraftItem, ReadingContext, SessionDraft } from './session-draft.ts'
import { textFacts } from './text-facts.ts'

/** OpenHands' trajectories: a list of events, with the metrics in them, beside them or in the conversation's state. */
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
    const items = itemsOf(run, options, (line, reason) => tally.problem({ file: file.name, line, reason }))
    if (items.some((item) => item.kind === 'call')) drafts.push(draftOf(run, items))
  }
  // A file of bare events is one run.
  const bare = beginRun()
  await readDocuments(file, tally, (document, line) => {
    const counted = usagesIn(asObject(document['metrics'])).length > 0
    const inner = asList(document['trajectory']) ?? asList(document['history']) ?? (counted ? [] : undefined)
    if (inner === undefined) return [takeEvent(bare, document, line)]
    const run = beginRun()
    // The oldest versions pair each action with its observation.
    const categories = inner.flatMap((event) => asList(event) ?? [event]).map((event) => takeEvent(run, asObject(event), line))
    if (!takeStatistics(run, document, line)) takeMetrics(run, asObject(document['metrics']), line)
    end(run)
    return categories
  })
  end(bare)
  return drafts
}

function draftOf(run: Run, items: readonly DraftItem[]): SessionDraft {
  return {
    ...bareSession(sessionOf(run, items), items),
    order: 'file',
    counts: { ...noCounts, messages: run.turn },
  }
}

/** Copies of a run may have other names, so a run that names no conversation is told by its first call. */
function sessionOf({ id }: Run, items: readonly DraftItem[]): string {
  const first = items.find((item) => item.kind === 'call')
  return `openhands/${id ?? first?.facts.id ?? ''}`
}

type Problem = (line: number, reason: string) => void

/** The calls of all models in use, by when they ended, and what condensed the conversation among them. */
function itemsOf(run: Run, options: ImportOptions, problem: Problem): DraftItem[] {
  const calls = [...run.metrics].flatMap(([use, snapshot]) => callsOf(run, use, snapshot, options, problem))
  if (run.metrics.size > 1) calls.sort((a, b) => (a.facts.endMicros ?? 0) - (b.facts.endMicros ?? 0))
  const items: DraftItem[] = [...calls]
  const logged = calls.some((call) => call.facts.prompt.signals?.['housekeeping'] === true)
  for (const { line, id, atMicros, after } of run.condensations) {
    const at = items.findIndex((item) => item.kind === 'call' && item.facts.id === after)
    const facts = known({ event: 'compaction' as const, billed: logged, atMicros })
    items.splice(at + 1, 0, { kind: 'event', line, identity: JSON.stringify([sessionOf(run, items), 'condensation', id]), facts })
  }
  return items
}

type CallItem = Extract<DraftItem, { readonly kind: 'call' }>

/** One entry of the token usages is one call; costs stand in the same order. */
function callsOf(run: Run, use: string, { metrics, line }: Snapshot, options: ImportOptions, problem: Problem): CallItem[] {
  const usages = usagesIn(metrics)
  const costs = (asList(metrics['costs']) ?? []).map(asObject)
  // A call without tokens would shift all that follow.
  const paired = costs.length === usages.length
  if (!paired && costs.length > 0) problem(line, `${costs.length} costs for ${usages.length} calls: they cannot be told apart`)
  const latencies = new Map<string, unknown>()
  const timed = (asList(metrics['response_latencies']) ?? []).map(asObject)
  for (const entry of timed) {
    const id = asName(entry?.['response_id'])
    if (id !== undefined) latencies.set(id, entry?.['latency'])
  }
  const seen = new Set<string>()
  const items: CallItem[] = []
  for (const [index, value] of usages.entries()) {
    const usage = asObject(value)
    // Some versions name a response beside its latency alone.
    const beside = timed.length === usages.length ? asName(timed[index]?.['response_id']) : undefined
    const id = asName(usage?.['response_id']) ?? beside
    if (usage === undefined || id === undefined) {
      problem(line, 'a token usage names no response')
      continue
    }
    if (seen.has(id)) {
      problem(line, 'a response has two token usages: the first is read')
      continue
    }
    seen.add(id)
    const cost = paired ? costs[index] : undefined
    items.push(callOf({ run, use, line, id, usage, cost, took: durationMicros(latencies.get(id), 1_000_000) }, options, problem))
  }
  return items
}

interface Entry {
  readonly run: Run
  /** What the model is used for; `condenser` sums the conversation up. */
  readonly use: string
  readonly line: number
  readonly id: string
  readonly usage: JsonObject
  readonly cost: JsonObject | undefined
  readonly took: number | undefined
}

function callOf({ run, use, line, id, usage, cost, took }: Entry, options: ImportOptions, problem: Problem): CallItem {
  const count = (name: string): number => asCount(usage[name] ?? 0) ?? Number.NaN
  const buckets = bucketsOf({
    input: count('prompt_tokens'),
    inputHoldsCached: true,
    cacheRead: count('cache_read_tokens'),
    cacheWriteOther: count('cache_write_tokens'),
    output: count('completion_tokens'),
    // Older versions do not tell it.
    reasoning: usage['reasoning_tokens'] === undefined ? undefined : count('reasoning_tokens'),
    outputHoldsReasoning: true,
  })
  if (!buckets.ok) problem(line, buckets.reason)
  const read = buckets.ok && buckets.promptTokens > 0 ? buckets : undefined
  const endMicros = microsOfTime(cost?.['timestamp'])
  const startMicros = endMicros === undefined || took === undefined || took > endMicros ? undefined : endMicros - took
  const model = asName(usage['model'])
  const said = run.said.get(id)
  const turn = run.turns.get(id)
  const dollars = asNumber(cost?.['cost'])
  const picoUsd = dollars === undefined ? undefined : picoUsdOf(dollars)
  return {
    kind: 'call',
    line,
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
        tokens: read?.promptTokens,
        user: turn?.message === undefined ? undefined : textFacts(turn.message, options),
        signals: run.metrics.size > 1 ? { housekeeping: use.includes('condenser') } : undefined,
      }),
      usage: read?.usage,
      cost: picoUsd === undefined ? undefined : { picoUsd, source: 'estimate' as const },
      end: 'served' as const,
      reply: said === undefined ? undefined : replyOf(said, run.failedTools, options),
    }),
  }
}

function replyOf({ message, finish }: Said, failed: ReadonlyMap<string, boolean>, options: ImportOptions): ReplyFacts {
  const facts = replyFacts(message, options)
  const ids = (asList(message['tool_calls']) ?? []).map((call) => asName(asObject(call)?.['id']))
  const told = facts.tools?.length === ids.length
  const tools = facts.tools?.map((tool, index) => {
    const id = told ? ids[index] : undefined
    return known({ ...tool, failed: id === undefined ? undefined : failed.get(id) })
  })
  return known({ ...facts, tools, finish })
}

function detect(beginning: string): boolean {
  const has = (name: string): boolean => beginning.includes(`"${name}"`)
  if (has('usage_to_metrics') || (has('persistence_dir') && has('execution_status'))) return true
  const newer = /"kind":\s*"(?:SystemPromptEvent|MessageEvent|ActionEvent)"/.test(beginning)
  return has('source') && (newer || has('llm_metrics') || has('token_usages') || has('tool_call_metadata') || (has('action') && has('observation') && has('cause')))
}
