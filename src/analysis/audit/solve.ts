import type { PriceBucket } from '../../policy/core.ts'
import { namesText } from './card-variants.ts'
import type { Explanation, Part } from './cause.ts'
import type { PriceBook } from './price-book.ts'
import { at, dot, type Vector } from './vector.ts'

/** Calls that must agree on a number that nothing but their bills speaks for. */
const agreeing = 3

/** A first chunk of a stream holds no more output than this. */
const firstChunkTokens = 16n

export interface Open {
  readonly tokens: Vector
  readonly rates: Vector
  readonly picoUsd: bigint
  /** 0 where the tokens are as logged, 1 where another part says how they were counted. */
  readonly assumed: number
  readonly before: readonly Part[]
  /** The log names a service tier, which the card is not of. */
  readonly lacksTier: boolean
}

/** What a single count of tokens or a single price would have to be, where it is a whole number. */
export function solved(
  open: Open,
  outputIsPartial: boolean,
  book: PriceBook,
): readonly Explanation[] {
  const difference = open.picoUsd - dot(open.tokens, open.rates)
  if (difference === 0n) return []
  return [
    ...solvedCounts(open, difference, outputIsPartial),
    ...solvedRates(open, difference, book),
    ...solvedFactor(open),
  ]
}

function solvedCounts(
  open: Open,
  difference: bigint,
  outputIsPartial: boolean,
): readonly Explanation[] {
  const { tokens, rates, before } = open
  const found: Explanation[] = []
  const add = (part: Part, assumed: number): void =>
    void found.push({ parts: [...before, part], assumed: open.assumed + assumed, needs: 1 })
  const output = at(rates, 'output')
  const logged = at(tokens, 'output') + at(tokens, 'reasoning')
  const missing = wholeCount(difference, output)
  if (missing !== undefined && missing > 0n && (outputIsPartial || logged <= firstChunkTokens)) {
    add(
      {
        cause: 'partial-output',
        key: 'partial-output',
        detail:
          'the log counts the output to a first part of the stream only; the bill counts it all',
      },
      outputIsPartial ? 2 : 3,
    )
  } else if (missing !== undefined && missing > 0n) {
    add(
      {
        cause: 'partial-output',
        key: 'partial-output',
        detail: 'the bill counts more output than the log',
      },
      4,
    )
  }
  if (missing !== undefined && missing < 0n && logged + missing >= 0n) {
    const isFirst = logged + missing <= firstChunkTokens
    add(
      {
        cause: 'partial-output-billed',
        key: 'partial-output-billed',
        detail: 'the bill counts the output to a first part of the stream only',
      },
      isFirst ? 3 : 5,
    )
  }
  const input = at(rates, 'input')
  const cached = wholeCount(-difference, input - at(rates, 'cache-read'))
  if (
    at(tokens, 'cache-read') === 0n &&
    cached !== undefined &&
    cached > 0n &&
    cached <= at(tokens, 'input')
  ) {
    add(
      {
        cause: 'cached-tokens-not-logged',
        key: 'cached-tokens-not-logged',
        detail: 'the bill has cache reads that the log counts as fresh input',
      },
      3,
    )
  }
  if (
    at(tokens, 'cache-write-5min') + at(tokens, 'cache-write-1h') + at(tokens, 'cache-write') ===
    0n
  ) {
    for (const bucket of ['cache-write-5min', 'cache-write-1h'] as const) {
      const written = wholeCount(difference, at(rates, bucket) - input)
      if (written === undefined || written <= 0n || written > at(tokens, 'input')) continue
      const detail = 'the bill has cache writes that the log counts as fresh input'
      add(
        { cause: 'cache-writes-not-logged', key: 'cache-writes-not-logged', detail },
        bucket === 'cache-write-5min' ? 4 : 5,
      )
    }
  }
  return found
}

const rows: readonly PriceBucket[] = [
  'input',
  'cache-read',
  'cache-write-5min',
  'cache-write-1h',
  'output',
  'reasoning',
]

/** The price that one row must have had. */
function solvedRates(open: Open, difference: bigint, book: PriceBook): readonly Explanation[] {
  return rows.flatMap((bucket) => {
    const step = wholeCount(difference, at(open.tokens, bucket))
    const picoUsd = step === undefined ? -1n : at(open.rates, bucket) + step
    if (picoUsd < 0n) return []
    const askedBy = book.askers(bucket, picoUsd)
    const whose =
      askedBy.length === 0
        ? 'which no model of the catalogue asks'
        : `the price of ${namesText(askedBy)}`
    const part: Part = {
      cause: 'other-rate',
      key: `other-rate ${bucket} ${picoUsd}`,
      detail: `${bucket} at ${perMillion(picoUsd)} per 1M tokens, ${whose}`,
      rate: { bucket, picoUsd, askedBy },
    }
    return [
      {
        parts: [...open.before, part],
        assumed: open.assumed + (askedBy.length > 0 ? 2 : 4),
        needs: askedBy.length > 0 ? 1 : agreeing,
      },
    ]
  })
}

/** The one factor of every row: a discount, or a service tier that the catalogue does not have. */
function solvedFactor(open: Open): readonly Explanation[] {
  const expected = dot(open.tokens, open.rates)
  if (expected <= 0n || open.picoUsd <= 0n) return []
  const divisor = greatestCommonDivisor(open.picoUsd, expected)
  const [numerator, denominator] = [open.picoUsd / divisor, expected / divisor]
  if (denominator > 1_000n || numerator > 10_000n) return []
  const isTier =
    (numerator === 1n && denominator === 2n) || (numerator === 2n && denominator === 1n)
  const factor = { numerator, denominator }
  const text = `${numerator}/${denominator}`
  const part: Part = isTier
    ? {
        cause: 'service-tier',
        key: `service-tier ${text}`,
        detail:
          numerator === 1n
            ? 'half of every price, as batch and flex ask'
            : 'twice every price, as priority asks',
        factor,
      }
    : {
        cause: 'uniform-factor',
        key: `uniform-factor ${text}`,
        detail: `every price times ${text}`,
        factor,
      }
  return [
    {
      parts: [...open.before, part],
      assumed: open.assumed + (isTier ? (open.lacksTier ? -1 : 1) : 3),
      needs: isTier ? 1 : agreeing,
    },
  ]
}

/** Dollars of a million tokens, to the last digit. */
export function perMillion(picoUsdEach: bigint): string {
  const [whole, rest] = [picoUsdEach / 1_000_000n, picoUsdEach % 1_000_000n]
  const digits = rest.toString().padStart(6, '0').replace(/0+$/, '')
  return `$${whole}${digits === '' ? '' : `.${digits.padEnd(2, '0')}`}`
}

function wholeCount(amount: bigint, each: bigint): bigint | undefined {
  return each !== 0n && amount % each === 0n ? amount / each : undefined
}

function greatestCommonDivisor(left: bigint, right: bigint): bigint {
  let [a, b] = [left, right]
  while (b !== 0n) [a, b] = [b, a % b]
  return a
}
