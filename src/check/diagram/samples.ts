import type { BlockDiagram } from './blocks.ts'
import { no } from './leaves.ts'
import type { Diagram } from './store.ts'

/** The number of a cell for each variable. */
export type Point = readonly number[]

/**
 * A few points of a diagram, scattered and always the same. Most rules fire somewhere, and one point
 * where a rule does is proof enough; diagrams are built for the rest.
 */
export function samplePoints({ space }: Pick<BlockDiagram, 'space'>, of: Diagram, count: number): readonly Point[] {
  const { store, variables } = space
  const sizes = variables.all.map((variable) => variables.cellsOf(variable).length)
  const never = space.constant(no)
  let state = 0x2545f491
  const below = (limit: number): number => {
    state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9
    return (state >>> 4) % limit
  }
  return Array.from({ length: of === never ? 0 : count }, () => {
    const point = sizes.map((size) => below(size))
    let at = of
    while (store.leafOf(at) === undefined) {
      const level = store.levelOf(at)
      const size = sizes[level] ?? 1
      const cells = Array.from({ length: size }, (_, cell) => (cell + (point[level] ?? 0)) % size)
      const cell = cells.find((each) => store.child(at, level, each) !== never) ?? 0
      point[level] = cell
      at = store.child(at, level, cell)
    }
    return point
  })
}

/** The leaf at the end of the way that a point takes. */
export function leafAt({ space }: Pick<BlockDiagram, 'space'>, diagram: Diagram, point: Point): number {
  const { store } = space
  let at = diagram
  for (;;) {
    const leaf = store.leafOf(at)
    if (leaf !== undefined) return leaf
    const level = store.levelOf(at)
    at = store.child(at, level, point[level] ?? 0)
  }
}
