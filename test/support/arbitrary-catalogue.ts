import fc from 'fast-check'

/**
 * The made-up world that generated policies are about: names never vary, what they stand for does.
 * Small on purpose, with numbers close together, so that boundaries are hit.
 */
export const providers = ['north', 'south', 'east'] as const
export const models = ['ada-1', 'bo-2.5', 'cy-3-mini', 'dee'] as const
export const tierWords = ['basic', 'standard', 'premium'] as const
export const moodWords = ['low', 'mid', 'high'] as const
/** A model that no catalogue knows, for sessions that ask for it. */
export const strangerModel = 'nobody-9'

/** Token sizes that windows, prices, thresholds and prompts share. */
export const tokenSizes = [0, 1, 10_000, 12_000, 15_000, 16_000, 20_000, 200_000] as const
/** Days that price rows begin at, and that sessions lie around. */
export const days = ['2026-01-15', '2026-02-01', '2026-03-01'] as const

const perMillion = ['$0', '$0.10', '$0.30', '$1', '$1.20', '$3', '$5', '$25'] as const
const factors = ['0.1x', '0.4x', '1x', '1.67x', '2x', '20x'] as const

export function optional(text: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc.oneof(fc.constant(''), text)
}

export function nonEmptySubset<T extends string>(from: readonly T[]): fc.Arbitrary<T[]> {
  return fc.shuffledSubarray([...from], { minLength: 1 })
}

export function names(items: readonly string[]): string {
  return `[${items.join(', ')}]`
}

export function scaled(tokens: number): string {
  return tokens >= 1000 && tokens % 1000 === 0 ? `${tokens / 1000}k` : `${tokens}`
}

const rows = fc
  .record({
    input: fc.constantFrom(...perMillion),
    output: fc.constantFrom(...perMillion),
    more: fc.constantFrom(
      '',
      'cache-read 0.10x',
      'cache-read 0.10x cache-write-5min 1.25x',
      'cache-read 0.10x audio-input $40 web-search $0.01 in us 1.10x in eu 1.25x',
    ),
  })
  .map(({ input, output, more }) => `{ input ${input} output ${output} ${more} }`)

const prices = fc.oneof(
  rows.map((plain) => `price per 1M tokens ${plain}`),
  fc.tuple(fc.constantFrom(...days), rows).map(([day, later]) => `price per 1M tokens from ${day} ${later}`),
  fc
    .tuple(rows, fc.constantFrom(...days), rows, rows)
    .map(
      ([plain, day, dated, long]) =>
        `price per 1M tokens ${plain} price per 1M tokens from ${day} ${dated} ` +
        `price per 1M tokens above 12k tokens ${long}`,
    ),
  fc
    .tuple(rows, rows)
    .map(([plain, flex]) => `price per 1M tokens ${plain} price per 1M tokens for flex ${flex}`),
)

const cache = fc.constantFrom(
  'cache { lifetime [5min] minimum 1_024 tokens }',
  'cache { lifetime [5min, 1h] minimum 2_048 tokens step 128 tokens refreshed on use }',
)

const endpointLines = fc
  .tuple(
    optional(prices),
    optional(fc.constantFrom('region us', 'region eu')),
    optional(fc.constantFrom('quantization fp4', 'quantization fp8')),
    optional(fc.constantFrom('latency 400ms', 'latency 2s')),
    optional(fc.constantFrom('throughput 40 tokens per 1s', 'throughput 100 tokens per 3s')),
  )
  .map((lines) => lines.join(' '))

const endpoint = fc.tuple(fc.constantFrom(...providers), endpointLines)

const provider = fc
  .record({
    family: optional(fc.constantFrom('family acme', 'family zeta')),
    region: optional(fc.constantFrom('region us', 'region eu')),
    data: optional(fc.constantFrom('data [no-training]', 'data [no-training, zero-retention]')),
  })
  .map((lines) => `${lines.family} ${lines.region} ${lines.data}`)

const model = fc
  .record({
    tier: fc.constantFrom(...tierWords),
    accepts: fc.constantFrom('accepts [text]', 'accepts [text, image]', 'accepts [text, image, pdf]'),
    context: fc.constantFrom(10_000, 16_000, 20_000, 200_000),
    relative: optional(fc.constantFrom(...factors).map((factor) => `relative ${factor}`)),
    tokenizer: fc.constantFrom('', '', 'tokenizer 1.3x'),
    tags: optional(fc.constantFrom('tags [open]', 'tags [open, fast]')),
    hosts: nonEmptySubset(providers),
    prices,
    cache: optional(cache),
    at: fc.array(endpoint, { maxLength: 2 }),
  })
  .map((lines) => {
    const at = lines.at
      .filter(([host], index) => lines.at.findIndex(([other]) => other === host) === index)
      .filter(([host]) => lines.hosts.includes(host))
      .map(([host, inner]) => `at ${host} { ${inner} }`)
    return (
      `tier ${lines.tier} ${lines.accepts} context ${scaled(lines.context)} tokens max-output 4k tokens ` +
      `${lines.relative} ${lines.tokenizer} ${lines.tags} served-by ${names(lines.hosts)} ` +
      `${lines.prices} ${lines.cache} ${at.join(' ')}`
    )
  })

/** Scales, providers and models as source text. */
export const catalogueText: fc.Arbitrary<string> = fc
  .tuple(
    fc.tuple(...providers.map(() => provider)),
    fc.tuple(...models.map(() => model)),
  )
  .map(([providerLines, modelLines]) =>
    [
      `scale tier = ${names(tierWords)}`,
      `scale mood = ${names(moodWords)}`,
      ...providers.map((name, index) => `provider ${name} { ${providerLines[index] ?? ''} }`),
      ...models.map(
        (name, index) =>
          `model ${name} { known-as ["vendor/${name}"] ${modelLines[index] ?? ''} }`,
      ),
    ].join('\n'),
  )
