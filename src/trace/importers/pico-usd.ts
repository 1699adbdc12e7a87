import type { PicoUsd } from '../record.ts'

const decimal = /^(\d+)(?:\.(\d+))?(?:e([+-]?\d{1,3}))?$/
const picoDigits = 12

/**
 * Dollars as a JSON number, in pico-dollars, half a pico-dollar to even. The number's shortest
 * decimal form is taken for what was written. Undefined for negative and non-finite numbers.
 */
export function picoUsdOf(dollars: number): PicoUsd | undefined {
  const match = decimal.exec(String(dollars))
  if (match === null) return undefined
  const [, whole = '', fraction = '', exponent = '0'] = match
  const shift = picoDigits + Number(exponent) - fraction.length
  const digits = BigInt(whole + fraction)
  if (shift >= 0) return (digits * 10n ** BigInt(shift)).toString()
  const unit = 10n ** BigInt(-shift)
  const floor = digits / unit
  const twiceRest = (digits % unit) * 2n
  const up = twiceRest > unit || (twiceRest === unit && floor % 2n === 1n)
  return (up ? floor + 1n : floor).toString()
}
