import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { claudeTrace } from '../../scripts/traces/claude-calls.ts'
import { parseCsv } from '../../scripts/traces/csv.ts'
import { factorySession } from '../../scripts/traces/factory-session.ts'
import { miniSweAgentTrace } from '../../scripts/traces/mini-swe-agent-calls.ts'
import { syntheticTrace } from '../../scripts/traces/synthetic.ts'
import { thrash, thrashDigest } from '../../scripts/traces/texts.ts'
import { canonicalJson } from '../../src/trace/canonical.ts'
import { loadTrace } from '../../src/trace/read.ts'
import type { TraceRecord, Usage } from '../../src/trace/record.ts'
import type { RecordedSession } from '../../src/trace/session.ts'
import { holdsText } from '../../src/trace/write.ts'
import { sharedData } from '../support/shared-data.ts'

const shipped = ['factory-session.jsonl', 'synthetic.jsonl', 'mini-swe-agent.jsonl.gz', 'claude-code-calls.jsonl.gz', 'weka.jsonl.gz']

const pathOf = (name: string): string => fileURLToPath(new URL(`../../traces/${name}`, import.meta.url))

function contentOf(name: string): string {
  const bytes = readFileSync(pathOf(name))
  return (name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8')
}

const written = (records: readonly TraceRecord[]): string =>
  records.map((record) => `${canonicalJson(record)}\n`).join('')

describe('shipped traces', () => {
  it.each(shipped)('%s reads whole and holds no text', async (name) => {
    const { loaded, problems, quarantined, unknownFields, summary } = await loadTrace([pathOf(name)], { strict: true })
    expect([problems, quarantined, [...unknownFields]]).toEqual([[], [], []])
    expect(summary()).toMatchObject({ duplicateRows: 0, replacedRows: 0 })
    expect(loaded.flatMap((session) => session.calls).some(holdsText)).toBe(false)
    expect(loaded.length).toBeGreaterThan(1)
  })

  it('the generated ones come out bit for bit', () => {
    expect(contentOf('factory-session.jsonl') === written(factorySession())).toBe(true)
    expect(contentOf('synthetic.jsonl') === written(syntheticTrace(120))).toBe(true)
  })

  it('one session of the synthetic trace does not depend on the others', () => {
    const all = written(syntheticTrace(120))
    for (const line of written(syntheticTrace(7)).trimEnd().split('\n')) expect(all).toContain(line)
  })

  it('count the phrases of the policy', () => {
    const policy = new URL('../../policies/factory-router.route', import.meta.url)
    const list = /phrases thrash = \[([^\]]*)\]/.exec(readFileSync(policy, 'utf8'))?.[1] ?? ''
    const phrases = [...list.matchAll(/"([^"]*)"/g)].map(([, text]) => text)
    expect(thrash.map(({ text }) => text)).toEqual(phrases)
  })
})

describe('the documented session', () => {
  it.each(['factory-router-session', 'factory-concrete-session'])('%s, call by call', async (id) => {
    const { loaded } = await loadTrace([pathOf('factory-session.jsonl')])
    const session = loaded.find((one) => one.session === id) as RecordedSession
    const cheap = session.calls.filter(({ served }) => served?.model === 'minimax-m2.7')
    const dear = session.calls.filter(({ served }) => served?.model === 'claude-opus-4-7')
    expect(session.calls).toEqual([...cheap, ...dear])
    expect(cheap.every(({ served }) => served?.provider === 'factory')).toBe(true)
    expect(dear.every(({ served }) => served?.provider === 'anthropic')).toBe(true)
    expect([cheap.at(-1)?.turn, dear[0]?.turn, dear.at(-1)?.turn]).toEqual([7, 7, 10])
    const judged = session.calls.filter(({ prompt }) => prompt.classifiers !== undefined)
    expect(judged.map((call) => call.call)).toEqual(id === 'factory-router-session' ? [1] : [])
    expect(session.calls.filter(({ prompt }) => prompt.reminded === true)).toEqual([cheap.at(-1)])
    expect(cheap.at(-1)?.reply?.tools?.map(({ name }) => name)).toEqual(['UpgradeSessionModel'])
    const compactions = session.events.filter(({ event }) => event === 'compaction')
    expect(compactions).toMatchObject([{ beforeCall: dear[0]?.call, billed: false }])
    expect(dear.some(({ prompt }) => prompt.toolsOffered?.includes('UpgradeSessionModel'))).toBe(false)
  })

  it('gathers three matches in its last five messages at turn 7 and not before', async () => {
    const { loaded } = await loadTrace([pathOf('factory-session.jsonl')])
    for (const { calls } of loaded) {
      const firstStuck = calls.find((_, index) => {
        const texts = calls.slice(0, index).flatMap((call) => call.reply?.text ?? [])
        return texts.slice(-5).flatMap((text) => Object.keys(text.hits?.[thrashDigest] ?? {})).length >= 3
      })
      expect(firstStuck?.turn).toBe(7)
      expect(firstStuck?.prompt.reminded).toBe(true)
    }
  })
})

describe('real tables of calls', () => {
  const miniCalls = sharedData('mini-swe-agent/calls.csv')
  const miniInstances = sharedData('mini-swe-agent/instances.csv')
  const claudeCalls = sharedData('agent-sessions/calls.csv')
  const table = (path: string | undefined): ReturnType<typeof parseCsv> =>
    parseCsv(readFileSync(path as string, 'utf8'))

  it('every billed call re-prices to the pico-dollar', async () => {
    const { loaded } = await loadTrace([pathOf('mini-swe-agent.jsonl.gz')])
    const calls = loaded.flatMap((session) => session.calls)
    const billed = calls.filter(({ cost }) => cost !== undefined)
    for (const { usage, cost } of billed) expect(cost?.picoUsd).toBe(geminiBill(usage as Usage).toString())
    expect([calls.length, billed.length]).toEqual([1_691, 1_658])
  })

  it.runIf(miniCalls !== undefined)('convert to the shipped part and to the whole', () => {
    const [calls, instances] = [table(miniCalls), table(miniInstances)]
    expect(contentOf('mini-swe-agent.jsonl.gz') === written(miniSweAgentTrace(calls, instances, 40))).toBe(true)
    const whole = miniSweAgentTrace(calls, instances)
    const billed = whole.filter((record) => record.record === 'call' && record.cost !== undefined)
    const successes = whole.filter((record) => record.record === 'event' && record.event === 'outcome' && record.success)
    expect([billed.length, successes.length]).toEqual([9_883, 179])
  })

  it.runIf(claudeCalls !== undefined)('convert to Claude Code sessions, and lose no token', () => {
    const rows = table(claudeCalls)
    expect(contentOf('claude-code-calls.jsonl.gz') === written(claudeTrace(rows, 40))).toBe(true)
    const whole = claudeTrace(rows)
    const own = rows.filter((row) => row.get('agent') === 'claude-code')
    const sum = (column: string): number => own.reduce((total, row) => total + Number(row.get(column)), 0)
    const usages = whole.flatMap((record) => (record.record === 'call' ? (record.usage ?? []) : []))
    const total = (pick: (usage: Usage) => number): number => usages.reduce((all, usage) => all + pick(usage), 0)
    expect(usages).toHaveLength(10_161)
    expect(whole.length - usages.length).toBe(152)
    expect(total((usage) => usage.uncachedInput)).toBe(sum('input_tokens'))
    expect(total((usage) => usage.cacheRead)).toBe(sum('cache_read'))
    expect(total((usage) => usage.cacheWrite5m)).toBe(sum('cache_write_5m'))
    expect(total((usage) => usage.cacheWrite1h)).toBe(sum('cache_write_1h'))
    expect(total((usage) => usage.output)).toBe(sum('output_tokens_max'))
    expect(usages.filter((usage) => usage.outputQuality === 'lower-bound').length).toBeGreaterThanOrEqual(9_171)
  })
})

/** $2 in, $12 out, $0.20 read from cache, a million tokens each. */
function geminiBill({ uncachedInput, cacheRead, output, reasoning }: Usage): bigint {
  return (
    BigInt(uncachedInput) * 2_000_000n +
    BigInt(cacheRead) * 200_000n +
    BigInt(output + (reasoning ?? 0)) * 12_000_000n
  )
}
