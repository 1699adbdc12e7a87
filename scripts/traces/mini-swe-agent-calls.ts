import type { CallRecord, EventRecord, SessionRecord, TraceRecord } from '../../src/trace/record.ts'
import { count, field, picoUsdOf, rowsBy, spread } from './csv.ts'
import type { Row } from './csv.ts'

/**
 * `mini-swe-agent/calls.csv` and `instances.csv` as a trace: one session an instance, with the cost
 * that OpenRouter billed for each call to the last digit, and whether the instance was resolved.
 * Calls that went to the vendor directly were not billed in this log and carry no cost.
 */
export function miniSweAgentTrace(
  calls: readonly Row[],
  instances: readonly Row[],
  sessions: number = Infinity,
): TraceRecord[] {
  const resolved = new Map(
    instances.map((row) => [field(row, 'instance_id'), field(row, 'resolved') === 'True']),
  )
  const chosen = spread(rowsBy(calls, 'instance_id'), sessions)
  return [...chosen].flatMap(([id, rows]) => [
    headerOf(id),
    ...rows.map(callRecord),
    ...outcomeOf(id, rows.length, resolved.get(id)),
  ])
}

function headerOf(id: string): SessionRecord {
  return {
    record: 'session',
    schema: 1,
    session: id,
    kind: 'concrete',
    source: { format: 'mini-swe-agent' },
    withheld: { visible: true, thinking: true },
    signals: { 'repo.name': id.replace(/-\d+$/, '').replace('__', '/') },
  }
}

function outcomeOf(id: string, calls: number, success: boolean | undefined): EventRecord[] {
  if (success === undefined) return []
  return [
    {
      record: 'event',
      event: 'outcome',
      session: id,
      beforeCall: calls + 1,
      success,
      label: 'SWE-bench Verified',
    },
  ]
}

/** The gateway's names for its hosts. */
const hosts: ReadonlyMap<string, string> = new Map([
  ['Google', 'google-vertex'],
  ['Google AI Studio', 'google-ai-studio'],
])

function callRecord(row: Row): CallRecord {
  const recorded = field(row, 'provider')
  const isDirect = recorded === 'google'
  const model = field(row, 'model')
  const prompt = count(row, 'prompt_tokens')
  const cached = count(row, 'cached_tokens', 0)
  const reasoning = count(row, 'reasoning_tokens', 0)
  const completion = count(row, 'completion_tokens')
  const cost = field(row, 'usage_cost_usd')
  const index = count(row, 'call_index')
  return {
    record: 'call',
    session: field(row, 'instance_id'),
    call: index + 1,
    turn: 1,
    id: field(row, 'generation_id'),
    startMicros: count(row, 'created_unix') * 1_000_000,
    timeQuality: 'derived',
    requested: model,
    served: { model, provider: hosts.get(recorded) ?? recorded },
    prompt: { tokens: prompt },
    usage: {
      uncachedInput: prompt - cached,
      cacheRead: cached,
      cacheWrite5m: 0,
      cacheWrite1h: 0,
      // The gateway counts reasoning inside the completion, the vendor beside it.
      output: isDirect ? completion : completion - reasoning,
      reasoning,
      outputQuality: 'exact',
    },
    ...(cost === '' ? {} : { cost: { picoUsd: picoUsdOf(cost), source: 'gateway' } }),
    end: 'served',
    reply: { finish: field(row, 'finish_reason').toLowerCase() },
  }
}
