import { describe, expect, it } from 'vitest'
import { codex } from '../../../src/trace/importers/codex.ts'
import { codexExec } from '../../../src/trace/importers/codex-exec.ts'
import { category, importLogFiles, jsonLines } from '../../support/import-logs.ts'

type Json = { readonly [key: string]: unknown }

const thread = (id = 't1'): Json => ({ type: 'thread.started', thread_id: id })
const began: Json = { type: 'turn.started' }
const item = (id: string, type: string, more: Json = {}, state = 'completed'): Json => ({
  type: `item.${state}`,
  item: { id, type, ...more },
})
const ended = (input: number, cached: number, output: number, reasoning?: number): Json => ({
  type: 'turn.completed',
  usage: { input_tokens: input, cached_input_tokens: cached, output_tokens: output, ...(reasoning === undefined ? {} : { reasoning_output_tokens: reasoning }) },
})

describe('a turn of codex exec', () => {
  it('is one record: the sum of its calls, with its words and tools', async () => {
    const imported = await importLogFiles(codexExec, {
      'a.jsonl': jsonLines([
        thread(),
        began,
        item('item_0', 'reasoning', { text: 'a plan' }),
        item('item_1', 'command_execution', { command: 'ls', status: 'in_progress', exit_code: null }, 'started'),
        item('item_1', 'command_execution', { command: 'ls', status: 'failed', exit_code: 2 }),
        item('item_2', 'file_change', { changes: [{ path: 'a', kind: 'add' }], status: 'completed' }),
        item('item_3', 'mcp_tool_call', { server: 's', tool: 'look', arguments: {}, status: 'failed', error: { message: 'no' } }),
        item('item_4', 'todo_list', { items: [] }),
        item('item_5', 'agent_message', { text: 'done' }),
        ended(100, 60, 20, 5),
      ]),
    })
    expect(imported.calls).toMatchObject([
      {
        session: 't1',
        turn: 1,
        timeQuality: 'daily',
        prompt: { tokens: 100 },
        usage: { uncachedInput: 40, cacheRead: 60, output: 15, reasoning: 5 },
        end: 'served',
        reply: {
          text: { chars: 4 },
          tools: [{ name: 'command_execution', failed: true }, { name: 'file_change', failed: false }, { name: 'look', failed: true }],
        },
      },
    ])
    expect(imported.calls[0]?.requested).toBeUndefined()
    expect(imported.calls[0]?.reply?.thinking).toBeUndefined()
    expect(imported.report.main).toMatchObject({ messages: 1, toolResults: 3, toolFailures: 2 })
    expect([category(imported, 'item: begun'), category(imported, 'item: tool'), category(imported, 'item: other')]).toEqual([1, 3, 1])
  })

  it('has what the running total grew by, over the files of a thread and in any order', async () => {
    const first = jsonLines([thread(), began, ended(100, 60, 20), began, ended(250, 160, 30)])
    const resumed = jsonLines([thread(), began, ended(400, 160, 31)])
    const { calls, report } = await importLogFiles(codexExec, { 'z.jsonl': resumed, 'a.jsonl': first, 'copy.jsonl': first })
    expect(calls.map(({ usage }) => [usage?.uncachedInput, usage?.cacheRead, usage?.output])).toEqual([[40, 60, 20], [50, 100, 10], [150, 0, 1]])
    expect(report.calls.duplicates).toBe(2)
  })

  it('may have failed, after tries of its own', async () => {
    const { calls, report } = await importLogFiles(codexExec, {
      'a.jsonl': jsonLines([
        thread(),
        began,
        { type: 'error', message: 'Reconnecting... 1/5' },
        { type: 'error', message: 'exceeded retry limit, last status: 429 Too Many Requests' },
        { type: 'turn.failed', error: { message: 'exceeded retry limit, last status: 429 Too Many Requests' } },
        began,
        { type: 'turn.failed', error: { message: 'unexpected status 401 Unauthorized: no key' } },
        began,
        { type: 'error', message: 'Reconnecting... 1/5' },
      ]),
    })
    expect(calls.map(({ end, attempts }) => [end, attempts?.map((one) => one.errorClass)])).toEqual([
      ['exhausted', ['unavailable', 'rate-limit']],
      ['denied', ['auth']],
    ])
    expect([report.unfinishedAttempts, report.main.messagesWithoutCall]).toEqual([1, 1])
  })

  it('that is hostile gives problems', async () => {
    const { calls, report } = await importLogFiles(codexExec, {
      'a.jsonl': `Reading prompt from stdin...\n${jsonLines([
        began,
        item('__proto__', '__proto__'),
        item('x', 'constructor'),
        ended(10, 99, 1),
        { type: 'turn.completed', usage: { input_tokens: -1 } },
        { type: 'turn.completed' },
        { type: 'news' },
      ])}{"type":`,
    })
    expect(calls.map(({ usage }) => usage)).toEqual([undefined, undefined, undefined])
    expect(report.problems.map(({ reason }) => reason)).toEqual([
      'not JSON',
      'usage: 99 cached tokens in an input of 10',
      'usage: no counts in a `turn.completed`',
      'usage: no counts in a `turn.completed`',
      'cut off',
    ])
    expect(report.lines.unknownTypes).toEqual(['__proto__', 'constructor', 'news'])
  })

  it('is told from a rollout', () => {
    const text = jsonLines([thread(), began])
    expect([codexExec.detect(text), codex.detect(text)]).toEqual([true, false])
  })
})
