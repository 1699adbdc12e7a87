import { groupThousands } from '../replay/thousands.ts'

/** `1234567` as `1,234,567`. */
export function formatCount(count: number | bigint): string {
  return groupThousands(count.toString())
}


/**
 * `part` of `whole` as a percentage with one digit, cut and not rounded: 100% is said of all and of
 * nothing less, and 0% of nothing.
 */
export function formatShare(part: number | bigint, whole: number | bigint, digits: number = 1): string {
  const [p, w] = [BigInt(part), BigInt(whole)]
  if (w === 0n) return 'none'
  if (p === 0n) return '0%'
  if (p === w) return '100%'
  const scale = 10n ** BigInt(digits)
  const cut = (p * 100n * scale) / w
  if (cut === 0n) return `<${decimal(1n, digits)}%`
  return `${decimal(cut, digits)}%`
}

function decimal(value: bigint, digits: number): string {
  const text = value.toString().padStart(digits + 1, '0')
  return `${text.slice(0, -digits)}.${text.slice(-digits)}`
}

/** Microseconds, cut: `0s`, `0.5s`, `64.9s`, `12.5min`, `3.2h`. */
export function formatDuration(micros: number): string {
  const tenths = (unit: number): string => decimal(BigInt(Math.trunc((micros * 10) / unit)), 1).replace(/\.0$/, '')
  if (micros < 120_000_000) return `${tenths(1_000_000)}s`
  return micros < 7_200_000_000 ? `${tenths(60_000_000)}min` : `${tenths(3_600_000_000)}h`
}

/** `1 call`, `2,000 calls`. */
export function plural(count: number, one: string, many: string = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`
}

/** A factor with one digit, half to even: `20x`, `16.7x`; or with so many: `0.25x`. */
export function formatFactor(
  { numerator, denominator }: { readonly numerator: bigint; readonly denominator: bigint },
  digits: number = 1,
): string {
  const text = decimal(roundedRatio(numerator * 10n ** BigInt(digits), denominator), digits)
  return `${/\.0+$/.test(text) ? groupThousands(text.slice(0, -digits - 1)) : text}x`
}

/** Half to even; neither may be negative, the denominator not 0. */
export function roundedRatio(numerator: bigint, denominator: bigint): bigint {
  const whole = numerator / denominator
  const twiceRest = (numerator % denominator) * 2n
  const up = twiceRest > denominator || (twiceRest === denominator && whole % 2n === 1n)
  return up ? whole + 1n : whole
}
