/**
 * Everything above some spans, by key. A span around a call repeats or sums the counts of the calls
 * in it, so only the innermost count.
 */
export function above(
  calls: readonly string[],
  parents: ReadonlyMap<string, string>,
): ReadonlySet<string> {
  const found = new Set<string>()
  for (const call of calls) {
    let parent = parents.get(call)
    while (parent !== undefined && !found.has(parent)) {
      found.add(parent)
      parent = parents.get(parent)
    }
  }
  return found
}
