import { describe, expect, it } from 'vitest'
import { otlp } from '../../../src/trace/importers/otlp.ts'
import { category, importLogFiles, importLogs, jsonLines } from '../../support/import-logs.ts'
import type { ImportedLogs } from '../../support/import-logs.ts'
import { sharedData } from '../../support/shared-data.ts'

const folder = sharedData('otlp')

describe.runIf(folder !== undefined)('documents with invented values', () => {
  it('are three calls and one span of another kind', async () => {
    const imported = await importLogs(otlp, [folder ?? ''])
    expect(imported.report.problemCount).toBe(0)
    expect(category(imported, 'span: call')).toBe(3)
    expect(category(imported, 'span: other')).toBe(1)
    expect(imported.calls.map(({ session, usage }) => [session, usage?.uncachedInput, usage?.output])).toEqual([
      ['agent_dogfood_cursor_0001', 412, 118],
      ['ses_dogfood_claude_code_0001', 187, 53],
      ['ses_dogfood_claude_cowork_0001', 256, 92],
    ])
    expect(imported.calls[0]).toMatchObject({ startMicros: 1_715_175_600_000_000, endMicros: 1_715_175_600_980_000 })
  })
})

type Json = { readonly [key: string]: unknown }

function attributes(values: Json): Json[] {
  return Object.entries(values).map(([key, value]) => ({
    key,
    value:
      typeof value === 'number'
        ? Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value }
        : typeof value === 'string' ? { stringValue: value } : (value as Json),
  }))
}

function span(id: string, values: Json, more: Json = {}): Json {
  return {
    traceId: 'ab01',
    spanId: id,
    name: 'x',
    startTimeUnixNano: '1767225600000000000',
    endTimeUnixNano: '1767225602000000000',
    attributes: attributes(values),
    ...more,
  }
}

function document(...spans: readonly Json[]): Json {
  return { resourceSpans: [{ resource: { attributes: [] }, scopeSpans: [{ scope: {}, spans }] }] }
}

async function imported(...spans: readonly Json[]): Promise<ImportedLogs> {
  return await importLogFiles(otlp, { 'spans.jsonl': jsonLines([document(...spans)]) })
}

function logs(...records: readonly Json[]): Json {
  const logRecords = records.map((values, index) => ({
    timeUnixNano: String(1_767_225_602_000_000_000n + BigInt(index) * 1_000_000_000n),
    attributes: attributes(values),
  }))
  return { resourceLogs: [{ resource: { attributes: [] }, scopeLogs: [{ scope: {}, logRecords }] }] }
}

const chat = { 'gen_ai.operation.name': 'chat', 'gen_ai.request.model': 'model-a' }

describe('an event with the details of a request', () => {
  const details = (spanId: string, more: Json = {}): Json => ({
    resourceLogs: [{ scopeLogs: [{ logRecords: [{
      timeUnixNano: '1767225602000000000',
      eventName: 'gen_ai.client.inference.operation.details',
      traceId: 'ab01',
      spanId,
      attributes: attributes({ ...chat, 'gen_ai.usage.input_tokens': 100, 'gen_ai.usage.output_tokens': 20, 'gen_ai.conversation.id': 's1', ...more }),
    }] }] }],
  })

  it('is the call, where no span tells of it', async () => {
    const spans = document(span('b1', { ...chat, 'gen_ai.usage.input_tokens': 100, 'gen_ai.usage.output_tokens': 20, 'gen_ai.conversation.id': 's1' }))
    const imported = await importLogFiles(otlp, { 'a.jsonl': jsonLines([details('b1'), details('b2', { 'error.type': 'timeout' }), spans]) })
    expect(imported.calls).toMatchObject([
      { session: 's1', id: 'ab01/b1', startMicros: 1_767_225_600_000_000, end: 'served' },
      { session: 's1', id: 'ab01/b2', endMicros: 1_767_225_602_000_000, end: 'exhausted' },
    ])
    expect([imported.report.calls.duplicates, category(imported, 'log: call')]).toEqual([1, 2])
  })
})

describe('a span', () => {
  it('speaks the convention', async () => {
    const { calls } = await imported(
      span('01', {
        ...chat,
        'gen_ai.response.model': 'model-a-1',
        'gen_ai.provider.name': 'host',
        'gen_ai.conversation.id': 'c1',
        'gen_ai.usage.input_tokens': 100,
        'gen_ai.usage.output_tokens': 20,
        'gen_ai.usage.cache_read.input_tokens': 70,
        'gen_ai.usage.cache_creation.input_tokens': 10,
        'gen_ai.usage.reasoning.output_tokens': 5,
        'gen_ai.response.time_to_first_chunk': 0.5,
        'gen_ai.response.finish_reasons': { arrayValue: { values: [{ stringValue: 'stop' }] } },
        'gen_ai.input.messages': JSON.stringify([{ role: 'user', parts: [{ type: 'text', content: 'hello' }] }]),
        'gen_ai.output.messages': JSON.stringify([{ role: 'assistant', parts: [{ type: 'text', content: 'hi' }, { type: 'tool_call', name: 'look', arguments: { a: 1 } }] }]),
      }),
    )
    expect(calls).toMatchObject([
      {
        session: 'c1',
        id: 'ab01/01',
        turn: 1,
        requested: 'model-a',
        served: { model: 'model-a-1', provider: 'host' },
        firstTokenMicros: 1_767_225_600_500_000,
        prompt: { tokens: 100, user: { chars: 5 } },
        usage: { uncachedInput: 20, cacheRead: 70, cacheWriteOther: 10, output: 15, reasoning: 5 },
        reply: { text: { chars: 2 }, tools: [{ name: 'look' }], finish: 'stop' },
      },
    ])
  })

  it.for([
    [{ 'gen_ai.usage.prompt_tokens': 9, 'gen_ai.usage.completion_tokens': 2, 'gen_ai.request.model': 'm' }],
    [{ 'llm.token_count.prompt': 9, 'llm.token_count.completion': 2, 'llm.model_name': 'm', 'openinference.span.kind': 'LLM' }],
    [{ 'ai.usage.inputTokens': 9, 'ai.usage.outputTokens': 2, 'ai.model.id': 'm' }],
    [{ 'ai.usage.promptTokens': 9, 'ai.usage.completionTokens': 2, 'ai.model.id': 'm' }],
  ] as const)('speaks older versions and vendors: %j', async ([values]) => {
    const { calls } = await imported(span('01', values))
    expect(calls).toMatchObject([{ session: 'trace/ab01', requested: 'm', usage: { uncachedInput: 9, output: 2 } }])
  })

  it('of the AI SDK before version 6 counts Anthropic’s cached tokens beside the input', async () => {
    const sdk = { 'ai.operationId': 'ai.streamText.doStream', 'ai.model.id': 'm', 'ai.model.provider': 'anthropic.messages' }
    const counted = { 'ai.usage.inputTokens': 400, 'ai.usage.outputTokens': 9, 'ai.usage.totalTokens': 409 }
    const usage = { input_tokens: 400, output_tokens: 1, cache_read_input_tokens: 90, cache_creation_input_tokens: 70 }
    const { calls } = await imported(
      span('01', { ...sdk, ...counted, 'ai.usage.cachedInputTokens': 90 }),
      span('02', { ...sdk, ...counted, 'ai.usage.cachedInputTokens': 90, 'ai.response.providerMetadata': JSON.stringify({ anthropic: { usage } }) }),
      span('03', { ...sdk, ...counted, 'ai.response.providerMetadata': JSON.stringify({ anthropic: { cacheReadInputTokens: 90, cacheCreationInputTokens: 70 } }) }),
      // Version 6, and hosts that count as the convention does.
      span('04', { ...sdk, ...counted, 'ai.usage.cachedInputTokens': 90, 'ai.usage.inputTokenDetails.noCacheTokens': 310, 'ai.usage.inputTokenDetails.cacheReadTokens': 90 }),
      span('05', { ...sdk, ...counted, 'ai.model.provider': 'openai.responses', 'ai.usage.cachedInputTokens': 90 }),
    )
    expect(calls.map(({ prompt, usage: read }) => [prompt.tokens, read?.uncachedInput, read?.cacheRead, read?.cacheWriteOther])).toEqual([
      [490, 400, 90, undefined],
      [560, 400, 90, 70],
      [560, 400, 90, 70],
      [400, 310, 90, undefined],
      [400, 310, 90, undefined],
    ])
  })

  it('of Claude Code has names of its own, and is the call of an event', async () => {
    const request = {
      'session.id': 's1', 'gen_ai.system': 'anthropic', 'gen_ai.request.model': 'm', request_id: 'req_1',
      input_tokens: 400, output_tokens: 20, cache_read_tokens: 90, cache_creation_tokens: 10,
      success: { boolValue: true }, stop_reason: 'tool_use', ttft_ms: 500,
    }
    const event = {
      'event.name': 'api_request', 'session.id': 's1', request_id: 'req_1', model: 'm', input_tokens: 400,
      output_tokens: 20, cache_read_tokens: 90, cache_creation_tokens: 10, duration_ms: 2000, query_source: 'repl_main_thread',
    }
    const { calls, report } = await importLogFiles(otlp, {
      'logs.jsonl': jsonLines([logs(event, { ...event, request_id: 'req_2', query_source: 'compact' })]),
      'spans.jsonl': jsonLines([document(span('01', request), span('02', { ...request, request_id: 'req_3', success: { boolValue: false } }))]),
    })
    expect(report.calls.duplicates).toBe(1)
    expect(calls.map((call) => [call.end, call.prompt.tokens, call.prompt.signals?.['housekeeping']])).toEqual(
      expect.arrayContaining([
        ['served', 500, true],
        ['exhausted', 500, undefined],
      ]),
    )
    expect(calls).toHaveLength(3)
    const agent = await imported(span('01', { ...request, agent_id: 'a1' }), span('02', { ...request, request_id: 'req_2' }))
    expect(agent.calls.map((call) => call.session)).toEqual(['s1/agent-a1', 's1'])
    const { calls: [alone] } = await imported(span('01', request))
    expect(alone).toMatchObject({
      firstTokenMicros: 1_767_225_600_500_000,
      usage: { uncachedInput: 400, cacheRead: 90, cacheWriteOther: 10, output: 20 },
      reply: { finish: 'tool_use' },
    })
  })

  it('may count cached tokens and reasoning apart', async () => {
    const { calls } = await imported(
      span('01', { ...chat, 'gen_ai.usage.input_tokens': 5, 'gen_ai.usage.output_tokens': 3, 'gen_ai.usage.cache_read_input_tokens': 90 }),
      span('02', { ...chat, 'gen_ai.usage.input_tokens': 50, 'gen_ai.usage.output_tokens': 30, 'gen_ai.usage.cache_read_input_tokens': 10, 'gen_ai.usage.total_tokens': 90 }),
      span('03', { ...chat, 'gen_ai.usage.input_tokens': 50, 'gen_ai.usage.output_tokens': 30, 'gen_ai.usage.reasoning_tokens': 40 }),
    )
    expect(calls.map((call) => [call.prompt.tokens, call.usage?.output])).toEqual([[95, 3], [60, 30], [50, 30]])
  })

  it('around another is no call, also through one of another kind', async () => {
    const counts = { 'gen_ai.usage.input_tokens': 5, 'gen_ai.usage.output_tokens': 3 }
    const all = await imported(
      span('01', { ...chat, ...counts }),
      span('02', { 'gen_ai.operation.name': 'invoke_agent', ...counts }, { parentSpanId: '01' }),
      span('03', { ...chat, ...counts }, { parentSpanId: '02' }),
      span('04', { 'gen_ai.operation.name': 'execute_tool' }, { parentSpanId: '03' }),
      span('05', { ...chat, ...counts }, { parentSpanId: '05' }),
    )
    expect(all.calls.map((call) => call.id)).toEqual(['ab01/03'])
    expect(category(all, 'span: around a call')).toBe(2)
    expect(category(all, 'span: agent')).toBe(1)
    expect(category(all, 'span: tool')).toBe(1)
  })

  it.each([
    [
      'OpenInference',
      { 'openinference.span.kind': 'LLM', 'llm.model_name': 'model-a', 'llm.provider': 'host', 'llm.token_count.prompt': 100, 'llm.token_count.completion': 9, 'llm.token_count.prompt_details.cache_read': 60, 'session.id': 's7' },
    ],
    [
      'OpenLLMetry, older',
      { 'llm.request.type': 'chat', 'llm.request.model': 'model-a', 'llm.vendor': 'host', 'llm.usage.prompt_tokens': 100, 'llm.usage.completion_tokens': 9, 'gen_ai.usage.cache_read_input_tokens': 60, 'traceloop.association.properties.session_id': 's7' },
    ],
    [
      'the AI SDK',
      { 'ai.operationId': 'ai.streamText.doStream', 'ai.model.id': 'model-a', 'ai.model.provider': 'host', 'ai.usage.inputTokens': 100, 'ai.usage.outputTokens': 9, 'ai.usage.cachedInputTokens': 60, 'ai.telemetry.metadata.sessionId': 's7' },
    ],
    [
      'the convention, older, of a gateway',
      { 'gen_ai.system': 'host', 'gen_ai.request.model': 'model-a', 'gen_ai.usage.prompt_tokens': 100, 'gen_ai.usage.completion_tokens': 9, 'gen_ai.usage.input_tokens.cached': 60, 'session.id': 's7' },
    ],
  ])('speaks %s', async (_, values) => {
    const { calls, report } = await imported(span('01', values))
    expect(report.problemCount).toBe(0)
    expect(calls).toMatchObject([
      { session: 's7', requested: 'model-a', served: { provider: 'host' }, usage: { uncachedInput: 40, cacheRead: 60, output: 9 } },
    ])
  })

  it('may be written in snake case', async () => {
    const snake = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(snake)
      if (typeof value !== 'object' || value === null) return value
      const pairs = Object.entries(value).map(([name, inner]) => [name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`), snake(inner)] as const)
      return Object.fromEntries(pairs)
    }
    const text = jsonLines([snake(document(span('01', { ...chat, 'gen_ai.usage.input_tokens': 100, 'gen_ai.usage.output_tokens': 9 })))])
    const { calls } = await importLogFiles(otlp, { 'spans.jsonl': text })
    expect(text).toContain('"resource_spans"')
    expect(otlp.detect(text)).toBe(true)
    expect(calls).toMatchObject([{ startMicros: 1_767_225_600_000_000, usage: { uncachedInput: 100, output: 9 } }])
  })

  it('may have failed', async () => {
    const { calls } = await imported(
      span('01', { ...chat, 'error.type': 'timeout' }, { status: { code: 2, message: 'timed out' } }),
      span('02', { ...chat, 'http.response.status_code': 401 }, { status: { code: 'STATUS_CODE_ERROR' } }),
    )
    expect(calls.map((call) => [call.end, call.attempts?.[0]?.errorClass])).toEqual([
      ['exhausted', 'timeout'],
      ['denied', 'auth'],
    ])
  })

  it('stands once, in whatever file', async () => {
    const one = jsonLines([document(span('01', { ...chat, 'gen_ai.usage.input_tokens': 5 }))])
    const { calls, report } = await importLogFiles(otlp, { 'a.json': one, 'b.json': one })
    expect(calls).toHaveLength(1)
    expect(calls[0]?.usage?.outputQuality).toBe('lower-bound')
    expect(report.calls.duplicates).toBe(1)
  })
})

describe('a log record', () => {
  it('of Claude Code is a call whose cached tokens stand apart', async () => {
    const record = (name: string, values: Json): Json => ({
      timeUnixNano: '1767225605000000000',
      body: { stringValue: `claude_code.${name}` },
      attributes: attributes({ 'event.name': name, 'session.id': 's1', ...values }),
    })
    const logs = {
      resourceLogs: [{ scopeLogs: [{ logRecords: [
        record('api_request', { model: 'model-a', duration_ms: 2000, input_tokens: 90, output_tokens: 4, cache_read_tokens: 50, cache_creation_tokens: 7, cost_usd: 0.5 }),
        record('api_error', { model: 'model-a', status_code: 529 }),
        record('user_prompt', {}),
      ] }] }],
    }
    const all = await importLogFiles(otlp, { 'logs.json': JSON.stringify(logs, null, 2) })
    expect(all.calls).toMatchObject([
      {
        session: 's1',
        startMicros: 1_767_225_603_000_000,
        usage: { uncachedInput: 90, cacheRead: 50, cacheWriteOther: 7, output: 4 },
        cost: { picoUsd: '500000000000', source: 'estimate' },
      },
    ])
    expect(category(all, 'log: failed attempt, not joined to a call')).toBe(1)
    expect(category(all, 'log: other')).toBe(1)
  })
})

describe('documents', () => {
  it('that are hostile give problems', async () => {
    const deep = `{"resourceSpans":${'['.repeat(50_000)}${']'.repeat(50_000)}}\n`
    const { calls, report } = await importLogFiles(otlp, {
      'spans.jsonl': `${jsonLines([
        document(
          span('01', { ...chat, 'gen_ai.usage.input_tokens': -1 }),
          span('02', { ...chat, 'gen_ai.usage.input_tokens': 2 ** 60 }),
          span('03', { ...chat, '__proto__': 'x', 'session.id': '\u001b[2J__proto__' }, { startTimeUnixNano: 'soon', endTimeUnixNano: -5 }),
          span('04', { ...chat, 'gen_ai.usage.input_tokens': 1 }, { startTimeUnixNano: '1767225609000000000' }),
        ),
        { resourceSpans: [null, { scopeSpans: [{ spans: [null, 7] }] }] },
      ])}${deep}no`,
    })
    expect(calls).toHaveLength(4)
    expect(report.problems.map(({ reason }) => reason).toSorted()).toEqual([
      'ends before it starts: its start is unknown',
      'not JSON',
      'usage: `input` is not a count',
      'usage: `input` is not a count',
    ])
    expect(({} as { x?: unknown }).x).toBeUndefined()
  })

  it('are told from others', () => {
    expect(otlp.detect('{"resourceSpans":[]}')).toBe(true)
    expect(otlp.detect('{"spans":[]}')).toBe(false)
  })
})

describe('events of other agents', () => {
  it('are calls of Codex, whose parts lie in their wholes', async () => {
    const { calls } = await importLogFiles(otlp, {
      'logs.jsonl': jsonLines([
        logs(
          { 'event.name': 'codex.sse_event', 'event.kind': 'response.output_item.done', 'conversation.id': 'c1', model: 'm' },
          {
            'event.name': 'codex.sse_event', 'event.kind': 'response.completed', 'conversation.id': 'c1', model: 'm',
            input_token_count: '100', cached_token_count: '60', output_token_count: '20', reasoning_token_count: '5', tool_token_count: '120',
          },
        ),
      ]),
    })
    expect(calls).toMatchObject([
      { session: 'c1', requested: 'm', usage: { uncachedInput: 40, cacheRead: 60, output: 15, reasoning: 5 } },
    ])
  })

  it('are calls of Gemini CLI, whose thoughts and tools stand beside', async () => {
    const { calls } = await importLogFiles(otlp, {
      'logs.jsonl': jsonLines([
        logs({
          'event.name': 'gemini_cli.api_response', 'session.id': 's1', model: 'm', duration_ms: 2000,
          input_token_count: 100, cached_content_token_count: 60, output_token_count: 20, thoughts_token_count: 30, tool_token_count: 7,
        }),
      ]),
    })
    expect(calls).toMatchObject([
      { session: 's1', startMicros: 1_767_225_600_000_000, usage: { uncachedInput: 47, cacheRead: 60, output: 20, reasoning: 30 } },
    ])
  })
})

describe('a span that a library wrote itself', () => {
  const written = {
    'gen_ai.operation.name': 'chat',
    'gen_ai.request.model': 'm',
    'gen_ai.conversation.id': 'c1',
    'gen_ai.usage.input_tokens': 100,
    'gen_ai.usage.output_tokens': 20,
    'gen_ai.usage.cache_read.input_tokens': 60,
  }
  const expected = {
    session: 'c1',
    startMicros: 1_767_225_600_000_000,
    endMicros: 1_767_225_602_500_000,
    usage: { uncachedInput: 40, cacheRead: 60, output: 20 },
    end: 'served',
  }

  it('in JavaScript has pairs for instants', async () => {
    const text = jsonLines([
      { type: 'metric', name: 'gen_ai.client.token.usage' },
      {
        type: 'span', traceId: 'ab01', spanId: '01', name: 'chat m', startTime: [1_767_225_600, 0], endTime: [1_767_225_602, 500_000_000],
        attributes: written, status: { code: 0 }, events: [], resource: { attributes: { 'service.name': 'x' } },
      },
    ])
    const { calls } = await importLogFiles(otlp, { 'spans.jsonl': text })
    expect(calls).toMatchObject([{ ...expected, id: 'ab01/01' }])
    expect(otlp.detect(text)).toBe(true)
  })

  it('in Python is laid out, with ids in hexadecimal and a status in words', async () => {
    const span = (id: string, more: Json): Json => ({
      name: 'chat m',
      context: { trace_id: '0xab01', span_id: id, trace_state: '[]' },
      kind: 'SpanKind.CLIENT',
      parent_id: null,
      start_time: '2026-01-01T00:00:00.000000Z',
      end_time: '2026-01-01T00:00:02.500000Z',
      status: { status_code: 'UNSET' },
      attributes: written,
      ...more,
    })
    const text = [span('0x01', {}), span('0x02', { status: { status_code: 'ERROR', description: 'Overloaded' }, attributes: { ...written, 'error.type': 'RateLimitError' } })]
      .map((one) => `${JSON.stringify(one, null, 4)}\n`).join('')
    const { calls } = await importLogFiles(otlp, { 'spans.json': text })
    expect(calls).toMatchObject([{ ...expected, id: 'ab01/01' }, { end: 'exhausted' }])
    expect(otlp.detect(text)).toBe(true)
  })
})
