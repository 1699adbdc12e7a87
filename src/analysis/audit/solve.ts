import { isPerPiece } from '../../language/price-rows.ts'
import type { Exact, PriceBucket } from '../../policy/core.ts'
import { entryOf } from '../../policy/entries.ts'
import { dollars } from '../prices/card-text.ts'
import type { BillLine } from './bill-line.ts'
import { namesText } from './card-variants.ts'
import type { Explanation, Part } from './cause.ts'
import type { Lacking } from './explain-line.ts'
import type { PriceBook } from './price-book.ts'
import { at, buckets, dot, ratesOf, type Vector } from './vector.ts'

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
  /** The region that the log names, where the card has no prices for it. */
  readonly surchargedRegion: string | undefined
}

/** Calls that must agree on a count that was solved at another card than their own. */
const agreeingCounts = { ownCard: 2, otherModel: 3 } as const

/**
 * What a count of tokens would have to be at the rates of another card: two causes at once. One call
 * fits by chance more often than at its own card, so several must.
 */
export function solvedCountsAt(
  card: { readonly part: Part; readonly rates: Vector; readonly isOwn: boolean },
  { tokens, picoUsd, outputIsPartial }: BillLine,
): readonly Explanation[] {
  const { part, rates, isOwn } = card
  const difference = picoUsd - dot(tokens, rates)
  if (difference === 0n) return []
  const open = { tokens, rates, assumed: isOwn ? 1 : 2, before: [] }
  return solvedCounts(open, difference, outputIsPartial)
    .filter(({ assumed }) => assumed - open.assumed <= 3)
    .map(({ parts, assumed }) => ({
      parts: [...parts, part],
      assumed,
      needs: isOwn ? agreeingCounts.ownCard : agreeingCounts.otherModel,
    }))
}

/** Half or twice every price of a card, for tokens that were counted so. */
export function solvedTierAt(
  { tokens, rates, picoUsd }: Pick<Open, 'tokens' | 'rates' | 'picoUsd'>,
  parts: readonly Part[],
): readonly Explanation[] {
  const factor = factorOf(picoUsd, dot(tokens, rates))
  const tier = factor === undefined ? undefined : tierPart(factor)
  return tier === undefined ? [] : [{ parts: [...parts, tier], assumed: 2, needs: 2 }]
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
    ...solvedRegion(open),
  ]
}

/**
 * The price of the row that a list lacks: what the rest of the call leaves of the bill. Several calls
 * whose rest is exactly as listed speak for it more than another model's list that fits.
 */
export function solvedRow(
  { tokens, region, model, picoUsd: bill }: BillLine,
  { card, row }: Lacking,
  book: PriceBook,
): readonly Explanation[] {
  const completed = { ...card, picoUsd: { ...card.picoUsd, [row]: 0n } }
  const rates = ratesOf(completed, tokens, undefined)
  if (rates === undefined || entryOf(card.inRegions, region ?? '') !== undefined) return []
  const picoUsd = wholeCount(bill - dot(tokens, rates), at(tokens, row))
  if (picoUsd === undefined || picoUsd < 0n) return []
  const askedBy = book.askers(row, picoUsd)
  const part: Part = {
    cause: 'no-price',
    key: `no-price ${row} ${picoUsd}`,
    detail: `the catalogue has no \`${row}\` price for \`${model}\`; ${rowText(row, picoUsd)}, ${whose(askedBy)}, explains the bill`,
    rate: { bucket: row, picoUsd, askedBy },
  }
  return [{ parts: [part], assumed: askedBy.length > 0 ? 0 : 3, needs: agreeing }]
}

/** One factor of all tokens, where the log names a region that the list says nothing of. */
function solvedRegion(open: Open): readonly Explanation[] {
  const { tokens, rates, surchargedRegion: region } = open
  if (region === undefined) return []
  const pieces = buckets.reduce(
    (sum, bucket) => (isPerPiece(bucket) ? sum + at(tokens, bucket) * at(rates, bucket) : sum),
    0n,
  )
  const factor = factorOf(open.picoUsd - pieces, dot(tokens, rates) - pieces)
  if (factor === undefined || factor.numerator <= factor.denominator) return []
  const text = `${factor.numerator}/${factor.denominator}`
  const detail = `every price of tokens times ${text}, in the region \`${region}\``
  const part: Part = { cause: 'region', key: `region ${region} ${text}`, detail, factor, region }
  return [{ parts: [...open.before, part], assumed: open.assumed + 2, needs: agreeing }]
}

function factorOf(amount: bigint, of: bigint): Exact | undefined {
  if (amount <= 0n || of <= 0n) return undefined
  const divisor = greatestCommonDivisor(amount, of)
  const [numerator, denominator] = [amount / divisor, of / divisor]
  return denominator > 1_000n || numerator > 10_000n ? undefined : { numerator, denominator }
}

function solvedCounts(
  open: Pick<Open, 'tokens' | 'rates' | 'assumed' | 'before'>,
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
  'audio-input',
  'audio-cache-read',
  'audio-output',
  'image-input',
  'image-output',
  'generated-image',
  'web-search',
]

/** The price that one row must have had. */
function solvedRates(open: Open, difference: bigint, book: PriceBook): readonly Explanation[] {
  return rows.flatMap((bucket) => {
    const step = wholeCount(difference, at(open.tokens, bucket))
    const picoUsd = step === undefined ? -1n : at(open.rates, bucket) + step
    if (picoUsd < 0n) return []
    const askedBy = book.askers(bucket, picoUsd)
    const part: Part = {
      cause: 'other-rate',
      key: `other-rate ${bucket} ${picoUsd}`,
      detail: `${rowText(bucket, picoUsd)}, ${whose(askedBy)}`,
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
  const factor = factorOf(open.picoUsd, dot(open.tokens, open.rates))
  if (factor === undefined) return []
  const { numerator, denominator } = factor
  const tier = tierPart(factor)
  const text = `${numerator}/${denominator}`
  const part: Part = tier ?? {
    cause: 'uniform-factor',
    key: `uniform-factor ${text}`,
    detail: `every price times ${text}`,
    factor,
  }
  return [
    {
      parts: [...open.before, part],
      assumed: open.assumed + (tier === undefined ? 3 : open.lacksTier ? -1 : 1),
      needs: tier === undefined ? agreeing : 1,
    },
  ]
}

/** `undefined`: no service tier asks so much. */
function tierPart(factor: Exact): Part | undefined {
  const { numerator, denominator } = factor
  const isHalf = numerator === 1n && denominator === 2n
  if (!isHalf && (numerator !== 2n || denominator !== 1n)) return undefined
  return {
    cause: 'service-tier',
    key: `service-tier ${numerator}/${denominator}`,
    detail: isHalf
      ? 'half of every price, as batch and flex ask'
      : 'twice every price, as priority asks',
    factor,
  }
}

function whose(askedBy: readonly string[]): string {
  return askedBy.length === 0
    ? 'which no model of the catalogue asks'
    : `the price of ${namesText(askedBy)}`
}

function rowText(bucket: PriceBucket, picoUsd: bigint): string {
  return isPerPiece(bucket)
    ? `${bucket} at ${dollars(picoUsd, 12)}`
    : `${bucket} at ${perMillion(picoUsd)} per 1M tokens`
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
