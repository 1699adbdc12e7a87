/** Counts by name, kept as plain objects with their keys in code-unit order. */
export type Tally = { readonly [name: string]: number }

export const emptyTally: Tally = {}

export function tallyOf(names: Iterable<string>): Tally {
  const counts = new Map<string, number>()
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1)
  return tallyFrom(counts)
}

export function mergeTallies(left: Tally, right: Tally): Tally {
  const counts = new Map(Object.entries(left))
  for (const [name, count] of Object.entries(right)) counts.set(name, (counts.get(name) ?? 0) + count)
  return tallyFrom(counts)
}

function tallyFrom(counts: ReadonlyMap<string, number>): Tally {
  return sortedRecord(counts)
}

/** A record with its keys in code-unit order; `Object.fromEntries` makes any name an own property. */
export function sortedRecord<V>(entries: Iterable<readonly [string, V]>): { readonly [name: string]: V } {
  return Object.fromEntries([...entries].sort(([left], [right]) => (left < right ? -1 : left > right ? 1 : 0)))
}
