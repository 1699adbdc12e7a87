import type { BlockDiagram } from './blocks.ts'
import { coverOf } from './cover.ts'
import type { Diagram } from './store.ts'

/**
 * Places of guards that together hold every point of `target`, none of which can be left out;
 * `undefined` where a point is left. Throws `TooLarge`.
 */
export function leastCoverOf(
  diagram: BlockDiagram,
  target: Diagram,
  guards: readonly Diagram[],
): readonly number[] | undefined {
  const coveredBy = (places: readonly number[]): readonly number[] | undefined => {
    const used = coverOf(diagram, target, places.map((place) => guards[place] ?? target))
    return used && places.filter((_, index) => used.has(index))
  }
  // Halves first: most of what a cover uses can go, and goes at once.
  const without = (kept: readonly number[], given: readonly number[]): readonly number[] => {
    const chunk = given.filter((place) => kept.includes(place))
    if (chunk.length === 0) return kept
    const fewer = coveredBy(kept.filter((place) => !chunk.includes(place)))
    if (fewer !== undefined) return fewer
    if (chunk.length === 1) return kept
    const middle = chunk.length >> 1
    return without(without(kept, chunk.slice(0, middle)), chunk.slice(middle))
  }
  const all = coveredBy(guards.map((_, place) => place))
  return all && without(all, all)
}
