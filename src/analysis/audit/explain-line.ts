import type { PriceBucket, PriceCard } from '../../policy/core.ts'
import { entryOf } from '../../policy/entries.ts'
import type { BillLine } from './bill-line.ts'
import { marginalCost, ownCardVariants } from './card-variants.ts'
import type { Explanation } from './cause.ts'
import { matchingModels } from './other-models.ts'
import { cardsAt, cardsFor, type PriceBook } from './price-book.ts'
import { solved, solvedRow } from './solve.ts'
import { tokenVariants } from './token-variants.ts'
import { dot, readRates, type Vector } from './vector.ts'

/** Where a card knows nothing of the region that the log names; most prices hold all over the globe. */
function regionWithoutPrice({ region }: BillLine, card: PriceCard): string | undefined {
  return region === 'global' || entryOf(card.inRegions, region ?? '') !== undefined ? undefined : region
}

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
    const reading = readRates(card, line.tokens, line.region)
    return 'lacks' in reading ? [] : reading.readings.map((rates) => ({ card, rates }))
  })
  const [first] = found
  if (first === undefined) return undefined
  return { ...first, bills: found.map(({ rates }) => dot(line.tokens, rates)) }
}

/** The card that should hold, and the first row that this call needs and it does not have. */
export interface Lacking {
  readonly card: PriceCard
  readonly row: PriceBucket
}

/** `undefined`: there is no card, or it has every row. */
export function lackingOf(line: BillLine, book: PriceBook): Lacking | undefined {
  const [card] = cardsFor(cardsAt(book, line.model, line.provider), line)
  if (card === undefined) return undefined
  const reading = readRates(card, line.tokens, line.region)
  return 'lacks' in reading ? { card, row: reading.lacks } : undefined
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
  if (expected === undefined) {
    const lacking = lackingOf(line, book)
    return lacking === undefined ? found : [...found, ...solvedRow(line, lacking, book)]
  }
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
      surchargedRegion: regionWithoutPrice(line, expected.card),
    }
    found.push(...solved(open, line.outputIsPartial, book))
  }
  return found
}
