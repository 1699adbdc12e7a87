import { describe, expect, it } from 'vitest'
import { litellm } from '../../../src/trace/importers/litellm.ts'
import { category, importLogFiles, importLogs, jsonLines } from '../../support/import-logs.ts'
import { sharedData } from '../../support/shared-data.ts'

const folder = sharedData('litellm')

describe.runIf(folder !== undefined)('payloads of LiteLLM’s own tests', () => {
  it('are one call in each of the two shapes; requests to others are none', async () => {
    const imported = await importLogs(litellm, [folder ?? ''])
    expect(imported.report.files).toBe(20)
    expect(imported.report.problemCount).toBe(0)
    expect(category(imported, 'no row of a call')).toBe(18)
    expect(imported.calls).toHaveLength(2)
    for (const call of imported.calls) {
      expect(call).toMatchObject({
        startMicros: 1_737_710_446_847_371,
        endMicros: 1_737_710_446_851_954,
        timeQuality: 'exact',
        served: { model: 'gpt-4o', provider: 'openai' },
        usage: { uncachedInput: 10, cacheRead: 0, output: 20 },
        cost: { picoUsd: '225000000', source: 'gateway' },
        end: 'served',
      })
      expect(call.firstTokenMicros).toBeUndefined()
    }
    const [, whole] = imported.calls
    expect(whole).toMatchObject({ turn: 1, prompt: { user: { chars: 13 } }, reply: { finish: 'stop' } })
    expect(JSON.stringify(imported.records)).not.toContain('"text":"')
  })
})

type Json = { readonly [key: string]: unknown }

function row(id: string, more: Json = {}): Json {
  return {
    request_id: id,
    call_type: 'acompletion',
    session_id: 's1',
    custom_llm_provider: 'anthropic',
    model: 'model-a',
    model_group: 'smart',
    startTime: '2026-01-01 00:00:10.000000',
    completionStartTime: '2026-01-01 00:00:11.500000',
    endTime: '2026-01-01 00:00:14.000000',
    spend: 0.01,
    prompt_tokens: 100,
    completion_tokens: 10,
    cache_hit: 'False',
    status: 'success',
    messages: '{}',
    response: '{}',
    request_tags: '["batch"]',
    ...more,
  }
}

const usageObject = {
  prompt_tokens: 100,
  completion_tokens: 10,
  cache_read_input_tokens: 60,
  cache_creation_input_tokens: 30,
  prompt_tokens_details: { cached_tokens: 60, cache_creation_token_details: { ephemeral_5m_input_tokens: 10, ephemeral_1h_input_tokens: 15 } },
  completion_tokens_details: { reasoning_tokens: 4 },
}

describe('a row', () => {
  it('tells cached tokens in its usage object, inside the prompt tokens', async () => {
    const { calls } = await importLogFiles(litellm, {
      'rows.jsonl': jsonLines([row('r1', { metadata: JSON.stringify({ usage_object: usageObject, user_api_key_team_alias: 'red' }) })]),
    })
    expect(calls).toMatchObject([
      {
        session: 's1',
        id: 'r1',
        requested: 'smart',
        served: { model: 'model-a', provider: 'anthropic' },
        firstTokenMicros: 1_767_225_611_500_000,
        prompt: { tokens: 100, signals: { tags: ['batch'], team: 'red' } },
        usage: { uncachedInput: 10, cacheRead: 60, cacheWrite5m: 10, cacheWrite1h: 15, cacheWriteOther: 5, output: 6, reasoning: 4 },
      },
    ])
    expect(calls[0]?.turn).toBeUndefined()
    expect(calls[0]?.prompt.newImages).toBeUndefined()
  })

  it.for<{ readonly shape: string; readonly usage: Json; readonly want: Json }>([
    {
      shape: 'keeps the details alone in its usage object',
      usage: { prompt_tokens_details: { cached_tokens: 60 } },
      want: { uncachedInput: 40, cacheRead: 60, output: 10 },
    },
    {
      shape: 'fills one of two names and writes 0 under the other',
      usage: {
        prompt_tokens: 100, completion_tokens: 10, cache_read_input_tokens: 60, cache_creation_input_tokens: 0,
        prompt_tokens_details: { cached_tokens: 0, cache_creation_tokens: 30 },
      },
      want: { uncachedInput: 10, cacheRead: 60, cacheWriteOther: 30, output: 10 },
    },
    {
      shape: 'counts cached tokens beside the prompt, as versions of 2024 did',
      usage: { prompt_tokens: 5, completion_tokens: 10, cache_read_input_tokens: 60, total_tokens: 15 },
      want: { uncachedInput: 5, cacheRead: 60, output: 10 },
    },
    {
      shape: 'counts written tokens alone beside the prompt, as some versions of 2025 did',
      usage: { prompt_tokens: 65, completion_tokens: 10, cache_read_input_tokens: 60, cache_creation_input_tokens: 30, total_tokens: 75 },
      want: { uncachedInput: 5, cacheRead: 60, cacheWriteOther: 30, output: 10 },
    },
    {
      shape: 'counts reasoning beside the output, by its total',
      usage: { prompt_tokens: 100, completion_tokens: 10, total_tokens: 114, completion_tokens_details: { reasoning_tokens: 4 } },
      want: { uncachedInput: 100, output: 10, reasoning: 4 },
    },
    {
      shape: 'counts cached tokens and reasoning beside both, by its total',
      usage: {
        prompt_tokens: 100, completion_tokens: 10, total_tokens: 174, cache_read_input_tokens: 60,
        completion_tokens_details: { reasoning_tokens: 4 },
      },
      want: { uncachedInput: 100, cacheRead: 60, output: 10, reasoning: 4 },
    },
  ])('$shape', async ({ usage, want }) => {
    const { calls, report } = await importLogFiles(litellm, {
      'rows.jsonl': jsonLines([row('r1', { metadata: { usage_object: usage } })]),
    })
    expect(calls[0]?.usage).toMatchObject(want)
    expect(report.problemCount).toBe(0)
  })

  it('has no bill and no prompt where the gateway knows no price and the host counts nothing', async () => {
    const { calls } = await importLogFiles(litellm, {
      'rows.jsonl': jsonLines([
        row('r1', { spend: 0 }),
        row('r2', { status: 'failure', call_type: '', spend: 0, prompt_tokens: 0, completion_tokens: 0 }),
        // Newer versions tell what was asked in vain.
        row('r3', { status: 'failure', spend: 0, completion_tokens: 0 }),
      ]),
    })
    expect(calls.map((call) => [call.cost, call.usage?.uncachedInput, call.prompt.tokens])).toEqual([
      [undefined, 100, 100],
      [undefined, undefined, undefined],
      [undefined, undefined, 100],
    ])
  })

  it('of Claude Code is of the session that the id of its user names', async () => {
    const session = '0a1b2c3d-0000-4000-8000-000000000000'
    const old = `user_ff00_account_1-2_session_${session}`
    const { sessions, calls } = await importLogFiles(litellm, {
      'rows.jsonl': jsonLines([
        row('r1', { session_id: 'request-1', end_user: old }),
        row('r2', {
          session_id: 'request-2',
          startTime: '2026-01-01 00:01:00.000000',
          endTime: '2026-01-01 00:01:04.000000',
          metadata: { requester_metadata: { user_id: JSON.stringify({ device_id: 'd', session_id: session }) } },
        }),
        row('r3', { session_id: 'request-3', end_user: 'someone' }),
      ]),
    })
    expect(sessions.map((one) => one.session).toSorted()).toEqual([session, 'request-3'])
    expect(calls.filter((call) => call.session === session).map((call) => call.id)).toEqual(['r1', 'r2'])
    expect(JSON.stringify(calls)).not.toContain('ff00')
  })

  it('may stand anywhere: calls are ordered by their start, over all files', async () => {
    const at = (second: number): Json => ({ startTime: 1_767_225_600 + second, endTime: 1_767_225_601 + second })
    const late = jsonLines([row('r3', at(30)), row('r1', at(10))])
    const early = JSON.stringify({ data: [row('r2', at(20)), row('r1', at(10))] }, null, 1)
    const forth = await importLogFiles(litellm, { 'a.jsonl': late, 'b.json': early })
    const back = await importLogFiles(litellm, { 'b.json': early, 'a.jsonl': late })
    const order = (calls: typeof forth.calls): unknown =>
      calls.map((call) => [call.call, call.id]).toSorted()
    expect(order(forth.calls)).toEqual([[1, 'r1'], [2, 'r2'], [3, 'r3']])
    expect(back.records).toEqual(forth.records)
    expect(forth.report.calls.duplicates).toBe(1)
  })

  it('of files too large to be held come out as those of small ones', async () => {
    const rows = (from: number, more: Json): string =>
      jsonLines(Array.from({ length: 800 }, (_, index) => row(`r${from + index}`, { session_id: `s${(from + index) % 7}`, startTime: `2026-01-01 00:00:${String((index * 17) % 60).padStart(2, '0')}.000000`, endTime: '2026-01-01 00:02:00.000000', ...more })))
    const both = (more: Json): { [name: string]: string } => ({ 'a.jsonl': rows(0, more), 'b.jsonl': rows(500, more) })
    const small = await importLogFiles(litellm, both({}))
    const large = await importLogFiles(litellm, both({ proxy_server_request: 'x'.repeat(6_000) }))
    expect([small.calls.length, small.report.calls.duplicates]).toEqual([1_300, 300])
    expect(large.records).toEqual(small.records)
    expect(large.report).toEqual(small.report)
  })

  it('may stand in a list or document without indent, and after one that was cut off', async () => {
    const rows = [row('r1'), row('r2')].map((one) => JSON.stringify(one)).join(',\n')
    const { calls, report } = await importLogFiles(litellm, {
      'list.json': `[\n${rows}\n]\n`,
      'data.json': `{"data":[\n${rows}\n]}`,
      'cut.jsonl': `{"request_id": "r3"\n${jsonLines([row('r4')])}{"request_id": "r5\n${jsonLines([row('r6')])}`,
      'back.json': `${JSON.stringify(row('r7'))}${JSON.stringify(row('r8'), null, 1)}\n${JSON.stringify(row('r9'), null, 1)}`,
    })
    expect(calls.map((call) => call.id).toSorted()).toEqual(['r1', 'r2', 'r4', 'r6', 'r7', 'r8', 'r9'])
    expect(report.calls.duplicates).toBe(2)
    expect(report.problems.map(({ line, reason }) => [line, reason])).toEqual([[1, 'not JSON'], [3, 'not JSON']])
  })

  it('may come from the table as CSV, its objects as text', async () => {
    const csv = [
      'request_id,call_type,spend,total_tokens,prompt_tokens,completion_tokens,startTime,endTime,completionStartTime,model,model_group,custom_llm_provider,metadata,cache_hit,request_tags,session_id,status,messages',
      String.raw`12345,acompletion,0.0035,110,100,10,2026-01-01 00:00:10.5,2026-01-01 00:00:14,2026-01-01 00:00:11,model-a,smart,openai,"{""usage_object"": {""prompt_tokens"": 100, ""completion_tokens"": 10, ""prompt_tokens_details"": {""cached_tokens"": 60}}}",False,"[""ci""]",s1,success,{}`,
      'r2,acompletion,0,110,100,10,2026-01-01 00:00:20,2026-01-01 00:00:24,,model-a,smart,openai,{},True,[],s1,success,{}',
      'r3,aembedding,0,5,5,0,2026-01-01 00:00:20,2026-01-01 00:00:24,,model-e,,openai,{},,[],s1,success,{}',
    ].join('\r\n')
    const imported = await importLogFiles(litellm, { 'LiteLLM_SpendLogs.csv': `\uFEFF${csv}\r\n` })
    expect(imported.report.problems).toEqual([])
    expect(imported.calls).toMatchObject([
      {
        session: 's1',
        id: '12345',
        startMicros: 1_767_225_610_500_000,
        usage: { uncachedInput: 40, cacheRead: 60, output: 10 },
        cost: { picoUsd: '3500000000', source: 'gateway' },
        prompt: { signals: { tags: ['ci'] } },
      },
    ])
    expect(category(imported, 'from the gateway cache')).toBe(1)
    expect(category(imported, 'not of a conversation')).toBe(1)
    expect(litellm.detect(csv)).toBe(true)
  })

  it('without a session is a session of its own', async () => {
    const { calls } = await importLogFiles(litellm, { 'rows.jsonl': jsonLines([row('r1', { session_id: '' }), row('r2', { session_id: null, trace_id: 't' })]) })
    expect(calls.map((call) => call.session).toSorted()).toEqual(['litellm/r1', 't'])
  })

  it('may have failed, after attempts that failed before', async () => {
    const { calls } = await importLogFiles(litellm, {
      'rows.jsonl': jsonLines([
        row('r1', {
          status: 'failure',
          metadata: {
            error_information: { error_code: '429', error_class: 'RateLimitError', error_message: 'slow down' },
            previous_models: [{ model_group: 'fast', exception_type: 'ContextWindowExceededError', exception_string: 'x' }],
          },
        }),
        row('r2', { startTime: 1_767_225_700, endTime: 1_767_225_701, status: 'failure', error_information: { error_class: 'AuthenticationError' } }),
      ]),
    })
    expect(calls.map((call) => [call.end, call.served])).toEqual([['exhausted', undefined], ['denied', undefined]])
    expect(calls[0]?.attempts).toMatchObject([
      { model: 'fast', errorClass: 'context-window' },
      { model: 'model-a', status: 429, errorClass: 'rate-limit' },
    ])
  })

  it('of the gateway’s own cache, or of no conversation, is no call', async () => {
    const imported = await importLogFiles(litellm, { 'rows.jsonl': jsonLines([row('r1', { cache_hit: 'True' }), row('r2', { call_type: 'aembedding' }), { a: 1 }]) })
    expect(imported.calls).toEqual([])
    expect(imported.report.lines.categories.map(({ name }) => name)).toEqual([
      'from the gateway cache',
      'no row of a call',
      'not of a conversation',
    ])
  })

  it('that is hostile gives problems', async () => {
    const { calls, report } = await importLogFiles(litellm, {
      'rows.jsonl': `${jsonLines([
        row('__proto__', { session_id: '\u001b[2J', prompt_tokens: -5 }),
        row('r2', { metadata: '{"usage_object":', endTime: '2020-01-01 00:00:00' }),
        row('r3', { prompt_tokens: 2 ** 60 }),
      ])}[1]\n{"request_id":`,
    })
    expect(calls).toHaveLength(3)
    expect(calls.filter((call) => call.usage === undefined)).toHaveLength(2)
    expect(report.problems.map(({ reason }) => reason)).toEqual([
      'usage: `prompt_tokens` is not a count',
      'ends before it starts: its start is unknown',
      'usage: `prompt_tokens` is not a count',
      'JSON, but not an object',
      'cut off',
    ])
  })

  it('is told from other logs', () => {
    expect(litellm.detect(jsonLines([row('r1')]))).toBe(true)
    expect(litellm.detect('{"id":"x","model":"y"}')).toBe(false)
  })
})
