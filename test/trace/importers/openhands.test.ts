import { describe, expect, it } from 'vitest'
import { openhands } from '../../../src/trace/importers/openhands.ts'
import { category, importLogFiles } from '../../support/import-logs.ts'

type Json = { readonly [key: string]: unknown }

function usage(id: string, prompt: number, read: number, completion: number): Json {
  return { model: 'vendor/model-a', prompt_tokens: prompt, completion_tokens: completion, cache_read_tokens: read, cache_write_tokens: 10, response_id: id }
}

function metrics(usages: readonly Json[], costs = usages.length): Json {
  return {
    accumulated_cost: 1,
    costs: Array.from({ length: costs }, (_, index) => ({ model: 'vendor/model-a', cost: 0.25, timestamp: 1_767_225_610 + index })),
    response_latencies: usages.map((one) => ({ latency: 2.5, response_id: one['response_id'] })),
    token_usages: usages,
  }
}

function action(id: string, llm_metrics: Json): Json {
  const message = { role: 'assistant', content: 'look', tool_calls: [{ function: { name: 'run', arguments: '{"a":1}' } }] }
  const model_response = { id, choices: [{ message, finish_reason: 'tool_calls' }] }
  return { id: 1, source: 'agent', action: 'run', tool_call_metadata: { model_response }, llm_metrics }
}

const one = usage('r1', 100, 60, 5)
const two = usage('r2', 200, 150, 6)
const user = { id: 0, source: 'user', action: 'message', args: { content: 'fix it' } }

describe('an evaluation’s output', () => {
  it('is a run a line, its metrics beside its history', async () => {
    const line = (id: string, history: readonly unknown[]): string =>
      `${JSON.stringify({ instance_id: id, history, metrics: metrics([usage(`${id}-1`, 100, 60, 5)]), test_result: {} })}\n`
    const plain = action('i1-1', {})
    const text = line('i1', [user, plain]) + line('i2', [[user, { source: 'agent', observation: 'null' }]])
    const imported = await importLogFiles(openhands, { 'output.jsonl': text })
    expect(imported.calls).toMatchObject([
      { session: 'openhands/i1-1', turn: 1, prompt: { tokens: 100, user: { chars: 6 } }, cost: { source: 'estimate' } },
      { session: 'openhands/i2-1', prompt: { tokens: 100 } },
    ])
    expect(category(imported, 'event: user')).toBe(2)
    expect(openhands.detect(text)).toBe(true)
  })
})

describe('a trajectory', () => {
  it('tells each call in its newest metrics; several actions may share one', async () => {
    const events = [user, action('r1', metrics([one])), action('r1', metrics([one])), { source: 'environment', observation: 'run' }, action('r2', metrics([one, two]))]
    const imported = await importLogFiles(openhands, { 'run.json': JSON.stringify(events, null, 1) })
    expect(imported.calls).toMatchObject([
      {
        turn: 1,
        id: 'r1',
        startMicros: 1_767_225_607_500_000,
        endMicros: 1_767_225_610_000_000,
        prompt: { tokens: 100, user: { chars: 6 } },
        usage: { uncachedInput: 30, cacheRead: 60, cacheWriteOther: 10, output: 5 },
        cost: { picoUsd: '250000000000', source: 'estimate' },
        reply: { text: { chars: 4 }, tools: [{ name: 'run' }], finish: 'tool_calls' },
      },
      { turn: 1, id: 'r2', prompt: { tokens: 200 } },
    ])
    expect(imported.calls[1]?.prompt.user).toBeUndefined()
    expect(category(imported, 'event: agent')).toBe(3)
  })

  it('that stands twice is written once', async () => {
    const text = JSON.stringify({ trajectory: [user, action('r1', metrics([one]))] })
    const { calls, report } = await importLogFiles(openhands, { 'a.json': text, 'b.json': text })
    expect([calls.length, report.calls.duplicates]).toEqual([1, 1])
  })

  it('that is hostile gives problems', async () => {
    const broken = [{ ...one, cache_read_tokens: 500 }, { ...two, prompt_tokens: -1 }, two, { model: 'x' }]
    const { calls, report } = await importLogFiles(openhands, {
      'a.json': JSON.stringify([user, action('__proto__', metrics(broken, 2)), null, 5, {}]),
    })
    expect(calls.map((call) => [call.usage, call.cost])).toEqual([[undefined, undefined], [undefined, undefined]])
    expect(report.problems.map(({ reason }) => reason).toSorted()).toEqual([
      '2 costs for 4 calls: they cannot be told apart',
      'JSON, but not an object',
      'JSON, but not an object',
      'a response has two token usages: the first is read',
      'a token usage names no response',
      'usage: 510 cached tokens in an input of 100',
      'usage: a count is negative, a fraction or past 2^53',
    ])
  })

  it('is told from other logs', () => {
    expect(openhands.detect(JSON.stringify([user, action('r1', metrics([one]))]))).toBe(true)
    expect(openhands.detect('[{"source":"x"}]')).toBe(false)
  })
})
