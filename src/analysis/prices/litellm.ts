import type { PriceBucket } from '../../policy/core.ts'
import { isPerPiece, priceRows } from '../../language/price-rows.ts'
import { isEqual, isZero, shifted, times, type Decimal } from './decimal.ts'
import {
  fieldOf,
  fieldsOf,
  listingOf,
  number,
  perToken,
  textOf,
  tokenCount,
  type Fields,
  type ListedCard,
  type ListedModel,
  type Listing,
  type Regions,
} from './listing.ts'
import { routeName } from './route-name.ts'

/** LiteLLM's map of models, its numbers as text: dollars of one token. */
export function litellmListing(document: unknown): Listing | undefined {
  const entries = fieldsOf(document)
  if (entries === undefined) return undefined
  const listed = Object.entries(entries).filter(([key]) => key !== 'sample_spec' && key !== 'last_updated')
  return listingOf(
    listed.map(([key, value]) => {
      const entry = fieldsOf(value)
      return [key, entry === undefined ? undefined : modelOf(key, entry)]
    }),
  )
}

const base: ReadonlyMap<string, PriceBucket> = new Map([
  ['input_cost_per_token', 'input'],
  ['output_cost_per_token', 'output'],
  ['output_cost_per_reasoning_token', 'reasoning'],
  ['cache_read_input_token_cost', 'cache-read'],
  ['input_cost_per_token_cache_hit', 'cache-read'],
  ['cache_creation_input_token_cost', 'cache-write-5min'],
  ['cache_creation_input_token_cost_above_1hr', 'cache-write-1h'],
  ['input_cost_per_audio_token', 'audio-input'],
  ['cache_read_input_audio_token_cost', 'audio-cache-read'],
  ['output_cost_per_audio_token', 'audio-output'],
  ['input_cost_per_image_token', 'image-input'],
  ['cache_read_input_image_token_cost', 'image-cache-read'],
  ['output_cost_per_image_token', 'image-output'],
  ['input_cost_per_video_token', 'video-input'],
  ['output_cost_per_video_token', 'video-output'],
  ['input_cost_per_image', 'image'],
  ['output_cost_per_image', 'generated-image'],
  ['input_cost_per_request', 'request'],
  ['input_cost_per_query', 'request'],
])

/** `…_above_200k_tokens`, `_flex`, and both, in this order. */
const suffix = /(?:_above_(\d+)k_tokens)?(?:_(flex|priority|batches|batch_requests))?$/

const searchField = 'search_context_cost_per_query'
const searchSizes: ReadonlyMap<string, PriceBucket> = new Map([
  ['search_context_size_low', 'web-search-low'],
  ['search_context_size_medium', 'web-search-medium'],
  ['search_context_size_high', 'web-search-high'],
])

interface Price {
  readonly bucket: PriceBucket
  readonly aboveTokens: number
  readonly serviceTier: string | null
  readonly price: Decimal
}

function priceOf(field: string, value: unknown): readonly Price[] {
  const [tail, thousands, tier] = suffix.exec(field) ?? ['']
  const bucket = base.get(tail === '' ? field : field.slice(0, -tail.length))
  if (bucket === undefined) return []
  const price = isPerPiece(bucket) ? number(value) : perToken(value)
  if (price === undefined) return []
  const serviceTier = tier === undefined ? null : tier.startsWith('batch') ? 'batch' : tier
  return [{ bucket, aboveTokens: Number(thousands ?? 0) * 1_000, serviceTier, price }]
}

function modelOf(key: string, entry: Fields): ListedModel {
  const fields = Object.keys(entry).sort((a, b) => (a < b ? -1 : 1))
  const prices: Price[] = []
  const unsaid: string[] = []
  let said = 0
  for (const field of fields) {
    if (field === multipliers || regionIn(field) !== undefined) continue
    const found = field === searchField ? searchPrices(entry[field]) : priceOf(field, entry[field])
    prices.push(...found)
    if (!isMoney(field, entry[field])) continue
    if (found.length > 0) said += 1
    else unsaid.push(field)
  }
  const regions = regionsOf(entry)
  const steps = stepsOf(fieldOf(entry, 'tiered_pricing'))
  const plain = cardsOf([...prices, ...steps.prices])
  const fast = number(fieldOf(fieldsOf(fieldOf(entry, multipliers)), 'fast'))
  const cards = [...plain, ...fastCards(plain, fast)].map((card) =>
    regions.length === 0 ? card : { ...card, regions },
  )
  const provider = textOf(fieldOf(entry, 'litellm_provider'))
  const longWrites = cards.some(({ rows }) => rows['cache-write-1h'] !== undefined)
  return {
    key,
    provider,
    spellings: [
      key,
      ...(provider === undefined || key.includes('/') ? [] : [`${provider}/${key}`]),
    ],
    accepts: acceptsOf(entry),
    contextTokens:
      tokenCount(fieldOf(entry, 'max_input_tokens')) ?? tokenCount(fieldOf(entry, 'max_tokens')),
    maxOutputTokens: tokenCount(fieldOf(entry, 'max_output_tokens')),
    cacheMinimumTokens: longWrites
      ? tokenCount(fieldOf(entry, 'prompt_cache_min_tokens'))
      : undefined,
    cards,
    said: said + steps.said + regions.length + (fast === undefined ? 0 : 1),
    unsaid: [...unsaid, ...steps.unsaid],
  }
}

/** Factors of all prices of tokens: by where a request is served, and `fast`, which is a tier. */
const multipliers = 'provider_specific_entry'
const uplift = /^regional_processing_uplift_multiplier_(.+)$/

function regionIn(field: string): string | undefined {
  return uplift.exec(field)?.[1]
}

function regionsOf(entry: Fields): Regions {
  const named = [
    ...Object.entries(fieldsOf(fieldOf(entry, multipliers)) ?? {}).filter(([name]) => name !== 'fast'),
    ...Object.entries(entry).map(([field, value]) => [regionIn(field), value] as const),
  ]
  const found = new Map<string, Decimal>()
  for (const [name, value] of named) {
    const factor = number(value)
    if (name !== undefined && factor !== undefined && !isZero(factor)) found.set(routeName(name), factor)
  }
  return [...found]
    .map(([region, factor]) => ({ region, factor }))
    .sort((a, b) => (a.region < b.region ? -1 : 1))
}

/** One row where a search of every size costs the same. */
function searchPrices(value: unknown): readonly Price[] {
  const bySize = Object.entries(fieldsOf(value) ?? {}).flatMap(([size, text]) => {
    const price = number(text)
    const bucket = searchSizes.get(size)
    return price === undefined || bucket === undefined ? [] : [{ bucket, price }]
  })
  const [first] = bySize
  if (first === undefined) return []
  const rows = bySize.every(({ price }) => isEqual(price, first.price))
    ? [{ bucket: 'web-search' as const, price: first.price }]
    : bySize
  return rows.map((row) => ({ ...row, aboveTokens: 0, serviceTier: null }))
}

/** Every price of tokens times the same factor, caches included. */
function fastCards(cards: readonly ListedCard[], factor: Decimal | undefined): readonly ListedCard[] {
  if (factor === undefined) return []
  return cards
    .filter(({ serviceTier }) => serviceTier === null)
    .map(({ aboveTokens, rows }) => {
      const fast: { [bucket in PriceBucket]?: Decimal } = {}
      for (const bucket of priceRows) {
        const price = rows[bucket]
        if (price !== undefined) fast[bucket] = isPerPiece(bucket) ? price : times(price, factor)
      }
      return { aboveTokens, serviceTier: 'fast', rows: fast }
    })
}

/** What is about money and is not nothing. */
function isMoney(field: string, value: unknown): boolean {
  if (field === 'tiered_pricing') return false
  if (!/cost|price|multiplier/.test(field)) return false
  const price = number(value)
  return price === undefined || !isZero(price)
}

function acceptsOf(entry: Fields): readonly string[] {
  const supports = (name: string): boolean => fieldOf(entry, `supports_${name}`) === true
  return [
    'text',
    ...(supports('vision') || supports('image_input') ? ['image'] : []),
    ...(supports('pdf_input') ? ['pdf'] : []),
    ...(supports('audio_input') ? ['audio'] : []),
    ...(supports('video_input') ? ['video'] : []),
  ]
}

/**
 * A card for each size and service tier that has a price of its own. A row that a tier does not have
 * is that of the same size without the tier, then that of the tier without the size, then the plain.
 */
function cardsOf(prices: readonly Price[]): readonly ListedCard[] {
  const sizes = [...new Set([0, ...prices.map(({ aboveTokens }) => aboveTokens)])].sort(
    (a, b) => a - b,
  )
  const tiers = [...new Set([null, ...prices.map(({ serviceTier }) => serviceTier)])]
  const buckets = [...new Set(prices.map(({ bucket }) => bucket))]
  const find = (bucket: PriceBucket, size: number, tier: string | null): Decimal | undefined =>
    prices.find(
      (each) => each.bucket === bucket && each.aboveTokens === size && each.serviceTier === tier,
    )?.price
  return tiers.flatMap((serviceTier) =>
    sizes.map((aboveTokens) => {
      const rows: { [bucket in PriceBucket]?: Decimal } = {}
      for (const bucket of buckets) {
        const price =
          find(bucket, aboveTokens, serviceTier) ??
          find(bucket, aboveTokens, null) ??
          find(bucket, 0, serviceTier) ??
          find(bucket, 0, null)
        if (price !== undefined) rows[bucket] = price
      }
      return { aboveTokens, serviceTier, rows }
    }),
  )
}

/** `tiered_pricing`: a list of ranges, each with prices of its own. */
function stepsOf(value: unknown): {
  readonly prices: readonly Price[]
  readonly said: number
  readonly unsaid: readonly string[]
} {
  const prices: Price[] = []
  const unsaid: string[] = []
  for (const step of Array.isArray(value) ? value : []) {
    const fields = fieldsOf(step)
    const range: unknown = fieldOf(fields, 'range')
    const from = number(Array.isArray(range) ? range[0] : undefined)
    if (fields === undefined || from === undefined) {
      unsaid.push('tiered_pricing')
      continue
    }
    const { digits, places } = shifted(from, 0)
    const aboveTokens = Number(digits / 10n ** BigInt(places))
    for (const [field, price] of Object.entries(fields)) {
      const found = priceOf(field, price)
      prices.push(...found.map((each) => ({ ...each, aboveTokens })))
      if (found.length === 0 && isMoney(field, price)) unsaid.push(`tiered_pricing.${field}`)
    }
  }
  const said = new Set(prices.map(({ bucket }) => bucket)).size
  return { prices, said, unsaid: [...new Set(unsaid)] }
}
