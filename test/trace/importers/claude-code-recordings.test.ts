import { readFileSync, readdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { phraseCounter } from '../../../src/trace/importers/text-facts.ts'
import type { CallRecord, ToolFacts } from '../../../src/trace/record.ts'
import { accountedLines, importPaths } from '../../support/claude-transcript.ts'
import type { Imported } from '../../support/claude-transcript.ts'
import { sharedData } from '../../support/shared-data.ts'

const transcripts = sharedData('agent-sessions/claude') ?? ''
const windows = sharedData('agent-sessions/error-windows') ?? ''
const csv = sharedData('agent-sessions/calls.csv') ?? ''
const present = transcripts !== '' && windows !== '' && csv !== ''

const doubts = [
  'wait,',
  'hmm',
  'actually,',
  'let me reconsider',
  'on second thought',
  'different approach',
  'another approach',
  "isn't working",
  "doesn't work",
  "didn't work",
  'still fail',
  'step back',
]
const doubtList = phraseCounter(doubts.map((text) => ({ text, word: false })))

let imported: Promise<Imported> | undefined
function recordings(): Promise<Imported> {
  imported ??= importPaths([transcripts, windows], { phraseLists: [doubtList] })
  return imported
}

/** The served calls of each person's conversation, in order. */
async function chains(): Promise<readonly (readonly CallRecord[])[]> {
  const { sessions, calls } = await recordings()
  const main = sessions.filter((session) => session.sidechain === false)
  return main.map(({ session }) =>
    calls.filter((call) => call.session === session && call.end === 'served'),
  )
}

async function sessionCalls(start: string): Promise<readonly CallRecord[]> {
  return (await recordings()).calls.filter((call) => call.session.startsWith(start))
}

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
    expect(new Set(metadata.map(({ reason }) => reason))).toEqual(new Set(['counts of another program']))
  })

  it('are 107 messages among 786 of the person', async () => {
    const imports = await recordings()
    const roles = ['message', 'tool-result', 'meta', 'compact-summary', 'command-echo', 'interrupt']
    expect(roles.map((role) => count(imports, `user: ${role}`))).toEqual([107, 650, 6, 3, 11, 9])
    expect(imports.report.main).toEqual({
      messages: 107,
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
    const slices = counted.filter(([, outside]) => outside.checkpoint_transcript_start !== undefined)
    expect(slices.map(([name]) => name.split('__')[1]?.slice(0, 8))).toEqual(['d563fb6b', '4a07cdcd'])
  })

  it.for(counted.map(([name, outside]) => ({ name, outside })))(
    'equal it in all four buckets: $name',
    async ({ name, outside }) => {
      const file = `${basename(name, '.entire-metadata.json')}.jsonl`
      const start = outside.checkpoint_transcript_start ?? 0
      const sum = { input_tokens: 0, cache_creation_tokens: 0, cache_read_tokens: 0, output_tokens: 0 }
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
    const [head = '', ...rows] = readFileSync(csv, 'utf8').trimEnd().split('\n')
    const names = head.split(',')
    const column = (row: readonly string[], name: string): string => row[names.indexOf(name)] ?? ''
    const rowsBySession = new Map<string, (readonly string[])[]>()
    for (const row of rows.map((line) => line.split(','))) {
      const session = column(row, 'session')
      rowsBySession.set(session, [...(rowsBySession.get(session) ?? []), row])
    }
    const whole = (await chains()).filter((chain) => !chain[0]?.provenance?.file.includes('__lines'))
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
    expect(new Set(child.map((call) => call.served?.model))).toEqual(new Set(['claude-haiku-4-5-20251001']))
    const sum = (bucket: (call: CallRecord) => number): number =>
      child.reduce((total, call) => total + bucket(call), 0)
    expect(sum(({ usage }) => usage?.uncachedInput ?? 0)).toBe(1_466)
    expect(sum(({ usage }) => (usage?.cacheWrite5m ?? 0) + (usage?.cacheWrite1h ?? 0))).toBe(55_420)
    expect(sum(({ usage }) => usage?.cacheRead ?? 0)).toBe(462_595)
  })

  it('add up to the prompt, and are a lower bound of the output without a stop reason', async () => {
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
  it('are six calls with 3, 11, 4, 7, 2 and 3 failed attempts in the outage, one exhausted', async () => {
    const affected = (await sessionCalls('b00b80af')).filter((call) => call.attempts !== undefined)
    const failed = affected.map(
      ({ attempts }) => attempts?.filter((attempt) => attempt.errorClass === 'overloaded').length,
    )
    expect(failed).toEqual([3, 11, 4, 7, 2, 3])
    expect(affected.map((call) => call.end)).toEqual([
      'served',
      'exhausted',
      'served',
      'served',
      'served',
      'served',
    ])
    expect(affected.flatMap((call) => call.attempts ?? []).map((one) => one.status ?? 200)).toEqual([
      ...[529, 529, 529, 200],
      ...Array<number>(11).fill(529),
      ...[529, 529, 529, 529, 200],
      ...Array<number>(7).fill(529),
      ...[200, 529, 529, 200],
      ...[529, 529, 529, 200],
    ])
    const [first] = affected
    // The attempt ends at its row; the next starts when the pause is over.
    expect(first?.attempts?.map((one) => one.waitedMicros)).toEqual([545_278, 1_063_343, 2_365_109, undefined])
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
    expect(cancelled?.attempts).toMatchObject([{ errorClass: 'unavailable', waitedMicros: 534_743 }])
    expect(cancelled?.attempts?.[0]?.status).toBeUndefined()
    expect((await recordings()).report.unfinishedAttempts).toBe(0)
    expect((await recordings()).report.calls.failedAttempts).toBe(32)
  })

  it('are three compactions whose call is in no log', async () => {
    const { events, report } = await recordings()
    const compactions = events.filter((event) => event.event === 'compaction')
    expect(compactions.map((event) => event.tokensBefore).toSorted()).toEqual([155_203, 155_829, 167_361])
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

describe.runIf(present)('signals of the recordings', () => {
  /** The value below which a share of the values lies. */
  function quantiles(values: readonly number[]): readonly (number | undefined)[] {
    const sorted = values.toSorted((a, b) => a - b)
    return [0.1, 0.25, 0.5, 0.75, 0.9, 1].map(
      (share) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))],
    )
  }

  it('are calls, turns and prompts of these sizes', async () => {
    const sessions = await chains()
    const all = sessions.flat()
    expect(all).toHaveLength(678)
    expect(quantiles(sessions.map((chain) => chain.length))).toEqual([9, 19, 32, 57, 68, 69])
    expect(quantiles(all.map((call) => call.prompt.tokens ?? 0))).toEqual([
      37_484, 49_803, 74_479, 111_195, 154_502, 316_934,
    ])
    expect(quantiles(sessions.map((chain) => chain[0]?.prompt.tokens ?? 0))).toEqual([
      26_229, 27_204, 40_669, 61_823, 136_163, 265_293,
    ])
    const turns = new Map<string, number>()
    for (const { session, turn } of all) {
      const key = `${session} ${turn}`
      turns.set(key, (turns.get(key) ?? 0) + 1)
    }
    expect(quantiles([...turns.values()])).toEqual([1, 1, 3, 9, 17, 58])
    expect(turns.size).toBe(104)
    expect(all.filter((call) => call.turn === 0)).toHaveLength(33)
    const crossed = [60_000, 100_000, 150_000, 200_000].map(
      (tokens) => all.filter((call) => (call.prompt.tokens ?? 0) >= tokens).length,
    )
    expect(crossed).toEqual([428, 225, 83, 45])
  })

  it('are texts, and thinking that two sessions withhold', async () => {
    const all = (await chains()).flat()
    expect(all.filter(({ reply }) => reply?.text !== null)).toHaveLength(384)
    expect(all.filter(({ reply }) => reply?.thinking != null)).toHaveLength(435)
    expect(all.filter(({ reply }) => reply?.thinking === undefined)).toHaveLength(39)
    const { sessions } = await recordings()
    const withheld = sessions.filter((session) => session.withheld?.thinking === true)
    expect(withheld.map((session) => session.source?.version).toSorted()).toEqual(['2.1.108', '2.1.91'])
    const older = sessions.find((session) => session.source?.version === '2.0.64')
    const calls = await sessionCalls(older?.session ?? 'none')
    expect(calls.every((call) => call.reply?.thinking === null)).toBe(true)
  })

  it('are windows of five messages: empty at 29 calls, not full at 178', async () => {
    let empty = 0
    let short = 0
    for (const chain of await chains()) {
      let messages = 0
      for (const { reply } of chain) {
        if (messages === 0) empty += 1
        if (messages < 5) short += 1
        if (reply?.text != null) messages += 1
      }
    }
    expect([empty, short]).toEqual([29, 178])
  })

  it('are plan mode at two calls, unknown at more than half', async () => {
    const all = (await chains()).flat()
    const modes = all.map((call) => call.prompt.signals?.['plan-mode'])
    expect(modes.filter((mode) => mode === true)).toHaveLength(2)
    expect(modes.filter((mode) => mode === undefined)).toHaveLength(370)
  })

  it('are no images: none new, none in a prompt whose beginning is known', async () => {
    const { calls, sessions } = await recordings()
    expect(new Set(calls.map((call) => call.prompt.newImages))).toEqual(new Set([0, undefined]))
    expect(new Set(calls.map((call) => call.prompt.contextImages))).toEqual(new Set([0, undefined]))
    expect(sessions).toHaveLength(21)
    expect((await recordings()).report.sessions).toEqual({ main: 20, child: 1, beginInTheMiddle: 5 })
  })

  it('are tools that failed, and tools that were repeated', async () => {
    const all = (await chains()).flat()
    const tools = all.flatMap(({ reply }) => reply?.tools ?? [])
    expect(tools).toHaveLength(650)
    // One failed result belongs to a call before its file begins, one call to a file that ends.
    expect(tools.filter((tool) => tool.failed === true)).toHaveLength(36)
    expect(tools.filter((tool) => tool.failed === false)).toHaveLength(613)

    const crossings = async (
      size: number,
      holds: (window: readonly ToolFacts[]) => boolean,
    ): Promise<readonly number[]> => {
      const firsts: number[] = []
      for (const chain of await chains()) {
        const history: ToolFacts[] = []
        for (const [index, { reply }] of chain.entries()) {
          if (holds(history.slice(-size))) {
            firsts.push(index + 1)
            break
          }
          history.push(...(reply?.tools ?? []))
        }
      }
      return firsts.toSorted((a, b) => a - b)
    }
    const failures = (least: number) => (window: readonly ToolFacts[]) =>
      window.filter((tool) => tool.failed === true).length >= least
    const repeats = (least: number) => (window: readonly ToolFacts[]) =>
      window.filter((tool) => tool.signature === window.at(-1)?.signature).length >= least

    expect(await crossings(3, failures(2))).toEqual([6, 13, 28, 37])
    expect(await crossings(6, failures(2))).toEqual([6, 10, 10, 13, 15, 16, 28])
    expect(await crossings(6, failures(3))).toEqual([])
    expect(await crossings(10, failures(3))).toEqual([34, 37])
    expect(await crossings(10, failures(4))).toEqual([36])
    expect(await crossings(5, repeats(2))).toEqual([10, 13, 31, 36])
    expect(await crossings(6, repeats(2))).toEqual([10, 13, 31, 31, 36])
    expect(await crossings(6, repeats(3))).toEqual([39])
    expect(await crossings(10, repeats(3))).toEqual([33, 39])
  })

  it('are doubts in thinking, next to none in visible text', async () => {
    const all = (await chains()).flat()
    const texts = (of: 'text' | 'thinking', phrase: string): number =>
      all.filter(({ reply }) => {
        const hits = reply?.[of]?.hits?.[doubtList.digest]
        return (hits?.[String(doubts.indexOf(phrase))] ?? 0) > 0
      }).length
    expect(['actually,', 'wait,', 'hmm'].map((phrase) => texts('thinking', phrase))).toEqual([49, 27, 11])
    expect(['actually,', 'wait,', 'hmm'].map((phrase) => texts('text', phrase))).toEqual([0, 1, 1])

    const firing = [2, 3, 4, 5, 6].map(async (least) => {
      let calls = 0
      for (const chain of await chains()) {
        const window: number[] = []
        for (const { reply } of chain) {
          if (window.slice(-5).reduce((a, b) => a + b, 0) >= least) calls += 1
          const hits = reply?.thinking?.hits?.[doubtList.digest] ?? {}
          if (reply?.thinking != null) window.push(Object.keys(hits).length)
        }
      }
      return calls
    })
    expect(await Promise.all(firing)).toEqual([179, 105, 76, 50, 25])
  })
})

describe.runIf(present)('records of the recordings', () => {
  it('keep no text, no path and no header', async () => {
    const { records } = await recordings()
    const written = JSON.stringify(records.map(({ provenance: _, ...record }) => record))
    for (const secret of ['"text":"', '/Users/', 'gitBranch', 'cloudflare', '15c59575', 'entire/']) {
      expect(written).not.toContain(secret)
    }
  })

  it('have starts that never come after their ends, although timestamps run backwards', async () => {
    for (const { startMicros, endMicros, timeQuality } of (await chains()).flat()) {
      expect(timeQuality).toBe('derived')
      if (startMicros !== undefined) expect(startMicros).toBeLessThanOrEqual(endMicros ?? 0)
    }
    const unknown = (await chains()).flat().filter((call) => call.startMicros === undefined)
    expect(unknown).toHaveLength(1)
  })

  it('are the same whatever the order of the files', async () => {
    const names = readdirSync(windows).map((name) => join(windows, name))
    const forth = await importPaths(names, { phraseLists: [doubtList] })
    const back = await importPaths(names.toReversed(), { phraseLists: [doubtList] })
    expect(back.records).toEqual(forth.records)
    const twice = await importPaths([...names, windows], { phraseLists: [doubtList] })
    expect(twice.records).toEqual(forth.records)
  })

  it('name the house that answered', async () => {
    const { calls } = await recordings()
    const served = calls.filter((call) => call.end === 'served')
    expect(new Set(served.map((call) => call.served?.provider))).toEqual(new Set(['anthropic']))
  })
})
