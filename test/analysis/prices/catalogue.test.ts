import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { catalogueText, type DatedListing } from '../../../src/analysis/prices/catalogue.ts'
import { quoted } from '../../../src/analysis/prices/card-text.ts'
import { decimalOf, dollarsText, rounded, shifted } from '../../../src/analysis/prices/decimal.ts'
import { parseExactJson } from '../../../src/analysis/prices/exact-json.ts'
import { litellmListing } from '../../../src/analysis/prices/litellm.ts'
import { modelsDevFiles, modelsDevListing } from '../../../src/analysis/prices/models-dev.ts'
import { openRouterListing } from '../../../src/analysis/prices/openrouter.ts'
import { routeName } from '../../../src/analysis/prices/route-name.ts'
import type { Listing } from '../../../src/analysis/prices/listing.ts'
import { format } from '../../../src/language/format.ts'
import { parse } from '../../../src/language/parser.ts'
import type { Policy } from '../../../src/policy/core.ts'
import { loadPolicyText } from '../../../src/policy/load.ts'
import { policyOf } from '../../support/policy-of.ts'

function dated(day: string | undefined, listing: Listing | undefined): DatedListing {
  if (listing === undefined) throw new Error('no list')
  return { source: 'prices.json', day, listing }
}

function catalogue(...lists: readonly DatedListing[]): ReturnType<typeof catalogueText> {
  const built = catalogueText('Test.', lists, () => true)
  // Whatever is imported loads, and is laid out as the formatter would.
  policyOf(built.text)
  expect(format(parse({ name: 'c.route', text: built.text }).file)).toBe(built.text)
  return built
}

function litellm(entries: object): Listing | undefined {
  return litellmListing(parseExactJson(JSON.stringify(entries)))
}

const big = {
  litellm_provider: 'acme',
  mode: 'chat',
  max_input_tokens: 400_000,
  max_output_tokens: 64_000,
  prompt_cache_min_tokens: 1_024,
  supports_vision: true,
  supports_pdf_input: true,
  input_cost_per_token: 3e-6,
  output_cost_per_token: 1.5e-5,
  output_cost_per_reasoning_token: 2e-5,
  cache_read_input_token_cost: 3e-7,
  cache_creation_input_token_cost: 3.75e-6,
  cache_creation_input_token_cost_above_1hr: 6e-6,
  input_cost_per_token_above_200k_tokens: 6e-6,
  output_cost_per_token_above_200k_tokens: 2.25e-5,
  cache_creation_input_token_cost_above_1hr_above_200k_tokens: 1.2e-5,
  input_cost_per_token_flex: 1.5e-6,
  output_cost_per_token_batches: 7.5e-6,
  input_cost_per_image: 0.0025,
  input_cost_per_audio_token: 1e-6,
  input_cost_per_audio_per_second: 1e-4,
  output_cost_per_image: 0.039,
  search_context_cost_per_query: {
    search_context_size_low: 0.01,
    search_context_size_medium: 0.01,
    search_context_size_high: 0.01,
  },
  regional_processing_uplift_multiplier_eu: 1.1,
  provider_specific_entry: { fast: 6.0, us: 1.1, bedrock_invocation_schema: 'x' },
}

describe('a catalogue from LiteLLM', () => {
  const { text, report } = catalogue(
    dated(
      '2026-07-24',
      litellm({
        sample_spec: { input_cost_per_token: 0 },
        'acme/Big.Model': big,
        last_updated: 'x',
      }),
    ),
  )

  it('has every price to the last digit, by size and service tier', () => {
    expect(text).toBe(`/// Test.
/// From prices.json of 2026-07-24.

provider acme {
  family acme
}

/// The list also has, and the language cannot say: input_cost_per_audio_per_second.
model acme-big-model {
  known-as ["acme/Big.Model"]
  accepts [text, image, pdf]
  context 400k tokens
  max-output 64k tokens
  served-by [acme]
  price per 1M tokens {
    input $3
    output $15
    reasoning $20
    cache-read $0.30
    cache-write-5min $3.75
    cache-write-1h $6
    audio-input $1
    image $0.0025
    generated-image $0.039
    web-search $0.01
    in eu 1.1x
    in us 1.1x
  }
  price per 1M tokens above 200k tokens {
    input $6
    output $22.50
    reasoning $20
    cache-read $0.30
    cache-write-5min $3.75
    cache-write-1h $12
    audio-input $1
    image $0.0025
    generated-image $0.039
    web-search $0.01
    in eu 1.1x
    in us 1.1x
  }
  price per 1M tokens for flex {
    input $1.50
    output $15
    reasoning $20
    cache-read $0.30
    cache-write-5min $3.75
    cache-write-1h $6
    audio-input $1
    image $0.0025
    generated-image $0.039
    web-search $0.01
    in eu 1.1x
    in us 1.1x
  }
  price per 1M tokens above 200k tokens for flex {
    input $6
    output $22.50
    reasoning $20
    cache-read $0.30
    cache-write-5min $3.75
    cache-write-1h $12
    audio-input $1
    image $0.0025
    generated-image $0.039
    web-search $0.01
    in eu 1.1x
    in us 1.1x
  }
  price per 1M tokens for batch {
    input $3
    output $7.50
    reasoning $20
    cache-read $0.30
    cache-write-5min $3.75
    cache-write-1h $6
    audio-input $1
    image $0.0025
    generated-image $0.039
    web-search $0.01
    in eu 1.1x
    in us 1.1x
  }
  price per 1M tokens above 200k tokens for batch {
    input $6
    output $22.50
    reasoning $20
    cache-read $0.30
    cache-write-5min $3.75
    cache-write-1h $12
    audio-input $1
    image $0.0025
    generated-image $0.039
    web-search $0.01
    in eu 1.1x
    in us 1.1x
  }
  price per 1M tokens for fast {
    input $18
    output $90
    reasoning $120
    cache-read $1.80
    cache-write-5min $22.50
    cache-write-1h $36
    audio-input $6
    image $0.0025
    generated-image $0.039
    web-search $0.01
    in eu 1.1x
    in us 1.1x
  }
  price per 1M tokens above 200k tokens for fast {
    input $36
    output $135
    reasoning $120
    cache-read $1.80
    cache-write-5min $22.50
    cache-write-1h $72
    audio-input $6
    image $0.0025
    generated-image $0.039
    web-search $0.01
    in eu 1.1x
    in us 1.1x
  }
  cache {
    lifetime [5min, 1h]
    minimum 1_024 tokens
  }
}
`)
  })

  it('reports what it cannot say', () => {
    expect(report.unsaid).toEqual([
      {
        field: 'input_cost_per_audio_per_second',
        reason: 'of a second; no log of calls counts seconds of sound or film',
        models: 1,
      },
    ])
    expect(report.priceFields).toEqual({ said: 18, all: 19 })
  })

  it('says searches of each size where they cost otherwise', () => {
    const sizes = (low: number, medium: number): object => ({
      search_context_cost_per_query: { search_context_size_low: low, search_context_size_medium: medium },
    })
    const { text } = catalogue(
      dated(undefined, litellm({ even: { ...cheap, ...sizes(0.01, 0.01) }, odd: { ...cheap, ...sizes(0.01, 0.02) } })),
    )
    expect(policyOf(text).models.map(({ prices: [card] }) => card?.picoUsd)).toMatchObject([
      { 'web-search': 10_000_000_000n },
      { 'web-search-low': 10_000_000_000n, 'web-search-medium': 20_000_000_000n },
    ])
  })

  it('says a factor by region in every list, and dates its change', () => {
    const region = { regional_processing_uplift_multiplier_eu: 1.1 }
    const built = catalogue(
      dated('2025-10-23', litellm({ m: { ...cheap, input_cost_per_token_flex: 5e-7 } })),
      dated('2026-07-24', litellm({ m: { ...cheap, input_cost_per_token_flex: 5e-7, ...region } })),
    )
    const cards = policyOf(built.text).models[0]?.prices ?? []
    expect(cards.map(({ serviceTier, fromDay, inRegions }) => [serviceTier, fromDay !== null, inRegions?.['eu']?.picoUsd.input])).toEqual([
      [null, false, undefined],
      ['flex', false, undefined],
      [null, true, 1_100_000n],
      ['flex', true, 550_000n],
    ])
  })

  const cheap = {
    litellm_provider: 'acme',
    input_cost_per_token: 1e-6,
    output_cost_per_token: 2e-6,
  }

  it('keeps a history: the first prices hold from ever, a change from the day of its list', () => {
    const built = catalogue(
      dated('2025-10-23', litellm({ m: cheap, same: cheap, old: cheap })),
      dated(
        '2026-07-24',
        litellm({ m: { ...cheap, input_cost_per_token: 5e-7 }, same: cheap, new: cheap }),
      ),
    )
    expect(built.report).toMatchObject({ models: 4, changed: 1, gone: ['old'] })
    const [m] = policyOf(built.text).models
    expect(m?.prices.map(({ fromDay, picoUsd }) => [fromDay, picoUsd.input])).toEqual([
      [null, 1_000_000n],
      [Date.parse('2026-07-24') / 86_400_000, 500_000n],
    ])
  })

  it('tells names apart that come to the same, and drops spellings that would mean two models', () => {
    const built = catalogue(
      dated(
        undefined,
        litellm({ 'a/b.c': cheap, 'a/b-c': cheap, 'A/B-C': cheap, __proto__x: cheap }),
      ),
    )
    expect(built.report.collisions).toHaveLength(2)
    expect(policyOf(built.text).models.map(({ name }) => name)).toContain('a-b-c-3')
    const clash = catalogue(dated(undefined, litellm({ x: cheap, 'acme/x': cheap })))
    expect(clash.report.droppedSpellings).toEqual(['acme/x'])
  })

  it('leaves out what has no price of a token, or one of another unit, with the reason', () => {
    const built = catalogue(
      dated(
        undefined,
        litellm({
          m: cheap,
          picture: { output_cost_per_image: 0.04 },
          wrong: { input_cost_per_token: 0.135 },
          odd: 'text',
        }),
      ),
    )
    expect(built.report.leftOut).toEqual([
      { key: 'picture', reason: 'no price per token' },
      { key: 'wrong', reason: 'more than $10000 for a million tokens: another unit is meant' },
      { key: 'odd', reason: 'no entry of a model' },
    ])
  })

  it('rounds what a float has made of a price, and says so', () => {
    const built = catalogue(
      dated(undefined, litellm({ m: { ...cheap, input_cost_per_token: 2.9999900000000002e-6 } })),
    )
    expect(built.report.rounded).toEqual(['m'])
    expect(built.text).toContain('/// Rounded to whole pico-dollars: input.')
    expect(built.text).toContain('input $2.99999\n')
  })

  it('takes ranges of a size', () => {
    const tiered_pricing = [
      { range: [0, 256_000], input_cost_per_token: 5e-8, output_cost_per_token: 4e-7 },
      { range: [256_000, 1_000_000], input_cost_per_token: 2.5e-7, output_cost_per_token: 2e-6 },
    ]
    const { models } = policyOf(
      catalogue(dated(undefined, litellm({ q: { tiered_pricing } }))).text,
    )
    expect(
      models[0]?.prices.map(({ aboveTokens, picoUsd }) => [aboveTokens, picoUsd.input]),
    ).toEqual([
      [0, 50_000n],
      [256_000, 250_000n],
    ])
  })

  it('holds an entry called `__proto__`', () => {
    const document: unknown = parseExactJson(
      '{"__proto__": {"input_cost_per_token": 1e-6, "output_cost_per_token": 2e-6}}',
    )
    const built = catalogue(dated(undefined, litellmListing(document)))
    expect(policyOf(built.text).models[0]?.knownAs).toEqual(['__proto__'])
  })
})

describe('a catalogue from models.dev', () => {
  const cost = {
    input: 2.5,
    output: 15,
    cache_read: 0.25,
    cache_write: 0,
    input_audio: 3,
    tiers: [{ tier: { type: 'context', size: 272_000 }, input: 5, output: 22.5 }],
  }

  it('reads its JSON', () => {
    const document = {
      acme: {
        id: 'acme',
        models: {
          'm-1': {
            cost,
            limit: { context: 400_000, output: 128_000 },
            modalities: { input: ['text', 'image'] },
          },
        },
      },
    }
    const { text, report } = catalogue(
      dated('2026-07-02', modelsDevListing(parseExactJson(JSON.stringify(document)))),
    )
    expect(report).toMatchObject({ unsaid: [], priceFields: { said: 6, all: 6 } })
    const [model] = policyOf(text).models
    expect(model).toMatchObject({
      name: 'acme-m-1',
      knownAs: ['acme/m-1'],
      accepts: ['text', 'image'],
      contextTokens: 400_000,
    })
    expect(model?.prices.map(({ aboveTokens, picoUsd }) => ({ aboveTokens, ...picoUsd }))).toEqual([
      { aboveTokens: 0, input: 2_500_000n, output: 15_000_000n, 'cache-read': 250_000n, 'audio-input': 3_000_000n },
      { aboveTokens: 272_000, input: 5_000_000n, output: 22_500_000n, 'cache-read': 250_000n, 'audio-input': 3_000_000n },
    ])
  })

  it('reads its TOML files, which inherit from models', () => {
    const { models } = modelsDevFiles([
      { path: 'x/models/acme/m.toml', document: { cost, limit: { context: 400_000 } } },
      {
        path: 'x/providers/host/models/deep/m.toml',
        document: { base_model: 'acme/m', base_model_omit: ['cost.tiers'], cost: { input: 2.75 } },
      },
      { path: 'x/providers/host/models/bad.toml', document: undefined },
    ])
    const [model] = models
    expect(model?.key).toBe('host/deep/m')
    expect(model?.contextTokens).toBe(400_000)
    expect(
      model?.cards.map(({ rows }) =>
        [rows.input, rows.output].map((row) => row && dollarsText(row)),
      ),
    ).toEqual([['$2.75', '$15']])
  })

  it('reads the modes that a request asks for as tiers', () => {
    const mode = (body: object): object => ({ cost: { input: 30, output: 150 }, provider: { body } })
    const modes = { fast: mode({ speed: 'fast' }), quick: mode({ service_tier: 'priority' }), odd: mode({}), free: {} }
    const { text, report } = catalogue(
      dated('2026-07-02', modelsDevListing({ acme: { models: { m: { cost, experimental: { modes } } } } })),
    )
    expect(report.unsaid.map(({ field }) => field)).toEqual(['experimental.modes.odd'])
    const cards = policyOf(text).models[0]?.prices.filter(({ serviceTier }) => serviceTier !== null)
    expect(cards?.map(({ serviceTier, aboveTokens, picoUsd }) => [serviceTier, aboveTokens, picoUsd.input, picoUsd['cache-read']])).toEqual([
      ['fast', 0, 30_000_000n, 250_000n],
      ['priority', 0, 30_000_000n, 250_000n],
    ])
  })

  it("reads its copy of OpenRouter's list, whose prices are strings", () => {
    const data = [
      {
        id: 'v/m',
        canonical_slug: 'v/m-1',
        context_length: 9,
        architecture: { input_modalities: ['text', 'file'] },
        pricing: {
          prompt: '0.0000005',
          completion: '0.000003',
          request: '0',
          internal_reasoning: '0.000003',
          input_cache_read: '0.00000005',
          web_search: '0.01',
          image: '0.0000005',
          audio: '0.000001',
        },
      },
      { id: 'v/auto', pricing: { prompt: '-1', completion: '-1' } },
    ]
    const { text, report } = catalogue(dated(undefined, openRouterListing({ data })))
    expect(report.leftOut).toEqual([{ key: 'v/auto', reason: 'no price per token' }])
    const [model] = policyOf(text).models
    expect(model).toMatchObject({ knownAs: ['v/m', 'v/m-1'], accepts: ['text', 'pdf'] })
    expect(model?.prices[0]?.picoUsd).toEqual({
      input: 500_000n,
      output: 3_000_000n,
      'cache-read': 50_000n,
      'image-input': 500_000n,
      'audio-input': 1_000_000n,
      'web-search': 10_000_000_000n,
    })
  })
})

describe('a catalogue that is too long for one file', () => {
  it('goes into several, which the first imports, and says the same', () => {
    const entries = Object.fromEntries(
      Array.from({ length: 9 }, (_, index) => [
        `m-${index}`,
        { litellm_provider: `host-${index % 3}`, input_cost_per_token: 1e-6 * (index + 1), output_cost_per_token: 2e-6 },
      ]),
    )
    const lists = [dated('2026-07-24', litellm(entries))]
    const nameOf = (part: number): string => `c.${part}.route`
    const { text, others } = catalogueText('Test.', lists, () => true, { maxChars: 600, nameOf })
    expect(others.map(({ name }) => name)).toEqual(['c.2.route', 'c.3.route'])
    const libraries = new Map(others.map(({ name, text: part }) => [name, part]))
    const { policy, diagnostics } = loadPolicyText('c.route', text, libraries)
    expect(diagnostics).toEqual([])
    // What is imported comes first; the order of models means nothing.
    const prices = (models: Policy['models']): object => new Map(models.map(({ name, prices: [card] }) => [name, card]))
    expect(prices(policy?.models ?? [])).toEqual(prices(policyOf(catalogue(...lists).text).models))
    for (const part of [text, ...libraries.values()]) {
      expect(format(parse({ name: 'c.route', text: part }).file)).toBe(part)
    }
  })
})

describe('the parts of an import', () => {
  it('reads numbers as they are written, never through a float', () => {
    expect(parseExactJson('{"a": 0.1234567890123456789, "b": [1e-7, -2], "c\\"1": "3"}')).toEqual({
      a: '0.1234567890123456789',
      b: ['1e-7', '-2'],
      'c"1': '3',
    })
    expect(parseExactJson('{"a": 01}')).toBeUndefined()
  })

  it('prints a decimal as it was', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 0n, max: 10n ** 24n }),
        fc.integer({ min: 0, max: 20 }),
        (digits, places) => {
          const text = dollarsText({ digits, places }).slice(1)
          const back = decimalOf(text)
          expect(back && back.digits * 10n ** BigInt(places)).toBe(
            digits * 10n ** BigInt(back?.places ?? 0),
          )
        },
      ),
    )
    expect(dollarsText(shifted(decimalOf('2.5e-7') ?? { digits: 0n, places: 0 }, 6))).toBe('$0.25')
    expect(rounded({ digits: 25n, places: 1 }, 0)).toEqual({ digits: 2n, places: 0 })
  })

  it('makes a name and a string that the language takes of any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 40 }), (text) => {
        const source = `model ${routeName(text)} {\n  known-as [${quoted(text)}]\n}\n`
        const { file, diagnostics } = parse({ name: 'x.route', text: source })
        expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([])
        const [model] = file.declarations
        const line = model?.kind === 'model' ? model.lines[0] : undefined
        expect(line?.kind === 'known-as' && line.values.map(({ value }) => value)).toEqual([text])
      }),
    )
  })
})
