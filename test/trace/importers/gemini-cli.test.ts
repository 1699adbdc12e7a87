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
