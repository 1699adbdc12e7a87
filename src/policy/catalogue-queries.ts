import type { Endpoint, Exact, Ladder, Model, Policy, Pool, PriceBucket, PriceCard, Prices } from './core.ts'
import { entryOf } from './entries.ts'

export function modelNamed(policy: Policy, name: string): Model | undefined {
  return indexOf(policy).models.get(name)
}

export function poolNamed(policy: Policy, name: string): Pool | undefined {
  return policy.pools.find((pool) => pool.name === name)
}

export function ladderNamed(policy: Policy, name: string): Ladder | undefined {
  return policy.ladders.find((ladder) => ladder.name === name)
}

/** The catalogue's name for a model as a log spells it; a name that it does not know stays. */
export function canonicalModel(policy: Policy, recorded: string): string {
  return indexOf(policy).spellings.get(recorded) ?? recorded
}

interface Index {
  readonly models: ReadonlyMap<string, Model>
  readonly spellings: ReadonlyMap<string, string>
}

const indexes = new WeakMap<Policy, Index>()

function indexOf(policy: Policy): Index {
  const found = indexes.get(policy)
  if (found !== undefined) return found
  const models = new Map<string, Model>()
  const spellings = new Map<string, string>()
  for (const model of policy.models) {
    models.set(model.name, model)
    for (const spelling of model.knownAs) {
      if (!spellings.has(spelling)) spellings.set(spelling, model.name)
    }
  }
  // A model's own name always means that model, whatever another one is known as.
  for (const name of models.keys()) spellings.set(name, name)
  const index = { models, spellings }
  indexes.set(policy, index)
  return index
}

// --- endpoints

export function endpointAt(policy: Policy, model: string, provider: string): Endpoint | undefined {
  return modelNamed(policy, model)?.endpoints.find((endpoint) => endpoint.provider === provider)
}

// --- prices

const microsPerDay = 86_400_000_000

/** Days since 1970-01-01 (UTC); without a date the newest prices are in force. */
export function dayOf(nowMicros: number | undefined): number {
  return nowMicros === undefined ? Number.POSITIVE_INFINITY : Math.floor(nowMicros / microsPerDay)
}

/** What selects a price card; `promptTokens` undefined: the size is unknown. */
export interface PriceMoment {
  readonly nowMicros: number | undefined
  readonly promptTokens: number | undefined
  readonly serviceTier: string | undefined
}

/**
 * The card that prices a request: of its tier's (else the plain) cards in force the latest, and of
 * these the one with the largest size that the prompt exceeds. `null`: none is in force.
 * `undefined`: there is none at all, or the size decides and is unknown.
 */
export function priceCard(
  cards: readonly PriceCard[],
  moment: PriceMoment,
): PriceCard | null | undefined {
  if (cards.length === 0) return undefined
  const inForce = cardsInForce(cards, moment)
  if (inForce.length === 0) return null
  const tokens = moment.promptTokens
  if (tokens === undefined) return inForce.length === 1 && inForce[0]?.aboveTokens === 0 ? inForce[0] : undefined
  return inForce
    .filter((card) => card.aboveTokens === 0 || tokens > card.aboveTokens)
    .reduce<PriceCard | null>(
      (best, card) => (best === null || card.aboveTokens > best.aboveTokens ? card : best),
      null,
    )
}

/** The latest cards of the tier, one a prompt size. */
function cardsInForce(cards: readonly PriceCard[], moment: PriceMoment): readonly PriceCard[] {
  const day = dayOf(moment.nowMicros)
  const started = cards.filter((card) => card.fromDay === null || card.fromDay <= day)
  const own = started.filter((card) => card.serviceTier === (moment.serviceTier ?? null))
  const tier = own.length > 0 ? own : started.filter((card) => card.serviceTier === null)
  const latest = tier.reduce((newest, card) => Math.max(newest, startOf(card)), Number.NEGATIVE_INFINITY)
  return tier.filter((card) => startOf(card) === latest)
}

function startOf(card: PriceCard): number {
  return card.fromDay ?? Number.NEGATIVE_INFINITY
}

/** The prices of a card for a request that is served in this region: its own ones, else the plain. */
export function pricesIn(card: PriceCard, region: string | undefined): Prices {
  return (region === undefined ? undefined : entryOf(card.inRegions, region)?.picoUsd) ?? card.picoUsd
}

/** Pico-dollars a token; `null`: no price in force now. `undefined`: the entry has no such row. */
export function priceOf(
  cards: readonly PriceCard[],
  bucket: PriceBucket,
  moment: PriceMoment,
): bigint | null | undefined {
  const card = priceCard(cards, moment)
  return card === null ? null : card?.picoUsd[bucket]
}

/**
 * Whether a price is in force. A prompt of unknown size has one where every size has; `undefined`
 * where the entry has no such row, or the size decides.
 */
export function isPriced(
  cards: readonly PriceCard[],
  bucket: PriceBucket,
  moment: PriceMoment,
): boolean | undefined {
  const price = priceOf(cards, bucket, moment)
  if (price !== undefined) return price !== null
  if (moment.promptTokens !== undefined) return undefined
  const inForce = cardsInForce(cards, moment)
  const everySize = inForce.some((card) => card.aboveTokens === 0)
  return everySize && inForce.every((card) => card.picoUsd[bucket] !== undefined) ? true : undefined
}

/**
 * What `cheapest` compares where nothing else is said: 3 parts input to 1 part output, in
 * pico-dollars for four tokens.
 */
export function listPrice(
  cards: readonly PriceCard[],
  moment: PriceMoment,
): bigint | null | undefined {
  const input = priceOf(cards, 'input', moment)
  const output = priceOf(cards, 'output', moment)
  if (input === undefined || output === undefined) return undefined
  return input === null || output === null ? null : 3n * input + output
}

// --- scales: ranks count from 1

export function rankOf(policy: Policy, scale: string, word: string): number | undefined {
  const rank = policy.scales.find((each) => each.name === scale)?.words.indexOf(word) ?? -1
  return rank < 0 ? undefined : rank + 1
}

/** The word `steps` above (or below, if negative); the highest and the lowest stay. */
export function wordAt(policy: Policy, scale: string, word: string, steps: number): string | undefined {
  const words = policy.scales.find((each) => each.name === scale)?.words ?? []
  const rank = words.indexOf(word)
  return rank < 0 ? undefined : words[Math.min(Math.max(rank + steps, 0), words.length - 1)]
}

/** The scale that a word stands in, where no type tells; the first declared. */
export function scaleOfWord(policy: Policy, word: string): string | undefined {
  return policy.scales.find((scale) => scale.words.includes(word))?.name
}

// --- ladders: steps count from 1

export function stepOf(ladder: Ladder, model: string): number | undefined {
  for (const climb of ladder.climbs) {
    const step = climb.findIndex((models) => models.includes(model))
    if (step >= 0) return step + 1
  }
  return undefined
}

/** The first model of step `step`, of the first climb that has so many. */
export function rungOf(ladder: Ladder, step: number): string | undefined {
  for (const climb of ladder.climbs) {
    const model = Number.isInteger(step) ? climb[step - 1]?.[0] : undefined
    if (model !== undefined) return model
  }
  return undefined
}

/** The nearest higher step of this model's climb that holds a candidate; the first one there. */
export function nextOn(
  ladder: Ladder,
  model: string,
  isCandidate: (model: string) => boolean,
): string | undefined {
  for (const climb of ladder.climbs) {
    const step = climb.findIndex((models) => models.includes(model))
    if (step < 0) continue
    return climb.slice(step + 1).flat().find(isCandidate)
  }
  return undefined
}

// --- ratios

export function compareExact(left: Exact, right: Exact): number {
  const difference = left.numerator * right.denominator - right.numerator * left.denominator
  return difference < 0n ? -1 : difference > 0n ? 1 : 0
}
