import { describe, expect, it } from 'vitest'
import { portkey } from '../../../src/trace/importers/portkey.ts'
import { importLogFiles, jsonLines } from '../../support/import-logs.ts'

type Json = { readonly [key: string]: unknown }

function log(id: string, more: Json = {}): Json {
  return {
    id,
    trace_id: 't1',
    created_at: '2026-01-01T00:00:10.000Z',
    ai_org: 'host',
    ai_model: 'model-a',
    req_units: 100,
    res_units: 20,
    cost: 0.25,
    cost_currency: 'USD',
    response_time: 2_000,
    response_status_code: 200,
    request: { body: { model: 'smart', messages: [{ role: 'user', content: 'hello' }] } },
    response: JSON.stringify({
      choices: [{ message: { role: 'assistant', content: 'hi' }, finish_reason: 'stop' }],
      usage: { prompt_tokens: 100, completion_tokens: 20, prompt_tokens_details: { cached_tokens: 60 } },
    }),
    ...more,
  }
}

describe('a log', () => {
  it('tells cached tokens in its response', async () => {
    const { calls } = await importLogFiles(portkey, { 'a.jsonl': jsonLines([log('l1'), log('l1')]) })
    expect(calls).toMatchObject([
      {
        session: 't1',
        turn: 1,
        requested: 'smart',
        served: { model: 'model-a', provider: 'host' },
        endMicros: 1_767_225_612_000_000,
        prompt: { tokens: 100, user: { chars: 5 } },
        usage: { uncachedInput: 40, cacheRead: 60, output: 20 },
        cost: { picoUsd: '250000000000', source: 'estimate' },
        reply: { text: { chars: 2 }, finish: 'stop' },
      },
    ])
  })

  it('whose cost is in cents or in no named unit has none', async () => {
    const { calls, report } = await importLogFiles(portkey, {
      'a.jsonl': jsonLines([log('l1', { cost_currency: undefined }), log('l2', { cost_currency: 'cents', response: null, created_at: '2026-01-01T00:01:00Z' })]),
    })
    expect(calls.map((call) => call.cost)).toEqual([undefined, undefined])
    expect(report.problemCount).toBe(2)
    expect(calls[1]?.usage).toMatchObject({ uncachedInput: 100, cacheRead: 0, output: 20 })
  })

  it('may stand in a row of CSV', async () => {
    const csv = (object: unknown): string => `"${JSON.stringify(object).replaceAll('"', '""')}"`
    const text = [
      'id,trace_id,created_at,request,response,ai_org,ai_model,req_units,res_units,cost,cost_currency,response_time,response_status_code',
      `l1,t1,2026-01-01T00:00:10.000Z,${csv({ model: 'smart', messages: [{ role: 'user', content: 'hello' }] })},${csv({ usage: { prompt_tokens: 100, completion_tokens: 20, prompt_tokens_details: { cached_tokens: 60 } } })},host,model-a,100,20,0.25,USD,2000,200`,
      'l2,t1,2026-01-01T00:01:10.000Z,,,host,model-a,100,20,0.25,cents,2000,429',
    ].join('\n')
    const { calls, report } = await importLogFiles(portkey, { 'a.csv': text })
    expect(calls).toMatchObject([
      { session: 't1', requested: 'smart', prompt: { user: { chars: 5 } }, usage: { uncachedInput: 40, cacheRead: 60, output: 20 }, cost: { picoUsd: '250000000000' } },
      { session: 't1', end: 'exhausted', attempts: [{ errorClass: 'rate-limit' }] },
    ])
    expect(report.problems.map(({ reason }) => reason)).toEqual(['the cost is in no unit that is known: it is left out'])
    expect(portkey.detect(text)).toBe(true)
  })

  it('may have failed, and hostile ones give problems', async () => {
    const { calls, report } = await importLogFiles(portkey, {
      'a.jsonl': `${jsonLines([
        log('__proto__', { response_status_code: 401, response: '{{{' }),
        log('l2', { req_units: 'many', response: {}, created_at: '2026-01-01T00:01:00Z' }),
        { other: true },
      ])}{"ai_org":`,
    })
    expect(calls.map((call) => [call.end, call.attempts?.[0]?.errorClass])).toEqual([['denied', 'auth'], ['served', undefined]])
    expect(report.problems.map(({ reason }) => reason)).toEqual(['usage: `prompt_tokens` is not a count', 'cut off'])
    expect(portkey.detect(jsonLines([log('l1')]))).toBe(true)
  })
})
