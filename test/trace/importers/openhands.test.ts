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
    const bare = `${JSON.stringify({ instance_id: 'i3', metrics: metrics([one]) })}\n${JSON.stringify({ instance_id: 'i4', metrics: metrics([two]) })}\n`
    const { calls } = await importLogFiles(openhands, { 'output.jsonl': bare })
    expect(calls.map((call) => call.session)).toEqual(['openhands/r1', 'openhands/r2'])
    const unnamed = { ...metrics([one]), token_usages: [{ ...one, response_id: '' }] }
    const beside = await importLogFiles(openhands, { 'output.jsonl': `${JSON.stringify({ instance_id: 'i5', metrics: unnamed })}\n` })
    expect(beside.calls.map((call) => call.id)).toEqual(['r1'])
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

describe('a conversation of the newer versions', () => {
  const asks = { kind: 'MessageEvent', source: 'user', llm_message: { role: 'user', content: [{ type: 'text', text: 'fix it' }] } }
  const acts = (response: string, call: string, more: Json = {}): Json => ({
    kind: 'ActionEvent',
    source: 'agent',
    llm_response_id: response,
    tool_name: 'terminal',
    tool_call_id: call,
    tool_call: { id: call, name: 'terminal', arguments: '{"command":"x"}' },
    thought: [],
    ...more,
  })
  const sees = (call: string, observation: Json): Json => ({ kind: 'ObservationEvent', source: 'environment', tool_call_id: call, observation })
  const says = (response: string): Json => ({
    kind: 'MessageEvent', source: 'agent', llm_response_id: response,
    llm_message: { role: 'assistant', content: [{ type: 'text', text: 'done' }] },
  })
  const condensed = { kind: 'Condensation', source: 'environment', id: 'e9', summary: 'so far' }
  const agent = metrics([{ ...one, reasoning_tokens: 2 }, two])
  const condenser = { ...metrics([usage('c1', 300, 0, 40)]), costs: [{ cost: 0.5, timestamp: 1_767_225_610.5 }] }
  const history = [
    asks,
    acts('r1', 't1', { thought: [{ type: 'text', text: 'look' }], reasoning_content: 'hm' }),
    acts('r1', 't2'),
    acts('r1', 't3'),
    sees('t1', { exit_code: 0, is_error: false }),
    sees('t2', { metadata: { exit_code: 2 } }),
    { kind: 'AgentErrorEvent', source: 'agent', tool_call_id: 't3', error: 'no such tool' },
    condensed,
    says('r2'),
  ]

  it('tells in its statistics what each model was used for, and in its events what was said', async () => {
    const document = { history, conversation_stats: { usage_to_metrics: { agent, condenser } } }
    const { calls, events } = await importLogFiles(openhands, { 'output.jsonl': `${JSON.stringify(document)}\n` })
    expect(calls.map((call) => [call.id, call.prompt.signals?.['housekeeping'], call.turn])).toEqual([
      ['r1', false, 1],
      ['c1', true, undefined],
      ['r2', false, 1],
    ])
    expect(calls[0]).toMatchObject({
      prompt: { user: { chars: 6 } },
      usage: { output: 3, reasoning: 2 },
      reply: { text: { chars: 4 }, thinking: { chars: 2 } },
    })
    expect(calls[0]?.reply?.tools?.map((tool) => [tool.name, tool.failed])).toEqual([
      ['terminal', false],
      ['terminal', true],
      ['terminal', true],
    ])
    expect(calls[2]?.reply).toMatchObject({ text: { chars: 4 }, tools: [] })
    expect(events).toMatchObject([{ event: 'compaction', beforeCall: 2, billed: true }])
    expect(openhands.detect(JSON.stringify(history))).toBe(true)
  })

  it('is named by its state, which has all its calls', async () => {
    const state = { id: 'conversation-1', persistence_dir: '/x', execution_status: 'finished', stats: { usage_to_metrics: { agent } } }
    const { calls, report } = await importLogFiles(openhands, {
      'base_state.json': JSON.stringify(state, null, 1),
      'event-00001.json': JSON.stringify(history[1]),
      'trajectory.json': JSON.stringify([...history, { kind: 'ConversationStateUpdateEvent', source: 'environment', key: 'stats', value: { usage_to_metrics: { agent } } }]),
    })
    expect(openhands.detect(JSON.stringify(state))).toBe(true)
    expect(calls.map((call) => call.prompt.tokens)).toEqual([100, 200])
    expect(report.calls.duplicates).toBe(2)
  })

  it('of the older ones tells by the exit code whether a tool failed', async () => {
    const message = { role: 'assistant', content: '', tool_calls: [{ id: 't1', function: { name: 'run', arguments: '{}' } }] }
    const metadata = { tool_call_id: 't1', model_response: { id: 'r1', choices: [{ message }] } }
    const ran = { source: 'agent', observation: 'run', tool_call_metadata: metadata, extras: { metadata: { exit_code: 1 } } }
    const { calls } = await importLogFiles(openhands, {
      'a.json': JSON.stringify([user, { source: 'agent', action: 'run', tool_call_metadata: metadata, llm_metrics: metrics([one]) }, ran]),
    })
    expect(calls[0]?.reply?.tools).toMatchObject([{ name: 'run', failed: true }])
  })
})
