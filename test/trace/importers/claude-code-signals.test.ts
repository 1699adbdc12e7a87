import { describe, expect, it } from 'vitest'
import type { ToolFacts } from '../../../src/trace/record.ts'
import {
  chains,
  doubtDigest,
  doubts,
  present,
  recordings,
  sessionCalls,
} from '../../support/claude-recordings.ts'

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
    expect(all.filter((call) => call.turn === 0)).toHaveLength(12)
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
    const versions = withheld.map((session) => session.source?.version)
    expect(versions.toSorted()).toEqual(['2.1.108', '2.1.91'])
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
    const { report } = await recordings()
    expect(report.sessions).toMatchObject({ main: 20, child: 1, beginInTheMiddle: 5 })
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
        const hits = reply?.[of]?.hits?.[doubtDigest]
        return (hits?.[String(doubts.indexOf(phrase))] ?? 0) > 0
      }).length
    const frequent = ['actually,', 'wait,', 'hmm']
    expect(frequent.map((phrase) => texts('thinking', phrase))).toEqual([49, 27, 11])
    expect(frequent.map((phrase) => texts('text', phrase))).toEqual([0, 1, 1])

    const firing = [2, 3, 4, 5, 6].map(async (least) => {
      let calls = 0
      for (const chain of await chains()) {
        const window: number[] = []
        for (const { reply } of chain) {
          if (window.slice(-5).reduce((a, b) => a + b, 0) >= least) calls += 1
          const hits = reply?.thinking?.hits?.[doubtDigest] ?? {}
          if (reply?.thinking != null) window.push(Object.keys(hits).length)
        }
      }
      return calls
    })
    expect(await Promise.all(firing)).toEqual([179, 105, 76, 50, 25])
  })
})
