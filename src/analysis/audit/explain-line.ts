import type { PriceCard } from '../../policy/core.ts'
import type { BillLine } from './bill-line.ts'
import { marginalCost, ownCardVariants } from './card-variants.ts'
import type { Explanation } from './cause.ts'
import { matchingModels } from './other-models.ts'
import { cardsAt, cardsFor, type PriceBook } from './price-book.ts'
import { solved } from './solve.ts'
import { tokenVariants } from './token-variants.ts'
import { dot, ratesOf, readingsOf, type Vector } from './vector.ts'

/** The card that should hold, and every bill that it admits. */
export interface Expected {
  readonly card: PriceCard
  readonly rates: Vector
  /** Pico-dollars; what the log leaves open gives more than one. */
  readonly bills: readonly bigint[]
}

/** `undefined`: there is no price. */
export function expectedOf(line: BillLine, book: PriceBook): Expected | undefined {
  const found = cardsFor(cardsAt(book, line.model, line.provider), line).flatMap((card) => {
    const rates = ratesOf(card, line.tokens)
    return rates === undefined
      ? []
      : readingsOf(rates, card, line.tokens).map((reading) => ({ card, rates: reading }))
  })
  const [first] = found
  if (first === undefined) return undefined
  return { ...first, bills: found.map(({ rates }) => dot(line.tokens, rates)) }
}

/** Every way that comes to the logged cost exactly; the order does not matter. */
export function explanationsOf(
  line: BillLine,
  expected: Expected | undefined,
  book: PriceBook,
): readonly Explanation[] {
  const { picoUsd } = line
  const counted = tokenVariants(line.tokens)
  const found: Explanation[] = []
  const cards =
    expected === undefined
      ? []
      : [
          { part: undefined, rates: expected.rates },
          ...ownCardVariants(line, expected.card, book),
        ]
  for (const { part, rates } of cards) {
    for (const variant of counted) {
      const parts = [variant.part, part].flatMap((each) => each ?? [])
      if (parts.length === 0 || dot(variant.tokens, rates) !== picoUsd) continue
      found.push({ parts, assumed: parts.length - 1, needs: 1 })
    }
  }
  for (const { variant, part } of matchingModels(line, counted, book)) {
    // A card of the model itself is likelier than the same numbers on another one's.
    const parts = [variant.part, part].flatMap((each) => each ?? [])
    found.push({ parts, assumed: parts.length, needs: 1 })
  }
  if (expected === undefined) return found
  if (marginalCost(line, cardsAt(book, line.model, line.provider), expected.card) === picoUsd) {
    const detail =
      'only the tokens above the size are charged at its price; the whole request should be'
    found.push({
      parts: [{ cause: 'marginal-tier', key: 'marginal-tier', detail }],
      assumed: 0,
      needs: 1,
    })
  }
  const lacksTier = line.serviceTier !== undefined && expected.card.serviceTier === null
  for (const { part, tokens } of counted) {
    const before = part === undefined ? [] : [part]
    const isReasoning = part === undefined || part.cause.startsWith('reasoning')
    if (!isReasoning) continue
    const open = {
      tokens,
      rates: expected.rates,
      picoUsd,
      assumed: before.length,
      before,
      lacksTier,
    }
    found.push(...solved(open, line.outputIsPartial, book))
  }
  return found
}
