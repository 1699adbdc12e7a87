/** A number as it is written, never a float: `digits` over ten to the power of `places`. */
export interface Decimal {
  readonly digits: bigint
  readonly places: number
}

const written = /^\+?(\d+)(?:\.(\d*))?(?:[eE]([+-]?\d{1,3}))?$/

/** `2.5e-7`, `0.300`, `3`; `undefined` for what is negative, endless or no number. */
export function decimalOf(text: string): Decimal | undefined {
  const match = written.exec(text)
  if (match === null) return undefined
  const [, whole = '', fraction = '', exponent = '0'] = match
  return shifted({ digits: BigInt(whole + fraction), places: fraction.length }, Number(exponent))
}

/** Times ten to the power of `by`. */
export function shifted({ digits, places }: Decimal, by: number): Decimal {
  const left = places - by
  return left >= 0 ? { digits, places: left } : { digits: digits * 10n ** BigInt(-left), places: 0 }
}

/** Exactly. */
export function times(left: Decimal, right: Decimal): Decimal {
  return { digits: left.digits * right.digits, places: left.places + right.places }
}

export function isZero({ digits }: Decimal): boolean {
  return digits === 0n
}

export function exceeds(decimal: Decimal, whole: bigint): boolean {
  return decimal.digits > whole * 10n ** BigInt(decimal.places)
}

/** `$0.125`, `$3`, `$22.50`; all digits, and the same for equal numbers. */
export function dollarsText(decimal: Decimal): string {
  return `$${plainText(decimal).replace(/\.\d$/, '$&0')}`
}

/** `0.125`, `3`, `22.5`. */
export function plainText({ digits, places }: Decimal): string {
  const text = digits.toString().padStart(places + 1, '0')
  const whole = places === 0 ? text : text.slice(0, -places)
  const fraction = places === 0 ? '' : text.slice(-places).replace(/0+$/, '')
  return fraction === '' ? whole : `${whole}.${fraction}`
}

/** With at most so many places, half to even. */
export function rounded({ digits, places }: Decimal, most: number): Decimal {
  if (places <= most) return { digits, places }
  const unit = 10n ** BigInt(places - most)
  const [below, twiceRest] = [digits / unit, (digits % unit) * 2n]
  const up = twiceRest > unit || (twiceRest === unit && below % 2n === 1n)
  return { digits: up ? below + 1n : below, places: most }
}

export function isEqual(left: Decimal, right: Decimal): boolean {
  return left.digits * 10n ** BigInt(right.places) === right.digits * 10n ** BigInt(left.places)
}
