import type { DiagramSpace } from '../../check/diagram/diagram-space.ts'
import { no } from '../../check/diagram/leaves.ts'
import type { Diagram } from '../../check/diagram/store.ts'

/** A conjunction: by variable, the cells that it allows; a variable that is not named may be anything. */
export type Cube = ReadonlyMap<number, ReadonlySet<number>>

export interface Cubes {
  readonly cubes: readonly Cube[]
  /** They make up all of the region. */
  readonly complete: boolean
}

/**
 * A region as a union of few wide conjunctions, which may overlap: the largest part that is left is
 * widened as far as the region goes, again and again. Inputs that cannot be are taken along.
 */
export function cubesOf(space: DiagramSpace, region: Diagram, possible: Diagram, most: number): Cubes {
  const never = space.constant(no)
  const outside = space.choose(region, never, possible)
  const sizes = space.variables.all.map((variable) => space.variables.cellsOf(variable).length)
  const fits = (cube: Diagram): boolean => space.and(cube, outside) === never
  const cubes: Cube[] = []
  let left = region
  while (left !== never && cubes.length < most) {
    const cube = widest(space, left, sizes)
    for (const level of [...cube.keys()].sort((a, b) => b - a)) {
      const own = cube.get(level)
      cube.delete(level)
      if (own === undefined || fits(diagramOf(space, cube))) continue
      cube.set(level, own)
      for (let cell = 0; cell < (sizes[level] ?? 0); cell += 1) {
        const held = cube.get(level) ?? own
        if (held.has(cell)) continue
        cube.set(level, new Set([...held, cell]))
        if (!fits(diagramOf(space, cube))) cube.set(level, held)
      }
    }
    cubes.push(cube)
    left = space.choose(diagramOf(space, cube), never, left)
  }
  return { cubes, complete: left === never }
}

export function diagramOf(space: DiagramSpace, cube: Cube): Diagram {
  const { store, variables } = space
  const [never, always] = [space.constant(no), store.terminal(1)]
  return [...cube]
    .sort(([a], [b]) => b - a)
    .reduce((below, [level, cells]) => {
      const variable = variables.all[level]
      const all = variable === undefined ? [] : variables.cellsOf(variable)
      return store.node(level, all.map((_, cell) => (cells.has(cell) ? below : never)))
    }, always)
}

/** A way through the diagram that holds the most: at each input the cells that lead on alike. */
function widest(space: DiagramSpace, region: Diagram, sizes: readonly number[]): Map<number, ReadonlySet<number>> {
  const { store } = space
  const shares = new Map<Diagram, number>()
  const never = space.constant(no)
  const share = (diagram: Diagram): number => {
    if (store.leafOf(diagram) !== undefined) return diagram === never ? 0 : 1
    const found = shares.get(diagram)
    if (found !== undefined) return found
    const level = store.levelOf(diagram)
    const size = sizes[level] ?? 1
    let sum = 0
    for (let cell = 0; cell < size; cell += 1) sum += share(store.child(diagram, level, cell))
    shares.set(diagram, sum / size)
    return sum / size
  }
  const cube = new Map<number, ReadonlySet<number>>()
  let at = region
  while (store.leafOf(at) === undefined) {
    const level = store.levelOf(at)
    const size = sizes[level] ?? 1
    const ways = new Map<Diagram, Set<number>>()
    for (let cell = 0; cell < size; cell += 1) {
      const child = store.child(at, level, cell)
      ways.set(child, (ways.get(child) ?? new Set()).add(cell))
    }
    let best: { readonly child: Diagram; readonly cells: ReadonlySet<number>; readonly weight: number } | undefined
    for (const [child, cells] of ways) {
      const weight = share(child) * cells.size
      if (child !== never && (best === undefined || weight > best.weight)) best = { child, cells, weight }
    }
    if (best === undefined) return cube
    cube.set(level, best.cells)
    at = best.child
  }
  return cube
}
