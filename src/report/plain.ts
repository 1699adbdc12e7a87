/**
 * A copy that JSON can hold: bigints as decimal strings, `undefined` fields left out, objects
 * without a prototype, so that a field called `__proto__` is a field. Two values share no part.
 */
export function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString()
  if (value === null || typeof value !== 'object') return value
  if (Array.isArray(value)) return value.map(plain)
  const copy = Object.create(null) as Record<string, unknown>
  const entries = value instanceof Map ? value.entries() : Object.entries(value)
  for (const [key, field] of entries) {
    if (field !== undefined) copy[String(key)] = plain(field)
  }
  return copy
}
