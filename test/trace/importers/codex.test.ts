import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { claudeCode } from '../../../src/trace/importers/claude-code.ts'
import { codex } from '../../../src/trace/importers/codex.ts'
import { category, importLogFiles, importLogs, jsonLines } from '../../support/import-logs.ts'
import { sharedData } from '../../support/shared-data.ts'
import { promptTokensOf } from '../../../src/trace/usage-sums.ts'

const folder = sharedData('agent-sessions/codex')

interface Outside {
  readonly token_usage?: Readonly<Record<string, number>>
}

describe.runIf(folder !== undefined)('recorded rollouts', () => {
  const metadata = readdirSync(folder ?? '.')
    .filter((name) => name.endsWith('.entire-metadata.json'))
    .map((name) => ({
      session: /__(.*)\.entire/.exec(name)?.[1] ?? '',
      outside: (JSON.parse(readFileSync(join(folder ?? '', name), 'utf8')) as Outside).token_usage,
    }))

  it('hold 358 calls of 22 sessions, every line accounted for', async () => {
    const imported = await importLogs(codex, [folder ?? ''])
    const { report, sessions, calls } = imported
    expect(report.files).toBe(22)
    expect(report.problemCount).toBe(0)
    expect(report.lines).toMatchObject({ read: 2_379, unknownTypes: [] })
    expect(report.sessions).toMatchObject({ main: 8, child: 14, backwardTimes: 0 })
    expect(calls).toHaveLength(358)
    expect(category(imported, 'token count: repeated')).toBe(19)
    expect(category(imported, 'token count: rate limits only')).toBe(8)
    expect(report.main).toMatchObject({ messages: 24, toolResults: 310, toolFailures: 5 })
    expect(report.children).toMatchObject({ messages: 14, toolResults: 187, toolFailures: 11 })
    expect(sessions.filter((session) => session.sidechain === true)).toHaveLength(14)
    expect(calls.every((call) => call.usage?.outputQuality === 'exact')).toBe(true)
    expect(calls.every((call) => call.startMicros !== undefined)).toBe(true)
    // Whatever was thought is encrypted.
    expect(calls.filter((call) => call.reply?.thinking === undefined)).toHaveLength(308)
  })

  it('agree with the outside counts; three of these add reasoning twice', async () => {
    const { calls } = await importLogs(codex, [folder ?? ''])
    // Their outside counts are of another program version: input with the cached tokens, and
    // reasoning added to an output that holds it already.
    const reasoningTwice = ['019d7d4c', '019d7dbf', '019d78fc']
    // Counted at a commit in the middle of the session, after its 36th call.
    const counted = new Map([['019ddba6', 36]])
    const compared: string[] = []
    for (const { session, outside } of metadata) {
      if (outside === undefined) continue
      const sum = { input: 0, cacheRead: 0, output: 0, reasoning: 0 }
      const short = session.slice(0, 8)
      const own = calls.filter((call) => call.session === session)
      for (const { usage } of own.slice(0, counted.get(short))) {
        if (usage === undefined) continue
        sum.input += promptTokensOf(usage)
        sum.cacheRead += usage.cacheRead
        sum.output += usage.output
        sum.reasoning += usage.reasoning ?? 0
      }
      compared.push(short)
      const twice = reasoningTwice.includes(short)
      expect({
        input_tokens: twice ? sum.input : sum.input - sum.cacheRead,
        cache_creation_tokens: 0,
        cache_read_tokens: sum.cacheRead,
        output_tokens: sum.output + sum.reasoning + (twice ? sum.reasoning : 0),
        api_call_count: outside['api_call_count'],
      }).toEqual(outside)
    }
    expect(compared).toHaveLength(11)
    expect(compared).toEqual(expect.arrayContaining([...reasoningTwice, ...counted.keys()]))
  })

  it('keep no words and no paths', async () => {
    const { records } = await importLogs(codex, [folder ?? ''])
    const written = JSON.stringify(records)
    for (const secret of ['"text":"', '/Users/', 'branch', 'sandbox']) {
      expect(written).not.toContain(secret)
    }
  })
})

// --- made-up rollouts

type Json = { readonly [key: string]: unknown }

function rows(...payloads: readonly (readonly [string, Json, number?])[]): Json[] {
  return payloads.map(([type, payload, second], index) => {
    const millis = 1_767_225_600_000 + (second ?? index) * 1_000
    return { timestamp: new Date(millis).toISOString(), type, payload }
  })
}

const meta = ['session_meta', { id: 's1', cli_version: '1.0.0', model_provider: 'openai' }] as const
const context = ['turn_context', { model: 'gpt-a' }] as const
const asked = ['event_msg', { type: 'user_message', message: 'hello' }] as const
const said = [
  'response_item',
  { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'done' }] },
] as const

function counts(input: number, cached: number, output: number, reasoning: number): Json {
  return {
    input_tokens: input,
    cached_input_tokens: cached,
    output_tokens: output,
    reasoning_output_tokens: reasoning,
    total_tokens: input + output,
  }
}

function tokenCount(total: Json, last?: Json): readonly ['event_msg', Json] {
  const info = { total_token_usage: total, ...(last === undefined ? {} : { last_token_usage: last }) }
  return ['event_msg', { type: 'token_count', info }]
}

function rollout(...payloads: readonly (readonly [string, Json, number?])[]): { [name: string]: string } {
  return { 'rollout.jsonl': jsonLines(rows(meta, context, ...payloads)) }
}

describe('one call', () => {
  it('is one token count whose totals changed; cached tokens are part of the input', async () => {
    const total = counts(100, 60, 20, 5)
    const { calls, sessions } = await importLogFiles(
      codex,
      rollout(asked, said, tokenCount(total, total), tokenCount(total, total)),
    )
    expect(sessions).toMatchObject([{ session: 's1', source: { format: 'codex', version: '1.0.0' } }])
    expect(calls).toHaveLength(1)
    expect(calls[0]).toMatchObject({
      call: 1,
      turn: 1,
      requested: 'gpt-a',
      served: { model: 'gpt-a', provider: 'openai' },
      prompt: { tokens: 100, user: { chars: 5 } },
      usage: { uncachedInput: 40, cacheRead: 60, output: 15, reasoning: 5, outputQuality: 'exact' },
      end: 'served',
      reply: { text: { chars: 4 }, tools: [] },
      timeQuality: 'derived',
    })
    expect(calls[0]?.cost).toBeUndefined()
  })

  it('is what the totals grew by where no last count stands', async () => {
    const { calls } = await importLogFiles(
      codex,
      rollout(asked, said, tokenCount(counts(100, 60, 20, 5)), said, tokenCount(counts(250, 160, 30, 6))),
    )
    expect(calls.map((call) => call.usage)).toMatchObject([
      { uncachedInput: 40, cacheRead: 60, output: 15, reasoning: 5 },
      { uncachedInput: 50, cacheRead: 100, output: 9, reasoning: 1 },
    ])
  })

  it('begins anew where the totals shrank, and says where calls are missing', async () => {
    const { calls, report } = await importLogFiles(
      codex,
      rollout(
        asked,
        said,
        tokenCount(counts(100, 0, 20, 0)),
        said,
        tokenCount(counts(40, 0, 5, 0)),
        said,
        tokenCount(counts(500, 0, 50, 0), counts(60, 0, 5, 0)),
      ),
    )
    expect(calls.map((call) => call.prompt.tokens)).toEqual([100, 40, 60])
    expect(report.problems).toMatchObject([{ line: 9, reason: expect.stringMatching(/calls are missing/) }])
  })

  it('takes its name from a usage record, before or after the event', async () => {
    const one = counts(100, 0, 20, 0)
    const two = counts(200, 100, 10, 0)
    const record = (id: string, usage: Json): readonly [string, Json] => [
      'token_usage_record',
      { response_id: id, usage },
    ]
    const { calls, report } = await importLogFiles(
      codex,
      rollout(
        asked,
        said,
        record('resp_1', one),
        tokenCount(one, one),
        said,
        tokenCount(counts(300, 100, 30, 0), two),
        record('resp_2', two),
      ),
    )
    expect(calls.map((call) => [call.id, call.prompt.tokens])).toEqual([
      ['resp_1', 100],
      ['resp_2', 200],
    ])
    expect(report.problemCount).toBe(0)
  })

  it('has the results of its tools, wherever they stand', async () => {
    const call = (id: string): readonly [string, Json] => [
      'response_item',
      { type: 'function_call', name: 'exec', arguments: '{"b":1,"a":2}', call_id: id },
    ]
    const output = (id: string, text: unknown): readonly [string, Json] => [
      'response_item',
      { type: 'function_call_output', call_id: id, output: text },
    ]
    const { calls, report } = await importLogFiles(
      codex,
      rollout(
        asked,
        call('c1'),
        call('c2'),
        call('c3'),
        output('c1', 'Process exited with code 0\nOutput:\nProcess exited with code 1'),
        tokenCount(counts(100, 0, 20, 0)),
        output('c2', '{"output":"x","metadata":{"exit_code":2}}'),
        output('c3', 'Process running with session ID 7\nOutput:\n'),
        output('nobody', 'x'),
      ),
    )
    const tools = calls[0]?.reply?.tools ?? []
    expect(tools.map((tool) => tool.failed)).toEqual([false, true, undefined])
    expect(new Set(tools.map((tool) => tool.signature)).size).toBe(1)
    expect(report.main).toMatchObject({ toolResults: 4, toolFailures: 1, toolResultsWithoutCall: 1 })
  })

  it('may fail or be stopped', async () => {
    const { calls } = await importLogFiles(
      codex,
      rollout(
        asked,
        ['event_msg', { type: 'error', message: 'no', codex_error_info: 'context_window_exceeded' }],
        asked,
        said,
        ['event_msg', { type: 'turn_aborted', reason: 'interrupted' }],
      ),
    )
    expect(calls.map((call) => [call.turn, call.end, call.attempts?.[0]?.errorClass])).toEqual([
      [1, 'denied', 'context-window'],
      [2, 'cancelled', undefined],
    ])
  })

  it('is told apart from the estimate that the program makes of a compacted prompt', async () => {
    const total = counts(100, 0, 20, 0)
    const { calls, report } = await importLogFiles(
      codex,
      rollout(
        asked,
        said,
        tokenCount(total, total),
        ['compacted', { message: 'short' }],
        tokenCount(total, { ...counts(0, 0, 0, 0), total_tokens: 30 }),
        // The window was full: the totals are begun anew.
        tokenCount({ ...counts(0, 0, 0, 0), total_tokens: 400 }, { ...counts(0, 0, 0, 0), total_tokens: 280 }),
        said,
        tokenCount(counts(40, 0, 5, 0), counts(40, 0, 5, 0)),
      ),
    )
    expect(calls.map((call) => call.prompt.tokens)).toEqual([100, 40])
    expect(report.problemCount).toBe(0)
  })

  it('that sums up for a compaction is housekeeping, where it was counted', async () => {
    const last = counts(110, 90, 40, 0)
    const { calls, events, report } = await importLogFiles(
      codex,
      rollout(
        asked,
        said,
        tokenCount(counts(100, 0, 20, 0), counts(100, 0, 20, 0)),
        tokenCount(counts(210, 90, 60, 0), last),
        ['compacted', { message: 'short' }],
        said,
        tokenCount(counts(240, 90, 65, 0), counts(30, 0, 5, 0)),
      ),
    )
    expect(calls.map((call) => [call.prompt.tokens, call.prompt.signals])).toEqual([
      [100, undefined],
      [110, { housekeeping: true }],
      [30, undefined],
    ])
    expect(events).toMatchObject([{ event: 'compaction', billed: true, tokensBefore: 110, beforeCall: 3 }])
    expect(report.unloggedCompactions).toEqual([])
  })

  it.for(['before', 'after'])('that sums up may be named by its compaction, %s it, and be left out of the totals', async (order) => {
    const record = (id: string, usage: Json, thread: Json): readonly [string, Json] => [
      'token_usage_record',
      { response_id: id, usage, thread_token_usage: thread },
    ]
    const summary = record('resp_c', counts(110, 90, 40, 0), counts(210, 90, 60, 0))
    const compacted = ['compacted', { message: '', compaction_response_id: 'resp_c' }] as const
    const { calls, events, report } = await importLogFiles(
      codex,
      rollout(
        asked,
        said,
        record('resp_1', counts(100, 0, 20, 0), counts(100, 0, 20, 0)),
        tokenCount(counts(100, 0, 20, 0), counts(100, 0, 20, 0)),
        ...(order === 'before' ? [summary, compacted] : [compacted, summary]),
        tokenCount(counts(100, 0, 20, 0), { ...counts(0, 0, 0, 0), total_tokens: 25 }),
        said,
        record('resp_2', counts(30, 0, 5, 0), counts(240, 90, 65, 0)),
        tokenCount(counts(130, 0, 25, 0), counts(30, 0, 5, 0)),
        said,
        record('resp_3', counts(40, 30, 6, 0), counts(280, 120, 71, 0)),
        tokenCount(counts(170, 30, 31, 0), counts(40, 30, 6, 0)),
      ),
    )
    expect(calls.map((call) => [call.id, call.prompt.tokens, call.prompt.signals?.['housekeeping']])).toEqual([
      ['resp_1', 100, undefined],
      ['resp_c', 110, true],
      ['resp_2', 30, undefined],
      ['resp_3', 40, undefined],
    ])
    expect(events).toMatchObject([{ event: 'compaction', billed: true }])
    expect(report.problemCount).toBe(0)
  })

  it('that sums up takes no message of the person with it', async () => {
    const { calls } = await importLogFiles(
      codex,
      rollout(asked, tokenCount(counts(90, 0, 40, 0)), ['compacted', { message: 'short' }], said, tokenCount(counts(120, 0, 45, 0))),
    )
    expect(calls.map(({ turn, prompt }) => [turn, prompt.user, prompt.signals?.['housekeeping']])).toEqual([
      [1, undefined, true],
      [1, { chars: 5 }, undefined],
    ])
  })

  it('is served by the model that the host chose in its turn', async () => {
    const { calls } = await importLogFiles(
      codex,
      rollout(
        asked,
        ['event_msg', { type: 'model_reroute', from_model: 'gpt-a', to_model: 'gpt-b', reason: 'x' }],
        said,
        tokenCount(counts(100, 0, 20, 0)),
        asked,
        said,
        tokenCount(counts(220, 0, 30, 0)),
      ),
    )
    expect(calls.map(({ requested, served }) => [requested, served?.model])).toEqual([
      ['gpt-a', 'gpt-b'],
      ['gpt-a', 'gpt-a'],
    ])
  })

  it('knows by the end of a server\'s tool whether it failed', async () => {
    const call = (id: string): readonly [string, Json] => [
      'response_item',
      { type: 'function_call', name: 'find', arguments: '{}', call_id: id },
    ]
    const end = (id: string, result: Json): readonly [string, Json] => [
      'event_msg',
      { type: 'mcp_tool_call_end', call_id: id, result },
    ]
    const { calls } = await importLogFiles(
      codex,
      rollout(
        asked,
        call('c1'),
        call('c2'),
        call('c3'),
        end('c1', { Ok: { content: [] } }),
        end('c2', { Ok: { content: [], isError: true } }),
        end('c3', { Err: 'no answer' }),
        tokenCount(counts(100, 0, 20, 0)),
      ),
    )
    expect(calls[0]?.reply?.tools?.map((tool) => tool.failed)).toEqual([false, true, true])
  })

  it('fails once, whether an event, the end of its task or both tell it', async () => {
    const error = { message: 'no', codex_error_info: 'usage_limit_exceeded' }
    const { calls } = await importLogFiles(
      codex,
      rollout(
        asked,
        ['event_msg', { type: 'stream_error', message: 'stream disconnected; retrying 1/5' }],
        ['event_msg', { type: 'task_complete', error }],
        asked,
        ['event_msg', { type: 'error', ...error }],
        ['event_msg', { type: 'task_complete', error }],
      ),
    )
    expect(calls.map((call) => [call.turn, call.end, call.attempts?.map((one) => one.errorClass)])).toEqual([
      [1, 'exhausted', ['unavailable', 'rate-limit']],
      [2, 'exhausted', ['rate-limit']],
    ])
  })

  it('follows a compaction that is in no log, and a change of model', async () => {
    const { events } = await importLogFiles(
      codex,
      rollout(
        asked,
        said,
        tokenCount(counts(100, 0, 20, 0)),
        ['compacted', { message: 'short' }],
        ['event_msg', { type: 'context_compacted' }],
        ['turn_context', { model: 'gpt-b' }],
        said,
        tokenCount(counts(130, 0, 25, 0)),
      ),
    )
    expect(events).toMatchObject([
      { event: 'compaction', billed: false, tokensBefore: 100, beforeCall: 2 },
      { event: 'model-change', model: 'gpt-b', beforeCall: 2 },
    ])
  })
})

describe('copies', () => {
  const total = counts(100, 60, 20, 5)
  const original = rows(meta, context, asked, said, tokenCount(total, total))

  it('of a file are written once, whatever the order of the files', async () => {
    const longer = rows(meta, context, asked, said, tokenCount(total, total), said, tokenCount(counts(300, 0, 40, 5)))
    const files = { 'a.jsonl': jsonLines(original), 'b.jsonl': jsonLines(longer) }
    const forth = await importLogFiles(codex, files)
    const back = await importLogFiles(codex, { 'b.jsonl': files['b.jsonl'], 'a.jsonl': files['a.jsonl'] })
    expect(forth.calls.map((call) => call.call)).toEqual([1, 2])
    expect(forth.report.calls.duplicates).toBe(1)
    expect(back.records).toEqual(forth.records)
  })

  it('that a fork made of its original are left out', async () => {
    const fork = rows(
      ['session_meta', { id: 's2', forked_from_id: 's1' }, 100],
      [...meta, 100],
      [...context, 100],
      [...asked, 100],
      [...said, 100],
      [...tokenCount(total, total), 100],
      [...asked, 200],
      [...said, 201],
      [...tokenCount(counts(300, 0, 40, 5), counts(200, 0, 20, 0)), 202],
    )
    const { calls, report } = await importLogFiles(codex, {
      'fork.jsonl': jsonLines(fork),
      'original.jsonl': jsonLines(original),
    })
    expect(calls.map((call) => [call.session, call.call, call.turn])).toEqual([
      ['s1', 1, 1],
      ['s2', 1, 2],
    ])
    expect(report.calls.duplicates).toBe(1)
  })
})

describe('copies in a fork that names no original', () => {
  it('are told by the names of their tool calls', async () => {
    const call = (id: string): readonly [string, Json] => [
      'response_item',
      { type: 'function_call', name: 'exec', arguments: '{}', call_id: id },
    ]
    const one = counts(100, 60, 20, 5)
    const first = [asked, call('call_aaaaaaaaaaaaaaaaaaaaaaaa'), tokenCount(one, one)] as const
    const original = rows(meta, context, ...first)
    const fork = rows(
      ['session_meta', { id: 's2' }, 100],
      [...context, 100],
      ...first.map(([type, payload]) => [type, payload, 100] as const),
      [...asked, 101],
      [...call('call_bbbbbbbbbbbbbbbbbbbbbbbb'), 105],
      [...tokenCount(counts(200, 120, 40, 10), one), 106],
    )
    const { calls, report } = await importLogFiles(codex, { 'a.jsonl': jsonLines(fork), 'b.jsonl': jsonLines(original) })
    expect(calls.map((each) => [each.session, each.call, each.turn])).toEqual([['s1', 1, 1], ['s2', 1, 2]])
    expect(report.calls.duplicates).toBe(1)
  })
})

describe('copies of a conversation that an agent was given', () => {
  const parentId = '019a0000-0000-7000-8000-000000000001'
  const childId = '019a0000-ff00-7000-8000-000000000002'
  const before = '019a0000-1000-7000-8000-000000000003'
  const after = '019a0000-ff80-7000-8000-000000000004'
  const inherited = counts(100, 60, 20, 5)
  const begins = (turn: string): readonly [string, Json] => ['turn_context', { model: 'gpt-a', turn_id: turn }]
  const parent = rows(
    ['session_meta', { id: parentId }],
    begins(before),
    asked,
    said,
    tokenCount(inherited, inherited),
  )
  const child = (header: Json): Json[] =>
    rows(
      ['session_meta', { id: childId, ...header }, 100],
      ['session_meta', { id: parentId }, 100],
      [...begins(before), 100],
      [...asked, 100],
      [...said, 100],
      // So long that writing it took seconds, under instants of its own.
      [...tokenCount(inherited, inherited), 104],
      [...begins(after), 104],
      [...asked, 104],
      [...said, 105],
      [...tokenCount(counts(300, 150, 40, 5), counts(200, 90, 20, 0)), 105],
    )

  it.for([
    { by: 'its fork', header: { forked_from_id: parentId, parent_thread_id: parentId } },
    { by: 'its parent', header: { parent_thread_id: parentId } },
    { by: 'its source', header: { source: { subagent: { thread_spawn: { parent_thread_id: parentId } } } } },
  ])('are left out where $by tells of it, by when each turn began', async ({ header }) => {
    const { calls, report } = await importLogFiles(codex, {
      'child.jsonl': jsonLines(child(header)),
      'parent.jsonl': jsonLines(parent),
    })
    expect(calls.map((call) => [call.session, call.prompt.tokens]).toSorted()).toEqual([
      [parentId, 100],
      [childId, 200],
    ])
    expect(report.calls.duplicates).toBe(1)
    expect(report.problemCount).toBe(0)
  })

  it('may be its counts alone, of which the first is where the parent stood', async () => {
    const file = rows(
      ['session_meta', { id: childId, forked_from_id: parentId }, 100],
      [...begins(after), 101],
      [...asked, 101],
      [...tokenCount(counts(900, 800, 90, 0), counts(90, 80, 9, 0)), 101],
      [...said, 102],
      [...tokenCount(counts(1000, 880, 100, 0), counts(100, 80, 10, 0)), 103],
    )
    const { calls, report } = await importLogFiles(codex, { 'child.jsonl': jsonLines(file) })
    expect(calls.map(({ prompt, turn }) => [prompt.tokens, turn, prompt.user])).toEqual([[100, 1, { chars: 5 }]])
    expect(report.problemCount).toBe(0)
  })
})

describe('files', () => {
  it('of the oldest versions have no counts', async () => {
    const old = [
      { id: '00000000-0000-0000-0000-000000000001', timestamp: '2025-06-01T10:00:00.000Z' },
      { record_type: 'state' },
      { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'hi' }] },
      { type: 'reasoning', summary: [] },
      { type: 'function_call', name: 'shell', arguments: '{}', call_id: 'c1' },
      { type: 'function_call_output', call_id: 'c1', output: '{"output":"","metadata":{"exit_code":0}}' },
      { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'bye' }] },
    ]
    const { calls } = await importLogFiles(codex, { 'rollout.jsonl': jsonLines(old) })
    expect(calls.map((call) => [call.turn, call.usage, call.reply?.tools?.length])).toEqual([
      [1, undefined, 1],
      [1, undefined, 0],
    ])
    expect(codex.detect(jsonLines(old))).toBe(true)
  })

  it('may be packed, end in CR LF and begin with a mark', async () => {
    const text = rollout(asked, said, tokenCount(counts(1, 0, 1, 0)))['rollout.jsonl'] ?? ''
    const strange = `\uFEFF${text.replaceAll('\n', '\r\n')}`
    const { calls } = await importLogFiles(codex, { 'rollout.jsonl.gz': gzipSync(strange) })
    expect(calls).toHaveLength(1)
  })

  it('of others are told apart', () => {
    expect(codex.detect(rollout(asked)['rollout.jsonl'] ?? '')).toBe(true)
    expect(claudeCode.detect(rollout(asked)['rollout.jsonl'] ?? '')).toBe(false)
    expect(codex.detect('{"type":"user","sessionId":"s","parentUuid":null}')).toBe(false)
  })

  it('that are hostile give problems, not calls', async () => {
    const lines = [
      ...Object.values(rollout(asked, said, tokenCount(counts(-1, 0, 2 ** 60, 0)))),
      '{"type":"event_msg","payload":{"type":"__proto__"}}\n',
      '{"type":"response_item","payload":{"type":"function_call","name":"__proto__","arguments":"{\\"__proto__\\":1}","call_id":"__proto__"}}\n',
      'no JSON\n',
      `{"type":"event_msg","payload":${'['.repeat(100_000)}${']'.repeat(100_000)}}\n`,
      '{"type":"event_msg","payload":{"type":"token_count","info":{"last_token_usage":{"input_tokens":1,"cached_input_tokens":5}}}}\n',
      '{"type":"event_msg"',
    ]
    const { calls, report } = await importLogFiles(codex, { 'rollout.jsonl': lines.join('') })
    expect(calls.map((call) => call.usage)).toEqual([undefined, undefined])
    expect(report.problems.map(({ reason }) => reason)).toEqual([
      'usage: no counts in a `token_count`',
      'not JSON',
      'usage: 5 cached tokens in an input of 1',
      'cut off',
    ])
    expect(({} as { a?: unknown }).a).toBeUndefined()
  })
})

describe('a rollout of another version', () => {
  it('may lack its header, its model, its times and most of its usage', async () => {
    const { calls, sessions, report } = await importLogFiles(codex, {
      'rollout-x.jsonl': jsonLines([
        { type: 'response_item', payload: { type: 'message', role: 'assistant', content: 'hi' } },
        { type: 'event_msg', payload: { type: 'token_count', info: { last_token_usage: { input_tokens: 10 } } } },
        { type: 'event_msg', payload: { type: 'token_count', info: {} } },
        { type: 'event_msg', payload: { type: 'token_count' } },
        { type: 'compacted', payload: {} },
        { type: 'event_msg', payload: { type: 'brand_new' } },
      ]),
    })
    expect(sessions).toMatchObject([{ session: 'rollout-x' }])
    expect(calls).toMatchObject([{ end: 'served', usage: { uncachedInput: 10, output: 0 } }])
    expect(calls[0]?.served).toBeUndefined()
    expect([report.problems.map(({ reason }) => reason), report.lines.unknownTypes, report.events]).toEqual([
      ['usage: no counts in a `token_count`'],
      ['brand_new'],
      [{ name: 'compaction', count: 1 }],
    ])
  })
})

describe('what codex exec printed before version 0.44', () => {
  const event = (type: string, more: Json = {}): Json => ({ id: '0', msg: { type, ...more } })
  const settings: Json = { model: 'model-a', provider: 'host', workdir: '/w' }

  it('has a call for every count', async () => {
    const counts = (input: number, output: number): Json => ({ input_tokens: input, cached_input_tokens: 0, output_tokens: output })
    const info = (total: Json, last: Json): Json => ({ info: { total_token_usage: total, last_token_usage: last } })
    const text = jsonLines([
      settings,
      { prompt: 'hello' },
      event('task_started'),
      event('agent_reasoning', { text: 'a plan' }),
      event('exec_command_begin', { call_id: 'c1', command: ['ls'] }),
      event('exec_command_end', { call_id: 'c1', exit_code: 1 }),
      event('token_count', info(counts(10, 2), counts(10, 2))),
      event('token_count', info(counts(10, 2), counts(10, 2))),
      event('stream_error', { message: 'stream error: unexpected status 503 Service Unavailable; retrying 1/5 in 200ms' }),
      event('agent_message', { message: 'done' }),
      event('token_count', info(counts(25, 5), counts(15, 3))),
      event('task_complete'),
    ])
    const { calls, report } = await importLogFiles(codex, { 'a.jsonl': text })
    expect(calls).toMatchObject([
      { turn: 1, served: { model: 'model-a', provider: 'host' }, prompt: { user: { chars: 5 } }, usage: { uncachedInput: 10, output: 2 }, reply: { tools: [{ name: 'shell', failed: true }] } },
      { turn: 1, usage: { uncachedInput: 15, output: 3 }, reply: { text: { chars: 4 } }, attempts: [{ status: 503, errorClass: 'unavailable' }, { model: 'model-a' }] },
    ])
    expect([report.problemCount, report.lines.unknownTypes, report.main.toolFailures]).toEqual([0, [], 1])
    expect(codex.detect(text)).toBe(true)
  })

  it('may tell the counts of an answer without an envelope', async () => {
    const { calls } = await importLogFiles(codex, {
      'a.jsonl': jsonLines([
        settings,
        event('agent_message', { message: 'hi' }),
        event('token_count', { input_tokens: 10, cached_input_tokens: 4, output_tokens: 2, total_tokens: 12 }),
        event('agent_message', { message: 'ho' }),
        event('token_count', { input_tokens: 10, cached_input_tokens: 4, output_tokens: 2, total_tokens: 12 }),
      ]),
    })
    expect(calls.map(({ usage }) => [usage?.uncachedInput, usage?.cacheRead])).toEqual([[6, 4], [6, 4]])
  })
})
