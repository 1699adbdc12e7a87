import type { PicoUsd } from '../record.ts'
import { scaledDecimal } from './scaled-decimal.ts'

const picoDigits = 12

/**
 * Dollars as a JSON number, in pico-dollars, half a pico-dollar to even. The number's shortest
 * decimal form is taken for what was written. Undefined for negative and non-finite numbers.
 */
export function picoUsdOf(dollars: number): PicoUsd | undefined {
  return scaledDecimal(String(dollars), picoDigits)?.toString()
}
