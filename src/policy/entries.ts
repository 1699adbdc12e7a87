/**
 * Maps keyed by a user's own words, kept as plain JSON objects: a name such as `__proto__` is an
 * entry like any other.
 */
export function entryOf<V>(map: { readonly [key: string]: V } | undefined, key: string): V | undefined {
  return map !== undefined && Object.hasOwn(map, key) ? map[key] : undefined
}

export function hasEntry(map: { readonly [key: string]: unknown } | undefined, key: string): boolean {
  return map !== undefined && Object.hasOwn(map, key)
}

export function withEntry<V>(
  map: { readonly [key: string]: V },
  key: string,
  value: V,
): { readonly [key: string]: V } {
  // A computed key and a spread both define own properties, whatever the name.
  return { ...map, [key]: value }
}

export function withoutEntry<V>(
  map: { readonly [key: string]: V },
  key: string,
): { readonly [key: string]: V } {
  return Object.fromEntries(Object.entries(map).filter(([name]) => name !== key))
}
