import type { ImportOptions } from '../../src/trace/importers/importer.ts'
import { jsonLines } from './import-logs.ts'

/** What a sample of two calls says; a count may be anything that JSON can hold. */
export interface SampleValues {
  readonly session: string
  readonly input: unknown
  readonly output: unknown
  /** Seconds after the beginning of 2026, of the start of each call. */
  readonly starts: readonly [number, number]
}

export interface LogSample {
  readonly name: string
  readonly text: (values: SampleValues) => string
  /** What its format cannot tell, and so cannot be hostile. */
  readonly lacks?: readonly ('session' | 'tokens' | 'time')[]
}

export const ordinary: SampleValues = { session: 's1', input: 100, output: 20, starts: [10, 20] }

export const sampleOptions: ImportOptions = {
  mapping: {
    mapping: 1,
    columns: { session: 'session', id: 'id', start: { name: 'start', unit: 'iso' }, model: 'model', input: 'input', output: 'output' },
  },
}

const epoch = 1_767_225_600
const iso = (second: number): string => new Date((epoch + second) * 1_000).toISOString()
const spaced = (second: number): string => iso(second).replace('T', ' ').replace('Z', '')
const nanos = (second: number): string => `${epoch + second}000000000`
const both = <T>(make: (id: string, at: number, index: number) => T, { starts }: SampleValues): T[] => starts.map((at, index) => make(`c${index + 1}`, at, index))
const cell = (value: unknown): string => `"${String(value).replaceAll('"', '""')}"`
const csv = (head: string, rows: readonly (readonly unknown[])[]): string => [head, ...rows.map((row) => row.map(cell).join(','))].map((line) => `${line}\n`).join('')
const attribute = (key: string, value: unknown): unknown => ({
  key,
  value: typeof value === 'number' ? { intValue: String(value) } : { stringValue: String(value) },
})

/** Two calls of each format in its documented shape, of the project's own making. */
export const logSamples: ReadonlyMap<string, LogSample> = new Map<string, LogSample>([
  ['claude-code', {
    name: 'a.jsonl',
    text: (values) => jsonLines(both((id, at, index) => [
      { type: 'user', uuid: `u${index}`, parentUuid: index === 0 ? null : `a${index - 1}`, sessionId: values.session, timestamp: iso(at), message: { content: 'go on' } },
      { type: 'assistant', uuid: `a${index}`, parentUuid: `u${index}`, sessionId: values.session, timestamp: iso(at + 2), requestId: `req_${id}`, message: { id: `msg_${id}`, model: 'model-a', role: 'assistant', content: [{ type: 'text', text: 'done' }], stop_reason: 'end_turn', usage: { input_tokens: values.input, output_tokens: values.output } } },
    ], values).flat()),
  }],
  ['claude-results', {
    name: 'a.json',
    lacks: ['time'],
    text: (values) => jsonLines(both((id) => ({ type: 'result', session_id: values.session, uuid: id, modelUsage: { 'model-a': { inputTokens: values.input, outputTokens: values.output, costUSD: 0.5 } } }), values)),
  }],
  ['codex', {
    name: 'rollout-a.jsonl',
    text: (values) => jsonLines([
      { timestamp: iso(0), type: 'session_meta', payload: { id: values.session, cli_version: '1', model_provider: 'host' } },
      { timestamp: iso(0), type: 'turn_context', payload: { model: 'model-a' } },
      ...both((_, at, index) => [
        { timestamp: iso(at), type: 'event_msg', payload: { type: 'user_message', message: 'go on' } },
        { timestamp: iso(at + 2), type: 'response_item', payload: { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'done' }] } },
        { timestamp: iso(at + 2), type: 'event_msg', payload: { type: 'token_count', info: { last_token_usage: { input_tokens: values.input, output_tokens: values.output, total_tokens: index } } } },
      ], values).flat(),
    ]),
  }],
  ['codex-exec', {
    name: 'a.jsonl',
    lacks: ['time'],
    text: (values) => jsonLines([
      { type: 'thread.started', thread_id: values.session },
      ...both((id, _, index) => [
        { type: 'turn.started' },
        { type: 'item.completed', item: { id, type: 'agent_message', text: 'done' } },
        { type: 'turn.completed', usage: { input_tokens: values.input, output_tokens: typeof values.output === 'number' && values.output > 0 ? values.output + index : values.output } },
      ], values).flat(),
    ]),
  }],
  ['gemini-cli', {
    name: 'telemetry.log',
    text: (values) => both((id, at) => `${JSON.stringify({ attributes: { 'event.name': 'gemini_cli.api_response', 'event.timestamp': iso(at + 2), 'session.id': values.session, prompt_id: id, model: 'model-a', status_code: 200, duration_ms: 2_000, input_token_count: values.input, output_token_count: values.output } }, null, 2)}\n`, values).join(''),
  }],
  ['mini-swe-agent', {
    name: 'a.traj.json',
    text: (values) => `${JSON.stringify({
      info: { mini_version: '1', exit_status: 'Submitted' },
      instance_id: values.session,
      messages: [
        { role: 'user', content: 'fix it' },
        ...both((id, at) => ({ role: 'assistant', content: 'done', extra: { timestamp: epoch + at + 2, response: { id, created: epoch + at, model: 'model-a', usage: { prompt_tokens: values.input, completion_tokens: values.output } } } }), values),
      ],
      trajectory_format: 'mini-swe-agent-1',
    }, null, 1)}\n`,
  }],
  ['swe-agent', {
    name: 'a.traj',
    lacks: ['session', 'tokens', 'time'],
    text: () => `${JSON.stringify({ trajectory: [{ action: 'ls', observation: 'a', response: 'look', thought: 'x' }, { action: 'pwd', observation: 'b', response: 'go', thought: 'y' }], history: [{ role: 'user', content: 'fix it' }], info: { exit_status: 'submitted' } }, null, 1)}\n`,
  }],
  ['openhands', {
    name: 'a.json',
    lacks: ['session'],
    text: (values) => {
      const usages = both((id) => ({ model: 'model-a', prompt_tokens: values.input, completion_tokens: values.output, response_id: id }), values)
      const latencies = usages.map((one) => ({ latency: 2, response_id: one.response_id }))
      const costs = both((_, at) => ({ model: 'model-a', cost: 0.25, timestamp: epoch + at + 2 }), values)
      return `${JSON.stringify([
        { id: 0, source: 'user', action: 'message', args: { content: 'fix it' } },
        ...both((id) => ({ id: 1, source: 'agent', action: 'run', tool_call_metadata: { model_response: { id, choices: [{ message: { role: 'assistant', content: 'look' } }] } }, llm_metrics: { costs, response_latencies: latencies, token_usages: usages } }), values),
      ])}\n`
    },
  }],
  ['litellm', {
    name: 'a.jsonl',
    text: (values) => jsonLines(both((id, at) => ({ request_id: id, session_id: values.session, call_type: 'acompletion', spend: 0.5, prompt_tokens: values.input, completion_tokens: values.output, startTime: iso(at), endTime: iso(at + 2), model: 'model-a', custom_llm_provider: 'host' }), values)),
  }],
  ['openrouter', {
    name: 'a.json',
    text: (values) => jsonLines(both((id, at) => ({ data: { id, session_id: values.session, created_at: iso(at), generation_time: 2_000, model: 'model-a', provider_name: 'host', tokens_prompt: 1, tokens_completion: 1, native_tokens_prompt: values.input, native_tokens_completion: values.output, total_cost: 0.5 } }), values)),
  }],
  ['helicone', {
    name: 'a.jsonl',
    text: (values) => jsonLines(both((id, at) => ({ request_id: id, request_created_at: iso(at), delay_ms: 2_000, response_status: 200, request_model: 'model-a', response_model: 'model-a', provider: 'host', prompt_tokens: values.input, completion_tokens: values.output, request_properties: { 'Helicone-Session-Id': values.session } }), values)),
  }],
  ['portkey', {
    name: 'a.jsonl',
    text: (values) => jsonLines(both((id, at) => ({ id, trace_id: values.session, created_at: iso(at), response_time: 2_000, response_status_code: 200, ai_org: 'host', ai_model: 'model-a', req_units: values.input, res_units: values.output }), values)),
  }],
  ['otlp', {
    name: 'a.jsonl',
    text: (values) => jsonLines(both((id, at) => ({
      resourceSpans: [{ resource: { attributes: [] }, scopeSpans: [{ scope: {}, spans: [{
        traceId: 'ab', spanId: id, name: 'chat', startTimeUnixNano: nanos(at), endTimeUnixNano: nanos(at + 2),
        attributes: Object.entries({ 'gen_ai.operation.name': 'chat', 'gen_ai.request.model': 'model-a', 'gen_ai.conversation.id': values.session, 'gen_ai.usage.input_tokens': values.input, 'gen_ai.usage.output_tokens': values.output }).map(([key, value]) => attribute(key, value)),
      }] }] }],
    }), values)),
  }],
  ['langfuse', {
    name: 'a.json',
    text: (values) => `${JSON.stringify({
      trace: { id: 't1', sessionId: values.session },
      observations: both((id, at) => ({ id, traceId: 't1', type: 'GENERATION', startTime: iso(at), endTime: iso(at + 2), model: 'model-a', level: 'DEFAULT', usageDetails: { input: values.input, output: values.output } }), values),
    })}\n`,
  }],
  ['azure', {
    name: 'a.csv',
    lacks: ['session'],
    text: (values) => csv('TIMESTAMP,ContextTokens,GeneratedTokens', both((_, at) => [spaced(at), values.input, values.output], values)),
  }],
  ['burstgpt', {
    name: 'a.csv',
    text: (values) => csv('Timestamp,Session ID,Elapsed time,Model,Request tokens,Response tokens,Total tokens,Log Type', both((_, at) => [at, values.session, 2, 'GPT-4', values.input, values.output, 1, 'API log'], values)),
  }],
  ['mooncake', {
    name: 'a.jsonl',
    lacks: ['session'],
    text: (values) => jsonLines(both((_, at, index) => ({ timestamp: at * 1_000, input_length: values.input, output_length: values.output, hash_ids: [1, index + 2] }), values)),
  }],
  ['weka', {
    name: 'a.json',
    text: (values) => `${JSON.stringify({ id: values.session, block_size: 64, requests: both((_, at, index) => ({ t: at, type: 's', model: 'model-a', in: values.input, out: values.output, hash_ids: [1, index + 2], api_time: 2, ttft: 0.5, stop: 'end_turn', input_types: ['text'] }), values) })}\n`,
  }],
  ['table', {
    name: 'a.csv',
    text: (values) => csv('session,id,start,model,input,output', both((id, at) => [values.session, id, iso(at), 'model-a', values.input, values.output], values)),
  }],
])
