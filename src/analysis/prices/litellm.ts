import type { PriceBucket } from '../../policy/core.ts'
import { bucketOrder, isPerPiece } from './buckets.ts'
import { isZero, shifted, times, type Decimal } from './decimal.ts'
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
} from './listing.ts'

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
  ['input_cost_per_image', 'image'],
  ['input_cost_per_request', 'request'],
])

/** `…_above_200k_tokens`, `_flex`, and both, in either order. */
const suffix = /(?:_above_(\d+)k_tokens)?(?:_(flex|priority|batches))?$/

interface Price {
  readonly bucket: PriceBucket
  readonly aboveTokens: number
  readonly serviceTier: string | null
  readonly price: Decimal
}

function priceOf(field: string, value: unknown): Price | undefined {
  const [tail, thousands, tier] = suffix.exec(field) ?? ['']
  const bucket = base.get(tail === '' ? field : field.slice(0, -tail.length))
  if (bucket === undefined) return undefined
  const price = isPerPiece(bucket) ? number(value) : perToken(value)
  if (price === undefined) return undefined
  const serviceTier = tier === undefined ? null : tier === 'batches' ? 'batch' : tier
  return { bucket, aboveTokens: Number(thousands ?? 0) * 1_000, serviceTier, price }
}

function modelOf(key: string, entry: Fields): ListedModel {
  const fields = Object.keys(entry).sort((a, b) => (a < b ? -1 : 1))
  const prices: Price[] = []
  const unsaid: string[] = []
  for (const field of fields) {
    const price = priceOf(field, entry[field])
    if (price !== undefined) prices.push(price)
    else if (field === multipliers) unsaid.push(...unsaidMultipliers(entry[field]))
    else if (isMoney(field, entry[field])) unsaid.push(field)
  }
  const steps = stepsOf(fieldOf(entry, 'tiered_pricing'))
  const plain = cardsOf([...prices, ...steps.prices])
  const cards = [...plain, ...fastCards(plain, number(fieldOf(fieldsOf(fieldOf(entry, multipliers)), 'fast')))]
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
    unsaid: [...unsaid, ...steps.unsaid],
  }
}

const multipliers = 'provider_specific_entry'

/** Fast mode is a tier of its own; multipliers by where a request is served have no words. */
function unsaidMultipliers(value: unknown): readonly string[] {
  return Object.entries(fieldsOf(value) ?? {}).flatMap(([name, factor]) =>
    name === 'fast' || number(factor) === undefined ? [] : [`${multipliers}.${name}`],
  )
}

/** Every price of tokens times the same factor, caches included. */
function fastCards(cards: readonly ListedCard[], factor: Decimal | undefined): readonly ListedCard[] {
  if (factor === undefined) return []
  return cards
    .filter(({ serviceTier }) => serviceTier === null)
    .map(({ aboveTokens, rows }) => {
      const fast: { [bucket in PriceBucket]?: Decimal } = {}
      for (const bucket of bucketOrder) {
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
      if (found !== undefined) prices.push({ ...found, aboveTokens })
      else if (isMoney(field, price)) unsaid.push(`tiered_pricing.${field}`)
    }
  }
  return { prices, unsaid: [...new Set(unsaid)] }
}
