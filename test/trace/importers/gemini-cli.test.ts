import { describe, expect, it } from 'vitest'
import { geminiCli } from '../../../src/trace/importers/gemini-cli.ts'
import { category, importLogFiles } from '../../support/import-logs.ts'

type Json = { readonly [key: string]: unknown }

function event(name: string, second: number, values: Json = {}): string {
  const attributes = {
    'event.name': `gemini_cli.${name}`,
    'event.timestamp': new Date(1_767_225_600_000 + second * 1_000).toISOString(),
    'session.id': 's1',
    prompt_id: 'p1',
    ...values,
  }
  return `${JSON.stringify({ attributes, resource: { a: ['}', '{'] } }, null, 2)}\n`
}

const answer = { model: 'model-a', status_code: 200, duration_ms: 2_000, input_token_count: 100, cached_content_token_count: 60, output_token_count: 20, thoughts_token_count: 30, tool_token_count: 5, total_token_count: 155 }

describe('an event', () => {
  it('without an instant of its own has that of its record', async () => {
    const attributes = { 'event.name': 'gemini_cli.api_response', 'session.id': 's1', ...answer }
    const { calls } = await importLogFiles(geminiCli, { 'telemetry.log': JSON.stringify({ hrTime: [1_767_225_602, 500_000_000], attributes }, null, 2) })
    expect(calls).toMatchObject([{ session: 's1', startMicros: 1_767_225_600_500_000, endMicros: 1_767_225_602_500_000 }])
  })
})

describe('a chat', () => {
  const message = (id: string, type: string, second: number, more: Json = {}): Json => ({
    id,
    type,
    timestamp: new Date(1_767_225_600_000 + second * 1_000).toISOString(),
    ...more,
  })
  const header = { sessionId: 'c1', projectHash: 'ab', startTime: '2026-01-01T00:00:00.000Z' }
  const tokens = { input: 100, output: 20, cached: 60, thoughts: 30, tool: 5, total: 155 }
  const reply = message('m2', 'gemini', 4, { content: 'done', model: 'model-a', tokens, toolCalls: [{ id: 't', name: 'read_file', args: { path: 'x' } }] })
  const expected = {
    session: 'c1',
    id: 'm2',
    startMicros: 1_767_225_601_000_000,
    endMicros: 1_767_225_604_000_000,
    timeQuality: 'derived',
    served: { model: 'model-a', provider: 'google' },
    usage: { uncachedInput: 45, cacheRead: 60, output: 20, reasoning: 30 },
    reply: { text: { chars: 4 }, tools: [{ name: 'read_file' }] },
  }

  it('tells a call in each message with tokens', async () => {
    const document = { ...header, messages: [message('m1', 'user', 1, { content: 'go' }), reply, message('m3', 'gemini', 5), message('m4', 'info', 6)] }
    const imported = await importLogFiles(geminiCli, { 'session-1.json': JSON.stringify(document, null, 2) })
    expect(imported.calls).toMatchObject([expected])
    expect(category(imported, 'message: gemini without tokens')).toBe(1)
    expect(geminiCli.detect(JSON.stringify(document))).toBe(true)
  })

  it('tells turns, the person’s words and what became of tools, also where that is written later', async () => {
    const tools = [
      { id: 't1', name: 'read_file', args: {}, status: 'success' },
      { id: 't2', name: 'run', args: {}, status: 'error' },
      { id: 't3', name: 'run', args: { a: 1 }, status: 'executing' },
    ]
    const lines = [
      header,
      message('m1', 'user', 1, { content: [{ text: 'go' }, { inlineData: { mimeType: 'image/png', data: '' } }] }),
      message('m2', 'gemini', 4, { content: '', model: 'model-a', tokens }),
      message('m2', 'gemini', 4, { content: '', toolCalls: tools }),
      message('m3', 'user', 5, { content: [{ functionResponse: { name: 'run' } }] }),
      message('m4', 'gemini', 6, { content: 'done', model: 'model-a', tokens }),
      message('m5', 'user', 7, { content: 'and on' }),
      message('m6', 'gemini', 8, { content: 'on', model: 'model-a', tokens }),
    ]
    const { calls } = await importLogFiles(geminiCli, { 'session-1.jsonl': lines.map((line) => `${JSON.stringify(line)}\n`).join('') })
    expect(calls.map(({ turn, prompt }) => [turn, prompt.user?.chars, prompt.newImages, prompt.contextImages])).toEqual([
      [1, 2, 1, 1],
      [1, undefined, 0, 1],
      [2, 6, 0, 1],
    ])
    expect(calls[0]?.prompt.tokens).toBe(105)
    expect(calls[0]?.reply?.tools?.map((tool) => [tool.name, tool.failed])).toEqual([
      ['read_file', false],
      ['run', true],
      ['run', undefined],
    ])
  })

  it('may be a message a line, some of them written again', async () => {
    const early = { ...reply, tokens: { input: 1 } }
    const lines = [header, message('m1', 'user', 1), early, reply, { $set: { lastUpdated: 'x' } }, { $rewindTo: 'm1' }]
    const imported = await importLogFiles(geminiCli, { 'session-1.jsonl': lines.map((line) => `${JSON.stringify(line)}\n`).join('') })
    expect(imported.calls).toMatchObject([expected])
    expect(category(imported, 'message: call, written again')).toBe(1)
    expect(category(imported, 'change of a chat')).toBe(2)
  })

  it('may be put in place whole, and begin again where the person went back to', async () => {
    const one = message('m1', 'user', 1, { content: 'one' })
    const answered = message('m2', 'gemini', 2, { content: 'a', model: 'model-a', tokens })
    const lines = [
      header,
      { $set: { messages: [one, answered] } },
      message('m3', 'user', 3, { content: 'wrong' }),
      message('m4', 'gemini', 4, { content: 'b', model: 'model-a', tokens }),
      { $rewindTo: 'm3' },
      message('m5', 'user', 5, { content: 'right' }),
      message('m5', 'user', 5, { content: 'right' }),
      message('m6', 'gemini', 6, { content: 'c', model: 'model-a', tokens }),
      { $set: { messages: [one, answered] } },
      message('m7', 'gemini', 8, { content: 'd', model: 'model-a', tokens }),
    ]
    const { calls } = await importLogFiles(geminiCli, { 'session-1.jsonl': lines.map((line) => `${JSON.stringify(line)}\n`).join('') })
    expect(calls.map(({ id, turn, prompt }) => [id, turn, prompt.user?.chars])).toEqual([
      ['m2', 1, 3],
      ['m4', 2, 5],
      ['m6', 2, 5],
      ['m7', 1, undefined],
    ])
  })

  it('that is hostile gives problems', async () => {
    const messages = [null, 5, message('__proto__', 'gemini', 1, { tokens: { input: -1 } }), message('x'.repeat(300), 'gemini', 2, { tokens })]
    const { calls, report } = await importLogFiles(geminiCli, { 'a.json': JSON.stringify({ ...header, sessionId: '\u001b[2J', messages }) })
    expect(calls.map(({ session, usage }) => [session, usage])).toEqual([['\u001b[2J', undefined]])
    expect(report.problems.map(({ reason }) => reason)).toEqual(['usage: `input` is not a count'])
  })
})

describe('an answer', () => {
  it('counts cached tokens in its input, thoughts and tools apart', async () => {
    const text = event('user_prompt', 1) + event('api_request', 8, { model: 'model-a' }) + event('api_response', 10, answer)
    const imported = await importLogFiles(geminiCli, { 'telemetry.log': text })
    expect(imported.calls).toMatchObject([
      {
        session: 's1',
        startMicros: 1_767_225_608_000_000,
        endMicros: 1_767_225_610_000_000,
        served: { model: 'model-a', provider: 'google' },
        prompt: { tokens: 105 },
        usage: { uncachedInput: 45, cacheRead: 60, output: 20, reasoning: 30 },
        end: 'served',
      },
    ])
    expect(category(imported, 'event: call')).toBe(1)
    expect(category(imported, 'event: api request')).toBe(1)
  })

  it('of a descendant is read too, and what the program asks for itself is housekeeping', async () => {
    const text = event('api_response', 10, { ...answer, role: 'main' }) + event('api_response', 20, { ...answer, role: 'utility_compressor' })
    const { calls } = await importLogFiles(geminiCli, { 'telemetry.log': text + event('api_response', 30, answer).replace('gemini_cli.', 'qwen-code.') })
    expect(calls.map((call) => [call.prompt.signals?.['housekeeping'], call.served?.provider])).toEqual([
      [false, 'google'],
      [true, 'google'],
      [undefined, undefined],
    ])
  })

  it('follows the attempts that failed before it', async () => {
    const failed = (second: number, status_code: number, prompt_id: string): string => event('api_error', second, { model_name: 'model-a', status_code, prompt_id, 'error.message': 'no', duration: 500 })
    const text = failed(1, 429, 'p1') + failed(2, 503, 'p1') + event('api_response', 10, answer) + failed(20, 401, 'p2')
    const { calls } = await importLogFiles(geminiCli, { 'telemetry.log': text })
    expect(calls.map((call) => [call.end, call.attempts?.map((one) => one.errorClass)])).toEqual([
      ['served', ['rate-limit', 'unavailable', undefined]],
      ['denied', ['auth']],
    ])
  })

  it('stands once, in whatever file', async () => {
    const text = event('api_response', 10, answer)
    const { calls, report } = await importLogFiles(geminiCli, { 'a.log': text, 'b.log': text + event('api_response', 20, answer) })
    expect([calls.length, report.calls.duplicates]).toEqual([2, 1])
  })

  it('that is hostile gives problems', async () => {
    const text = `${event('api_response', 10, { ...answer, input_token_count: -1 })}nope\n${event('__proto__', 1)}${event('api_response', 30, { ...answer, cached_content_token_count: 900 })}{\n  "attributes": {`
    const imported = await importLogFiles(geminiCli, { 'telemetry.log': text })
    expect(imported.calls.map((call) => call.usage)).toEqual([undefined, undefined])
    expect(category(imported, 'event: other')).toBe(1)
    expect(imported.report.problems.map(({ reason }) => reason).toSorted()).toEqual([
      'cut off',
      'not JSON',
      'usage: 900 cached tokens in an input of 105',
      'usage: `input_token_count` is not a count',
    ])
    expect(geminiCli.detect(text)).toBe(true)
  })
})
