import type { Amount, Quantity } from './syntax.ts'

/** A value, or why the text has none: a sentence part in the author's words. */
export type Decoded<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly message: string; readonly help?: string }

/** An exact quotient; `denominator` is positive; in lowest terms. */
export interface Ratio {
  readonly numerator: bigint
  readonly denominator: bigint
}

/** What one numeric token means. Integers throughout; money is bigint. */
export type QuantityValue =
  | { readonly kind: 'count'; readonly count: number }
  | { readonly kind: 'score'; readonly millionths: number }
  | { readonly kind: 'share'; readonly millionths: number }
  | { readonly kind: 'factor'; readonly factor: Ratio }
  | { readonly kind: 'money'; readonly picoUsd: bigint }
  | { readonly kind: 'duration'; readonly micros: number }
  | { readonly kind: 'date'; readonly day: number }
  | { readonly kind: 'clock'; readonly minute: number }

export function decodeQuantity({ token, raw }: Quantity): Decoded<QuantityValue> {
  switch (token) {
    case 'integer':
    case 'scaled':
      return map(decodeCount(raw), (count) => ({ kind: 'count', count }))
    case 'decimal':
      return map(decodeScore(raw), (millionths) => ({ kind: 'score', millionths }))
    case 'percent':
      return map(decodeShare(raw), (millionths) => ({ kind: 'share', millionths }))
    case 'factor':
      return map(decodeFactor(raw), (factor) => ({ kind: 'factor', factor }))
    case 'money':
      return map(decodeMoney(raw), (picoUsd) => ({ kind: 'money', picoUsd }))
    case 'duration':
      return map(decodeDuration(raw), (micros) => ({ kind: 'duration', micros }))
    case 'date':
      return map(decodeDate(raw), (day) => ({ kind: 'date', day }))
    case 'clock':
      return map(decodeClock(raw), (minute) => ({ kind: 'clock', minute }))
  }
}

/** `12`, `2_000`, `16k`, `1.05M`: a whole number up to 2^53 - 1. */
export function decodeCount(raw: string): Decoded<number> {
  const scale = raw.endsWith('M') ? 6 : raw.endsWith('k') ? 3 : 0
  const digits = scale === 0 ? raw : raw.slice(0, -1)
  const value = fixedPoint(digits, scale)
  if (!value.ok) {
    return failed(`\`${raw}\` is no whole number`, 'counts and sizes are whole numbers')
  }
  return safe(value.value, raw)
}

/** `16k tokens`: its whole number; the unit stands in the node. */
export function decodeAmount(amount: Amount): Decoded<number> {
  return decodeCount(amount.count.raw)
}

/** `0.70`, or an integer where a score is meant: millionths. */
export function decodeScore(raw: string): Decoded<number> {
  const value = fixedPoint(raw, 6)
  if (!value.ok) return failed(`\`${raw}\` has more than six decimal places`)
  return safe(value.value, raw)
}

/** `80%`, `99.9%`: millionths, so at most four decimal places. */
export function decodeShare(raw: string): Decoded<number> {
  const value = fixedPoint(raw.slice(0, -1), 4)
  if (!value.ok) return failed(`\`${raw}\` has more than four decimal places`)
  return safe(value.value, raw)
}

/** `20x`, `1.67x` */
export function decodeFactor(raw: string): Decoded<Ratio> {
  const digits = raw.slice(0, -1)
  const places = (digits.split('.')[1] ?? '').length
  if (places > 12) return failed(`\`${raw}\` has more than twelve decimal places`)
  const value = fixedPoint(digits, places)
  if (!value.ok || value.value > maxMagnitude) return failed(`\`${raw}\` is too large`)
  return { ok: true, value: ratio(value.value, 10n ** BigInt(places)) }
}

/** `$0.96`, `$2_000`: pico-dollars, below a million million dollars. */
export function decodeMoney(raw: string): Decoded<bigint> {
  const value = fixedPoint(raw.slice(1), 12)
  if (!value.ok) return failed(`\`${raw}\` has more than twelve decimal places`)
  if (value.value >= 10n ** 24n) return failed(`\`${raw}\` is too large`)
  return value
}

const microsOf: ReadonlyMap<string, bigint> = new Map([
  ['ms', 1_000n],
  ['s', 1_000_000n],
  ['min', 60_000_000n],
  ['h', 3_600_000_000n],
  ['d', 86_400_000_000n],
])

/** `250ms 10s 5min 24h 7d`: microseconds. */
export function decodeDuration(raw: string): Decoded<number> {
  const unit = /[a-z]+$/.exec(raw)?.[0] ?? ''
  const count = fixedPoint(raw.slice(0, raw.length - unit.length), 0)
  const micros = microsOf.get(unit)
  if (!count.ok || micros === undefined) return failed(`\`${raw}\` is no duration`)
  return safe(count.value * micros, raw)
}

/** `2026-06-01`: days since 1970-01-01 in the proleptic Gregorian calendar. */
export function decodeDate(raw: string): Decoded<number> {
  const [year = 0, month = 0, day = 0] = raw.split('-').map(Number)
  if (month < 1 || month > 12) return failed(`\`${raw}\` has no month ${month}`)
  const last = daysInMonth(year, month)
  if (day < 1 || day > last) {
    return failed(`\`${raw}\` is no date`, `that month has ${last} days`)
  }
  return { ok: true, value: dayNumber(year, month, day) }
}

/** `09:00`: minutes since midnight, up to 1440 for `24:00`. */
export function decodeClock(raw: string): Decoded<number> {
  const [hour = 0, minute = 0] = raw.split(':').map(Number)
  const value = hour * 60 + minute
  if (minute > 59 || value > 1440) {
    return failed(`\`${raw}\` is no time of day`, 'from `00:00` to `24:00`')
  }
  return { ok: true, value }
}

/**
 * `$5 per 1M tokens` as pico-dollars a token. What is not exact at that grain is rounded half to
 * even, and `exact` is false.
 */
export function pricePerToken(
  picoUsd: bigint,
  tokens: number,
): Decoded<{ readonly picoUsdPerToken: bigint; readonly exact: boolean }> {
  if (tokens <= 0) return failed('a price is per at least one token')
  const count = BigInt(tokens)
  const picoUsdPerToken = divideHalfToEven(picoUsd, count)
  return { ok: true, value: { picoUsdPerToken, exact: picoUsdPerToken * count === picoUsd } }
}

/** The quotient rounded half to even; `denominator` is positive. */
export function divideHalfToEven(numerator: bigint, denominator: bigint): bigint {
  const negative = numerator < 0n
  const magnitude = negative ? -numerator : numerator
  let quotient = magnitude / denominator
  const twice = 2n * (magnitude % denominator)
  if (twice > denominator || (twice === denominator && quotient % 2n === 1n)) quotient += 1n
  return negative ? -quotient : quotient
}

/** Lowest terms; `denominator` is positive. */
export function ratio(numerator: bigint, denominator: bigint): Ratio {
  let left = numerator < 0n ? -numerator : numerator
  let right = denominator
  while (right !== 0n) [left, right] = [right, left % right]
  const divisor = left === 0n ? 1n : left
  return { numerator: numerator / divisor, denominator: denominator / divisor }
}

/** Days since 1970-01-01; years are counted from March, so that the leap day is the last. */
export function dayNumber(year: number, month: number, day: number): number {
  const shifted = month > 2 ? year : year - 1
  const era = Math.floor(shifted / 400)
  const yearOfEra = shifted - era * 400
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1
  const dayOfEra =
    yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear
  return era * 146_097 + dayOfEra - 719_468
}

export function daysInMonth(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31
}

const maxMagnitude = 10n ** 24n

/** `2_000.5` with `places` decimal places, as an integer. Zeros beyond them are no digits. */
function fixedPoint(raw: string, places: number): Decoded<bigint> {
  const [whole = '', fraction = ''] = raw.replaceAll('_', '').split('.')
  const kept = fraction.length > places ? fraction.replace(/0+$/, '') : fraction
  if (kept.length > places) return failed('too many decimal places')
  // Longer numbers are too large in any unit, and slow to convert.
  if (whole.replace(/^0+/, '').length > 30) return { ok: true, value: 10n ** 60n }
  return { ok: true, value: BigInt((whole === '' ? '0' : whole) + kept.padEnd(places, '0')) }
}

function safe(value: bigint, raw: string): Decoded<number> {
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) return failed(`\`${raw}\` is too large`)
  return { ok: true, value: Number(value) }
}

function failed(message: string, help?: string): { ok: false; message: string; help?: string } {
  return help === undefined ? { ok: false, message } : { ok: false, message, help }
}

function map<T, U>(decoded: Decoded<T>, change: (value: T) => U): Decoded<U> {
  return decoded.ok ? { ok: true, value: change(decoded.value) } : decoded
}
