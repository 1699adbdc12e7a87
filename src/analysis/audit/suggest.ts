import { modelNamed } from '../../policy/catalogue-queries.ts'
import type { PriceBucket, PriceCard } from '../../policy/core.ts'
import { cardsText, laidOut, quoted } from '../prices/card-text.ts'
import { routeName } from '../prices/route-name.ts'
import type { BillLine } from './bill-line.ts'
import type { Part } from './cause.ts'
import { fitRates } from './fit-rates.ts'
import { cardsAt, type PriceBook } from './price-book.ts'

/** Fewer calls are no system. */
const fewest = 3

/** A catalogue entry with which these calls would match; `undefined`: nothing that is worth one. */
export function suggestionFor(
  part: Part,
  lines: readonly BillLine[],
  calls: number,
  card: PriceCard | undefined,
  book: PriceBook,
): string | undefined {
  const [line] = lines
  if (line === undefined || calls < fewest) return undefined
  const isOpen = part.cause === 'unexplained' || part.cause === 'no-price'
  if (isOpen && part.rate === undefined) return fitted(line, lines, book)
  if (part.perhapsModel !== undefined && card === undefined) {
    return spelling(part.perhapsModel, line.model, book)
  }
  const cards = cardsAt(book, line.model, line.provider)
  if (part.rate !== undefined && card !== undefined) {
    const { bucket, picoUsd } = part.rate
    return override(
      line.model,
      cards.map((each) => (each === card ? withPrice(each, bucket, picoUsd) : each)),
    )
  }
  if (part.factor === undefined || card === undefined) return undefined
  const { factor, region } = part
  if (region !== undefined) {
    // The text of a list holds the factor alone.
    const there = { ...card.inRegions, [region]: { factor, picoUsd: card.picoUsd } }
    return override(
      line.model,
      cards.map((each) => (each === card ? { ...each, inRegions: there } : each)),
    )
  }
  const { numerator, denominator } = factor
  const times = scaled(card, numerator, denominator)
  if (times === undefined) return undefined
  if (part.cause !== 'service-tier')
    return override(
      line.model,
      cards.map((each) => (each === card ? times : each)),
    )
  const tier = line.serviceTier
  return tier === undefined
    ? undefined
    : override(line.model, [...cards, { ...times, serviceTier: routeName(tier) }])
}

/** The logged name as one more spelling of a model. */
function spelling(model: string, recorded: string, book: PriceBook): string {
  const known = modelNamed(book.policy, model)?.knownAs ?? []
  return laidOut(
    `override model ${model} {\n  known-as [${[...known, recorded].map(quoted).join(', ')}]\n}\n`,
  )
}

function override(model: string, cards: readonly PriceCard[]): string {
  return laidOut(`override model ${model} {\n${cardsText(cards)}\n}\n`)
}

function withPrice(card: PriceCard, bucket: PriceBucket, picoUsd: bigint): PriceCard {
  return { ...card, picoUsd: { ...card.picoUsd, [bucket]: picoUsd } }
}

function scaled(card: PriceCard, numerator: bigint, denominator: bigint): PriceCard | undefined {
  const picoUsd: { [bucket in PriceBucket]?: bigint } = {}
  for (const [bucket, price] of Object.entries(card.picoUsd)) {
    if ((price * numerator) % denominator !== 0n) return undefined
    picoUsd[bucket as PriceBucket] = (price * numerator) / denominator
  }
  return { ...card, picoUsd }
}

function fitted(line: BillLine, lines: readonly BillLine[], book: PriceBook): string | undefined {
  const fit = fitRates(lines)
  if (fit === undefined) return undefined
  const card = { fromDay: null, aboveTokens: 0, serviceTier: null, picoUsd: fit.rates }
  if (modelNamed(book.policy, line.model) !== undefined) return override(line.model, [card])
  const name = routeName(line.model)
  const knownAs = name === line.model ? '' : `  known-as [${quoted(line.model)}]\n`
  return laidOut(`model ${name} {\n${knownAs}${cardsText([card])}\n}\n`)
}
