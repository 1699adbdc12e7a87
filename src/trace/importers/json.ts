/** Typed looks into parsed JSON of unknown shape. A wrong type reads as absent. */
export type JsonObject = { readonly [key: string]: unknown }

export function asObject(value: unknown): JsonObject | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as JsonObject)
    : undefined
}

export function asList(value: unknown): readonly unknown[] | undefined {
  return Array.isArray(value) ? value : undefined
}

export function asString(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

export function asNumber(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined
}

/** A count: an integer from 0 that a double holds exactly. */
export function asCount(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined
}

const longestName = 256

/** An identity or a name: not empty, and short enough to be one. */
export function asName(value: unknown): string | undefined {
  return typeof value === 'string' && value.length > 0 && value.length <= longestName
    ? value
    : undefined
}

/** Databases and gateways keep objects and lists as text; text that is no JSON is nothing. */
export function unquoted(value: unknown): unknown {
  if (typeof value !== 'string') return value
  try {
    return JSON.parse(value)
  } catch {
    return undefined
  }
}

/** A field that some writers name in camel case and others in snake case. */
export function eitherCase(object: JsonObject | undefined, camel: string): unknown {
  return object?.[camel] ?? object?.[camel.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)]
}
