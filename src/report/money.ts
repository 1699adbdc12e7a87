import { groupThousands } from '../replay/thousands.ts'
import { roundedRatio } from './number.ts'

/** Pico-dollars in a dollar. */
const dollar = 1_000_000_000_000n

/** Digits after the point: as many as let the smaller sums of a report be told apart. */
export type Places = 2 | 4

/**
 * Exact decimal of pico-dollars, rounded half to even at `places`: `$1,234.5678`, `-$0.50`. A sum
 * that rounds to nothing and is not nothing is `<$0.0001`, so that it is never taken for free.
 */
export function formatUsd(picoUsd: bigint, places: Places = 4): string {
  const unit = dollar / 10n ** BigInt(places)
  const negative = picoUsd < 0n
  const size = negative ? -picoUsd : picoUsd
  const rounded = roundedRatio(size, unit)
  if (rounded === 0n && size > 0n) return `${negative ? '>-' : '<'}$0.${'1'.padStart(places, '0')}`
  const digits = rounded.toString().padStart(places + 1, '0')
  const whole = groupThousands(digits.slice(0, -places))
  return `${negative ? '-' : ''}$${whole}.${digits.slice(-places)}`
}

/** One choice for a whole report: cents from $100 on, else four places. */
export function placesFor(largest: bigint): Places {
  return largest >= 100n * dollar ? 2 : 4
}

/** All digits, without a currency sign: `0.000000000001`, for tables that are calculated with. */
export function decimalUsd(picoUsd: bigint): string {
  const negative = picoUsd < 0n
  const digits = (negative ? -picoUsd : picoUsd).toString().padStart(13, '0')
  return `${negative ? '-' : ''}${digits.slice(0, -12)}.${digits.slice(-12)}`
}
