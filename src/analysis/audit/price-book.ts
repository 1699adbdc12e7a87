import { isPerPiece } from '../../language/price-rows.ts'
import { endpointAt, modelNamed, priceCard } from '../../policy/catalogue-queries.ts'
import type { Model, Policy, PriceBucket, PriceCard } from '../../policy/core.ts'

/** One file of prices with all below it; a later layer wins. */
export interface PriceLayer {
  readonly name: string
  /** The catalogue with the overrides of this layer and of those before it. */
  readonly policy: Policy
}

/** What every call is priced from. */
export interface PriceBook {
  readonly policy: Policy
  readonly models: readonly Model[]
  /** The name of the layer that a model's prices come from. */
  readonly layerOf: (model: string) => string
  readonly layers: readonly { readonly name: string; readonly models: readonly string[] }[]
  /** The layers below the strongest, the strongest of them first. */
  readonly below: readonly PriceLayer[]
  /** Models that ask this much for this bucket, on any day and in any tier. */
  readonly askers: (bucket: PriceBucket, picoUsd: bigint) => readonly string[]
  /** Days and sizes from which some price is another, in order. */
  readonly borders: { readonly days: readonly number[]; readonly sizes: readonly number[] }
  /** Pico-dollars of the dearest token of any model; what is priced by the piece aside. */
  readonly dearestToken: bigint
}

/** At least one layer, the catalogue first. */
export function createPriceBook(layers: readonly [PriceLayer, ...PriceLayer[]]): PriceBook {
  const policy = layers.at(-1)?.policy ?? layers[0].policy
  const origins = new Map<string, string>()
  const own = layers.map(({ name, policy: { models } }, index) => {
    const below = layers[index - 1]?.policy
    const changed = models.filter(
      (model) => below === undefined || pricesText(model) !== priceTextIn(below, model),
    )
    for (const model of changed) origins.set(model.name, name)
    return { name, models: changed.map((model) => model.name) }
  })
  const askers = new Map<string, string[]>()
  const cards = policy.models.flatMap(cardsOf)
  let dearestToken = 0n
  for (const model of policy.models) {
    for (const card of cardsOf(model)) {
      const asker = card.serviceTier === null ? model.name : `${model.name} for ${card.serviceTier}`
      for (const [bucket, price] of Object.entries(card.picoUsd)) {
        const key = `${bucket} ${price}`
        const names = askers.get(key) ?? []
        if (!names.includes(asker)) askers.set(key, [...names, asker])
        if (!isPerPiece(bucket as PriceBucket) && price > dearestToken) dearestToken = price
      }
    }
  }
  return {
    policy,
    models: policy.models,
    layers: own,
    below: layers.slice(0, -1).reverse(),
    layerOf: (model) => origins.get(model) ?? layers[0].name,
    askers: (bucket, picoUsd) => askers.get(`${bucket} ${picoUsd}`) ?? [],
    borders: {
      days: ascending(cards.flatMap(({ fromDay }) => fromDay ?? [])),
      sizes: ascending(cards.map(({ aboveTokens }) => aboveTokens)),
    },
    dearestToken,
  }
}

function ascending(values: readonly number[]): readonly number[] {
  return [...new Set(values)].sort((a, b) => a - b)
}

function priceTextIn(policy: Policy, { name }: Model): string | undefined {
  const model = modelNamed(policy, name)
  return model === undefined ? undefined : pricesText(model)
}

function pricesText(model: Model): string {
  return JSON.stringify(
    [model.prices, model.endpoints.map(({ provider, prices }) => [provider, prices])],
    (_, value: unknown) => (typeof value === 'bigint' ? value.toString() : value),
  )
}

/** Every card of a model, those of its hosts included, each once. */
export function cardsOf(model: Model): readonly PriceCard[] {
  return [...new Set([...model.prices, ...model.endpoints.flatMap(({ prices }) => prices)])]
}

/** The cards that hold for a model at a host; those of the model where the host is unknown. */
export function cardsAt(
  book: PriceBook,
  model: string,
  provider: string | undefined,
): readonly PriceCard[] {
  const atHost =
    provider === undefined ? undefined : endpointAt(book.policy, model, provider)?.prices
  return atHost ?? modelNamed(book.policy, model)?.prices ?? []
}

/** What decides which card prices a call. */
export interface CardMoment {
  readonly atMicros: number | undefined
  readonly serviceTier: string | undefined
  readonly promptTokens: number
  /** The tokens of several calls: their sum decides no size tier, so that each size is possible. */
  readonly isSum: boolean
}

/** The cards that may price a call, the likeliest first; empty: there is no price. */
export function cardsFor(cards: readonly PriceCard[], moment: CardMoment): readonly PriceCard[] {
  const pick = (promptTokens: number): PriceCard | undefined =>
    priceCard(cards, {
      nowMicros: moment.atMicros,
      promptTokens,
      serviceTier: moment.serviceTier,
    }) ?? undefined
  if (!moment.isSum) return [pick(moment.promptTokens)].flatMap((card) => card ?? [])
  const sizes = [...new Set(cards.map(({ aboveTokens }) => aboveTokens))].sort((a, b) => a - b)
  return [...new Set(sizes.flatMap((size) => pick(size + 1) ?? []))]
}
