import { describe, expect, it } from 'vitest'
import { createAudit } from '../../../src/analysis/audit/audit.ts'
import { createPriceBook } from '../../../src/analysis/audit/price-book.ts'
import { parse } from '../../../src/language/parser.ts'
import type { CallRecord, Usage } from '../../../src/trace/record.ts'
import { audited, billed, causesOf } from '../../support/audited.ts'
import { policyOf } from '../../support/policy-of.ts'

const policy = policyOf(`
provider north { family north }
provider south { family south }
model big {
  served-by [north, south]
  price per 1M tokens from 2026-01-01 { input $10 output $50 cache-read $1 cache-write-5min $12.50 cache-write-1h $20 }
  price per 1M tokens from 2026-03-01 { input $5 output $25 cache-read $0.50 cache-write-5min $6.25 cache-write-1h $10 }
  price per 1M tokens from 2026-03-01 above 200k tokens { input $10 output $37.50 cache-read $1 cache-write-5min $12.50 cache-write-1h $20 }
  price per 1M tokens from 2026-03-01 for flex { input $2.50 output $12.50 cache-read $0.25 }
  at south { price per 1M tokens { input $5.50 output $27 cache-read $0.55 } }
}
model small {
  served-by [north]
  price per 1M tokens { input $0.30 output $1.20 cache-read $0.07 }
}
`)

const june = Date.parse('2026-06-15T09:00:00Z') * 1_000
const usage: Usage = {
  uncachedInput: 1_234,
  cacheRead: 20_017,
  cacheWrite5m: 311,
  cacheWrite1h: 0,
  output: 457,
  reasoning: 83,
  outputQuality: 'exact',
}
const fresh: Usage = { ...usage, cacheRead: 0, cacheWrite5m: 0, reasoning: 0 }

/** What `usage` costs at dollars per 1M tokens. */
function bill(tokens: Usage, input: number, output: number, read: number, write: number): bigint {
  const micro = (count: number, dollars: number): bigint =>
    BigInt(count) * BigInt(Math.round(dollars * 1_000_000))
  return (
    micro(tokens.uncachedInput, input) +
    micro(tokens.cacheRead, read) +
    micro(tokens.cacheWrite5m, write) +
    micro(tokens.output + (tokens.reasoning ?? 0), output)
  )
}

function one(tokens: Usage, picoUsd: bigint, facts: Partial<CallRecord> = {}): readonly string[] {
  const result = audited(policy, [billed('big', tokens, picoUsd, { startMicros: june, ...facts })])
  expect(result.unmatched).toBe(1)
  return result.causes.map(({ cause }) => cause)
}

describe('the cause of a bill that does not match', () => {
  it('is none where it matches', () => {
    const result = audited(policy, [
      billed('big', usage, bill(usage, 5, 25, 0.5, 6.25), { startMicros: june }),
    ])
    expect(result).toMatchObject({ exact: 1, unmatched: 0, causes: [] })
  })

  it('is the price card of another model', () => {
    expect(one(usage, bill(usage, 0.3, 1.2, 0.07, 0.3))).toEqual(['price-of-another-model'])
  })

  it('is the price before a cut', () => {
    expect(one(usage, bill(usage, 10, 50, 1, 12.5))).toEqual(['stale-price'])
  })

  it('is a price that was not yet in force', () => {
    const february = { startMicros: Date.parse('2026-02-10T00:00:00Z') * 1_000 }
    expect(one(usage, bill(usage, 5, 25, 0.5, 6.25), february)).toEqual(['future-price'])
  })

  it('is cached tokens that the log does not hold', () => {
    const logged = { ...fresh, uncachedInput: 21_251 }
    expect(
      one(logged, bill({ ...logged, uncachedInput: 1_234, cacheRead: 20_017 }, 5, 25, 0.5, 6.25)),
    ).toEqual(['cached-tokens-not-logged'])
  })

  it.each(['exact', 'lower-bound'] as const)(
    'is output counted only to the first chunk, called %s',
    (outputQuality) => {
      const logged: Usage = { ...usage, output: 3, reasoning: 0, outputQuality }
      expect(one(logged, bill({ ...logged, output: 2_611 }, 5, 25, 0.5, 6.25))).toEqual([
        'partial-output',
      ])
    },
  )

  it('is a bill that counts output only to the first chunk', () => {
    expect(one(usage, bill({ ...usage, output: 2, reasoning: 0 }, 5, 25, 0.5, 6.25))).toEqual([
      'partial-output-billed',
    ])
  })

  it.each([
    [200_000, [10, 37.5, 1, 12.5]],
    [200_001, [5, 25, 0.5, 6.25]],
  ] as const)(
    'is a tier boundary off by one token at %d',
    (prompt, [input, output, read, write]) => {
      const logged = { ...fresh, uncachedInput: prompt - 20_000, cacheRead: 20_000 }
      expect(one(logged, bill(logged, input, output, read, write))).toEqual(['tier-boundary'])
    },
  )

  it('is a size tier charged on a part of the request only', () => {
    const logged = { ...fresh, uncachedInput: 250_000 }
    const marginal = bill(logged, 5, 25, 0.5, 6.25) + 50_000n * 5_000_000n
    expect(one(logged, marginal)).toEqual(['marginal-tier'])
  })

  it('is a service tier', () => {
    expect(one(fresh, bill(fresh, 2.5, 12.5, 0.25, 0))).toEqual(['service-tier'])
    const priority = { served: { model: 'big', serviceTier: 'priority' } }
    expect(one(usage, 2n * bill(usage, 5, 25, 0.5, 6.25), priority)).toEqual(['service-tier'])
  })

  it('is the price at another provider', () => {
    expect(one(fresh, bill(fresh, 5.5, 27, 0.55, 0))).toEqual(['price-of-another-provider'])
  })

  it('is reasoning that the cost leaves out', () => {
    expect(one(usage, bill({ ...usage, reasoning: 0 }, 5, 25, 0.5, 6.25))).toEqual([
      'reasoning-outside-output',
    ])
  })

  it('is two at once: reasoning left out, cache reads at another model', () => {
    expect(one(usage, bill({ ...usage, reasoning: 0 }, 5, 25, 0.07, 6.25)).toSorted()).toEqual([
      'other-rate',
      'reasoning-outside-output',
    ])
  })

  it('is the lifetime of cache writes', () => {
    expect(one(usage, bill(usage, 5, 25, 0.5, 10))).toEqual(['cache-write-lifetime'])
  })

  it('is a model without a price', () => {
    const result = audited(policy, [billed('nobody', fresh, 12_345n)])
    expect(result).toMatchObject({ unmatched: 1, money: { billedWithoutPricePicoUsd: 12_345n } })
    expect(causesOf(result)).toEqual(['no-price 1'])
  })

  it('is not made up where nothing fits', () => {
    expect(one(usage, bill(usage, 5, 25, 0.5, 6.25) + 7n * 1_234_567n)).toEqual(['unexplained'])
  })

  it('is an impossible bill, which is in no sum', () => {
    const thousands = 4_000n * 1_000_000_000_000n
    const result = audited(policy, [
      billed('big', { ...fresh, uncachedInput: 10_000 }, thousands, { startMicros: june }),
      billed('big', usage, bill(usage, 5, 25, 0.5, 6.25), { startMicros: june, call: 2 }),
    ])
    expect(result).toMatchObject({ exact: 1, unmatched: 1, impossible: 1 })
    expect(causesOf(result)).toEqual(['impossible-bill 1'])
    expect(result.money.billedPicoUsd).toBe(bill(usage, 5, 25, 0.5, 6.25))
  })
})

describe('an audit', () => {
  const many = Array.from({ length: 12 }, (_, index): Usage => ({
    ...usage,
    uncachedInput: 1_000 + 37 * index,
    cacheRead: 900 + index * index * 11,
    output: 101 + 13 * ((index * 7) % 12),
    cacheWrite5m: 0,
    reasoning: 0,
  }))
  const calls = (price: (tokens: Usage) => bigint, model: string = 'big'): readonly CallRecord[] =>
    many.map((tokens, index) =>
      billed(model, tokens, price(tokens), { startMicros: june, call: index + 1 }),
    )

  it('suggests the entry of a discount', () => {
    const result = audited(
      policy,
      calls((tokens) => (bill(tokens, 5, 25, 0.5, 6.25) * 85n) / 100n),
    )
    expect(causesOf(result)).toEqual(['uniform-factor 12'])
    const suggestion = result.causes[0]?.suggestion ?? ''
    expect(suggestion).toContain('override model big {')
    expect(suggestion).toContain('input $4.25')
    expect(parse({ name: 'x.route', text: suggestion }).diagnostics).toEqual([])
  })

  it('suggests the one row that differs', () => {
    const result = audited(
      policy,
      calls((tokens) => bill(tokens, 5, 25, 0.61, 6.25)),
    )
    expect(causesOf(result)).toEqual(['other-rate 12'])
    expect(result.causes[0]?.suggestion).toContain('cache-read $0.61')
  })

  it('suggests the prices of a model that the catalogue does not have', () => {
    const result = audited(
      policy,
      calls((tokens) => bill(tokens, 0.42, 1.87, 0.03, 0), 'vendor/New.Model'),
    )
    expect(causesOf(result)).toEqual(['no-price 12'])
    expect(result.causes[0]?.suggestion).toBe(`model vendor-new-model {
  known-as ["vendor/New.Model"]
  price per 1M tokens {
    input $0.42
    output $1.87
    cache-read $0.03
  }
}
`)
  })

  it('suggests the spelling of a model that the bills are priced as', () => {
    const result = audited(
      policy,
      calls((tokens) => bill(tokens, 5, 25, 0.5, 6.25), 'vendor/big'),
    )
    expect(causesOf(result)).toEqual(['price-of-another-model 12'])
    expect(result.causes[0]?.suggestion).toBe(
      'override model big {\n  known-as ["vendor/big"]\n}\n',
    )
  })

  it('keeps estimates out of every figure of bills', () => {
    const estimates = calls((tokens) => bill(tokens, 5, 25, 0.5, 6.25)).map((call): CallRecord => ({
      ...call,
      cost: { picoUsd: call.cost?.picoUsd ?? '', source: 'estimate' },
    }))
    const result = audited(policy, estimates)
    expect(result).toMatchObject({ exact: 0, unmatched: 0, estimates: { exact: 12, unmatched: 0 } })
    expect(result.money.billedPicoUsd).toBe(0n)
  })

  it('counts what has no cost, what was not served, and rounding', () => {
    const price = bill(usage, 5, 25, 0.5, 6.25)
    const result = audited(policy, [
      billed('big', usage, undefined, { startMicros: june }),
      billed('big', usage, price + 999_999n, { startMicros: june, call: 2 }),
      { record: 'call', session: 's', call: 3, prompt: {}, end: 'exhausted' },
    ])
    expect(result).toMatchObject({
      calls: 3,
      unbilled: 1,
      withinTolerance: 1,
      notServed: 1,
      exact: 0,
      unmatched: 0,
    })
    expect(result.money.unbilledRepricedPicoUsd).toBe(price)
  })

  it('holds a model and a session called `__proto__`', () => {
    const result = audited(policy, [billed('__proto__', usage, 5n, { session: '__proto__' })])
    expect(result.perModel.map(({ model }) => model)).toEqual(['__proto__'])
    expect(result.causes[0]?.first.session).toBe('__proto__')
  })
})

describe('the cause of a bill of more than text', () => {
  const mixed = policyOf(`
provider north { family north }
model voice {
  served-by [north]
  price per 1M tokens { input $5 output $20 audio-input $32 audio-output $64 web-search $0.01 in us 1.10x }
}
model mute {
  served-by [north]
  price per 1M tokens { input $5 output $20 }
}
`)
  const spoken = (index: number): Partial<Usage> => ({
    uncachedInput: 1_000 + 37 * index,
    audioInput: 700 + 11 * index,
    output: 90 + index,
  })
  const price = (usage: Partial<Usage>, audio: bigint): bigint =>
    BigInt((usage.uncachedInput ?? 0) - (usage.audioInput ?? 0)) * 5_000_000n +
    BigInt(usage.audioInput ?? 0) * audio +
    BigInt(usage.output ?? 0) * 20_000_000n
  const calls = (count: number, one: (index: number) => CallRecord): CallRecord[] =>
    Array.from({ length: count }, (_, index) => ({ ...one(index), call: index + 1 }))

  it('is none where each kind is charged at its row', () => {
    const usage = { ...spoken(1), webSearches: 2 }
    const bill = price(usage, 32_000_000n) + 20_000_000_000n
    expect(audited(mixed, [billed('voice', usage, bill)])).toMatchObject({ exact: 1, unmatched: 0 })
  })

  it('is a missing price of audio, named, with the one that the bills imply', () => {
    const { causes, unmatched } = audited(
      mixed,
      calls(3, (index) => billed('mute', spoken(index), price(spoken(index), 32_000_000n))),
    )
    expect(unmatched).toBe(3)
    expect(causes).toMatchObject([{ cause: 'no-price', calls: 3 }])
    expect(causes[0]?.detail).toContain('no `audio-input` price for `mute`; audio-input at $32 per 1M tokens, the price of `voice`')
    expect(causes[0]?.suggestion).toContain('audio-input $32')
    const [alone] = audited(mixed, [billed('mute', spoken(0), 12_345_678n)]).causes
    expect(alone).toMatchObject({ cause: 'no-price', detail: 'the catalogue has no `audio-input` price for `mute`' })
  })

  it('is audio charged as text', () => {
    const { causes } = audited(
      mixed,
      calls(3, (index) => billed('voice', spoken(index), price(spoken(index), 5_000_000n))),
    )
    expect(causes).toMatchObject([{ cause: 'kinds-at-text-price', calls: 3 }])
  })

  it('is searches that the bill leaves out', () => {
    const usage = { ...spoken(1), webSearches: 2 }
    const { causes } = audited(mixed, [billed('voice', usage, price(usage, 32_000_000n))])
    expect(causes).toMatchObject([{ cause: 'searches-not-billed', calls: 1 }])
  })

  it('is the factor of a region, which the log does not tell', () => {
    const bill = (price(spoken(1), 32_000_000n) * 11n) / 10n
    const inUs = { served: { model: 'voice', provider: 'north', region: 'us' } }
    expect(audited(mixed, [billed('voice', spoken(1), bill, inUs)])).toMatchObject({ exact: 1 })
    const [cause] = audited(mixed, [billed('voice', spoken(1), bill)]).causes
    expect(cause).toMatchObject({ cause: 'region', detail: 'the price in the region `us`' })
  })

  it('is a factor of a region that the catalogue does not know, with the row that would say it', () => {
    const { causes } = audited(
      mixed,
      calls(4, (index) => {
        const usage = { uncachedInput: 1_000 + 77 * index, output: 90 + 10 * index }
        const served = { model: 'mute', provider: 'north', region: 'eu' }
        return billed('mute', usage, (price(usage, 0n) * 11n) / 10n, { served })
      }),
    )
    expect(causes).toMatchObject([{ cause: 'region', calls: 4 }])
    expect(causes[0]?.suggestion).toContain('in eu 1.10x')
  })
})

describe('two causes at once', () => {
  const many = (count: number): readonly Usage[] =>
    Array.from({ length: count }, (_, index) => ({
      ...usage,
      uncachedInput: 1_234 + 97 * index,
      cacheRead: 20_017 + 1_311 * index,
      output: 457 + 13 * index,
      reasoning: 0,
    }))
  const causes = (
    usages: readonly Usage[],
    logged: (usage: Usage, index: number) => Usage,
    price: (usage: Usage) => bigint,
  ): readonly string[] => {
    const result = audited(
      policy,
      usages.map((each, index) => billed('big', logged(each, index), price(each), { startMicros: june, call: index + 1 })),
    )
    expect(result.exact).toBe(0)
    return causesOf(result).toSorted()
  }
  const uncached = (each: Usage): Usage => ({ ...each, uncachedInput: each.uncachedInput + each.cacheRead, cacheRead: 0 })
  const small = (each: Usage): bigint => bill(each, 0.3, 1.2, 0.07, 0.3)
  const before = (each: Usage): bigint => bill(each, 10, 50, 1, 12.5)

  it('are another model and cached tokens that are not logged', () => {
    expect(causes(many(3), uncached, small)).toEqual(['cached-tokens-not-logged 3', 'price-of-another-model 3'])
  })

  it('are another model and an output to the first chunk', () => {
    expect(causes(many(6), (each, index) => ({ ...each, output: 1 + (index % 5) }), small)).toEqual([
      'partial-output 6',
      'price-of-another-model 6',
    ])
  })

  it('are a price before a cut and cached tokens that are not logged', () => {
    expect(causes(many(2), uncached, before)).toEqual(['cached-tokens-not-logged 2', 'stale-price 2'])
  })

  it('are a price before a cut and a tier', () => {
    expect(causes(many(2), (each) => each, (each) => before(each) * 2n)).toEqual(['service-tier 2', 'stale-price 2'])
  })

  it('are another lifetime of a cache and a batch', () => {
    const long = many(2).map((each) => ({ ...each, cacheWrite1h: 5_000, cacheWrite5m: 0 }))
    const asShort = (each: Usage): bigint => bill({ ...each, cacheWrite5m: each.cacheWrite1h }, 5, 25, 0.5, 6.25) / 2n
    expect(causes(long, (each) => each, asShort)).toEqual(['cache-write-lifetime 2', 'service-tier 2'])
  })

  it('are not believed of one call', () => {
    expect(causes(many(1), uncached, small)).toEqual(['unexplained 1'])
  })

  it('do not hide among calls whose cost has no cause', () => {
    const noise = many(40)
    const price = (each: Usage): bigint => (each.uncachedInput % 4 === 0 ? 987_654_321n + BigInt(each.output) : small(each))
    const found = causes(noise, uncached, price)
    expect(found).toEqual(['cached-tokens-not-logged 30', 'price-of-another-model 30', 'unexplained 10'])
  })
})

describe('what fits by chance', () => {
  it('is no cause for a few of very many calls', () => {
    const calls = Array.from({ length: 900 }, (_, index) => {
      const tokens = { ...fresh, uncachedInput: 1_000 + 7 * index, output: 100 + index }
      const price = index === 450 ? bill(tokens, 0.3, 1.2, 0.07, 0.3) : BigInt(index * index) * 7_919n + 1_234_567_891n
      return billed('big', tokens, price, { startMicros: june, call: index + 1 })
    })
    expect(causesOf(audited(policy, calls))).toEqual(['unexplained 900'])
  })
})

describe('a contract that is not applied', () => {
  it('is the price of the layer below', () => {
    const contract = policyOf(`
provider north { family north }
model big { served-by [north] price per 1M tokens { input $4.25 output $21.25 cache-read $0.425 cache-write-5min $5.3125 } }
`)
    const audit = createAudit(
      createPriceBook([
        { name: 'list.route', policy },
        { name: 'contract.route', policy: contract },
      ]),
    )
    audit.add(billed('big', usage, bill(usage, 5, 25, 0.5, 6.25), { startMicros: june }))
    expect(audit.finish().causes).toMatchObject([
      { cause: 'layer-not-applied', detail: 'the price of list.route, over which contract.route lays another' },
    ])
  })
})
