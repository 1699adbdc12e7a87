import type { Policy, PriceCard } from './core.ts'

/**
 * The policy with every model's first prices in force before their first day too, so that recordings
 * from before it can be priced at all. Cards that were added are marked (`isAssumed`): what they price
 * is an assumption, and they are no part of the policy's digest. A model with a price from ever keeps
 * its cards.
 */
export function withFirstPrices(policy: Policy): Policy {
  return {
    ...policy,
    models: policy.models.map((model) => ({
      ...model,
      prices: fromEver(model.prices),
      endpoints: model.endpoints.map((endpoint) => ({ ...endpoint, prices: fromEver(endpoint.prices) })),
    })),
  }
}

/** Whether any price was added so; asked at every call, so told once a policy. */
export function hasAssumedPrices(policy: Policy): boolean {
  const known = assuming.get(policy)
  if (known !== undefined) return known
  const found = policy.models.some(({ prices, endpoints }) =>
    [prices, ...endpoints.map((endpoint) => endpoint.prices)].some((cards) => cards.some((card) => card.isAssumed === true)),
  )
  assuming.set(policy, found)
  return found
}

const assuming = new WeakMap<Policy, boolean>()

/** The day on which the first plain prices begin; `undefined`: there are none, or they hold from ever. */
export function firstPriceDay(cards: readonly PriceCard[]): number | undefined {
  const plain = cards.filter((card) => card.serviceTier === null)
  const first = Math.min(...plain.map((card) => card.fromDay ?? Number.NEGATIVE_INFINITY))
  return Number.isFinite(first) ? first : undefined
}

/** A service tier begins when it begins: until then a call has the plain prices. */
function fromEver(cards: readonly PriceCard[]): readonly PriceCard[] {
  const first = firstPriceDay(cards)
  if (first === undefined) return cards
  const assumed = cards
    .filter((card) => card.serviceTier === null && card.fromDay === first)
    .map((card) => ({ ...card, fromDay: null, isAssumed: true }) as const)
  return [...assumed, ...cards]
}
