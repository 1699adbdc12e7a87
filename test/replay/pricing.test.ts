import { describe, expect, it } from 'vitest'
import { withFirstPrices } from '../../src/policy/first-prices.ts'
import { priceUsage } from '../../src/replay/pricing.ts'
import type { PricePlace } from '../../src/replay/pricing.ts'
import type { Usage } from '../../src/trace/record.ts'
import { policyOf } from '../support/policy-of.ts'

const policy = policyOf(
  `
  scale tier = [standard]
  provider north { region us }
  provider south { region us }
  model one {
    tier standard
    max-output 10k tokens
    served-by [north, south]
    price per 1M tokens from 2026-01-01 { input $1 output $10 cache-read 0.1x cache-write-5min 1.25x cache-write-1h 2x }
    price per 1M tokens from 2026-02-01 { input $2 output $20 cache-read 0.1x cache-write-5min 1.25x cache-write-1h 2x }
    price per 1M tokens from 2026-02-01 above 100k tokens { input $4 output $40 cache-read 0.1x cache-write-5min 1.25x cache-write-1h 2x }
    price per 1M tokens from 2026-02-01 for flex { input $1 output $5 }
    at south { price per 1M tokens { input $3 output $30 } }
  }
  model bare { tier standard served-by [north] price per 1M tokens { input $1 } }
  `,
  'policy p\non start { otherwise use one }',
)

const none: Usage = {
  uncachedInput: 0,
  cacheRead: 0,
  cacheWrite5m: 0,
  cacheWrite1h: 0,
  output: 0,
  outputQuality: 'exact',
}

const day = (text: string): number => Date.parse(`${text}T12:00:00Z`) * 1000
const march: PricePlace = {
  model: 'one',
  provider: undefined,
  serviceTier: undefined,
  region: undefined,
  atMicros: day('2026-03-01'),
  images: 0,
}

const dollars = (amount: number): bigint => BigInt(Math.round(amount * 1e6)) * 1_000_000n

describe('the price of tokens', () => {
  it('is the sum of every bucket at its own row', () => {
    const usage = { ...none, uncachedInput: 1000, cacheRead: 10_000, cacheWrite5m: 2000, cacheWrite1h: 3000, output: 400, reasoning: 100 }
    const money = priceUsage(policy, usage, march)
    // 1k × $2 + 10k × $0.20 + 2k × $2.50 + 3k × $4 + 500 × $20, a million.
    expect(money).toMatchObject({ level: 're-priced', value: dollars(0.031), lo: dollars(0.031), hi: dollars(0.031) })
  })

  it('is unknown before the first day, and modelled if that price is assumed', () => {
    const december = { ...march, atMicros: day('2025-12-01') }
    const usage = { ...none, uncachedInput: 1000, output: 100 }
    expect(priceUsage(policy, usage, december)).toMatchObject({ level: 'unknown', value: null })
    const assuming = withFirstPrices(policy)
    expect(priceUsage(assuming, usage, december)).toMatchObject({ level: 'modelled', basis: 'first-prices', value: dollars(0.002), hi: dollars(0.002) })
    expect(priceUsage(assuming, usage, march)).toEqual(priceUsage(policy, usage, march))
  })

  it.each([
    ['the first row from its day on', { ...march, atMicros: day('2026-01-01') }, dollars(1)],
    ['the later row from its day on', { ...march, atMicros: day('2026-02-01') }, dollars(4)],
    ['the newest row without a date', { ...march, atMicros: undefined }, dollars(4)],
    ['a service tier with rows of its own', { ...march, serviceTier: 'flex' }, dollars(1)],
    ['a service tier without rows: the plain ones', { ...march, serviceTier: 'priority' }, dollars(4)],
    ["a host's own rows", { ...march, provider: 'south' }, dollars(3)],
    ['a host that the catalogue does not know', { ...march, provider: 'west' }, dollars(4)],
  ])('%s', (_, place, expected) => {
    const usage = { ...none, uncachedInput: 1_000_000 }
    expect(priceUsage(policy, usage, place).value).toBe(expected)
  })

  it('crossing a size re-prices the whole request, from the next token on', () => {
    const at = (uncachedInput: number): bigint | null => priceUsage(policy, { ...none, uncachedInput }, march).value
    expect(at(100_000)).toBe(dollars(0.2))
    expect(at(100_001)).toBe(dollars(0.400004))
  })

  it('an output that the log cuts short is bounded by the longest one, and the prompt stays exact', () => {
    const usage: Usage = { ...none, uncachedInput: 1000, output: 50, outputQuality: 'lower-bound' }
    const money = priceUsage(policy, usage, march)
    expect(money).toMatchObject({ level: 'bounded', value: dollars(0.003), lo: dollars(0.003), hi: dollars(0.202) })
    expect(money.parts?.map(({ level, value }) => [level, value])).toEqual([
      ['re-priced', dollars(0.002)],
      ['bounded', dollars(0.001)],
    ])
  })

  it('writes of unknown lifetime lie between the cheapest and the dearest row', () => {
    const money = priceUsage(policy, { ...none, cacheWriteOther: 1000 }, march)
    expect(money).toMatchObject({ level: 'bounded', lo: dollars(0.0025), hi: dollars(0.004) })
  })

  it.each([
    ['a model that nobody knows', { ...march, model: '__proto__' }, 'no model `__proto__` in the catalogue'],
    ['a day before the first price', { ...march, atMicros: day('2025-12-31') }, 'no price for `one` in force on that day'],
    ['a missing row', { ...march, model: 'bare' }, 'no output price for `bare`'],
  ])('is unknown for %s', (_, place, basis) => {
    const money = priceUsage(policy, { ...none, uncachedInput: 10, output: 10 }, place)
    expect(money).toEqual({ value: null, lo: null, hi: null, level: 'unknown', basis })
  })
})

describe('the price of what is no text', () => {
  const rich = policyOf(`
scale tier = [standard]
provider north { region us }
provider south { region eu }
model rich {
  tier standard
  served-by [north, south]
  price per 1M tokens {
    input $1 output $4 cache-read $0.10
    audio-input $10 audio-output $40 image-output $30
    image $0.01 generated-image $0.04 web-search-low $0.01 web-search-high $0.03 request $0.001
    in us 1.10x
  }
}
model bare { tier standard served-by [north] price per 1M tokens { input $1 output $4 cache-read $0.10 } }
`, 'policy p\non start { otherwise use rich }')
  const place: PricePlace = { ...march, model: 'rich' }
  const price = (usage: Partial<Usage>, at: Partial<PricePlace> = {}): ReturnType<typeof priceUsage> =>
    priceUsage(rich, { ...none, ...usage }, { ...place, ...at })
  const request = dollars(0.001)

  it('is at its own row, the rest of the bucket at that of text', () => {
    const found = price({ uncachedInput: 1_000, audioInput: 600, output: 50, audioOutput: 20 })
    expect(found.value).toBe(request + dollars(0.0004 + 0.006 + 0.00012 + 0.0008))
    expect(found.level).toBe('re-priced')
  })

  it('is that of the bucket for images and videos of the prompt without a row', () => {
    expect(price({ uncachedInput: 1_000, imageInput: 300, videoInput: 700 }).value).toBe(request + dollars(0.001))
  })

  it('is unknown without a row, by name', () => {
    for (const [usage, row] of [
      [{ uncachedInput: 9, audioInput: 1 }, 'audio-input'],
      [{ output: 9, audioOutput: 1 }, 'audio-output'],
      [{ output: 9, imageOutput: 1 }, 'image-output'],
      [{ output: 9, videoOutput: 1 }, 'video-output'],
      [{ generatedImages: 1 }, 'generated-image'],
      [{ webSearches: 1 }, 'web-search'],
      [{ cacheRead: 9, audioCacheRead: 1 }, 'audio-cache-read'],
    ] as const) {
      const found = price(usage, { model: 'bare' })
      expect(found).toMatchObject({ value: null, level: 'unknown', basis: `no ${row} price for \`bare\`` })
    }
    const two = price({ uncachedInput: 9, audioInput: 1, webSearches: 1 }, { model: 'bare' })
    // What has a price is in no sum either.
    expect(two).toMatchObject({ value: null, basis: 'no audio-input and no web-search price for `bare`' })
    expect(two.parts).toBeUndefined()
  })

  it('is of the tokens of images, or of the images, and never of both', () => {
    expect(price({ output: 1_290, imageOutput: 1_290, generatedImages: 1 }).value).toBe(request + dollars(0.0387))
    expect(price({ generatedImages: 2 }).value).toBe(request + dollars(0.08))
    expect(price({ uncachedInput: 10 }, { images: 2 }).value).toBe(request + dollars(0.02001))
  })

  it('is bounded where the size of a search is not told', () => {
    const found = price({ webSearches: 3 })
    expect([found.lo, found.hi]).toEqual([request + dollars(0.03), request + dollars(0.09)])
  })

  it('is bounded for audio that was read from a cache and has no row for that', () => {
    const found = price({ cacheRead: 100, audioCacheRead: 100 })
    expect([found.lo, found.hi]).toEqual([request, request + dollars(0.001)])
  })

  it('is multiplied in a region, tokens alone', () => {
    const usage = { uncachedInput: 1_000, audioInput: 600, output: 50 }
    expect(price(usage, { region: 'us' }).value).toBe(request + dollars(0.0011 * 0.4 + 0.0066 + 0.00022))
    expect(price(usage, { region: 'eu' })).toEqual(price(usage))
  })
})
