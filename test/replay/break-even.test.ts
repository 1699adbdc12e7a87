import { describe, expect, it } from 'vitest'
import { breakEvenOf, breakEvenTenths } from '../../src/replay/break-even.ts'
import type { SwitchEconomy } from '../../src/replay/result/session.ts'
import { policyOf } from '../support/policy-of.ts'

/** List prices of late 2025, a million tokens: input, output, cache read, cache write. */
const prices: readonly (readonly [model: string, input: string, output: string, read: string, write?: string])[] = [
  ['opus-4.5', '$5', '$25', '$0.50', '$6.25'],
  ['sonnet-4.5', '$3', '$15', '$0.30', '$3.75'],
  ['gemini-3-pro', '$2', '$12', '$0.20'],
  ['gpt-5.1', '$1.25', '$10', '$0.125'],
  ['deepseek-v3.2', '$0.28', '$0.42', '$0.028'],
]

const policy = policyOf(`policy vectors
${prices
  .map(
    ([model, input, output, read, write]) => `model ${model} {
  served-by [host]
  price per 1M tokens {
    input ${input}
    output ${output}
    cache-read ${read}${write === undefined ? '' : `\n    cache-write-5min ${write}`}
  }
}`,
  )
  .join('\n')}
provider host { family x }
on start { otherwise use opus-4.5 }`)

function tenths(from: string, to: string, more: { kept?: number; compaction?: bigint } = {}): ReturnType<typeof breakEvenTenths> {
  const place = (model: string): { model: string; provider: undefined } => ({ model, provider: undefined })
  return breakEvenTenths(policy, {
    from: place(from),
    to: place(to),
    contextTokens: 100_000,
    outputTokens: 500,
    keptMillionths: more.kept,
    compactionPicoUsd: more.compaction ?? 0n,
    atMicros: undefined,
  })
}

describe('break-even of a switch at 100k tokens and 500 a reply', () => {
  it.each([
    ['opus-4.5', 'sonnet-4.5', 138],
    // 4.93, rounded up.
    ['opus-4.5', 'gemini-3-pro', 50],
    ['sonnet-4.5', 'gemini-3-pro', 157],
    ['opus-4.5', 'gpt-5.1', 25],
    ['opus-4.5', 'deepseek-v3.2', 5],
  ])('%s → %s', (from, to, expected) => {
    expect(tenths(from, to)).toBe(expected)
  })

  it('is never to a dearer model, and later when a summary must be paid', () => {
    expect(tenths('sonnet-4.5', 'opus-4.5')).toBe('never')
    expect(tenths('opus-4.5', 'nobody')).toBeUndefined()
    // $0.05 for the summary; a tenth of the context is built anew, and each call saves more.
    expect(tenths('opus-4.5', 'sonnet-4.5', { kept: 100_000, compaction: 50_000_000_000n })).toBe(17)
  })

  it('counts the switches that a session is too short for', () => {
    const economy = (callsLeft: number, breakEven: SwitchEconomy['breakEvenTenths']): SwitchEconomy => ({
      call: 1,
      rule: 'down',
      from: 'a',
      to: 'b',
      breakEvenTenths: breakEven,
      callsLeft,
    })
    expect(breakEvenOf([economy(13, 138), economy(14, 138), economy(3, 'never'), economy(2, undefined)])).toEqual({
      down: {
        switches: 4,
        unknown: 1,
        never: 1,
        tooFewCalls: 1,
        tenths: { least: 138, most: 138, sum: 276 },
        callsLeft: { least: 2, most: 14, sum: 32 },
      },
    })
  })
})
