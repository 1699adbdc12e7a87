import { describe, expect, it } from 'vitest'
import type { Model, Policy } from '../../../src/policy/core.ts'
import { loadPolicyText } from '../../../src/policy/load.ts'
import { shippedRouteFiles } from '../../support/route-files.ts'

const libraries = new Map(shippedRouteFiles().map((source) => [source.name, source.text]))

function load(text: string): { policy: Policy; codes: string[] } {
  const start = 'on start { otherwise use claude-opus-4-7 }'
  const whole = `policy p import "catalog/2026-06.route"\n${text}\n${start}\n`
  const { policy, diagnostics } = loadPolicyText('p.route', whole, libraries)
  if (policy === undefined) throw new Error(diagnostics.map((each) => each.message).join())
  return { policy, codes: diagnostics.map((each) => each.code) }
}

function model(policy: Policy, name: string): Model {
  const found = policy.models.find((each) => each.name === name)
  if (found === undefined) throw new Error(`no model ${name}`)
  return found
}

const shipped = load('').policy

describe('the shipped catalogue', () => {
  it('has prices in pico-dollars a token, factors worked out', () => {
    expect(model(shipped, 'claude-opus-4-7').prices.filter((card) => card.serviceTier === null)).toEqual([
      {
        fromDay: 20_559,
        aboveTokens: 0,
        serviceTier: null,
        picoUsd: {
          input: 5_000_000n,
          output: 25_000_000n,
          'cache-read': 500_000n,
          'cache-write-5min': 6_250_000n,
          'cache-write-1h': 10_000_000n,
          'web-search': 10_000_000_000n,
        },
      },
    ])
    expect(model(shipped, 'deepseek-v4-pro').prices[0]?.picoUsd['cache-read']).toBe(3_625n)
  })

  it('has steps by prompt size and by service tier', () => {
    const heads = model(shipped, 'gpt-5.4').prices.map((card) => [card.aboveTokens, card.serviceTier])
    expect(heads).toEqual([[0, null], [272_000, null], [0, 'flex'], [0, 'priority'], [0, 'batch']])
  })

  it('gives an endpoint its own price, else that of the model', () => {
    const inputs = model(shipped, 'kimi-k2.6').endpoints.map((endpoint) => [
      endpoint.provider,
      endpoint.prices[0]?.picoUsd.input,
    ])
    expect(inputs).toEqual([
      ['moonshot', 950_000n],
      ['factory', 960_000n],
      ['fireworks', 950_000n],
      ['together', 1_200_000n],
    ])
  })

  it('prices every model and serves it somewhere', () => {
    for (const each of shipped.models) {
      expect({ name: each.name, priced: each.prices.length > 0, served: each.endpoints.length > 0 }).toEqual({
        name: each.name,
        priced: true,
        served: true,
      })
    }
  })
})

describe('an override', () => {
  it('replaces the lines that it writes and keeps the rest', () => {
    const { policy } = load('override model gpt-5.4 { price per 1M tokens { input $2 output $12 } tags [ours] }')
    const changed = model(policy, 'gpt-5.4')
    const before = model(shipped, 'gpt-5.4')
    expect(changed.prices.map((card) => card.picoUsd)).toEqual([{ input: 2_000_000n, output: 12_000_000n }])
    expect(changed.tags).toEqual(['ours'])
    expect([changed.contextTokens, changed.knownAs, changed.tier]).toEqual([
      before.contextTokens,
      before.knownAs,
      before.tier,
    ])
  })

  it('drops a host with what was said of it, and merges the rest host by host', () => {
    const { policy } = load(`override model kimi-k2.6 {
  served-by [fireworks, factory]
  at fireworks { latency 300ms }
}`)
    const endpoints = model(policy, 'kimi-k2.6').endpoints.map((endpoint) => [
      endpoint.provider,
      endpoint.latencyMicros,
      endpoint.prices[0]?.picoUsd.input,
    ])
    expect(endpoints).toEqual([
      ['fireworks', 300_000, 950_000n],
      ['factory', undefined, 960_000n],
    ])
  })

  it('of a provider reaches its endpoints', () => {
    const { policy } = load('override provider vertex { region eu }')
    const regions = model(policy, 'claude-opus-4-7').endpoints.map((endpoint) => endpoint.region)
    expect(regions).toEqual(['us', 'us', 'eu'])
  })
})

describe('a price that is not whole', () => {
  it.each([
    ['a third', 'price per 3 tokens { input $0.000000000001 }', 0n],
    ['half a pico-dollar, to even', 'price per 2 tokens { input $0.000000000001 }', 0n],
    ['one and a half, to even', 'price per 2 tokens { input $0.000000000003 }', 2n],
    ['two and a half, to even', 'price per 2 tokens { input $0.000000000005 }', 2n],
  ])('is rounded once, with a note: %s', (_title, price, expected) => {
    const { policy, codes } = load(`model odd { served-by [openai] ${price} }`)
    expect(codes).toEqual(['RT0223'])
    expect(model(policy, 'odd').prices[0]?.picoUsd.input).toBe(expected)
  })

  it('is a factor of the input price before it was rounded', () => {
    const { policy } = load('model odd { served-by [openai] price per 3 tokens { input $0.000000000001 output 3x } }')
    expect(model(policy, 'odd').prices[0]?.picoUsd).toEqual({ input: 0n, output: 1n })
  })
})

describe('prices in a region', () => {
  const priced = (rows: string): { policy: Policy; codes: string[] } =>
    load(`model m { served-by [anthropic] price per 1M tokens { ${rows} } }`)

  it('are those of tokens by a factor, once rounded; what is of one piece stays', () => {
    const { policy, codes } = priced('input $5 output $25 audio-input $0.000001 cache-read 0.1x web-search $0.01 in us 1.10x')
    const [card] = model(policy, 'm').prices
    expect(card?.inRegions).toEqual({
      us: {
        factor: { numerator: 11n, denominator: 10n },
        picoUsd: {
          input: 5_500_000n,
          output: 27_500_000n,
          'audio-input': 1n,
          'cache-read': 550_000n,
          'web-search': 10_000_000_000n,
        },
      },
    })
    expect(codes.filter((code) => code === 'RT0223')).toHaveLength(1)
    expect(card?.picoUsd.input).toBe(5_000_000n)
  })

  it.each([
    ['input $5 in us 1.1x in us 1.2x', 'prices in `us` are written twice'],
    ['in us 1.1x', 'the price list is empty'],
    ['input $5 in us 0x', '`0x` is out of range'],
    ['input $5 web-search 0.1x', 'got `0.1x`, expected money'],
  ])('%s is refused', (rows, message) => {
    expect(() => load(`model m { served-by [anthropic] price per 1M tokens { ${rows} } }`)).toThrow(message)
  })
})
