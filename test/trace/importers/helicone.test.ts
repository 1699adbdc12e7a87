import { describe, expect, it } from 'vitest'
import { helicone } from '../../../src/trace/importers/helicone.ts'
import { importLogFiles, jsonLines } from '../../support/import-logs.ts'

type Json = { readonly [key: string]: unknown }

function request(id: string, more: Json = {}): Json {
  return {
    request_id: id,
    request_created_at: '2026-01-01 00:00:10.000',
    delay_ms: 2_000,
    time_to_first_token: 500,
    request_model: 'smart',
    response_model: 'model-a',
    provider: 'HOST',
    response_status: 200,
    prompt_tokens: 30,
    prompt_cache_read_tokens: 60,
    prompt_cache_write_tokens: 10,
    completion_tokens: 20,
    reasoning_tokens: 5,
    costUSD: 0.25,
    request_properties: { 'Helicone-Session-Id': 's1' },
    request_body: { messages: [{ role: 'user', content: [{ type: 'text', text: 'hello' }, { type: 'image_url' }] }] },
    response_body: { choices: [{ message: { role: 'assistant', content: 'hi' }, finish_reason: 'stop' }] },
    ...more,
  }
}

describe('a request', () => {
  it('counts cached tokens apart, reasoning in the completion', async () => {
    const { calls } = await importLogFiles(helicone, { 'a.json': JSON.stringify({ data: [request('r1'), request('r1')] }, null, 1) })
    expect(calls).toMatchObject([
      {
        session: 's1',
        turn: 1,
        firstTokenMicros: 1_767_225_610_500_000,
        endMicros: 1_767_225_612_000_000,
        requested: 'smart',
        served: { model: 'model-a', provider: 'HOST' },
        prompt: { tokens: 100, user: { chars: 5 }, newImages: 1, contextImages: 1 },
        usage: { uncachedInput: 30, cacheRead: 60, cacheWriteOther: 10, output: 15, reasoning: 5 },
        cost: { picoUsd: '250000000000', source: 'estimate' },
        reply: { text: { chars: 2 }, finish: 'stop' },
      },
    ])
  })

  it('stands once where an export has it as JSON and as CSV', async () => {
    const quoted = (object: unknown): string => `"${JSON.stringify(object).replaceAll('"', '""').replaceAll('"', '""')}"`
    const json = request('r1', { response_id: 'p1', prompt_cache_read_tokens: 0, prompt_cache_write_tokens: 0, request_properties: { 'Helicone-Session-Id': 's1' } })
    const header = 'response_id,response_created_at,response_status,request_created_at,request_body,request_properties,request_user_id,model,prompt_tokens,completion_tokens,latency,cost_usd'
    const csv = [
      header,
      `"p1","2026-01-01 00:00:12","200","2026-01-01 00:00:10",${quoted({ model: 'smart' })},${quoted({ 'Helicone-Session-Id': 's1' })},,"model-a","30","20","2000","0.25"`,
      `"p2","2026-01-01 00:01:12","200","2026-01-01 00:01:10",${quoted({ model: 'smart', messages: [{ role: 'user', content: 'say "no"' }] })},${quoted({ 'Helicone-Session-Id': 's1' })},,"model-a","30","20","","0.5"`,
    ].join('\r\n')
    // The exporter leaves a comma after the last object of a list.
    const { calls, report } = await importLogFiles(helicone, { 'a.json': `[\n${JSON.stringify(json, null, 2)},\n]\n`, 'b.csv': csv })
    expect(calls).toMatchObject([
      { session: 's1', prompt: { tokens: 30 } },
      { session: 's1', id: 'p2', requested: 'smart', served: { model: 'model-a' }, prompt: { tokens: 30, user: { chars: 8 } }, usage: { output: 20 }, cost: { picoUsd: '500000000000' }, endMicros: 1_767_225_672_000_000 },
    ])
    expect([report.problemCount, report.calls.duplicates]).toEqual([0, 1])
    expect(helicone.detect(`${header}\n`)).toBe(true)
  })

  it('is no row of another gateway', async () => {
    const { calls, report } = await importLogFiles(helicone, { 'a.jsonl': jsonLines([{ request_id: 'r1', spend: 1, prompt_tokens: 5, startTime: 1 }]) })
    expect([calls, report.lines.categories]).toEqual([[], [{ name: 'no request', count: 1 }]])
  })

  it('is kept where the list that it stands in breaks off after it', async () => {
    const list = (indent: number): string => JSON.stringify([request('r1'), request('r2'), request('r3', { request_user_id: 'a "]" {' })], null, indent)
    for (const text of [list(0).slice(0, -5), list(2).slice(0, -9), list(2).split('\n').slice(0, -20).join('\n'), `${list(2).slice(0, -40)}\n${JSON.stringify(request('r4'))}\n`]) {
      const imported = await importLogFiles(helicone, { 'a.json': text })
      expect(imported.calls.map(({ id }) => id).slice(0, 2)).toEqual(['r1', 'r2'])
      expect(imported.report.problems).toMatchObject([{ line: 1, reason: expect.stringMatching(/cut off|not JSON/) }])
    }
  })

  it('may have failed, been cancelled, be pending or come from the gateway’s cache', async () => {
    const { calls, report } = await importLogFiles(helicone, {
      'a.jsonl': jsonLines([
        request('r1', { response_status: 429 }),
        request('r2', { response_status: -3, request_created_at: '2026-01-01 00:01:00' }),
        request('r3', { response_status: -2 }),
        request('r4', { cache_enabled: true, cache_reference_id: 'r1' }),
      ]),
    })
    expect(calls.map((call) => [call.end, call.attempts?.[0]?.errorClass])).toEqual([['exhausted', 'rate-limit'], ['cancelled', undefined]])
    expect(report.lines.categories.map(({ name, count }) => [name, count])).toEqual([['call', 2], ['from the gateway cache', 1], ['pending', 1]])
  })

  it('that is hostile gives problems', async () => {
    const { calls, report } = await importLogFiles(helicone, {
      'a.jsonl': `${jsonLines([request('__proto__', { prompt_tokens: -1, request_properties: { __proto__: 1 } }), request('r2', { reasoning_tokens: 99, request_created_at: 'soon', delay_ms: -5 })])}nope`,
    })
    expect(calls.map((call) => call.usage)).toEqual([undefined, undefined])
    expect(report.problems.map(({ reason }) => reason)).toEqual([
      'usage: `prompt_tokens` is not a count',
      'usage: 99 reasoning tokens in an output of 20',
      'not JSON',
    ])
    expect(helicone.detect(jsonLines([request('r1')]))).toBe(true)
  })
})
