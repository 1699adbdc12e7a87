import { dayOf } from '../../policy/catalogue-queries.ts'
import type { Model } from '../../policy/core.ts'
import type { BillLine } from './bill-line.ts'
import { namesText } from './card-variants.ts'
import type { Part } from './cause.ts'
import { cardsFor, type PriceBook } from './price-book.ts'
import type { TokenVariant } from './token-variants.ts'
import { dot, kindsOf, ratesOf, type Vector } from './vector.ts'

/** Models that ask the same for everything, at one moment. */
interface Offer {
  readonly models: readonly Model[]
  readonly rates: Vector
  readonly nearRates: readonly number[]
}

/** What other models' cards explain, each with how the tokens were counted for it. */
export function matchingModels(
  line: BillLine,
  counted: readonly TokenVariant[],
  book: PriceBook,
): readonly { readonly variant: TokenVariant; readonly part: Part }[] {
  const bill = Number(line.picoUsd)
  const near = counted.map((variant) => ({
    variant,
    tokens: variant.tokens.flatMap((count, index) => (count === 0n ? [] : [{ index, count: Number(count) }])),
  }))
  const found: { variant: TokenVariant; part: Part }[] = []
  for (const { models, rates, nearRates } of offersAt(line, book)) {
    for (const { variant, tokens } of near) {
      // A sieve: what is equal is never this far off, and what is near is compared exactly.
      let cost = 0
      for (const { index, count } of tokens) cost += count * (nearRates[index] ?? 0)
      if (Math.abs(cost - bill) > 1 + bill / 1_000_000) continue
      if (dot(variant.tokens, rates) !== line.picoUsd) continue
      const others = models.filter(({ name }) => name !== line.model)
      if (others.length > 0) found.push({ variant, part: partOf(others, line) })
    }
  }
  return found
}

/** The cards of other models that would be in force, each as a cause. */
export function* otherOffers(
  line: BillLine,
  book: PriceBook,
): Generator<{ readonly part: Part; readonly rates: Vector }> {
  for (const { models, rates } of offersAt(line, book)) {
    const others = models.filter(({ name }) => name !== line.model)
    if (others.length > 0) yield { part: partOf(others, line), rates }
  }
}

function partOf(models: readonly Model[], { model }: BillLine): Part {
  const tail = model.split('/').at(-1) ?? model
  const akin = models.filter(({ name, knownAs }) =>
    [name, ...knownAs].some((spelling) => spelling === tail || spelling.endsWith(`/${tail}`)),
  )
  const names = [...new Set([...akin, ...models])].map(({ name }) => name)
  const [sameTail] = akin
  return {
    cause: 'price-of-another-model',
    key: `price-of-another-model: ${names[0]}`,
    detail: `the price of ${namesText(names)}`,
    ...(sameTail === undefined ? {} : { perhapsModel: sameTail.name }),
  }
}

/** By what decides which cards hold; every call between two borders has the same offers. */
const offers = new WeakMap<PriceBook, Map<string, readonly Offer[]>>()

function offersAt(line: BillLine, book: PriceBook): readonly Offer[] {
  const { days, sizes } = book.borders
  const today = dayOf(line.atMicros)
  const key = JSON.stringify([
    line.serviceTier ?? null,
    line.isSum,
    days.filter((start) => start <= today).length,
    sizes.filter((size) => line.promptTokens > size).length,
    line.region ?? null,
    kindsOf(line.tokens),
  ])
  const known = offers.get(book) ?? new Map<string, readonly Offer[]>()
  offers.set(book, known)
  const before = known.get(key)
  if (before !== undefined) return before
  const byRates = new Map<string, { models: Model[]; rates: Vector }>()
  for (const model of book.models) {
    for (const rates of ratesInForce(model, line)) {
      const text = rates.join(' ')
      const same = byRates.get(text)
      if (same === undefined) byRates.set(text, { models: [model], rates })
      else if (!same.models.includes(model)) same.models.push(model)
    }
  }
  const found = [...byRates.values()].map((each) => ({
    ...each,
    nearRates: each.rates.map(Number),
  }))
  known.set(key, found)
  return found
}

/** The cards of that day, and where newer ones were to come, those too. */
function ratesInForce(model: Model, line: BillLine): readonly Vector[] {
  const { serviceTier } = line
  const tiers = serviceTier === undefined ? [undefined] : [serviceTier, undefined]
  const today = dayOf(line.atMicros)
  const changes = model.prices.some(({ fromDay }) => fromDay !== null && fromDay > today)
  const dates = changes ? [line.atMicros, undefined] : [line.atMicros]
  return tiers.flatMap((tier) =>
    dates.flatMap((atMicros) =>
      cardsFor(model.prices, { ...line, atMicros, serviceTier: tier }).flatMap((card) => {
        const rates = ratesOf(card, line.tokens, line.region)
        return rates === undefined ? [] : [rates]
      }),
    ),
  )
}
