import type { PriceBucket, PriceCard } from '../../policy/core.ts'
import type { Usage } from '../../trace/record.ts'

/** Tokens of a call, or pico-dollars for one of each, in the order of `buckets`. */
export type Vector = readonly bigint[]

export const buckets: readonly PriceBucket[] = [
  'input',
  'cache-read',
  'cache-write-5min',
  'cache-write-1h',
  'cache-write',
  'output',
  'reasoning',
  'image',
  'request',
]

export function at(vector: Vector, bucket: PriceBucket): bigint {
  return vector[buckets.indexOf(bucket)] ?? 0n
}

export function withBucket(vector: Vector, bucket: PriceBucket, value: bigint): Vector {
  return vector.with(buckets.indexOf(bucket), value)
}

/** The bill of these tokens at these rates. */
export function dot(tokens: Vector, rates: Vector): bigint {
  return tokens.reduce((sum, count, index) => sum + count * (rates[index] ?? 0n), 0n)
}

export function tokensOf(usage: Usage, images: number): Vector {
  return [
    usage.uncachedInput,
    usage.cacheRead,
    usage.cacheWrite5m,
    usage.cacheWrite1h,
    usage.cacheWriteOther ?? 0,
    usage.output,
    usage.reasoning ?? 0,
    images,
    1,
  ].map(BigInt)
}

/** Tokens of the prompt, cached or not. */
export function promptOf(tokens: Vector): bigint {
  return tokens.slice(0, 5).reduce((sum, count) => sum + count, 0n)
}

/**
 * What each token costs under a card. What has no row of its own costs what `priceUsage` takes: a
 * cache write is input, reasoning is output; `undefined` without a price of input or output that
 * the tokens need.
 */
export function ratesOf(card: PriceCard, tokens: Vector): Vector | undefined {
  const { picoUsd } = card
  const input = picoUsd.input
  const output = picoUsd.output
  const reasons = at(tokens, 'output') + at(tokens, 'reasoning') > 0n
  if (input === undefined && promptOf(tokens) > 0n) return undefined
  if (output === undefined && reasons) return undefined
  const write = picoUsd['cache-write'] ?? input ?? 0n
  return [
    input ?? 0n,
    picoUsd['cache-read'] ?? input ?? 0n,
    picoUsd['cache-write-5min'] ?? write,
    picoUsd['cache-write-1h'] ?? write,
    picoUsd['cache-write'] ?? picoUsd['cache-write-5min'] ?? write,
    output ?? 0n,
    picoUsd.reasoning ?? output ?? 0n,
    picoUsd.image ?? 0n,
    picoUsd.request ?? 0n,
  ]
}

/**
 * Every reading of the rates that the log leaves open, the likeliest first: writes of unknown
 * lifetime at the short or the long rate, cache reads without a row at the price of input or free.
 */
export function readingsOf(rates: Vector, card: PriceCard, tokens: Vector): readonly Vector[] {
  const writes =
    at(tokens, 'cache-write') === 0n
      ? [at(rates, 'cache-write')]
      : distinct([
          at(rates, 'cache-write'),
          at(rates, 'cache-write-5min'),
          at(rates, 'cache-write-1h'),
        ])
  const reads =
    card.picoUsd['cache-read'] !== undefined || at(tokens, 'cache-read') === 0n
      ? [at(rates, 'cache-read')]
      : [at(rates, 'cache-read'), 0n]
  return writes.flatMap((write) =>
    reads.map((read) => withBucket(withBucket(rates, 'cache-write', write), 'cache-read', read)),
  )
}

export function distinct<T>(values: readonly T[]): T[] {
  return [...new Set(values)]
}
