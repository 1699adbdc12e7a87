import { describe, expect, it } from 'vitest'
import { referenceEvaluator } from '../../../src/policy/reference/decide.ts'
import { effectOf, waterfallOf } from '../../../src/replay/effects.ts'
import { replaySession } from '../../../src/replay/session-replay.ts'
import { measuredBehaviours, withoutLoss } from '../../../src/replay/cache/behaviour.ts'
import type { SessionResult } from '../../../src/replay/result/session.ts'
import type { CallRecord } from '../../../src/trace/record.ts'
import { policyOf } from '../../support/policy-of.ts'

const minute = 60_000_000

const models = `
provider north { family north }
provider south { family south }
model big {
  context 200k tokens
  max-output 32k tokens
  served-by [north]
  price per 1M tokens { input $5 output $25 cache-read $0.50 cache-write-5min $6.25 cache-write-1h $10 }
  cache { lifetime [5min, 1h] minimum 1_024 tokens refreshed on use }
}
model mid {
  context 200k tokens
  max-output 32k tokens
  served-by [south]
  price per 1M tokens { input $1 output $5 cache-read $0.10 cache-write-5min $1.25 cache-write-1h $2 }
  cache { lifetime [5min, 1h] minimum 1_024 tokens refreshed on use }
}
model bare {
  context 200k tokens
  served-by [south]
  price per 1M tokens { input $1 output $5 cache-read $0.10 }
}
pool main = [big, mid, bare]
`

/** Calls of `big` whose cache always holds the prompt before, at these minutes. */
function session(prompts: readonly number[], minutes: readonly number[] = prompts.map((_, at) => at)): Parameters<typeof replaySession>[0] {
  const calls = prompts.map((tokens, at): CallRecord => {
    const cacheRead = Math.min(prompts[at - 1] ?? 0, tokens)
    return {
      record: 'call',
      session: 's',
      call: at + 1,
      turn: 1,
      startMicros: (minutes[at] ?? 0) * minute,
      timeQuality: 'relative',
      served: { model: 'big', provider: 'north' },
      prompt: { tokens, newImages: 0, contextImages: 0 },
      usage: { uncachedInput: 0, cacheRead, cacheWrite5m: tokens - cacheRead, cacheWrite1h: 0, output: 1_000, outputQuality: 'exact' },
      end: 'served',
      reply: { text: null, thinking: null, tools: [{ name: 'read' }] },
    }
  })
  return { session: 's', header: undefined, calls, events: [] }
}

/** The second call of these sessions. */
const second = 'context.length >= 11k tokens and context.length < 12k tokens'

const lossless = withoutLoss({ ...measuredBehaviours, marked: { ...measuredBehaviours.marked, tailTokens: 0 } })

function replay(policy: string, recorded: ReturnType<typeof session>): SessionResult {
  const evaluator = referenceEvaluator(policyOf(models, `policy p\n${policy}`))
  return replaySession(recorded, { evaluator, mode: 'frozen', seed: '0', caches: lossless })
}

/** `model by rule` of each call, with its cost in micro-dollars. */
function costs(result: SessionResult): readonly string[] {
  return result.calls.map(({ served, decision, policyCost }) => `${served?.model} ${decision.rule} ${(policyCost.value ?? 0n) / 1_000_000n}`)
}

describe('what a call costs after a divergence', () => {
  it('is the whole prefix written anew at another model, then read', () => {
    const there = replay(`on start { otherwise use big } on call { rule away: when ${second} then use mid  otherwise keep }`, session([10_000, 11_000, 12_000]))
    // 10,000 written at big; 11,000 written at mid; 11,000 read there and 1,000 written. Output: $25, $5, $5.
    expect(costs(there)).toEqual([`big otherwise ${62_500 + 25_000}`, `mid away ${13_750 + 5_000}`, `mid otherwise ${1_100 + 1_250 + 5_000}`])
    const back = replay(
      `on start { otherwise use big } on call { rule away: when ${second} then for this call use mid  otherwise keep }`,
      session([10_000, 11_000, 12_000]),
    )
    // Back within the lifetime: 10,000 are still a prefix.
    expect(costs(back).at(-1)).toBe(`big otherwise ${5_000 + 12_500 + 25_000}`)
    const late = replay(
      `on start { otherwise use big } on call { rule away: when ${second} then for this call use mid  otherwise keep }`,
      session([10_000, 11_000, 12_000], [0, 1, 7]),
    )
    // Expired: of 10,000 tokens of tools and system prompt 11.1% are still there, by other sessions.
    expect(costs(late).at(-1)).toBe(`big otherwise ${555 + 68_062 + 25_000}`)
  })

  it('is between all and nothing read where the session was never', () => {
    const { calls } = replay('on start { otherwise use mid }', session([10_000]))
    const [first] = calls
    // From all read to all written, and a factor of four either way.
    expect(first?.policyCost).toMatchObject({ level: 'modelled', value: 17_500_000_000n, lo: (1_000_000_000n + 5_000_000_000n) / 4n, hi: 17_500_000_000n * 4n })
  })

  it('has shorter prompts after the policy summed them up, and pays for the summary', () => {
    const result = replay(
      `switch { other family compact to 20% } on start { otherwise use big } on call { rule away: when ${second} then use mid  otherwise keep }`,
      session([10_000, 11_000, 12_000]),
    )
    const [, away, after] = result.calls
    // 2,200 tokens are left and written; the next prompt has the 1,000 that the log adds.
    expect(away?.policyCost.value).toBe(2_200n * 1_250_000n + 5_000_000_000n)
    expect(after?.policyCost.value).toBe(2_200n * 100_000n + 1_000n * 1_250_000n + 5_000_000_000n)
    // The old model reads 11,000 tokens that it holds and writes 2,200.
    expect(away?.overheadCost).toMatchObject({ level: 'modelled', value: 11_000n * 500_000n + 2_200n * 25_000_000n })
    const waterfall = waterfallOf(away?.effects)
    expect(effectOf(waterfall, 'compaction')).toBe(away?.overheadCost?.value)
    expect(effectOf(waterfall, 'tokens')).toBeLessThan(0n)
    expect(result.switches).toMatchObject([{ call: 2, rule: 'away', from: 'big', to: 'mid', callsLeft: 2 }])
  })
})

describe('`warm` in a policy', () => {
  const rules = (model: string): string =>
    `on start { otherwise use big } on call { rule warm: when warm(${model}) then keep  rule cold: when not warm(${model}) then keep  otherwise keep }`
  const decided = (model: string, recorded: ReturnType<typeof session>): readonly string[] =>
    replay(rules(model), recorded).calls.map(({ decision }) => decision.rule)

  it('tells what the calls before have left, and is unknown where they cannot tell', () => {
    const calls = session([10_000, 11_000, 12_000], [0, 4, 12])
    expect(decided('big', calls)).toEqual(['otherwise', 'warm', 'cold'])
    expect(decided('mid', calls)).toEqual(['otherwise', 'otherwise', 'otherwise'])
    const timeless = { ...calls, calls: calls.calls.map(({ startMicros: _start, ...call }) => call) }
    expect(decided('big', timeless)).toEqual(['otherwise', 'otherwise', 'otherwise'])
  })
})
