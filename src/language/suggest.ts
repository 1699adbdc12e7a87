/**
 * The optimal-string-alignment distance of two words: insertions, deletions, replacements and swaps
 * of neighbours each count one. Returns `limit + 1` as soon as it is certain to exceed `limit`.
 */
export function editDistance(left: string, right: string, limit: number): number {
  if (Math.abs(left.length - right.length) > limit) return limit + 1
  let twoBack: number[] = []
  let previous = Array.from({ length: right.length + 1 }, (_, column) => column)
  for (let row = 1; row <= left.length; row += 1) {
    const current = [row]
    let best = row
    for (let column = 1; column <= right.length; column += 1) {
      const same = left[row - 1] === right[column - 1]
      let cost = Math.min(
        (previous[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (previous[column - 1] ?? 0) + (same ? 0 : 1),
      )
      if (
        row > 1 &&
        column > 1 &&
        left[row - 1] === right[column - 2] &&
        left[row - 2] === right[column - 1]
      ) {
        cost = Math.min(cost, (twoBack[column - 2] ?? 0) + 1)
      }
      current.push(cost)
      if (cost < best) best = cost
    }
    if (best > limit) return limit + 1
    twoBack = previous
    previous = current
  }
  return Math.min(previous[right.length] ?? 0, limit + 1)
}

/**
 * The candidate nearest to a misspelt word: at most one edit for short words, two from five letters,
 * three from nine. Ties go to the candidate that stands first. `undefined` when none is near.
 */
export function suggest(written: string, candidates: Iterable<string>): string | undefined {
  const word = written.toLowerCase().slice(0, 64)
  const limit = word.length < 3 ? 1 : word.length < 5 ? 1 : word.length < 9 ? 2 : 3
  let nearest: string | undefined
  let nearestDistance = limit + 1
  for (const candidate of candidates) {
    const distance = editDistance(word, candidate.toLowerCase(), Math.min(limit, nearestDistance))
    // A word replaced as a whole is no misspelling of another.
    if (distance < nearestDistance && distance < candidate.length) {
      nearest = candidate
      nearestDistance = distance
    }
  }
  return nearest
}
