import type { PriceBucket, PriceCard } from '../../policy/core.ts'
import { entryOf } from '../../policy/entries.ts'
import type { BillLine } from './bill-line.ts'
import { marginalCost, ownCardVariants } from './card-variants.ts'
import type { Explanation } from './cause.ts'
import { matchingModels, otherOffers } from './other-models.ts'
import { cardsAt, cardsFor, type PriceBook } from './price-book.ts'
import { solved, solvedCountsAt, solvedRow, solvedTierAt } from './solve.ts'
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

/** Whether a call has an explanation that needs no other call to agree. */
export function isExplainedAlone(explanations: readonly Explanation[]): boolean {
  return explanations.some(({ assumed, needs }) => assumed <= 3 && needs === 1)
}

/** Another card and a count of tokens that the log has otherwise, both at once: a long search. */
export function explanationsByTwo(
  line: BillLine,
  expected: Expected | undefined,
  book: PriceBook,
): readonly Explanation[] {
  if (expected === undefined) return []
  const own = ownCardVariants(line, expected.card, book).flatMap(({ part, rates }) =>
    part === undefined ? [] : solvedCountsAt({ part, rates, isOwn: true }, line),
  )
  const others = [...otherOffers(line, book)].flatMap(({ part, rates }) =>
    solvedCountsAt({ part, rates, isOwn: false }, line),
  )
  return [...own, ...others]
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
  const variants = expected === undefined ? [] : ownCardVariants(line, expected.card, book)
  const cards = expected === undefined ? [] : [{ part: undefined, rates: expected.rates }, ...variants]
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
  for (const { part, tokens } of counted) {
    if (part !== undefined)
      found.push(...solvedTierAt({ tokens, rates: expected.rates, picoUsd }, [part]))
  }
  for (const { part, rates } of cards) {
    if (part !== undefined && part.cause !== 'service-tier')
      found.push(...solvedTierAt({ tokens: line.tokens, rates, picoUsd }, [part]))
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
