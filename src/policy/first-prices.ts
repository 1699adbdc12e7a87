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

/** Whether any price was added so. */
export function hasAssumedPrices({ models }: Policy): boolean {
  return models.some(({ prices, endpoints }) => [prices, ...endpoints.map((endpoint) => endpoint.prices)].some((cards) => cards.some((card) => card.isAssumed === true)))
}

/** A service tier begins when it begins: until then a call has the plain prices. */
function fromEver(cards: readonly PriceCard[]): readonly PriceCard[] {
  const plain = cards.filter((card) => card.serviceTier === null)
  const days = plain.map((card) => card.fromDay ?? Number.NEGATIVE_INFINITY)
  const first = Math.min(...days)
  if (!Number.isFinite(first)) return cards
  const assumed = plain
    .filter((card) => card.fromDay === first)
    .map((card) => ({ ...card, fromDay: null, isAssumed: true }) as const)
  return [...assumed, ...cards]
}
