import { format } from '../../language/format.ts'
import { parse } from '../../language/parser.ts'
import type { Exact, PriceCard } from '../../policy/core.ts'
import { dateOfDay } from '../../replay/day.ts'
import { priceRows } from '../../language/price-rows.ts'
import { decimalsOf } from './buckets.ts'

/** The `price` blocks of cards, before layout; every price to its last digit. */
export function cardsText(cards: readonly PriceCard[]): string {
  return cards.map(cardText).join('\n')
}

function cardText({ fromDay, aboveTokens, serviceTier, picoUsd, inRegions = {} }: PriceCard): string {
  const conditions = [
    ...(fromDay === null ? [] : [`from ${dateOfDay(fromDay)}`]),
    ...(aboveTokens === 0 ? [] : [`above ${tokensText(aboveTokens)} tokens`]),
    ...(serviceTier === null ? [] : [`for ${serviceTier}`]),
  ]
  const lines = priceRows.flatMap((row) => {
    const price = picoUsd[row]
    if (price === undefined) return []
    return [`    ${row} ${dollars(price, decimalsOf(row))}`]
  })
  return [
    `  price per 1M tokens ${conditions.map((each) => `${each} `).join('')}{`,
    ...lines,
    ...Object.entries(inRegions).map(([region, { factor }]) => `    in ${region} ${factorText(factor)}`),
    '  }',
  ].join('\n')
}

/** `1.1x`; a factor that no decimal ends is cut where the language's are. */
export function factorText({ numerator, denominator }: Exact): string {
  const millionths = (numerator * 1_000_000n) / denominator
  return `${dollars(millionths, 6).slice(1)}x`
}

/** `200k`, `1M` where nothing is lost, else the whole number. */
export function tokensText(count: number): string {
  if (count >= 1_000_000 && count % 1_000_000 === 0) return `${count / 1_000_000}M`
  if (count >= 1_000 && count % 1_000 === 0) return `${count / 1_000}k`
  return count.toString().replace(/\B(?=(\d{3})+$)/g, '_')
}

/** `amount` in units of 10 to the minus `places` dollars. */
export function dollars(amount: bigint, places: number): string {
  const digits = amount.toString().padStart(places + 1, '0')
  const fraction = digits.slice(-places).replace(/0+$/, '')
  const shown = fraction === '' ? '' : `.${fraction.padEnd(2, '0')}`
  return `$${digits.slice(0, -places)}${shown}`
}

/** A string as the language writes it; what no eye would see is written out. */
export function quoted(text: string): string {
  const escaped = text.replace(/["\\]|[^ -~]/gu, (found) =>
    found === '"' || found === '\\'
      ? `\\${found}`
      : `\\u{${(found.codePointAt(0) ?? 0).toString(16)}}`,
  )
  return `"${escaped}"`
}

/** Declarations in the one layout there is; text that does not parse stays as it is. */
export function laidOut(text: string): string {
  const { file, diagnostics } = parse({ name: 'prices.route', text })
  return diagnostics.some(({ severity }) => severity === 'error') ? text : format(file)
}
