import type { PriceBucket, PriceCard } from '../core.ts'
import { whole } from './quantity.ts'

/** Plain price cards, laid out for finding the one in force without a search of them all. */
export interface PriceBook {
  /** Latest first; `fromDay` of a card that always holds is minus infinity. */
  readonly periods: readonly {
    readonly fromDay: number
    /** Largest size first. */
    readonly rows: readonly PriceRow[]
  }[]
}

interface PriceRow {
  readonly aboveTokens: number
  readonly picoUsd: ReadonlyMap<PriceBucket, number | bigint>
}

export function priceBook(cards: readonly PriceCard[]): PriceBook | undefined {
  if (cards.length === 0) return undefined
  const plain = cards.filter((card) => card.serviceTier === null)
  const starts = [...new Set(plain.map(startOf))].sort((left, right) => (left < right ? 1 : -1))
  return {
    periods: starts.map((fromDay) => ({
      fromDay,
      rows: plain
        .filter((card) => startOf(card) === fromDay)
        // Of two cards alike the first one written holds.
        .filter((card, index, all) => all.findIndex((other) => other.aboveTokens === card.aboveTokens) === index)
        .sort((left, right) => right.aboveTokens - left.aboveTokens)
        .map(priceRow),
    })),
  }
}

function startOf(card: PriceCard): number {
  return card.fromDay ?? Number.NEGATIVE_INFINITY
}

function priceRow(card: PriceCard): PriceRow {
  const picoUsd = new Map<PriceBucket, number | bigint>()
  for (const [bucket, price] of Object.entries(card.picoUsd)) picoUsd.set(bucket as PriceBucket, whole(price))
  return { aboveTokens: card.aboveTokens, picoUsd }
}

/**
 * Pico-dollars a token. `null`: no price is in force on that day, or for a prompt so small.
 * `undefined`: there is no such row, or the prompt's size decides and is unknown.
 */
export function bookPrice(
  book: PriceBook | undefined,
  bucket: PriceBucket,
  day: number,
  tokens: number | undefined,
): number | bigint | null | undefined {
  if (book === undefined) return undefined
  for (const { fromDay, rows } of book.periods) {
    if (fromDay > day) continue
    if (tokens === undefined) {
      const [only] = rows
      return rows.length === 1 && only?.aboveTokens === 0 ? only.picoUsd.get(bucket) : undefined
    }
    for (const row of rows) {
      if (row.aboveTokens === 0 || tokens > row.aboveTokens) return row.picoUsd.get(bucket)
    }
    return null
  }
  return null
}

/** Whether a price is in force; a prompt of unknown size has one where every size has. */
export function bookPriced(
  book: PriceBook | undefined,
  bucket: PriceBucket,
  day: number,
  tokens: number | undefined,
): boolean | undefined {
  const price = bookPrice(book, bucket, day, tokens)
  if (price !== undefined) return price !== null
  if (tokens !== undefined) return undefined
  const rows = book?.periods.find(({ fromDay }) => fromDay <= day)?.rows ?? []
  return rows.at(-1)?.aboveTokens === 0 && rows.every(({ picoUsd }) => picoUsd.has(bucket)) ? true : undefined
}

/** Three parts input to one part output, for four tokens. */
export function bookListPrice(
  book: PriceBook | undefined,
  day: number,
  tokens: number | undefined,
): number | bigint | null | undefined {
  const input = bookPrice(book, 'input', day, tokens)
  const output = bookPrice(book, 'output', day, tokens)
  if (input === undefined || output === undefined) return undefined
  return input === null || output === null ? null : whole(3n * BigInt(input) + BigInt(output))
}
