import type { CallRecord, TraceRecord } from '../../src/trace/record.ts'
import { count, field, rowsBy, spread } from './csv.ts'
import type { Row } from './csv.ts'

/**
 * `agent-sessions/calls.csv`, one row a call of Claude Code, as a trace. Its output count is the
 * last that the transcript showed: exact where a stop reason came with it and the text fits in it,
 * else a lower bound.
 * The provider is in no transcript, so it stays unknown. Rows of other agents are left out.
 * `sessions`: at most so many, short ones and long ones.
 */
export function claudeTrace(rows: readonly Row[], sessions: number = Infinity): TraceRecord[] {
  const own = rows.filter((row) => field(row, 'agent') === 'claude-code')
  return [...spread(rowsBy(own, 'session'), sessions)].flatMap(([id, calls]) => sessionRecords(id, calls))
}

function sessionRecords(id: string, calls: readonly Row[]): TraceRecord[] {
  const [first] = calls
  if (first === undefined) return []
  return [
    {
      record: 'session',
      schema: 1,
      session: id,
      sidechain: field(first, 'sidechain') === '1',
      source: { format: 'calls-csv' },
      withheld: { visible: true, thinking: true },
      signals: { 'repo.name': field(first, 'repo').replace('+', '/') },
    },
    ...calls.map(callRecord),
  ]
}

/** More characters than any tokenizer packs into a token: such a count is partial. */
const charsPerToken = 6

function callRecord(row: Row): CallRecord {
  const model = field(row, 'model')
  const stop = field(row, 'stop_reason')
  const tier = field(row, 'service_tier')
  const output = count(row, 'output_tokens_max')
  const textChars = count(row, 'text_chars', 0)
  const thinkingChars = count(row, 'thinking_chars', 0)
  const isPartial = stop === '' || textChars + thinkingChars > charsPerToken * output
  const usage = {
    uncachedInput: count(row, 'input_tokens'),
    cacheRead: count(row, 'cache_read'),
    cacheWrite5m: count(row, 'cache_write_5m'),
    cacheWrite1h: count(row, 'cache_write_1h'),
    output,
    outputQuality: isPartial ? 'lower-bound' : 'exact',
  } as const
  return {
    record: 'call',
    session: field(row, 'session'),
    call: count(row, 'call_index') + 1,
    // The table holds the instant of the reply; a call began some seconds before, which dates it well.
    startMicros: instant(field(row, 'timestamp')),
    timeQuality: 'derived',
    requested: model,
    served: { model, ...(tier === '' || tier === 'standard' ? {} : { serviceTier: tier }) },
    prompt: {
      tokens: usage.uncachedInput + usage.cacheRead + usage.cacheWrite5m + usage.cacheWrite1h,
    },
    usage,
    end: 'served',
    reply: {
      text: textChars === 0 ? null : { chars: textChars },
      ...(thinkingChars === 0 ? {} : { thinking: { chars: thinkingChars } }),
      // The table counts tool calls and does not name them: only none at all is a fact of the trace.
      ...(count(row, 'tool_uses', 0) === 0 ? { tools: [] } : {}),
      ...(stop === '' ? {} : { finish: stop }),
    },
  }
}

/** `2026-02-02T06:24:40.054Z` as microseconds since the epoch. */
function instant(text: string): number {
  const millis = Date.parse(text)
  if (Number.isNaN(millis)) throw new Error(`got ${text}, expected an instant`)
  return millis * 1_000
}
