import { endpointAt, modelNamed } from '../../policy/catalogue-queries.ts'
import type { PriceCard } from '../../policy/core.ts'
import { dateOfDay } from '../../replay/day.ts'
import type { BillLine } from './bill-line.ts'
import type { CauseId, Part } from './cause.ts'
import { cardsAt, cardsFor, type PriceBook } from './price-book.ts'
import { at, buckets, dot, ratesOf, type Vector } from './vector.ts'

/** Rates that the bill may have been made with; `part` undefined: those that should hold. */
export interface CardVariant {
  readonly part: Part | undefined
  readonly rates: Vector
}

const microsPerDay = 86_400_000_000

/** Other cards of the same model: of other days, sizes, service tiers and hosts. */
export function ownCardVariants(
  line: BillLine,
  card: PriceCard,
  book: PriceBook,
): readonly CardVariant[] {
  const cards = cardsAt(book, line.model, line.provider)
  const found: CardVariant[] = []
  const add = (other: PriceCard, cause: CauseId, detail: string): void => {
    const rates = ratesOf(other, line.tokens, line.region)
    if (rates !== undefined)
      found.push({ part: { cause, key: `${cause}: ${detail}`, detail }, rates })
  }
  const moment = { ...line, isSum: false }
  for (const other of cards) {
    if (other === card) continue
    if (other.serviceTier === card.serviceTier && other.fromDay === card.fromDay) {
      const border = Math.max(card.aboveTokens, other.aboveTokens)
      const near = Math.abs(line.promptTokens - border) <= 1
      const side = other.aboveTokens > card.aboveTokens ? 'above' : 'up to'
      add(
        other,
        near ? 'tier-boundary' : 'context-tier',
        near
          ? `a prompt within one token of ${border} is charged as one ${side} ${border}: the border is off by one`
          : `the prompt is charged as one ${side} ${border} tokens`,
      )
    }
  }
  for (const day of new Set(cards.map(({ fromDay }) => fromDay))) {
    if (day === card.fromDay) continue
    const nowMicros = day === null ? Number.MIN_SAFE_INTEGER : day * microsPerDay
    const [other] = cardsFor(cards, { ...moment, atMicros: nowMicros })
    if (other === undefined) continue
    const earlier = day === null || (card.fromDay !== null && day < card.fromDay)
    const since = day === null ? 'the first price' : `the price from ${dateOfDay(day)}`
    if (earlier)
      add(
        other,
        'stale-price',
        `${since}, which another had replaced${card.fromDay === null ? '' : ` on ${dateOfDay(card.fromDay)}`}`,
      )
    else add(other, 'future-price', `${since}, which was not yet in force`)
  }
  for (const tier of new Set(cards.map(({ serviceTier }) => serviceTier))) {
    if (tier === card.serviceTier) continue
    const [other] = cardsFor(cards, { ...moment, serviceTier: tier ?? undefined })
    if (other !== undefined)
      add(
        other,
        'service-tier',
        tier === null
          ? 'the price without a service tier'
          : `the price of the service tier \`${tier}\``,
      )
  }
  for (const { name, policy } of book.below) {
    const atHost = line.provider === undefined ? undefined : endpointAt(policy, line.model, line.provider)
    const [other] = cardsFor(atHost?.prices ?? modelNamed(policy, line.model)?.prices ?? [], moment)
    if (other !== undefined)
      add(
        other,
        'layer-not-applied',
        `the price of ${name}, over which ${book.layerOf(line.model)} lays another`,
      )
  }
  const regions = Object.keys(card.inRegions ?? {})
  for (const region of regions.length === 0 ? [] : [undefined, ...regions]) {
    if (region === line.region || (region === undefined && !regions.includes(line.region ?? '')))
      continue
    const rates = ratesOf(card, line.tokens, region)
    const detail =
      region === undefined ? 'the price of no region' : `the price in the region \`${region}\``
    if (rates !== undefined)
      found.push({ part: { cause: 'region', key: `region: ${detail}`, detail }, rates })
  }
  const model = book.models.find(({ name }) => name === line.model)
  for (const endpoint of model?.endpoints ?? []) {
    if (endpoint.prices === cards) continue
    const [other] = cardsFor(endpoint.prices, moment)
    if (other !== undefined)
      add(other, 'price-of-another-provider', `the price at \`${endpoint.provider}\``)
  }
  return found
}

/** At most three names, and how many more there are. */
export function namesText(names: readonly string[]): string {
  const shown = names.slice(0, 3).map((name) => `\`${name}\``)
  const rest = names.length - shown.length
  return rest > 0 ? `${shown.join(', ')} and ${rest} more` : shown.join(', ')
}

/** What the tokens cost when only those above the border cost its price, bucket by bucket. */
export function marginalCost(
  line: BillLine,
  cards: readonly PriceCard[],
  card: PriceCard,
): bigint | undefined {
  const family = cards.filter(
    (other) => other.serviceTier === card.serviceTier && other.fromDay === card.fromDay,
  )
  const upper = family.find(({ aboveTokens }) => aboveTokens > 0)
  const lower = family.find(({ aboveTokens }) => aboveTokens === 0)
  if (upper === undefined || lower === undefined) return undefined
  const [low, high] = [
    ratesOf(lower, line.tokens, line.region),
    ratesOf(upper, line.tokens, line.region),
  ]
  if (low === undefined || high === undefined) return undefined
  const border = BigInt(upper.aboveTokens)
  const excess = buckets.map((bucket) => {
    const count = at(line.tokens, bucket)
    return count > border ? count - border : 0n
  })
  if (excess.every((count) => count === 0n)) return undefined
  return dot(line.tokens, low) + dot(excess, high) - dot(excess, low)
}
