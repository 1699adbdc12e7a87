import { asList, asObject, asString, eitherCase } from '../json.ts'

/** The attributes of a span, log record or resource, by name. */
export type Attributes = ReadonlyMap<string, unknown>

const deepest = 32

export function readAttributes(list: unknown): Attributes {
  const attributes = new Map<string, unknown>()
  for (const pair of asList(list) ?? []) {
    const object = asObject(pair)
    const key = asString(object?.['key'])
    if (key !== undefined) attributes.set(key, anyValue(object?.['value'], deepest))
  }
  return attributes
}

/** A value in OTLP's JSON form: one field that names its type. */
function anyValue(value: unknown, depth: number): unknown {
  const object = asObject(value)
  if (object === undefined || depth === 0) return undefined
  const given = (name: string): unknown => eitherCase(object, name)
  if (given('stringValue') !== undefined) return asString(given('stringValue'))
  if (given('boolValue') !== undefined) return given('boolValue')
  // A 64-bit integer is a string in this form.
  if (given('intValue') !== undefined) return Number(given('intValue'))
  if (given('doubleValue') !== undefined) return Number(given('doubleValue'))
  const values = asList(asObject(given('arrayValue'))?.['values'])
  if (values !== undefined) return values.map((one) => anyValue(one, depth - 1))
  const pairs = asList(asObject(given('kvlistValue'))?.['values'])
  if (pairs === undefined) return undefined
  const entries = pairs.map((pair) => {
    const inner = asObject(pair)
    return [asString(inner?.['key']) ?? '', anyValue(inner?.['value'], depth - 1)] as const
  })
  return Object.fromEntries(entries)
}

/** The first of some names that stands. */
export function firstOf(attributes: Attributes, names: readonly string[]): unknown {
  for (const name of names) {
    const value = attributes.get(name)
    if (value !== undefined && value !== null && value !== '') return value
  }
  return undefined
}

/** Nanoseconds since the epoch, as a decimal string or a number; 0 is no time. */
export function microsOfNanos(value: unknown): number | undefined {
  if (typeof value === 'number' && Number.isFinite(value)) {
    return value > 0 ? Math.round(value / 1000) : undefined
  }
  if (typeof value !== 'string' || !/^\d{1,19}$/.test(value)) return undefined
  const micros = Number(BigInt(value) / 1000n)
  return micros > 0 ? micros : undefined
}

/** An id of a trace or span; all zeros is none. */
export function hexId(value: unknown): string | undefined {
  const text = asString(value)
  return text === undefined || text.length > 64 || /^0*$/.test(text) ? undefined : text.toLowerCase()
}
