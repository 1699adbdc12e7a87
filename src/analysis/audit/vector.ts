import type { PriceBucket, PriceCard } from '../../policy/core.ts'
import { pricesIn } from '../../policy/catalogue-queries.ts'
import { countedInput, countedOutput, ratesOf as pricesOf } from '../../replay/rates.ts'
import type { Usage } from '../../trace/record.ts'

/** Tokens and pieces of a call, or pico-dollars for one of each, in the order of `buckets`. */
export type Vector = readonly bigint[]

/** Of the prompt as text, of the reply as text, and the rest. */
export const buckets: readonly PriceBucket[] = [
  'input',
  'cache-read',
  'cache-write-5min',
  'cache-write-1h',
  'cache-write',
  'output',
  'reasoning',
  'audio-input',
  'audio-cache-read',
  'image-input',
  'image-cache-read',
  'video-input',
  'audio-output',
  'image-output',
  'video-output',
  'image',
  'generated-image',
  'web-search',
  'request',
]

const promptEnd = buckets.indexOf('output')
const otherPrompt = [buckets.indexOf('audio-input'), buckets.indexOf('video-input') + 1] as const
const otherReply = [buckets.indexOf('audio-output'), buckets.indexOf('video-output') + 1] as const

export function at(vector: Vector, bucket: PriceBucket): bigint {
  return vector[buckets.indexOf(bucket)] ?? 0n
}

export function withBucket(vector: Vector, bucket: PriceBucket, value: bigint): Vector {
  return vector.with(buckets.indexOf(bucket), value)
}

/** The bill of these tokens at these rates. */
export function dot(tokens: Vector, rates: Vector): bigint {
  let sum = 0n
  for (const [index, count] of tokens.entries()) {
    if (count !== 0n) sum += count * (rates[index] ?? 0n)
  }
  return sum
}

export function tokensOf(usage: Usage, images: number): Vector {
  const counts = new Map([...countedInput(usage, images), ...countedOutput(usage)])
  return buckets.map((bucket) => BigInt(counts.get(bucket) ?? 0))
}

/** Tokens of the prompt, cached or not, whatever they are of. */
export function promptOf(tokens: Vector): bigint {
  return sumOf(tokens.slice(0, promptEnd)) + sumOf(tokens.slice(...otherPrompt))
}

/** Tokens of the reply. */
export function replyOf(tokens: Vector): bigint {
  return at(tokens, 'output') + at(tokens, 'reasoning') + sumOf(tokens.slice(...otherReply))
}

function sumOf(counts: Vector): bigint {
  return counts.reduce((sum, count) => sum + count, 0n)
}

/** What each token costs under a card, or the row that these tokens need and the card has not. */
export type RatesReading =
  | { readonly rates: Vector; readonly readings: readonly Vector[] }
  | { readonly lacks: PriceBucket }

/**
 * The likeliest rates first, then every other reading of what log and list leave open: `ratesOf` of
 * the replay, which prices alike.
 */
export function readRates(card: PriceCard, tokens: Vector, region: string | undefined): RatesReading {
  const prices = pricesIn(card, region)
  if (prices.input === undefined && promptOf(tokens) > 0n) return { lacks: 'input' }
  if (prices.output === undefined && replyOf(tokens) > 0n) return { lacks: 'output' }
  const images = {
    inputTokens: Number(at(tokens, 'image-input') + at(tokens, 'image-cache-read')),
    outputTokens: Number(at(tokens, 'image-output')),
    generated: Number(at(tokens, 'generated-image')),
  }
  const rates: bigint[] = []
  let readings: readonly Vector[] = [[]]
  for (const [index, bucket] of buckets.entries()) {
    const found = pricesOf(prices, bucket, images)
    const isUsed = (tokens[index] ?? 0n) > 0n
    if (found.length === 0 && isUsed) return { lacks: bucket }
    const possible = isUsed ? found : found.slice(0, 1)
    rates.push(found[0] ?? 0n)
    readings =
      possible.length > 1
        ? readings.flatMap((reading) => possible.map((price) => [...reading, price]))
        : readings.map((reading) => [...reading, possible[0] ?? 0n])
  }
  return { rates, readings }
}

/** The likeliest rates; `undefined`: the card lacks a row. */
export function ratesOf(card: PriceCard, tokens: Vector, region: string | undefined): Vector | undefined {
  const reading = readRates(card, tokens, region)
  return 'lacks' in reading ? undefined : reading.rates
}

/** Which kinds a card must price beside text: cards are alike for calls that hold the same. */
export function kindsOf(tokens: Vector): string {
  const others = tokens.slice(otherPrompt[0]).map((count) => (count > 0n ? '1' : '0'))
  return `${promptOf(tokens) > 0n ? 1 : 0}${replyOf(tokens) > 0n ? 1 : 0}${others.join('')}`
}
