import { describe, expect, it } from 'vitest'
import { claudeResults } from '../../../src/trace/importers/claude-results.ts'
import { importers } from '../../../src/trace/importers/index.ts'
import { category, importLogFiles, jsonLines } from '../../support/import-logs.ts'

const usage = (input: unknown, costUSD: unknown): object => ({
  inputTokens: input,
  outputTokens: 7,
  cacheReadInputTokens: 100,
  cacheCreationInputTokens: 50,
  costUSD,
})
const result = (more: object): unknown => ({
  type: 'result',
  subtype: 'success',
  session_id: 's1',
  uuid: 'u1',
  total_cost_usd: 0.5,
  usage: { input_tokens: 1 },
  modelUsage: { 'claude-opus-4-5-20251101': usage(10, 0.25), 'claude-haiku-4-5': usage(3, 0.125) },
  ...more,
})
const stream = [
  { type: 'system', subtype: 'init', session_id: 's1', model: 'm' },
  { type: 'assistant', session_id: 's1', message: { id: 'msg_1', usage: { input_tokens: 1 } } },
  result({}),
]

describe('results of Claude Code', () => {
  it('are one sum a model, with its estimate; the lines before them are none', async () => {
    const imported = await importLogFiles(claudeResults, { 'stdout.jsonl': jsonLines(stream) })
    expect(imported.calls).toMatchObject([
      {
        session: 's1',
        call: 1,
        timeQuality: 'daily',
        served: { model: 'claude-opus-4-5-20251101' },
        usage: { uncachedInput: 10, cacheRead: 100, cacheWriteOther: 50, output: 7 },
        cost: { picoUsd: '250000000000', source: 'estimate' },
      },
      { call: 2, served: { model: 'claude-haiku-4-5' }, cost: { picoUsd: '125000000000' } },
    ])
    expect([category(imported, 'sum of a model'), category(imported, 'no result')]).toEqual([2, 2])
  })

  it('of newer versions tell thinking, the host, and lifetimes of one model’s cache writes', async () => {
    const more = { thinkingTokens: 4, provider: 'firstParty', cacheCreationInputTokens: 50 }
    const beside = { cache_creation_input_tokens: 50, cache_creation: { ephemeral_5m_input_tokens: 20, ephemeral_1h_input_tokens: 30 } }
    const modelUsage = {
      'claude-opus-5[1m]': { ...usage(10, 7), ...more },
      'claude-haiku-4-5': { ...usage(5, 3), cacheCreationInputTokens: 9, provider: 'vertex' },
    }
    const { calls } = await importLogFiles(claudeResults, {
      'a.jsonl': jsonLines([
        result({ uuid: 'u1', usage: beside, modelUsage }),
        // Two models wrote as much: whose lifetimes these are is not told.
        result({ uuid: 'u2', usage: beside, modelUsage: { a: { ...usage(1, 1), ...more }, b: { ...usage(1, 4), ...more } } }),
      ]),
    })
    expect(calls.map(({ served, usage: read }) => [
      served?.model, served?.provider, read?.cacheWrite5m, read?.cacheWrite1h, read?.cacheWriteOther, read?.reasoning,
    ])).toEqual([
      ['claude-opus-5', 'anthropic', 20, 30, undefined, 4],
      ['claude-haiku-4-5', 'vertex', 0, 0, 9, undefined],
      ['a', 'anthropic', 0, 0, 50, 4],
      ['b', 'anthropic', 0, 0, 50, 4],
    ])
  })

  it('may be one document, or all messages in a list, and are read once', async () => {
    const { calls, report } = await importLogFiles(claudeResults, {
      'one.json': JSON.stringify(result({}), null, 2),
      'all.json': JSON.stringify(stream),
    })
    expect([calls.length, report.calls.duplicates]).toEqual([2, 2])
  })

  it('without usage by model, or with counts that are none, are named', async () => {
    const imported = await importLogFiles(claudeResults, {
      'a.jsonl': jsonLines([
        result({ uuid: 'u2', modelUsage: {} }),
        result({ uuid: 'u3', modelUsage: { '\u001b[2J': usage(-1, -1), __proto__: null } }),
        result({ uuid: 'u4', session_id: 5 }),
        result({ uuid: 'u5', modelUsage: { m: null } }),
      ]),
    })
    expect(category(imported, 'result without usage by model')).toBe(1)
    expect(category(imported, 'result without a session')).toBe(1)
    expect(imported.calls.map(({ usage: counts, cost }) => [counts?.output, cost])).toEqual([[undefined, undefined], [undefined, undefined]])
    expect(imported.report.problems.map(({ reason }) => reason)).toEqual(['usage: `inputTokens` is not a count'])
  })

  it('are told from transcripts', () => {
    const fitting = importers.filter((one) => one.detect(jsonLines(stream))).map(({ format }) => format)
    expect(fitting).toEqual(['claude-results'])
  })
})
