import type { Policy, PriceBucket, PriceCard, Prices } from '../policy/core.ts'
import { assumptionNames } from '../policy/assumption-names.ts'
import { endpointAt, modelNamed, priceCard, pricesIn } from '../policy/catalogue-queries.ts'
import { hasAssumedPrices } from '../policy/first-prices.ts'
import type { Usage } from '../trace/record.ts'
import { boundedMoney, exactMoney, leavesOf, modelledMoney, together, unknownMoney } from './money.ts'
import {
  countedInput,
  countedOutput,
  imageCounts,
  ratesOf,
  type Counted,
  type ImageCounts,
} from './rates.ts'
import type { UsageTokens } from './result/call.ts'
import type { Money } from './result/money.ts'
import { promptTokensOf, outputTokensOf } from '../trace/usage-sums.ts'

/** Where and when tokens are priced. */
export interface PricePlace {
  readonly model: string
  /** `undefined`: not known; the model's own list prices hold. */
  readonly provider: string | undefined
  readonly serviceTier: string | undefined
  /** `undefined`: not known; the prices of no region hold. */
  readonly region: string | undefined
  /** The start of the call; `undefined`: no date, so the newest prices. */
  readonly atMicros: number | undefined
  readonly images: number
  /** Tokens of the prompt that select the card; default: those of the usage. */
  readonly sizeTokens?: number | undefined
}

export function tokensOf(usage: Usage): UsageTokens {
  return {
    uncachedInput: usage.uncachedInput,
    cacheRead: usage.cacheRead,
    cacheWrite: usage.cacheWrite5m + usage.cacheWrite1h + (usage.cacheWriteOther ?? 0),
    output: outputTokensOf(usage),
  }
}

/**
 * What these tokens cost at list price: every bucket times the price in force at the start of the
 * call, by the size of the whole prompt. Exact (`re-priced`), but for
 * - an output of which the log has only a lower bound: bounded by the model's longest output;
 * - cache reads without a price row: bounded by nothing and the input price;
 * - cache writes whose lifetime, and searches whose size, the log does not tell: bounded by the
 *   cheapest and the dearest row.
 *
 * What has no row of its own is told by `ratesOf`; audio, generated images and searches without one
 * are unknown, and so is the whole. A model that the catalogue does not know, or has no price for on
 * that day, is unknown; at a price that is assumed for that day it is modelled (`first-prices`).
 */
export function priceUsage(policy: Policy, usage: Usage, place: PricePlace): Money {
  const model = modelNamed(policy, place.model)
  if (model === undefined) return unknownMoney(`no model \`${place.model}\` in the catalogue`)
  const card = priceCard(cardsAt(policy, place) ?? model.prices, {
    nowMicros: place.atMicros,
    promptTokens: place.sizeTokens ?? promptTokensOf(usage),
    serviceTier: place.serviceTier,
  })
  if (card === undefined) return unknownMoney(`no price for \`${place.model}\``)
  if (card === null) return unknownMoney(`no price for \`${place.model}\` in force on that day`)
  const prices = pricesIn(card, place.region)
  const basis = `list price of ${place.model}`
  if (prices.input === undefined && promptTokensOf(usage) > 0) {
    return unknownMoney(`no input price for \`${place.model}\``)
  }
  if (prices.output === undefined && outputTokensOf(usage) > 0) {
    return unknownMoney(`no output price for \`${place.model}\``)
  }
  const images = imageCounts(usage)
  const rowsOf = (counted: Counted): PricedRows => pricedRows(prices, counted, images)
  const input = rowsOf(countedInput(usage, place.images))
  const output = rowsOf(countedOutput(usage))
  const lacking = [...input.lacking, ...output.lacking]
  // A sum of what has a price would pass for the cost of the call.
  if (lacking.length > 0) {
    return unknownMoney(`no ${lacking.join(' and no ')} price for \`${place.model}\``)
  }
  const money = together([
    exactMoney('re-priced', input.exact, basis),
    ...input.others,
    ...outputMoney(usage, output, prices, model.maxOutputTokens, basis),
  ])
  return card.isAssumed === true ? together(leavesOf(money).map(assumed)) : money
}

/** Whether the price in force there and then is one that is assumed. */
export function isPriceAssumed(policy: Policy, place: Pick<PricePlace, 'model' | 'provider' | 'atMicros'>): boolean {
  if (!hasAssumedPrices(policy)) return false
  const cards = cardsAt(policy, place) ?? modelNamed(policy, place.model)?.prices ?? []
  const moment = { nowMicros: place.atMicros, promptTokens: 0, serviceTier: undefined }
  return priceCard(cards, moment)?.isAssumed === true
}

function cardsAt(policy: Policy, { model, provider }: Pick<PricePlace, 'model' | 'provider'>): readonly PriceCard[] | undefined {
  return provider === undefined ? undefined : endpointAt(policy, model, provider)?.prices
}

function assumed(money: Money): Money {
  const { value, lo, hi } = money
  return value === null || lo === null ? money : modelledMoney(value, lo, hi, assumptionNames.firstPrices)
}

interface PricedRows {
  /** The sum of what has one price. */
  readonly exact: bigint
  /** What has several possible prices. */
  readonly others: readonly Money[]
  /** What has none. */
  readonly lacking: readonly PriceBucket[]
}

function pricedRows(
  prices: Prices,
  counted: Counted,
  images: ImageCounts,
): PricedRows {
  let exact = 0n
  const others: Money[] = []
  const lacking: PriceBucket[] = []
  for (const [row, count] of counted) {
    const rates = ratesOf(prices, row, images)
    const [rate] = rates
    if (rate === undefined) lacking.push(row)
    else if (rates.length === 1) exact += times(count, rate)
    else {
      const [least, most] = [rates.reduce(smaller), rates.reduce(larger)]
      others.push(boundedMoney(times(count, least), times(count, most), openBasis(row)))
    }
  }
  return { exact, others, lacking }
}

function openBasis(row: PriceBucket): string {
  if (row === 'cache-write') return 'cache writes of unknown lifetime'
  return row === 'web-search'
    ? 'web searches of unknown size'
    : 'cache reads without a price of their own'
}

function outputMoney(
  usage: Usage,
  { exact, others }: PricedRows,
  prices: Prices,
  maxOutputTokens: number | undefined,
  basis: string,
): readonly Money[] {
  if (usage.outputQuality === 'exact') {
    return [...(exact === 0n ? [] : [exactMoney('re-priced', exact, basis)]), ...others]
  }
  const rows = ['output', 'reasoning', ...countedOutput(usage).map(([row]) => row)] as const
  const dearest = rows.map((row) => prices[row] ?? 0n).reduce(larger)
  const longest = maxOutputTokens === undefined ? null : times(maxOutputTokens, dearest)
  const most = longest === null ? null : larger(exact, longest)
  return [boundedMoney(exact, most, 'output of which the log has a lower bound'), ...others]
}

export function times(count: number, price: bigint): bigint {
  return BigInt(count) * price
}

function smaller(left: bigint, right: bigint): bigint {
  return left < right ? left : right
}

function larger(left: bigint, right: bigint): bigint {
  return left > right ? left : right
}
