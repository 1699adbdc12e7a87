import { describe, expect, it } from 'vitest'
import { openrouter } from '../../../src/trace/importers/openrouter.ts'
import { category, importLogFiles } from '../../support/import-logs.ts'

type Json = { readonly [key: string]: unknown }

function generation(id: string, more: Json = {}): Json {
  return {
    id,
    session_id: 's1',
    created_at: '2026-01-01T00:00:10.000Z',
    model: 'vendor/model-a',
    provider_name: 'Host',
    tokens_prompt: 90,
    tokens_completion: 18,
    native_tokens_prompt: 100,
    native_tokens_completion: 20,
    native_tokens_reasoning: 5,
    native_tokens_cached: 60,
    total_cost: 0.25,
    generation_time: 2_000,
    native_finish_reason: 'stop',
    ...more,
  }
}

describe('a generation', () => {
  it('is billed by the counts of the model’s own tokenizer', async () => {
    const { calls } = await importLogFiles(openrouter, { 'g.jsonl': `${JSON.stringify({ data: generation('g1') })}\n` })
    expect(calls).toMatchObject([
      {
        session: 's1',
        id: 'g1',
        startMicros: 1_767_225_610_000_000,
        endMicros: 1_767_225_612_000_000,
        timeQuality: 'derived',
        served: { model: 'vendor/model-a', provider: 'Host' },
        prompt: { tokens: 100 },
        usage: { uncachedInput: 40, cacheRead: 60, output: 15, reasoning: 5 },
        cost: { picoUsd: '250000000000', source: 'gateway' },
        end: 'served',
        reply: { finish: 'stop' },
      },
    ])
    expect(calls[0]?.attempts).toBeUndefined()
  })

  it('names the hosts that failed before, or all of them', async () => {
    const tried = (provider_name: string, status: number): Json => ({ provider_name, status, latency: 5 })
    const { calls } = await importLogFiles(openrouter, {
      'g.json': JSON.stringify([
        generation('g1', { provider_responses: [tried('A', 429), tried('Host', 200)] }),
        generation('g2', { created_at: '2026-01-01T00:01:00Z', provider_responses: [tried('A', 503), tried('Host', 529)] }),
        generation('g3', { created_at: '2026-01-01T00:02:00Z', cancelled: true }),
      ]),
    })
    expect(calls.map((call) => [call.end, call.attempts?.map((one) => [one.provider, one.errorClass])])).toEqual([
      ['served', [['A', 'rate-limit'], ['Host', undefined]]],
      ['exhausted', [['A', 'unavailable'], ['Host', 'overloaded']]],
      ['cancelled', undefined],
    ])
  })
})

const header =
  'generation_id,created_at,cost_total,tokens_prompt,tokens_completion,tokens_reasoning,tokens_cached,model_permaslug,provider_name,cancelled,finish_reason_raw,generation_time_ms,time_to_first_token_ms,app_name'

describe('the cost', () => {
  it('holds what the host is paid apart, with a key of one’s own', async () => {
    const byok = 'g5,2026-01-01 00:00:10.000,0.25,4.75,100,20,5,60,vendor/model-a,free,Host,false,stop,2000,500,x'
    const { calls } = await importLogFiles(openrouter, {
      'g.json': JSON.stringify([
        generation('g1', { is_byok: true, upstream_inference_cost: 4.75 }),
        generation('g2', { is_byok: false, upstream_inference_cost: 0.2, total_cost: 0 }),
      ]),
      'activity.csv': `${header.replace('cost_total', 'cost_total,byok_usage_inference').replace('provider_name', 'variant,provider_name')}\n${byok}\n`,
    })
    const costs = new Map(calls.map((call) => [call.id, call.cost]))
    expect(costs.get('g1')).toEqual({ picoUsd: '5000000000000', source: 'estimate' })
    expect(costs.get('g2')).toEqual({ picoUsd: '0', source: 'gateway' })
    expect(costs.get('g5')).toEqual({ picoUsd: '5000000000000', source: 'estimate' })
    expect(calls.find((call) => call.id === 'g5')?.served?.model).toBe('vendor/model-a:free')
  })

  it('is of the model that a router chose', async () => {
    const { calls } = await importLogFiles(openrouter, {
      'g.json': JSON.stringify(generation('g1', { router: 'openrouter/auto' })),
    })
    expect(calls).toMatchObject([{ requested: 'openrouter/auto', served: { model: 'vendor/model-a' } }])
  })
})

describe('a row of the activity', () => {
  it('has no session; copies are found in both shapes', async () => {
    const { calls, report } = await importLogFiles(openrouter, {
      'activity.csv': `\uFEFF${header}\r\ng7,2026-01-01 00:00:10.000,0.25,100,20,5,60,vendor/model-a,Host,false,stop,2000,500,"my, app"\r\n`,
      'g.json': JSON.stringify(generation('g1')),
      'again.csv': `${header}\ng1,2026-01-01 00:00:10.000,0.25,100,20,5,60,vendor/model-a,Host,false,stop,2000,500,x\n`,
    })
    expect(report.calls.duplicates).toBe(1)
    expect(calls.find((call) => call.id === 'g7')).toMatchObject({
      session: 'openrouter/g7',
      firstTokenMicros: 1_767_225_610_500_000,
      endMicros: 1_767_225_612_000_000,
      usage: { uncachedInput: 40, cacheRead: 60, output: 15, reasoning: 5 },
      cost: { picoUsd: '250000000000', source: 'gateway' },
    })
  })

  it('of sums by day is none, and hostile ones give problems', async () => {
    const imported = await importLogFiles(openrouter, {
      'day.csv': 'date,model,requests,prompt_tokens\n2026-01-01,m,5,100\n',
      'bad.csv': `${header}\n__proto__,soon,-1,-5,1e9,,,m,h,no,,,,\ng9,,,10,5,9,90,m,h,,,,,\n`,
      'bad.json': '{"data":{"id":"x"}}\n{"data":',
    })
    expect(imported.calls.map((call) => call.usage)).toEqual([undefined, undefined])
    expect(category(imported, 'row of another format')).toBe(1)
    expect(category(imported, 'no generation')).toBe(1)
    expect(imported.report.problems.map(({ reason }) => reason).toSorted()).toEqual([
      'cut off',
      'sums of a day: no calls can be told from them',
      'usage: 90 cached tokens in an input of 10',
      'usage: the prompt tokens are not a count',
    ])
  })

  it('is told from other logs', () => {
    expect(openrouter.detect(`${header}\n`)).toBe(true)
    expect(openrouter.detect(JSON.stringify({ data: generation('g') }))).toBe(true)
    expect(openrouter.detect('id,model\n')).toBe(false)
  })
})
