const decimal = /^(\d+)(?:\.(\d*))?(?:[eE]([+-]?\d{1,3}))?$/

/**
 * A decimal number from 0 as it is written, times ten to the power of `places`, half to even and
 * never through a float. Undefined for what is negative, endless or no number.
 */
export function scaledDecimal(text: string, places: number): bigint | undefined {
  const match = decimal.exec(text)
  if (match === null) return undefined
  const [, whole = '', fraction = '', exponent = '0'] = match
  const shift = places + Number(exponent) - fraction.length
  const digits = BigInt(whole + fraction)
  if (shift >= 0) return digits * 10n ** BigInt(shift)
  const unit = 10n ** BigInt(-shift)
  const floor = digits / unit
  const twiceRest = (digits % unit) * 2n
  const up = twiceRest > unit || (twiceRest === unit && floor % 2n === 1n)
  return up ? floor + 1n : floor
}
