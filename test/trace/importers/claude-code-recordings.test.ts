import { readFileSync, readdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { CallRecord } from '../../../src/trace/record.ts'
import {
  callRows,
  chains,
  present,
  recordings,
  sessionCalls,
  transcripts,
  windows,
} from '../../support/claude-recordings.ts'
import { accountedLines, importPaths } from '../../support/claude-transcript.ts'
import type { Imported } from '../../support/claude-transcript.ts'

function count(imports: Imported, category: string): number {
  return imports.report.lines.categories.find(({ name }) => name === category)?.count ?? 0
}

describe.runIf(present)('lines of the recordings', () => {
  it('are all accounted for', async () => {
    const imports = await recordings()
    const lines = [transcripts, windows]
      .flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)))
      .filter((path) => path.endsWith('.jsonl'))
      .map((path) => readFileSync(path, 'utf8').replace(/\n$/, '').split('\n').length)
    expect(imports.report.files).toBe(20)
    expect(imports.report.lines.read).toBe(lines.reduce((a, b) => a + b, 0))
    expect(accountedLines(imports.report)).toBe(imports.report.lines.read)
    expect(imports.report.lines.extraObjects).toBe(1)
    expect(imports.report.problemCount).toBe(0)
    expect(imports.report.lines.unknownTypes).toEqual([])
    const metadata = imports.report.ignoredFiles
    expect(metadata).toHaveLength(17)
    const reasons = new Set(metadata.map(({ reason }) => reason))
    expect(reasons).toEqual(new Set(['counts of another program']))
  })

  it('are 107 messages and a command among 786 of the person', async () => {
    const imports = await recordings()
    const roles = ['message', 'tool-result', 'meta', 'compact-summary', 'command-echo', 'interrupt']
    expect(roles.map((role) => count(imports, `user: ${role}`))).toEqual([107, 650, 6, 3, 11, 9])
    expect(imports.report.main).toEqual({
      messages: 108,
      messagesWithoutCall: 4,
      toolResults: 650,
      toolFailures: 37,
      toolResultsWithoutCall: 1,
    })
  })

  it('hold four synthetic rows: two nothing, one exhausted, one denied', async () => {
    const imports = await recordings()
    expect(count(imports, 'assistant: synthetic')).toBe(2)
    expect(count(imports, 'assistant: failed call')).toBe(2)
    expect(imports.report.calls.byEnd).toEqual([
      { name: 'cancelled', count: 1 },
      { name: 'denied', count: 1 },
      { name: 'exhausted', count: 1 },
      { name: 'served', count: 689 },
    ])
    const denied = imports.calls.find((call) => call.end === 'denied')
    expect(denied?.session).toMatch(/^7b2777b1/)
    expect(denied?.attempts).toMatchObject([{ status: 401, errorClass: 'auth' }])
  })
})

describe.runIf(present)('tokens of the recordings', () => {
  interface Outside {
    readonly created_at: string
    readonly checkpoint_transcript_start?: number
    readonly token_usage?: Readonly<Record<string, number>>
  }

  const metadata: readonly (readonly [string, Outside])[] = present
    ? readdirSync(transcripts)
        .filter((name) => name.endsWith('.entire-metadata.json'))
        .map((name) => [name, JSON.parse(readFileSync(join(transcripts, name), 'utf8')) as Outside])
    : []
  const counted = metadata.filter(([, outside]) => outside.token_usage !== undefined)

  it('have an outside count in eleven files, of a slice in two', () => {
    expect(counted).toHaveLength(11)
    const slices = counted.filter(([, outside]) => 'checkpoint_transcript_start' in outside)
    const sessions = slices.map(([name]) => name.split('__')[1]?.slice(0, 8))
    expect(sessions).toEqual(['d563fb6b', '4a07cdcd'])
  })

  it.for(counted.map(([name, outside]) => ({ name, outside })))(
    'equal it in all four buckets: $name',
    async ({ name, outside }) => {
      const file = `${basename(name, '.entire-metadata.json')}.jsonl`
      const start = outside.checkpoint_transcript_start ?? 0
      const sum = {
        input_tokens: 0,
        cache_creation_tokens: 0,
        cache_read_tokens: 0,
        output_tokens: 0,
      }
      for (const chain of await chains()) {
        for (const { provenance, usage, endMicros } of chain) {
          if (provenance?.file !== file || provenance.line <= start || usage === undefined) continue
          // Counted at a commit; one reply was written when it was through.
          if ((endMicros ?? 0) > Date.parse(outside.created_at) * 1000) continue
          sum.input_tokens += usage.uncachedInput
          sum.cache_creation_tokens += usage.cacheWrite5m + usage.cacheWrite1h
          sum.cache_read_tokens += usage.cacheRead
          sum.output_tokens += usage.output
        }
      }
      const { api_call_count: _, ...outsideSum } = outside.token_usage ?? {}
      expect(sum).toEqual(outsideSum)
    },
  )

  it('equal the rows of calls.csv, call by call, in the 17 whole sessions', async () => {
    const [head = '', ...rows] = readFileSync(callRows, 'utf8').trimEnd().split('\n')
    const names = head.split(',')
    const column = (row: readonly string[], name: string): string => row[names.indexOf(name)] ?? ''
    const rowsBySession = new Map<string, (readonly string[])[]>()
    for (const row of rows.map((line) => line.split(','))) {
      const session = column(row, 'session')
      rowsBySession.set(session, [...(rowsBySession.get(session) ?? []), row])
    }
    const all = await chains()
    const whole = all.filter((chain) => chain[0]?.provenance?.file.includes('__lines') === false)
    expect(whole).toHaveLength(17)
    expect(whole.flat()).toHaveLength(543)
    for (const chain of whole) {
      const expected = (rowsBySession.get(chain[0]?.session ?? '') ?? []).map((row) => ({
        model: column(row, 'model'),
        uncachedInput: Number(column(row, 'input_tokens')),
        cacheWrite5m: Number(column(row, 'cache_write_5m')),
        cacheWrite1h: Number(column(row, 'cache_write_1h')),
        cacheRead: Number(column(row, 'cache_read')),
        output: Number(column(row, 'output_tokens_max')),
        finish: column(row, 'stop_reason'),
        tools: Number(column(row, 'tool_uses')),
        serviceTier: column(row, 'service_tier'),
      }))
      const found = chain.map(({ served, usage, reply }) => ({
        model: served?.model,
        uncachedInput: usage?.uncachedInput,
        cacheWrite5m: usage?.cacheWrite5m,
        cacheWrite1h: usage?.cacheWrite1h,
        cacheRead: usage?.cacheRead,
        output: usage?.output,
        finish: reply?.finish ?? '',
        tools: reply?.tools?.length,
        serviceTier: served?.serviceTier,
      }))
      expect(found).toEqual(expected)
    }
  })

  it('come from a child of eleven calls in 60b38d1e', async () => {
    const { sessions, calls } = await recordings()
    const children = sessions.filter((session) => session.sidechain === true)
    expect(children).toMatchObject([{ parent: '60b38d1e-f048-428b-89da-e5dca96614d4' }])
    const child = calls.filter((call) => call.session === children[0]?.session)
    expect(child).toHaveLength(11)
    const models = new Set(child.map((call) => call.served?.model))
    expect(models).toEqual(new Set(['claude-haiku-4-5-20251001']))
    const sum = (bucket: (call: CallRecord) => number): number =>
      child.reduce((total, call) => total + bucket(call), 0)
    expect(sum(({ usage }) => usage?.uncachedInput ?? 0)).toBe(1_466)
    expect(sum(({ usage }) => usage?.cacheWrite5m ?? 0)).toBe(0)
    expect(sum(({ usage }) => usage?.cacheWrite1h ?? 0)).toBe(55_420)
    expect(sum(({ usage }) => usage?.cacheRead ?? 0)).toBe(462_595)
  })

  it('add up to the prompt, and bound the output where no stop reason stands', async () => {
    const all = (await chains()).flat()
    for (const { prompt, usage } of all) {
      const { uncachedInput = 0, cacheRead = 0, cacheWrite5m = 0, cacheWrite1h = 0 } = usage ?? {}
      expect(prompt.tokens).toBe(uncachedInput + cacheRead + cacheWrite5m + cacheWrite1h)
    }
    const bounded = all.filter((call) => call.usage?.outputQuality === 'lower-bound')
    expect(bounded).toHaveLength(531)
    expect(bounded.every((call) => call.reply?.finish === undefined)).toBe(true)
    expect(all.filter((call) => (call.usage?.cacheWrite1h ?? 0) > 0)).toHaveLength(306)
    expect(all.filter((call) => (call.usage?.cacheWrite5m ?? 0) > 0)).toHaveLength(372)
  })
})

describe.runIf(present)('failures and events of the recordings', () => {
  it('are six calls in the outage, with 3, 11, 4, 7, 2 and 3 failed attempts', async () => {
    const affected = (await sessionCalls('b00b80af')).filter((call) => call.attempts !== undefined)
    const failed = affected.map(
      ({ attempts }) => attempts?.filter((attempt) => attempt.errorClass === 'overloaded').length,
    )
    expect(failed).toEqual([3, 11, 4, 7, 2, 3])
    const ends = affected.map((call) => call.end)
    expect(ends).toEqual(['served', 'exhausted', 'served', 'served', 'served', 'served'])
    expect(affected.map((call) => call.attempts?.length)).toEqual([4, 11, 5, 8, 3, 4])
    const statuses = affected.flatMap((call) => call.attempts ?? []).map((one) => one.status)
    expect(new Set(statuses)).toEqual(new Set([529, undefined]))
    const [first] = affected
    // The attempt ends at its row; the next starts when the pause is over.
    const pauses = first?.attempts?.map((one) => one.waitedMicros)
    expect(pauses).toEqual([545_278, 1_063_343, 2_365_109, undefined])
    for (const { attempts = [], startMicros, endMicros } of affected) {
      expect(attempts[0]?.startMicros).toBe(startMicros)
      expect(attempts.at(-1)?.endMicros).toBe(endMicros)
      for (const [index, attempt] of attempts.entries()) {
        const before = attempts[index - 1]
        if (before === undefined) continue
        expect(attempt.startMicros).toBe((before.endMicros ?? 0) + (before.waitedMicros ?? 0))
      }
    }
  })

  it('are a connection error that the person did not wait for', async () => {
    const [cancelled] = (await sessionCalls('a318ad73')).filter((call) => call.end === 'cancelled')
    const failed = { errorClass: 'unavailable', waitedMicros: 534_743 }
    expect(cancelled?.attempts).toMatchObject([failed])
    expect(cancelled?.attempts?.[0]?.status).toBeUndefined()
    expect((await recordings()).report.unfinishedAttempts).toBe(0)
    expect((await recordings()).report.calls.failedAttempts).toBe(32)
  })

  it('are three compactions whose call is in no log', async () => {
    const { events, report } = await recordings()
    const compactions = events.filter((event) => event.event === 'compaction')
    const sizes = compactions.map((event) => event.tokensBefore).toSorted()
    expect(sizes).toEqual([155_203, 155_829, 167_361])
    expect(compactions.every((event) => !event.billed && event.trigger === 'auto')).toBe(true)
    expect(report.unloggedCompactions).toHaveLength(3)
  })

  it('are one change of model, of a resumed session, and no echo of a command', async () => {
    const { events } = await recordings()
    const changes = events.filter((event) => event.event === 'model-change')
    expect(changes).toMatchObject([{ beforeCall: 48, model: 'claude-opus-4-5-20251101' }])
    expect(changes[0]?.session).toMatch(/^4fec7ea0/)
    expect(changes[0]?.by).toBeUndefined()
  })
})

describe.runIf(present)('records of the recordings', () => {
  it('keep no text, no path and no header', async () => {
    const { records } = await recordings()
    const written = JSON.stringify(records)
    const secrets = ['"text":"', '/Users/', 'gitBranch', 'cloudflare', '15c59575', 'entire/']
    for (const secret of secrets) {
      expect(written).not.toContain(secret)
    }
  })

  it('keep the order of the file in the five whole sessions whose times run backwards', async () => {
    const { report } = await importPaths([transcripts])
    expect(report.sessions).toMatchObject({ main: 17, backwardTimes: 5 })
    const lines = (await chains()).map((chain) => chain.map((call) => call.provenance?.line ?? 0))
    expect(lines).toEqual(lines.map((chain) => chain.toSorted((a, b) => a - b)))
  })

  it('never start after their ends', async () => {
    const all = (await chains()).flat()
    expect(new Set(all.map((call) => call.timeQuality))).toEqual(new Set(['derived']))
    expect(all.filter((call) => call.startMicros === undefined)).toHaveLength(1)
    const backwards = all.filter(({ startMicros = 0, endMicros = 0 }) => startMicros > endMicros)
    expect(backwards).toEqual([])
  })

  it('are the same whatever the order of the files', async () => {
    const names = readdirSync(windows).map((name) => join(windows, name))
    const forth = await importPaths(names, {})
    const back = await importPaths(names.toReversed(), {})
    expect(back.records).toEqual(forth.records)
    const twice = await importPaths([...names, `${windows}/../error-windows`], {})
    expect(twice.records).toEqual(forth.records)
    expect(twice.report).toEqual(forth.report)
  })

  it('name the house that answered', async () => {
    const { calls } = await recordings()
    const served = calls.filter((call) => call.end === 'served')
    expect(new Set(served.map((call) => call.served?.provider))).toEqual(new Set(['anthropic']))
  })
})
