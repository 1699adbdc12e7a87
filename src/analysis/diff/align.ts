/** One step of a walk through two lists at once. */
export type Pairing =
  | { readonly kind: 'both'; readonly old: number; readonly new: number }
  | { readonly kind: 'old'; readonly old: number }
  | { readonly kind: 'new'; readonly new: number }

/** Past so many comparisons two lists are not laid beside each other. */
const mostComparisons = 4_000_000

/**
 * The walk through two lists that pairs most: `alike` says how well two items go together, 0 not at
 * all. What is alike at both ends is paired at once. `undefined`: too long.
 */
export function aligned(
  olds: number,
  news: number,
  alike: (old: number, newer: number) => number,
): readonly Pairing[] | undefined {
  let from = 0
  while (from < olds && from < news && alike(from, from) === whole) from += 1
  let tail = 0
  while (tail < olds - from && tail < news - from && alike(olds - 1 - tail, news - 1 - tail) === whole) tail += 1
  const [rows, columns] = [olds - from - tail, news - from - tail]
  if (rows * columns > mostComparisons) return undefined
  const width = columns + 1
  const best = new Int32Array((rows + 1) * width)
  const at = (row: number, column: number): number => best[row * width + column] ?? 0
  const likeness = new Int8Array(rows * columns)
  for (let row = rows - 1; row >= 0; row -= 1) {
    for (let column = columns - 1; column >= 0; column -= 1) {
      const score = alike(from + row, from + column)
      likeness[row * columns + column] = score
      const paired = score === 0 ? 0 : at(row + 1, column + 1) + score
      best[row * width + column] = Math.max(paired, at(row + 1, column), at(row, column + 1))
    }
  }
  const walk: Pairing[] = range(from).map((index) => ({ kind: 'both', old: index, new: index }))
  let [row, column] = [0, 0]
  while (row < rows || column < columns) {
    const score = row < rows && column < columns ? (likeness[row * columns + column] ?? 0) : 0
    if (score > 0 && at(row, column) === at(row + 1, column + 1) + score) {
      walk.push({ kind: 'both', old: from + row, new: from + column })
      row += 1
      column += 1
    } else if (row < rows && (column >= columns || at(row, column) === at(row + 1, column))) {
      walk.push({ kind: 'old', old: from + row })
      row += 1
    } else {
      walk.push({ kind: 'new', new: from + column })
      column += 1
    }
  }
  const ends = range(tail).map((index): Pairing => ({ kind: 'both', old: olds - tail + index, new: news - tail + index }))
  return [...walk, ...ends]
}

/** The best likeness: paired at once where it stands at the same end of both lists. */
export const whole = 3

function range(size: number): readonly number[] {
  return Array.from({ length: size }, (_, index) => index)
}
