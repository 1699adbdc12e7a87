import type { BlockDiagram } from './blocks.ts'
import { no, yes } from './leaves.ts'
import { TooLarge } from './store.ts'
import type { Diagram } from './store.ts'

/** Steps past which a question is given up. */
const stepLimit = 200_000

/**
 * Whether every point of `target` lies in one of `guards`: the places of guards that together hold
 * it, though perhaps not the fewest; `undefined` where a point is left. Branches on one variable at a
 * time, always of the shortest guard, and never builds the union, which can be far larger than what
 * it is made of. Throws `TooLarge`.
 */
export function coverOf(
  { space }: BlockDiagram,
  target: Diagram,
  guards: readonly Diagram[],
): ReadonlySet<number> | undefined {
  const { store, variables } = space
  const [never, always] = [space.constant(no), space.constant(yes)]
  const restricted = new Map<number, Diagram>()
  const supports = new Map<Diagram, readonly number[]>()
  const used = new Set<number>()
  let steps = 0

  const cellCount = (level: number): number => {
    const variable = variables.all[level]
    return variable === undefined ? 0 : variables.cellsOf(variable).length
  }
  const restrict = (diagram: Diagram, level: number, cell: number): Diagram => {
    const top = store.levelOf(diagram)
    if (top > level) return diagram
    if (top === level) return store.child(diagram, level, cell)
    const key = (diagram * 1_024 + level) * 1_024 + cell
    const found = restricted.get(key)
    if (found !== undefined) return found
    const children = Array.from({ length: cellCount(top) }, (_, each) =>
      restrict(store.child(diagram, top, each), level, cell),
    )
    const made = store.node(top, children)
    restricted.set(key, made)
    return made
  }
  const support = (diagram: Diagram): readonly number[] => {
    const found = supports.get(diagram)
    if (found !== undefined) return found
    if (store.leafOf(diagram) !== undefined) return []
    const level = store.levelOf(diagram)
    const levels = new Set([level])
    for (let cell = 0; cell < cellCount(level); cell += 1) {
      for (const each of support(store.child(diagram, level, cell))) levels.add(each)
    }
    const made = [...levels]
    supports.set(diagram, made)
    return made
  }

  type Left = readonly { readonly guard: Diagram; readonly place: number }[]
  const holds = (wanted: Diagram, left: Left): boolean => {
    steps += 1
    if (steps > stepLimit) throw new TooLarge(`more than ${stepLimit} steps`)
    if (wanted === never) return true
    const whole = left.filter(({ guard }) => guard === always)
    const [first] = whole
    if (first !== undefined) {
      if (!whole.some(({ place }) => used.has(place))) used.add(first.place)
      return true
    }
    const [shortest] = left.reduce(
      (best: readonly [Diagram, number], { guard }) => {
        const size = support(guard).length
        return size < best[1] ? ([guard, size] as const) : best
      },
      [never, Number.MAX_SAFE_INTEGER],
    )
    if (shortest === never) return false
    const level = store.leafOf(wanted) === undefined ? store.levelOf(wanted) : store.levelOf(shortest)
    const seen = new Set<string>()
    for (let cell = 0; cell < cellCount(level); cell += 1) {
      const inside = restrict(wanted, level, cell)
      const rest = left
        .map(({ guard, place }) => ({ guard: restrict(guard, level, cell), place }))
        .filter(({ guard }) => guard !== never)
      // Cells that leave the same question are asked once.
      const key = `${inside}:${rest.map(({ guard }) => guard).join()}`
      if (seen.has(key)) continue
      seen.add(key)
      if (!holds(inside, rest)) return false
    }
    return true
  }

  const overlapping = guards.flatMap((guard, place) =>
    space.and(guard, target) === never ? [] : [{ guard, place }],
  )
  return holds(target, overlapping) ? used : undefined
}
