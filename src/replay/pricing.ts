import type { Policy, PriceBucket, PriceCard } from '../policy/core.ts'
import { assumptionNames } from '../policy/assumption-names.ts'
import { endpointAt, modelNamed, priceCard } from '../policy/catalogue-queries.ts'
import type { Usage } from '../trace/record.ts'
import { boundedMoney, exactMoney, leavesOf, modelledMoney, together, unknownMoney } from './money.ts'
import type { UsageTokens } from './result/call.ts'
import type { Money } from './result/money.ts'

/** Where and when tokens are priced. */
export interface PricePlace {
  readonly model: string
  /** `undefined`: not known; the model's own list prices hold. */
  readonly provider: string | undefined
  readonly serviceTier: string | undefined
  /** The start of the call; `undefined`: no date, so the newest prices. */
  readonly atMicros: number | undefined
  readonly images: number
  /** Tokens of the prompt that select the card; default: those of the usage. */
  readonly sizeTokens?: number | undefined
}

/** The provider's total input: every bucket but the output. */
export function promptTokensOf(usage: Usage): number {
  return (
    usage.uncachedInput +
    usage.cacheRead +
    usage.cacheWrite5m +
    usage.cacheWrite1h +
    (usage.cacheWriteOther ?? 0)
  )
}

export function outputTokensOf(usage: Usage): number {
  return usage.output + (usage.reasoning ?? 0)
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
 * - cache writes whose lifetime the log does not tell: bounded by the cheapest and the dearest row.
 *
 * Cache writes without any row of their own are input like any other. A model that the catalogue
 * does not know, or has no price for on that day, is unknown; at a price that is assumed for that day
 * it is modelled (`first-prices`).
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
  const basis = `list price of ${place.model}`
  const rate = (bucket: PriceBucket): bigint | undefined => card.picoUsd[bucket]
  const input = rate('input')
  const output = rate('output')
  if (input === undefined && promptTokensOf(usage) > 0) {
    return unknownMoney(`no input price for \`${place.model}\``)
  }
  if (output === undefined && outputTokensOf(usage) > 0) {
    return unknownMoney(`no output price for \`${place.model}\``)
  }
  const prompt = promptMoney(card, usage, input ?? 0n, place.images, basis)
  const money = together([
    ...prompt,
    ...outputMoney(usage, output ?? 0n, rate('reasoning') ?? output ?? 0n, model.maxOutputTokens, basis),
  ])
  return card.isAssumed === true ? together(leavesOf(money).map(assumed)) : money
}

/** Whether the price in force there and then is one that is assumed. */
export function isPriceAssumed(policy: Policy, place: Pick<PricePlace, 'model' | 'provider' | 'atMicros'>): boolean {
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

function promptMoney(
  card: PriceCard,
  usage: Usage,
  input: bigint,
  images: number,
  basis: string,
): readonly Money[] {
  const rate = (bucket: PriceBucket): bigint | undefined => card.picoUsd[bucket]
  const write = rate('cache-write') ?? input
  const short = rate('cache-write-5min') ?? write
  const long = rate('cache-write-1h') ?? write
  const read = rate('cache-read')
  const exact =
    times(usage.uncachedInput, input) +
    times(usage.cacheWrite5m, short) +
    times(usage.cacheWrite1h, long) +
    (read === undefined ? 0n : times(usage.cacheRead, read)) +
    times(images, rate('image') ?? 0n) +
    (rate('request') ?? 0n)
  const other = usage.cacheWriteOther ?? 0
  const rows = [rate('cache-write') ?? short, short, long]
  const [least, most] = [rows.reduce(smaller), rows.reduce(larger)]
  return [
    exactMoney('re-priced', exact + (least === most ? times(other, least) : 0n), basis),
    ...(read === undefined && usage.cacheRead > 0
      ? [boundedMoney(0n, times(usage.cacheRead, input), 'cache reads without a price of their own')]
      : []),
    ...(other > 0 && least !== most
      ? [boundedMoney(times(other, least), times(other, most), 'cache writes of unknown lifetime')]
      : []),
  ]
}

function outputMoney(
  usage: Usage,
  output: bigint,
  reasoning: bigint,
  maxOutputTokens: number | undefined,
  basis: string,
): readonly Money[] {
  const logged = times(usage.output, output) + times(usage.reasoning ?? 0, reasoning)
  if (usage.outputQuality === 'exact') return logged === 0n ? [] : [exactMoney('re-priced', logged, basis)]
  const dearest = larger(output, reasoning)
  const most = maxOutputTokens === undefined ? null : larger(logged, times(maxOutputTokens, dearest))
  return [boundedMoney(logged, most, 'output of which the log has a lower bound')]
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
