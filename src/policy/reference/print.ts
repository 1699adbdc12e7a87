import type { CountQuery, Exact, Expression, Type } from '../core.ts'
import { isEndpoint, isExact, isList, isUnknown } from '../value.ts'
import type { Value } from '../value.ts'

/** An expression as its author wrote it, on one line. */
export function sourceOf(expression: Pick<Expression, 'location'>): string {
  const { source, span } = expression.location
  return source.text.slice(span.start, span.end).replace(/\s+/g, ' ').trim()
}

/** What is missing where a count is unknown. */
export function countName(query: CountQuery): string {
  switch (query.what.kind) {
    case 'phrases':
      return query.what.list
    case 'uses':
      return `tool ${JSON.stringify(query.what.tool)}`
    case 'failures':
    case 'repeats':
    case 'errors':
      return query.what.kind
  }
}

/** A value as the language writes it. */
export function printed(value: Value, type: Type | undefined): string {
  if (isUnknown(value)) return `unknown (${value.unknown.join(', ')})`
  if (value === null) return 'none'
  if (isExact(value)) return printedNumber(value, type)
  if (isList(value)) {
    return `[${value.map((item) => printed(item, type?.kind === 'list' ? type.of : undefined)).join(', ')}]`
  }
  if (isEndpoint(value)) return `${value.model} at ${value.provider}`
  if (type?.kind === 'text' && typeof value === 'string') return JSON.stringify(value)
  return String(value)
}

function printedNumber(value: Exact, type: Type | undefined): string {
  switch (type?.kind === 'number' ? type.unit : 'count') {
    case 'score':
      return decimal(value, 1_000_000n, 2)
    case 'share':
      return `${decimal(value, 10_000n, 0)}%`
    case 'money':
      return `$${decimal(value, 1_000_000_000_000n, 2)}`
    case 'price':
      return `$${decimal(value, 1_000_000n, 2)} per 1M tokens`
    case 'duration':
      return duration(value)
    case 'tokens':
      return `${decimal(value, 1n, 0)} tokens`
    case 'chars':
      return `${decimal(value, 1n, 0)} chars`
    case 'bytes':
      return `${decimal(value, 1n, 0)} bytes`
    case 'rate':
      return `${decimal(value, 1n, 0)} per 1s`
    case 'factor':
      return `${decimal(value, 1n, 0)}x`
    case 'count':
      return decimal(value, 1n, 0)
  }
}

function duration(value: Exact): string {
  const second = 1_000_000n
  const whole = value.numerator / value.denominator
  if (whole % second !== 0n || whole === 0n) return `${decimal(value, 1_000n, 0)}ms`
  if (whole % (3600n * second) === 0n) return `${whole / (3600n * second)}h`
  if (whole % (60n * second) === 0n) return `${whole / (60n * second)}min`
  return `${whole / second}s`
}

/** At least `places` decimals, at most six beyond what is exact, cut and marked with `…`. */
export function decimal(value: Exact, base: bigint, places: number): string {
  const denominator = value.denominator * base
  const negative = value.numerator < 0n
  const size = negative ? -value.numerator : value.numerator
  const digits = 12
  const scaled = (size * 10n ** BigInt(digits)) / denominator
  const exact = (size * 10n ** BigInt(digits)) % denominator === 0n
  const text = scaled.toString().padStart(digits + 1, '0')
  const whole = text.slice(0, -digits)
  const all = text.slice(-digits)
  const kept = exact ? all.replace(/0+$/, '') : all.slice(0, 6)
  const shown = kept.padEnd(places, '0')
  const sign = negative ? '-' : ''
  return `${sign}${whole}${shown === '' ? '' : `.${shown}`}${exact ? '' : '…'}`
}
