import type { Endpoint, Exact, Expression, Literal } from './core.ts'
import type { Reading } from './decision.ts'

/**
 * What an expression comes to. `null` is none; a number is an exact ratio in the base unit of its
 * type; words, texts, models and providers are strings. An unknown names what was missing.
 */
export type Value = Unknown | null | boolean | Exact | string | Endpoint | readonly Value[]

export interface Unknown {
  /** Sorted, without doubles: signal, phrase list, classifier or function names. */
  readonly unknown: readonly string[]
}

export function unknown(...names: readonly string[]): Unknown {
  return { unknown: [...new Set(names)].sort() }
}

export function isUnknown(value: Value): value is Unknown {
  return typeof value === 'object' && value !== null && 'unknown' in value
}

export function isExact(value: Value): value is Exact {
  return typeof value === 'object' && value !== null && 'numerator' in value
}

export function isEndpoint(value: Value): value is Endpoint {
  return typeof value === 'object' && value !== null && 'provider' in value
}

export function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value)
}

/** One unknown out of all that are; `undefined` where none is. */
export function unknownAmong(values: readonly Value[]): Unknown | undefined {
  const names = values.flatMap((value) => (isUnknown(value) ? [value] : []))
  return names.length === 0 ? undefined : unknown(...names.flatMap((each) => each.unknown))
}

// --- numbers

export function integer(value: number | bigint): Exact {
  return { numerator: BigInt(value), denominator: 1n }
}

export function plus(left: Exact, right: Exact): Exact {
  return {
    numerator: left.numerator * right.denominator + right.numerator * left.denominator,
    denominator: left.denominator * right.denominator,
  }
}

export function times(left: Exact, right: Exact): Exact {
  return {
    numerator: left.numerator * right.numerator,
    denominator: left.denominator * right.denominator,
  }
}

export function minus(left: Exact, right: Exact): Exact {
  return plus(left, times(right, integer(-1)))
}

/** The exact ratio that a JSON number spells: its shortest decimal. */
export function exactOf(value: number): Exact {
  if (Number.isSafeInteger(value)) return integer(value)
  const match = /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]\d+))?$/.exec(String(value))
  if (match === null) return integer(0)
  const [, sign = '', whole = '0', places = '', power = '0'] = match
  const digits = BigInt(`${sign}${whole}${places}`)
  const exponent = Number(power) - places.length
  return exponent >= 0
    ? integer(digits * 10n ** BigInt(exponent))
    : { numerator: digits, denominator: 10n ** BigInt(-exponent) }
}

/** What is written in a policy is known. */
export function valueOfLiteral(literal: Literal): Exclude<Value, Unknown> {
  switch (literal?.kind) {
    case undefined:
      return null
    case 'truth':
    case 'number':
      return literal.value
    case 'name':
      return literal.name
    case 'list':
      return literal.items.map(valueOfLiteral)
  }
}

export function isNoneLiteral(expression: Expression): boolean {
  return expression.kind === 'literal' && expression.value === null
}

/** `name` is what was missing where the reading is unknown. */
export function valueOfReading(reading: Reading, name: string): Value {
  if (reading === undefined) return unknown(name)
  if (reading === null || typeof reading === 'boolean' || typeof reading === 'string') return reading
  if (typeof reading === 'bigint') return integer(reading)
  if (typeof reading === 'number') return exactOf(reading)
  return reading.map((item) => valueOfReading(item, name))
}
