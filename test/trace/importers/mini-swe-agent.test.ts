import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { miniSweAgent } from '../../../src/trace/importers/mini-swe-agent.ts'
import { picoUsdOf } from '../../../src/trace/importers/pico-usd.ts'
import { category, importLogFiles, importLogs } from '../../support/import-logs.ts'
import { sharedData } from '../../support/shared-data.ts'

const folder = sharedData('mini-swe-agent')

describe.runIf(folder !== undefined)('recorded trajectories', () => {
  it('hold 995 calls, each equal to its row in calls.csv', async () => {
    const imported = await importLogs(miniSweAgent, [join(folder ?? '', 'trajs')])
    const { calls, sessions, events, report } = imported
    expect(report.problemCount).toBe(0)
    expect([calls.length, sessions.length, events.length]).toEqual([995, 30, 30])
    expect(category(imported, 'message: observation')).toBe(995)
    const [head = '', ...lines] = readFileSync(join(folder ?? '', 'calls.csv'), 'utf8').trim().split(/\r?\n/)
    const names = head.split(',')
    const rows = lines.map((line) => {
      const cells = line.split(',')
      return new Map(names.map((name, index) => [name, cells[index] ?? '']))
    })
    const byId = new Map(rows.map((row) => [row.get('generation_id'), row]))
    const expected = calls.map(({ id }) => {
      const row = byId.get(id)
      const cell = (name: string): number => Number(row?.get(name))
      const bill = row?.get('usage_cost_usd') ?? ''
      return {
        model: row?.get('model'),
        provider: row?.get('provider'),
        tokens: cell('prompt_tokens'),
        cacheRead: cell('cached_tokens'),
        // Only the direct host leaves reasoning out of its completion.
        output: cell('completion_tokens') - (bill === '' ? 0 : cell('reasoning_tokens')),
        reasoning: cell('reasoning_tokens'),
        bill: bill === '' ? 'estimate' : picoUsdOf(Number(bill)),
        startMicros: cell('created_unix') * 1_000_000,
        finish: row?.get('finish_reason'),
      }
    })
    const found = calls.map(({ served, prompt, usage, cost, startMicros, reply }) => ({
      model: served?.model,
      provider: served?.provider,
      tokens: prompt.tokens,
      cacheRead: usage?.cacheRead,
      output: usage?.output,
      reasoning: usage?.reasoning,
      bill: cost?.source === 'gateway' ? cost.picoUsd : cost?.source,
      startMicros,
      finish: reply?.finish,
    }))
    expect(found).toEqual(expected)
    expect(found.filter(({ bill }) => bill === 'estimate')).toHaveLength(88)
    const tools = calls.flatMap((call) => call.reply?.tools ?? [])
    expect(tools.filter((tool) => tool.failed === true)).toHaveLength(67)
  })
})

type Json = { readonly [key: string]: unknown }

function response(id: string, usage: Json): Json {
  return {
    id,
    created: 1_767_225_600,
    model: 'vendor/model-a',
    provider: 'Host',
    usage,
    choices: [{ finish_reason: 'stop' }],
  }
}

function trajectory(messages: readonly Json[], instance = 'one'): string {
  return JSON.stringify({ info: { mini_version: '1.0', exit_status: 'Submitted' }, instance_id: instance, messages, trajectory_format: 'mini-swe-agent-1' }, null, 2)
}

const usage = { prompt_tokens: 10, completion_tokens: 5, cost: 0.25, prompt_tokens_details: { cached_tokens: 4 } }
const messages = [
  { role: 'system', content: 'be brief' },
  { role: 'user', content: 'fix it' },
  { role: 'assistant', content: 'look\n\n```bash\nls\n```', extra: { response: response('g1', usage) } },
  { role: 'user', content: '<returncode>2</returncode>\n<output>no</output>' },
  {
    role: 'assistant',
    content: 'bye',
    extra: { response: response('g2', { ...usage, cost: undefined }), cost: 0.5, actions: [{ command: 'ls' }] },
  },
  { role: 'user', content: 'x', extra: { returncode: 0 } },
]

describe('a trajectory', () => {
  it('is one run; bills and estimates are told apart', async () => {
    const { sessions, calls, events } = await importLogFiles(miniSweAgent, { 'one.traj.json': trajectory(messages) })
    expect(sessions).toMatchObject([{ session: 'one/g1', source: { version: '1.0' } }])
    expect(calls).toMatchObject([
      {
        turn: 1,
        prompt: { tokens: 10, user: { chars: 6 } },
        usage: { uncachedInput: 6, cacheRead: 4, output: 5 },
        cost: { picoUsd: '250000000000', source: 'gateway' },
        served: { model: 'vendor/model-a', provider: 'Host' },
        reply: { tools: [{ name: 'bash', failed: true }], finish: 'stop' },
      },
      { cost: { picoUsd: '500000000000', source: 'estimate' }, reply: { tools: [{ failed: false }] } },
    ])
    const [first, second] = calls.map((call) => call.reply?.tools?.[0]?.signature)
    expect(first).toBe(second)
    expect(calls[0]?.usage?.reasoning).toBeUndefined()
    expect(events).toMatchObject([{ event: 'outcome', success: null, label: 'Submitted', beforeCall: 3 }])
  })

  it('that stands twice is written once, whatever the order', async () => {
    const files = { 'a.traj.json': trajectory(messages.slice(0, 4)), 'b.traj.json': trajectory(messages) }
    const forth = await importLogFiles(miniSweAgent, files)
    const back = await importLogFiles(miniSweAgent, { 'b.traj.json': files['b.traj.json'], 'a.traj.json': files['a.traj.json'] })
    expect(forth.calls.map((call) => call.id)).toEqual(['g1', 'g2'])
    expect(forth.report.calls.duplicates).toBe(1)
    expect(back.records).toEqual(forth.records)
  })

  it('may have another name, a host that counts nothing and a client that knows no price', async () => {
    const nothing = { prompt_tokens: 0, completion_tokens: 0 }
    const text = trajectory([{ role: 'assistant', content: 'a', extra: { response: response('g1', nothing), cost: 0 } }])
    const { calls, report } = await importLogFiles(miniSweAgent, { 'trajectory.json': text, 'mini.trajectory.json': text, 'other.json': text })
    expect(calls).toHaveLength(1)
    expect(calls[0]?.usage).toBeUndefined()
    expect(calls[0]?.cost).toBeUndefined()
    expect([report.calls.duplicates, report.ignoredFiles.length]).toEqual([1, 1])
  })

  it('may be of a host that counts reasoning apart', async () => {
    const apart = (reasoning: number): Json => ({ prompt_tokens: 10, completion_tokens: 5, completion_tokens_details: { reasoning_tokens: reasoning } })
    const { calls } = await importLogFiles(miniSweAgent, {
      'one.traj.json': trajectory([
        { role: 'assistant', content: 'a', extra: { response: response('g1', apart(3)) } },
        { role: 'assistant', content: 'b', extra: { response: response('g2', apart(9)) } },
      ]),
    })
    expect(calls.map((call) => [call.usage?.output, call.usage?.reasoning])).toEqual([[5, 3], [5, 9]])
  })

  it('may hold answers of the Responses interface in place of messages', async () => {
    const answer = (id: string, more: Json = {}): Json => ({
      object: 'response',
      id,
      created_at: 1_767_225_600,
      model: 'model-a',
      status: 'completed',
      usage: { input_tokens: 10, input_tokens_details: { cached_tokens: 4 }, output_tokens: 8, output_tokens_details: { reasoning_tokens: 3 } },
      output: [
        { type: 'reasoning', summary: [], content: [{ type: 'reasoning_text', text: 'hmm' }] },
        { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'look' }] },
        { type: 'function_call', name: 'bash', call_id: 'c1', arguments: '{"command":"ls"}' },
        { type: 'function_call', name: 'bash', call_id: 'c2', arguments: '{"command":"pwd"}' },
      ],
      extra: { cost: 0.5, timestamp: 1_767_225_603, actions: [{ command: 'ls', tool_call_id: 'c1' }, { command: 'pwd', tool_call_id: 'c2' }] },
      ...more,
    })
    const result = (id: string, returncode: number): Json => ({ type: 'function_call_output', call_id: id, output: 'x', extra: { returncode } })
    const imported = await importLogFiles(miniSweAgent, {
      'one.traj.json': trajectory([
        { role: 'system', content: 'be brief' },
        { role: 'user', content: [{ type: 'input_text', text: 'fix it' }] },
        answer('r1'),
        result('c2', 1),
        result('c1', 0),
        { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'again' }], extra: { interrupt_type: 'FormatError' } },
        answer('r2', { output: [], extra: {} }),
        { role: 'exit', content: 'done' },
      ]),
    })
    expect(imported.calls).toMatchObject([
      {
        id: 'r1',
        startMicros: 1_767_225_600_000_000,
        endMicros: 1_767_225_603_000_000,
        served: { model: 'model-a' },
        prompt: { user: { chars: 6 } },
        usage: { uncachedInput: 6, cacheRead: 4, output: 5, reasoning: 3 },
        cost: { picoUsd: '500000000000', source: 'estimate' },
        reply: { text: { chars: 4 }, thinking: { chars: 3 }, tools: [{ name: 'bash', failed: false }, { name: 'bash', failed: true }], finish: 'completed' },
      },
      { id: 'r2', reply: { text: null, tools: [] } },
    ])
    expect([category(imported, 'message: observation'), category(imported, 'message: exit')]).toEqual([3, 1])
  })

  it('says where the program counted more calls than stand in it', async () => {
    const text = JSON.stringify({ info: { mini_version: '2', model_stats: { api_calls: 4 } }, messages, trajectory_format: 'mini-swe-agent-1.1' })
    const { report } = await importLogFiles(miniSweAgent, { 'one.traj.json': text })
    expect(report.problems.map(({ reason }) => reason)).toEqual([
      'the program counted 4 calls, 2 stand in the trajectory: retries and refused replies are not logged',
    ])
  })

  it('that is hostile gives problems', async () => {
    const hostile = await importLogFiles(miniSweAgent, {
      'one.traj.json': trajectory([
        { role: 'assistant', content: 'a', extra: { response: response('__proto__', { prompt_tokens: -1, completion_tokens: 2 }) } },
        { role: 'assistant', content: 'b', extra: { response: response('g2', { prompt_tokens: 1, completion_tokens: 2, prompt_tokens_details: { cached_tokens: 3 } }) } },
        { role: 'assistant', content: 'c', extra: { response: response('g3', { prompt_tokens: 2 ** 60, completion_tokens: 2 }) } },
      ], '__proto__\u001b[31m'),
      'cut.traj.json': '{"messages": [\n {"role": "user"',
      'other.traj.json': '{"no": 1}',
      'deep.traj.json': `{"messages":${'['.repeat(50_000)}${']'.repeat(50_000)}}`,
    })
    expect(hostile.calls.map((call) => call.usage)).toEqual([undefined, undefined, undefined])
    expect(hostile.report.problems.map(({ reason }) => reason).toSorted()).toEqual([
      'a message is no object',
      'cut off',
      'usage: 3 cached tokens in an input of 1',
      'usage: `prompt_tokens` is not a count',
      'usage: `prompt_tokens` is not a count',
    ])
    expect(category(hostile, 'no trajectory')).toBe(1)
  })
})
