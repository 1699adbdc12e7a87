import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Endpoint } from '../../../src/policy/core.ts'
import type { LineUpGroup } from '../../../src/policy/line-up.ts'
import { weighed } from '../../../src/replay/serving/strategies.ts'
import type { HostView } from '../../../src/replay/serving/strategies.ts'
import { small } from '../../support/policy-of.ts'

function host(provider: string): Endpoint {
  return {
    model: 'm', provider, family: provider, region: null, account: null, quantization: null, data: [], prices: [],
    cache: undefined, latencyMicros: undefined, tokensPerSecond: undefined, limits: [],
  }
}

/** A group of hosts drawn by a strategy as a policy writes it. */
function group(strategy: string, providers: readonly string[], weights?: readonly number[]): LineUpGroup {
  const lines = small(`on start { otherwise use big } serve any { strategy ${strategy} }`).serving[0]?.lines
  return {
    endpoints: providers.map(host),
    stuck: false,
    draw: { strategy: lines?.strategy, weights: weights ?? providers.map(() => 1) },
  }
}

const nothingSeen: HostView['observed'] = { samples: () => [], inFlight: () => 0, usedTokens: () => 0 }

function prices(of: Readonly<Record<string, bigint>>): HostView {
  return { price: ({ provider }) => of[provider], observed: nothingSeen }
}

/** `a 9 c 1 b 0`, in the order in which they would follow. */
function shown(of: LineUpGroup, view: HostView): string | undefined {
  return weighed(of, view)?.map(({ endpoint, weight }) => `${endpoint.provider} ${weight}`).join(' ')
}

describe('price-weighted', () => {
  it.each<[string, Readonly<Record<string, bigint>>, string]>([
    ['price-weighted { power 2 }', { a: 1n, c: 3n }, 'a 9 c 1'],
    ['price-weighted { power 1 }', { a: 1n, c: 3n }, 'a 3 c 1'],
    ['price-weighted', { a: 2n, c: 3n }, 'a 3 c 2'],
    ['price-weighted { power 2, within 4x }', { a: 1n, c: 5n }, 'a 1 c 0'],
    ['price-weighted { power 2, within 4x }', { a: 1n, c: 4n }, 'a 16 c 1'],
    ['price-weighted { power 2 }', { a: 0n, c: 3n }, 'a 1 c 0'],
    ['price-weighted { power 2 }', { c: 3n }, 'a 0 c 1'],
    ['price-weighted { power 2 }', {}, 'a 1 c 1'],
  ])('%s of %o', (strategy, of, expected) => {
    expect(shown(group(strategy, ['a', 'c']), prices(of))).toBe(expected)
  })

  it('law: weights are to each other as the other way round of prices to the power', () => {
    const price = fc.bigInt({ min: 1n, max: 10n ** 9n })
    fc.assert(
      fc.property(price, price, price, (a, b, c) => {
        const [first, second] = weighed(group('price-weighted { power 2 }', ['a', 'b', 'c']), prices({ a, b, c })) ?? []
        expect((first?.weight ?? 0n) * a * a).toBe((second?.weight ?? 1n) * b * b)
      }),
      { numRuns: 50 },
    )
  })
})

describe('what was observed', () => {
  const view: HostView = {
    price: () => undefined,
    observed: {
      samples: ({ provider }, most) => ({ a: [10, 30, 50], b: [20], c: [26] })[provider]?.slice(-most) ?? [],
      inFlight: ({ provider }) => ({ a: 2, b: 1 })[provider] ?? 1,
      usedTokens: ({ provider }, window) => (window === 'calendar-hour' ? 5 : provider === 'b' ? 7 : 3),
    },
  }

  it.each<[string, readonly string[], string]>([
    ['latency { samples 10 }', ['a', 'b', 'c'], 'b 1 c 0 a 0'],
    ['latency { samples 10, buffer 30% }', ['a', 'b', 'c'], 'b 1 c 1 a 0'],
    ['latency { samples 1, buffer 29% }', ['a', 'b', 'c'], 'b 1 c 0 a 0'],
    ['latency { samples 10 }', ['a', 'b', 'new'], 'new 1 b 0 a 0'],
    ['least-busy', ['a', 'b', 'c'], 'b 1 c 0 a 0'],
    ['lowest-usage { window calendar-minute }', ['a', 'b', 'c'], 'a 1 c 1 b 0'],
    ['lowest-usage { window calendar-hour }', ['a', 'b', 'c'], 'a 1 b 1 c 1'],
  ])('%s of %j', (strategy, providers, expected) => {
    expect(shown(group(strategy, providers), view)).toBe(expected)
  })
})
