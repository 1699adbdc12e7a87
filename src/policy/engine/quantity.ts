import type { Exact } from '../core.ts'

/**
 * An exact number: a `number` where it is a safe integer, else a `bigint` where it is whole, else a
 * ratio in lowest terms. One value has one form, so that whole numbers compare with `===` and `<`
 * whatever mixture meets. Ratios come from outside only: a test's score, a request's `0.5`.
 */
export type Quantity = number | bigint | Exact

const largest = BigInt(Number.MAX_SAFE_INTEGER)

export function whole(value: bigint): number | bigint {
  return value <= largest && value >= -largest ? Number(value) : value
}

export function quantity({ numerator, denominator }: Exact): Quantity {
  if (denominator === 1n) return whole(numerator)
  const divisor = greatestCommonDivisor(numerator < 0n ? -numerator : numerator, denominator)
  if (divisor === denominator) return whole(numerator / denominator)
  return { numerator: numerator / divisor, denominator: denominator / divisor }
}

/** How many `1 / scale` the ratio is; the scale is a multiple of its denominator. */
export function atScale(value: Exact, scale: bigint): number | bigint {
  return whole((value.numerator * scale) / value.denominator)
}

/** What a JSON number spells, as its shortest decimal. */
export function spelled(value: number): Quantity {
  if (Number.isSafeInteger(value)) return value === 0 ? 0 : value
  const match = /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]\d+))?$/.exec(String(value))
  if (match === null) return 0
  const [, sign = '', digits = '0', places = '', power = '0'] = match
  const exponent = Number(power) - places.length
  const numerator = BigInt(`${sign}${digits}${places}`)
  return exponent >= 0
    ? whole(numerator * 10n ** BigInt(exponent))
    : quantity({ numerator, denominator: 10n ** BigInt(-exponent) })
}

export function add(left: Quantity, right: Quantity): Quantity {
  if (typeof left === 'number' && typeof right === 'number') {
    const sum = left + right
    if (Number.isSafeInteger(sum)) return sum
  }
  const first = ratio(left)
  const second = ratio(right)
  return quantity({
    numerator: first.numerator * second.denominator + second.numerator * first.denominator,
    denominator: first.denominator * second.denominator,
  })
}

export function times(left: Quantity, right: Quantity): Quantity {
  if (typeof left === 'number' && typeof right === 'number') {
    const product = left * right
    // A minus zero would be told apart from zero by `Object.is`, and printed as `-0`.
    if (Number.isSafeInteger(product)) return product === 0 ? 0 : product
  }
  const first = ratio(left)
  const second = ratio(right)
  return quantity({
    numerator: first.numerator * second.numerator,
    denominator: first.denominator * second.denominator,
  })
}

/** Below 0, 0 or above 0, as left is below, equal to or above right. */
export function compare(left: Quantity, right: Quantity): number {
  if (typeof left === 'object' || typeof right === 'object') {
    const first = ratio(left)
    const second = ratio(right)
    const difference = first.numerator * second.denominator - second.numerator * first.denominator
    return difference < 0n ? -1 : difference > 0n ? 1 : 0
  }
  return left < right ? -1 : left > right ? 1 : 0
}

function ratio(value: Quantity): Exact {
  return typeof value === 'object' ? value : { numerator: BigInt(value), denominator: 1n }
}

function greatestCommonDivisor(left: bigint, right: bigint): bigint {
  let divisor = left
  for (let rest = right; rest !== 0n; ) [divisor, rest] = [rest, divisor % rest]
  return divisor
}

export function leastCommonMultiple(left: bigint, right: bigint): bigint {
  return (left / greatestCommonDivisor(left, right)) * right
}
