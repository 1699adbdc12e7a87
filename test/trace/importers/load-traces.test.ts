import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { azure } from '../../../src/trace/importers/azure.ts'
import { burstgpt } from '../../../src/trace/importers/burstgpt.ts'
import { importers } from '../../../src/trace/importers/index.ts'
import { mooncake } from '../../../src/trace/importers/mooncake.ts'
import { weka } from '../../../src/trace/importers/weka.ts'
import type { CallRecord } from '../../../src/trace/record.ts'
import { category, importLogFiles, importLogs, jsonLines } from '../../support/import-logs.ts'
import { sharedData } from '../../support/shared-data.ts'

const azureFile = sharedData('azure2023/AzureLLMInferenceTrace_code.csv')
const mooncakeFile = sharedData('mooncake/synthetic_trace.jsonl')
const wekaFolder = sharedData('weka')

function sum(calls: readonly CallRecord[], of: (call: CallRecord) => number | undefined): number {
  return calls.reduce((total, call) => total + (of(call) ?? 0), 0)
}

describe.runIf(azureFile !== undefined)('Azure’s recorded requests', () => {
  it('are 8,819 calls without a session', async () => {
    const lines = readFileSync(azureFile ?? '', 'utf8').trim().split(/\r?\n/).slice(1)
    const column = (index: number): number => lines.reduce((total, line) => total + Number(line.split(',')[index]), 0)
    const { calls, sessions, report } = await importLogs(azure, [azureFile ?? ''])
    expect(report.problemCount).toBe(0)
    expect([calls.length, sessions.length]).toEqual([lines.length, lines.length])
    expect(sum(calls, (call) => call.prompt.tokens)).toBe(column(1))
    expect(sum(calls, (call) => call.usage?.output)).toBe(column(2))
    expect(calls[0]).toMatchObject({ startMicros: 1_700_158_623_979_960, timeQuality: 'exact' })
    expect(calls.every((call) => call.requested === undefined && call.prompt.newImages === undefined)).toBe(true)
  })
})

describe.runIf(mooncakeFile !== undefined)('Mooncake’s recorded requests', () => {
  it('are 3,993 calls, their cached prefix told by blocks', async () => {
    const rows = readFileSync(mooncakeFile ?? '', 'utf8').trim().split('\n').map((line) => JSON.parse(line) as { input_length: number; hash_ids: number[] })
    const seen = new Set<number>()
    let shared = 0
    for (const { input_length: input, hash_ids: ids } of rows) {
      let leading = 0
      while (leading < ids.length && seen.has(ids[leading] ?? -1)) leading += 1
      shared += Math.min(leading * 512, input)
      for (const id of ids) seen.add(id)
    }
    const { calls, report } = await importLogs(mooncake, [mooncakeFile ?? ''])
    expect(report.problemCount).toBe(0)
    expect(calls).toHaveLength(3_993)
    expect(sum(calls, (call) => call.prompt.tokens)).toBe(rows.reduce((total, row) => total + row.input_length, 0))
    expect(sum(calls, (call) => call.usage?.cacheRead)).toBe(shared)
  })
})

describe.runIf(wekaFolder !== undefined)('WEKA’s recorded sessions', () => {
  it('are 195 calls whose shared prefix equals the rows of requests.csv', async () => {
    const { calls, sessions, report } = await importLogs(weka, [join(wekaFolder ?? '', 'traces')])
    expect(report.problemCount).toBe(0)
    expect([calls.length, sessions.length]).toEqual([195, 13])
    const [head = '', ...rows] = readFileSync(join(wekaFolder ?? '', 'requests.csv'), 'utf8').trim().split(/\r?\n/)
    const names = head.split(',')
    const byCall = new Map<string, (name: string) => number>()
    for (const row of rows) {
      const cells = row.split(',')
      const cell = (name: string): string => cells[names.indexOf(name)] ?? ''
      if (cell('agent') === 'main') byCall.set(`${cell('trace')} ${Number(cell('req_index')) + 1}`, (name) => Number(cell(name)))
    }
    const expected = calls.map(({ session, call }) => {
      const cell = byCall.get(`${session} ${call}`)
      return [cell?.('in'), cell?.('out'), cell?.('shared_prefix_tokens')]
    })
    expect(calls.map(({ prompt, usage }) => [prompt.tokens, usage?.output, usage?.cacheRead])).toEqual(expected)
  })
})

describe('rows of Azure', () => {
  it('may be packed, quoted, in any order of columns, with a mark and CR LF', async () => {
    const text = '\uFEFFGeneratedTokens,"ContextTokens",NumImages,TIMESTAMP\r\n8,"100",2,2024-05-12 00:00:00.000+00:00\r\n\r\n'
    const { calls } = await importLogFiles(azure, { 'a.csv.gz': gzipSync(text) })
    expect(calls).toMatchObject([{ startMicros: 1_715_472_000_000_000, prompt: { tokens: 100, newImages: 2 }, usage: { output: 8 } }])
  })

  it('of a file too large to be held come out as those of a small one', async () => {
    const padding = 'x'.repeat(6_000)
    const rows = (cell: string): string =>
      ['TIMESTAMP,ContextTokens,GeneratedTokens,Note', ...Array.from({ length: 2_000 }, (_, index) => `2023-11-16 18:17:03,${index},1,${cell}`), ''].join('\n')
    const [large, small] = [await importLogFiles(azure, { 'x.csv': rows(padding) }), await importLogFiles(azure, { 'x.csv': rows('') })]
    const plain = ({ records }: typeof large): unknown => records.map((record) => ({ ...record, session: undefined }))
    expect(large.calls).toHaveLength(2_000)
    expect(plain(large)).toEqual(plain(small))
    expect(large.report).toEqual(small.report)
  })

  it('that stand in a copy, or in an older state of the file, are written once', async () => {
    const rows = ['TIMESTAMP,ContextTokens,GeneratedTokens', '2023-11-16 18:17:03,5,1', '2023-11-16 18:17:04,6,1'].join('\n')
    const { calls, report } = await importLogFiles(azure, { 'a/x.csv': rows, 'b/x.csv': rows, 'c/y.csv': rows, 'd/x.csv': `${rows}\n` })
    // The last differs in a byte: nothing tells that it is the same.
    expect([calls.length, report.calls.duplicates]).toEqual([4, 4])
    expect(new Set(calls.map(({ session }) => session)).size).toBe(4)
  })

  it('that are hostile give problems', async () => {
    const imported = await importLogFiles(azure, {
      'a.csv': 'TIMESTAMP,ContextTokens,GeneratedTokens\n2023-11-16 18:17:03,-5,1\nsoon,5,99999999999999999999\n2023-11-16 18:17:03\n"open,5,5\n',
      'b.csv': '__proto__,x\n1,2\n',
    })
    expect(imported.calls.filter((call) => call.usage !== undefined)).toEqual([])
    expect(category(imported, 'header of another format')).toBe(1)
    expect(category(imported, 'row of another format')).toBe(1)
    const reasons = imported.report.problems.map(({ reason }) => reason)
    expect(reasons.filter((reason) => reason === 'usage: a token column is not a count')).toHaveLength(3)
    expect(reasons).toContain('no time in `TIMESTAMP`')
  })
})

describe('rows of BurstGPT', () => {
  const newer = 'Timestamp,Session ID,Elapsed time,Model,Request tokens,Response tokens,Total tokens,Log Type\n'

  it('have a session or none, a duration or none, and fail without an answer', async () => {
    const older = 'Timestamp,Model,Request tokens,Response tokens,Total tokens,Log Type\n5,ChatGPT,472,18,490,Conversation log\n'
    const { calls, report } = await importLogFiles(burstgpt, {
      'a.csv': `${newer}5.25,c1,2.5,GPT-4,100,20,120,Conversation log\n4.5,,1,ChatGPT,50,0,50,API log\n9.75,c1,,GPT-4,130,7,137,Conversation log\n`,
      'b.csv': older,
    })
    expect(report.problems).toEqual([])
    const inOrder = calls.toSorted((a, b) => Number(a.session < b.session) - Number(a.session > b.session) || a.call - b.call)
    expect(inOrder).toMatchObject([
      { session: 'c1', call: 1, startMicros: 5_250_000, endMicros: 7_750_000, timeQuality: 'relative', served: { model: 'GPT-4' }, usage: { uncachedInput: 100, output: 20 } },
      { session: 'c1', call: 2, startMicros: 9_750_000 },
      { session: expect.stringMatching(/^burstgpt\/b\.csv~[0-9a-f]{8}:2$/), usage: { uncachedInput: 472, output: 18 } },
      { session: expect.stringMatching(/^burstgpt\/a\.csv~[0-9a-f]{8}:3$/), call: 1, end: 'exhausted', requested: 'ChatGPT' },
    ])
    expect(inOrder[3]?.usage).toBeUndefined()
  })

  it('that are hostile give problems', async () => {
    const { calls, report } = await importLogFiles(burstgpt, {
      'a.csv': `${newer}-1,c1,x,GPT-4,-5,20,15,API log\n1e99,\u001b[2J,1,__proto__,5,99999999999999999999,1,API log\n`,
    })
    expect(calls.map(({ startMicros, usage }) => [startMicros, usage])).toEqual([[undefined, undefined], [undefined, undefined]])
    expect(report.problems.map(({ reason }) => reason)).toEqual(Array(2).fill('usage: a token column is not a count'))
  })
})

describe('requests with block ids', () => {
  it('go on where one before ended', async () => {
    const row = (timestamp: number, blocks: readonly number[]): unknown => ({ timestamp, input_length: blocks.length * 512 - 12, output_length: 3, hash_ids: blocks })
    const { calls } = await importLogFiles(mooncake, {
      'm.jsonl': jsonLines([row(0, [1, 2, 3]), row(5, [9, 8]), row(10, [1, 2, 4, 5]), { timestamp: 20, input_length: 5, output_length: 1, hash_ids: [1, -1] }, row(30, [1, 2, 4, 6])]),
    })
    const inOrder = calls.toSorted((a, b) => Number(a.session > b.session) - Number(a.session < b.session) || a.call - b.call)
    expect(inOrder.map((call) => [call.session.replace(/[0-9a-f]{8}/, 'm'), call.usage?.cacheRead])).toEqual([
      ['mooncake/m:1', 0],
      ['mooncake/m:1', 1024],
      ['mooncake/m:1', 1536],
      ['mooncake/m:2', 0],
      ['mooncake/m:4', 0],
    ])
  })

  it('stand once where a file lies there under two names', async () => {
    const rows = [0, 5, 10].map((timestamp) => ({ timestamp, input_length: 1_000, output_length: 3, hash_ids: [1, timestamp + 2] }))
    const text = jsonLines(rows)
    const { calls, report } = await importLogFiles(mooncake, { 'a.jsonl': text, 'old/b.jsonl': text })
    expect([calls.length, report.calls.duplicates]).toEqual([3, 3])
  })

  it('of an agent are a session of their own; caches are a model’s own', async () => {
    const request = (model: string, blocks: readonly number[]): unknown => ({ t: 1, type: 's', model, in: 130, out: 4, hash_ids: blocks, api_time: 2, ttft: 0.5, stop: 'end_turn', input_types: ['text'] })
    const trace = { id: 'w1', block_size: 64, requests: [request('a', [1, 2]), request('b', [1, 2]), { type: 'subagent', agent_id: 'x', requests: [request('a', [1, 7])] }, null] }
    const { calls, sessions, report } = await importLogFiles(weka, { 'w.json': JSON.stringify(trace) })
    expect(sessions).toMatchObject([{ session: 'w1' }, { session: 'w1/agent-x', parent: 'w1', sidechain: true }])
    expect(calls.map((call) => [call.session, call.usage?.cacheRead, call.firstTokenMicros, call.endMicros])).toEqual([
      ['w1', 0, 1_500_000, 3_000_000],
      ['w1', 0, 1_500_000, 3_000_000],
      ['w1/agent-x', 64, 1_500_000, 3_000_000],
    ])
    expect(report.problems.map(({ reason }) => reason)).toEqual(['a request is no object'])
  })
})

describe('a WEKA trace that is hostile', () => {
  it('gives problems, and records that a replay takes', async () => {
    const request = (more: object): unknown => ({ t: 5, model: 'm', in: 130, out: 4, hash_ids: [1, 2], api_time: 2, ...more })
    const trace = {
      id: '\u001b[2J',
      block_size: 64,
      requests: [
        request({ in: -1 }),
        request({ out: 2 ** 60 }),
        request({ hash_ids: [1, -2] }),
        request({ t: -3, ttft: 99 }),
        request({ t: 1, api_time: 1e300 }),
        { type: 'subagent', agent_id: '__proto__', requests: [{ requests: [request({})] }, 5] },
      ],
    }
    const { calls, sessions, report } = await importLogFiles(weka, { 'w.json': JSON.stringify(trace) })
    expect(sessions.map(({ session }) => session)).toEqual(['\u001b[2J'])
    expect(calls.map(({ usage, startMicros, endMicros }) => [usage?.cacheRead, startMicros, endMicros])).toEqual([
      [undefined, 5_000_000, 7_000_000],
      [undefined, 5_000_000, 7_000_000],
      [0, 5_000_000, 7_000_000],
      [128, undefined, undefined],
      [128, 1_000_000, undefined],
    ])
    expect(report.problems.map(({ reason }) => reason)).toEqual([
      'usage: `in` or `out` is not a count',
      'usage: `in` or `out` is not a count',
      '`hash_ids` is no list of block ids: its prefix is unknown',
      'an agent of an agent is not read',
      'a request is no object',
    ])
  })
})

describe('formats', () => {
  it('are told apart by their beginnings', () => {
    const fitting = (text: string): string[] => importers.filter((one) => one.detect(text)).map(({ format }) => format)
    expect(fitting('TIMESTAMP,ContextTokens,GeneratedTokens\n')).toEqual(['azure'])
    expect(fitting('{"timestamp": 0, "input_length": 4, "output_length": 6, "hash_ids": [0]}\n')).toEqual(['mooncake'])
    expect(fitting('{"id":"w","block_size":64,"hash_id_scope":"local","requests":[{')).toEqual(['weka'])
    expect(fitting('Timestamp,Model,Request tokens,Response tokens,Total tokens,Log Type\n')).toEqual(['burstgpt'])
    expect(fitting('{"some":"thing"}')).toEqual([])
  })
})
