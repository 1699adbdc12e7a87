import { describe, expect, it } from 'vitest'
import { langfuse } from '../../../src/trace/importers/langfuse.ts'
import { litellm } from '../../../src/trace/importers/litellm.ts'
import { otlp } from '../../../src/trace/importers/otlp.ts'
import { category, importLogFiles, importLogs, jsonLines } from '../../support/import-logs.ts'
import { sharedData } from '../../support/shared-data.ts'

const folder = sharedData('langfuse')
const batches = sharedData('litellm/langfuse_expected_request_body')

describe.runIf(folder !== undefined)('real exports', () => {
  it('hold 20 calls of ten traces', async () => {
    const imported = await importLogs(langfuse, [folder ?? ''])
    const { calls, report } = imported
    expect(report.problemCount).toBe(0)
    expect(report.files).toBe(10)
    expect(calls).toHaveLength(20)
    expect(category(imported, 'around a call')).toBe(4)
    expect(category(imported, 'generation without usage')).toBe(2)
    expect(report.calls.lowerBoundOutput).toBe(3)
    const sum = (of: (call: (typeof calls)[number]) => number): number => calls.reduce((total, call) => total + of(call), 0)
    expect(sum((call) => call.prompt.tokens ?? 0)).toBe(8_709)
    expect(sum((call) => call.usage?.output ?? 0)).toBe(1_105)
    expect(calls.every((call) => call.cost?.source === 'estimate')).toBe(true)
    expect(calls.filter((call) => call.served?.provider !== undefined)).toHaveLength(14)
    // Two frameworks log the tools in words that this does not read: unknown, not none.
    const asked = calls.filter((call) => call.reply?.finish?.includes('tool') === true)
    expect(asked.filter((call) => call.reply?.tools?.length === 0)).toEqual([])
    expect(JSON.stringify(imported.records)).not.toContain('"text":"')
  })
})

describe.runIf(batches !== undefined)('batches that LiteLLM sends', () => {
  it('are 18 generations, one of them twice', async () => {
    const { calls, report } = await importLogs(langfuse, [batches ?? ''])
    expect(calls).toHaveLength(17)
    expect(report.calls.duplicates).toBe(1)
    expect(calls[0]).toMatchObject({ usage: { uncachedInput: 10, output: 20 }, cost: { picoUsd: '35000000' } })
  })
})

type Json = { readonly [key: string]: unknown }

function generation(id: string, usageDetails: Json, more: Json = {}): Json {
  return {
    id,
    traceId: 't1',
    type: 'GENERATION',
    startTime: '2026-01-01T00:00:10.000Z',
    endTime: '2026-01-01T00:00:14.000Z',
    model: 'model-a',
    level: 'DEFAULT',
    usageDetails,
    ...more,
  }
}

function exported(...observations: readonly Json[]): { [name: string]: string } {
  return { 'trace.json': JSON.stringify({ trace: { id: 't1', sessionId: 's1' }, observations }, null, 2) }
}

describe('an observation', () => {
  it('has its parts taken out of input and output', async () => {
    const { calls } = await importLogFiles(langfuse, exported(
      generation('g1', { input: 20, input_cached_tokens: 70, input_cache_creation: 10, input_audio: 3, output: 15, output_reasoning_tokens: 5, total: 123 }, {
        completionStartTime: '2026-01-01T00:00:11.000Z',
        totalCost: 0.5,
        input: [{ role: 'user', content: 'hello' }],
        output: { role: 'assistant', content: 'hi' },
        metadata: { attributes: { 'gen_ai.system': 'host' } },
      }),
    ))
    expect(calls).toMatchObject([
      {
        session: 's1',
        turn: 1,
        served: { model: 'model-a', provider: 'host' },
        firstTokenMicros: 1_767_225_611_000_000,
        prompt: { tokens: 103, user: { chars: 5 } },
        usage: { uncachedInput: 23, cacheRead: 70, cacheWriteOther: 10, output: 15, reasoning: 5 },
        cost: { picoUsd: '500000000000', source: 'estimate' },
        reply: { text: { chars: 2 }, tools: [] },
      },
    ])
  })

  it('tells lifetimes of cache writes in LangChain’s words, the sum beside its parts or 0 in its place', async () => {
    const written = { input: 20, input_cache_read: 70, input_ephemeral_5m_input_tokens: 10, input_ephemeral_1h_input_tokens: 6, output: 15 }
    const { calls } = await importLogFiles(langfuse, exported(
      generation('g1', { ...written, input_cache_creation: 0 }),
      generation('g2', { ...written, input_cache_creation: 16 }),
    ))
    const usage = { uncachedInput: 20, cacheRead: 70, cacheWrite5m: 10, cacheWrite1h: 6, output: 15 }
    expect(calls.map((call) => call.usage)).toMatchObject([usage, usage])
    expect(calls.map((call) => call.prompt.tokens)).toEqual([106, 106])
  })

  it('may tell the sums alone', async () => {
    const { calls } = await importLogFiles(langfuse, exported(
      generation('g1', {}, { inputUsage: 90, outputUsage: 15, totalUsage: 105 }),
    ))
    expect(calls[0]?.usage).toMatchObject({ uncachedInput: 90, cacheRead: 0, output: 15 })
  })

  it('may have them inside, as the total tells', async () => {
    const { calls } = await importLogFiles(langfuse, exported(
      generation('g1', { input: 100, 'prompt_details.cache_read': 70, output: 20, 'completion_details.reasoning': 5, total: 120 }),
    ))
    expect(calls[0]?.usage).toMatchObject({ uncachedInput: 30, cacheRead: 70, output: 15, reasoning: 5 })
  })

  it('around another is no call', async () => {
    const all = await importLogFiles(langfuse, exported(
      generation('outer', { input: 9, output: 9 }, { type: 'AGENT' }),
      generation('middle', {}, { type: 'SPAN', parentObservationId: 'outer' }),
      generation('inner', { input: 5, output: 5 }, { parentObservationId: 'middle' }),
      generation('loop', { input: 5, output: 5 }, { parentObservationId: 'loop' }),
    ))
    expect(all.calls.map((call) => call.id)).toEqual(['inner'])
    expect(category(all, 'around a call')).toBe(2)
  })

  it('comes from a database, one a line, joined to its trace in the same file', async () => {
    const { calls, report } = await importLogFiles(langfuse, {
      'observations.jsonl': jsonLines([
        { id: 'g1', trace_id: 't1', type: 'GENERATION', start_time: '2026-01-01 00:00:10.000000', end_time: '2026-01-01 00:00:12.000000', provided_model_name: 'model-b', usage_details: '{"input":5,"output":1}', level: 'ERROR', status_message: 'Rate limit: timed out', cost_details: '{}' },
        { id: 't1', timestamp: '2026-01-01 00:00:09.000000', session_id: 's9' },
      ]),
    })
    expect(report.problemCount).toBe(0)
    expect(calls).toMatchObject([{ session: 's9', startMicros: 1_767_225_610_000_000, requested: 'model-b', end: 'exhausted', attempts: [{ errorClass: 'timeout' }] }])
  })

  it('comes from a database as CSV, or with its integers and decimals as text', async () => {
    const columns = ['id', 'trace_id', 'type', 'start_time', 'end_time', 'provided_model_name', 'usage_details', 'cost_details', 'total_cost', 'latency', 'session_id', 'input']
    const cells = ['g1', 't1', 'GENERATION', '2026-01-01 00:00:10.000000', '2026-01-01 00:00:12.000000', 'model-b', '{"input":"50","input_cached_tokens":"20","output":"7","total":"77"}', '{}', '0.000350000000', '2', 's4', '[{"role":"user","content":"line\\none"}]']
    const csv = `${columns.join(',')}\n${cells.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(',')}\n`
    const row = Object.fromEntries(columns.map((name, index) => [name, cells[index]]))
    const imported = await importLogFiles(langfuse, { 'observations.csv': csv })
    expect(imported.report.problems).toEqual([])
    expect(imported.calls).toMatchObject([
      { session: 's4', turn: 1, usage: { uncachedInput: 50, cacheRead: 20, output: 7 }, cost: { picoUsd: '350000000', source: 'estimate' } },
    ])
    expect(langfuse.detect(csv)).toBe(true)
    const fromLines = await importLogFiles(langfuse, { 'observations.jsonl': jsonLines([row]) })
    expect(fromLines.calls.map(({ usage, cost, prompt }) => ({ usage, cost, prompt }))).toEqual(
      imported.calls.map(({ usage, cost, prompt }) => ({ usage, cost, prompt })),
    )
  })

  it('comes in pages of the interface, and with the counts of older versions', async () => {
    const old = { id: 'g2', traceId: 't2', type: 'GENERATION', startTime: '2024-03-01T00:00:00.000Z', endTime: '2024-03-01T00:00:02.000Z', model: 'model-c', promptTokens: 12, completionTokens: 3, totalTokens: 15, calculatedTotalCost: 0.25, parentObservationId: null }
    const { calls } = await importLogFiles(langfuse, {
      'page.json': JSON.stringify({ data: [generation('g1', { input: 5, output: 1 }), old, 7], meta: { page: 1 } }),
    })
    expect(calls).toMatchObject([
      { id: 'g1', usage: { uncachedInput: 5, output: 1 } },
      { id: 'g2', usage: { uncachedInput: 12, output: 3 }, cost: { picoUsd: '250000000000' } },
    ])
  })

  it('keeps words of a reply whose tools are unknown', async () => {
    const { calls } = await importLogFiles(langfuse, exported(
      generation('g1', { input: 5, output: 1 }, { output: 'just words', input: [{ role: 'tool', content: 'x' }] }),
    ))
    expect(calls[0]?.reply).toEqual({ text: { chars: 10 } })
    expect(calls[0]?.turn).toBeUndefined()
    expect(calls[0]?.prompt.newImages).toBeUndefined()
  })

  it('that is hostile gives problems', async () => {
    const { calls, report } = await importLogFiles(langfuse, exported(
      generation('__proto__', { input: -1, output: 1 }, { traceId: '\u001b[2J' }),
      generation('g2', { input: 2 ** 60, output: 1 }, { input: '[[[[', output: '{"content":' }),
      generation('g3', { input: 1, output: 1, total: 2, input_cached_tokens: 5 }, { endTime: '1999-01-01T00:00:00Z' }),
      generation('g4', { __proto__: null, constructor: 3 } as Json),
    ))
    expect(calls).toHaveLength(4)
    expect(report.problems.map(({ reason }) => reason)).toEqual([
      'usage: `input` is not a count',
      'usage: `input` is not a count',
      'usage: 5 cached tokens in an input of 1',
      'ends before it starts: its start is unknown',
      'usage: neither `input` nor `output`',
    ])
  })

  it('is told from other logs', () => {
    const text = exported(generation('g1', { input: 1 }))['trace.json'] ?? ''
    expect([langfuse, litellm, otlp].map((importer) => importer.detect(text))).toEqual([true, false, false])
  })
})
