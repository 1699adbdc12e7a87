import type { DiagramSpace } from './diagram-space.ts'
import { inputOf } from './inputs.ts'
import { no } from './leaves.ts'
import type { Diagram } from './store.ts'
import type { Cell, Variable } from './variables.ts'

interface Diagrams {
  readonly space: DiagramSpace
}

/** One cell of each variable. */
export type Assignment = readonly Cell[]

/** A smallest example of a region: what is least out of the ordinary. `undefined`: there is none. */
export function smallest({ space }: Diagrams, region: Diagram): Assignment | undefined {
  const { store, variables } = space
  const costs = variables.all.map((variable) => variables.cellsOf(variable).map((cell) => costOf(variable, cell)))
  const known = new Map<Diagram, Path | undefined>()
  const best = (diagram: Diagram): Path | undefined => {
    const leaf = store.leafOf(diagram)
    if (leaf !== undefined) return leaf === no ? undefined : { cost: 0, cell: 0, next: undefined, level: -1 }
    if (known.has(diagram)) return known.get(diagram)
    const level = store.levelOf(diagram)
    let found: Path | undefined
    for (const [cell, cost] of (costs[level] ?? []).entries()) {
      const next = best(store.child(diagram, level, cell))
      if (next === undefined || (found !== undefined && found.cost <= cost + next.cost)) continue
      found = { cost: cost + next.cost, cell, next, level }
    }
    known.set(diagram, found)
    return found
  }
  const path = best(region)
  return path === undefined ? undefined : along(space, path, costs)
}

interface Path {
  readonly cost: number
  readonly level: number
  readonly cell: number
  readonly next: Path | undefined
}

/** Variables that the path does not ask stay as ordinary as they can be. */
function along(space: DiagramSpace, path: Path, costs: readonly (readonly number[])[]): Assignment {
  const asked = new Map<number, number>()
  for (let at: Path | undefined = path; at !== undefined; at = at.next) asked.set(at.level, at.cell)
  return space.variables.all.map((variable) => {
    const cells = space.variables.cellsOf(variable)
    const own = costs[variable.index] ?? []
    const cell = asked.get(variable.index) ?? own.indexOf(Math.min(...own))
    return cells[cell] ?? { kind: 'unknown' }
  })
}

const strange = 1_000

/** How far a cell is from the ordinary: nothing said, nothing happened, nobody out. */
function costOf(variable: Variable, cell: Cell): number {
  const input = inputOf(variable)
  const made = variable.abstract ? 50 : 1
  switch (cell.kind) {
    case 'unknown':
      return input.kind === 'day' ? 0 : strange
    case 'none':
      return 0
    case 'text':
      return made * 2
    case 'range': {
      if (input.kind === 'day') return 2
      if (input.kind === 'since') return cell.low === undefined || cell.low <= 1_000n ? 1 : 0
      const zero = (cell.low === undefined || cell.low <= 0n) && (cell.high === undefined || cell.high > 0n)
      return zero ? 0 : made
    }
    case 'value': {
      if (input.kind === 'allowed' || input.kind === 'candidate') return cell.value === true ? 0 : made
      if (cell.value === false || cell.value === 0 || cell.value === 'ok' || cell.value === 'router') return 0
      return cell.value === 'missing' ? strange : made
    }
  }
}

/** How many combinations of cells of the variables lie in a region. */
export function countCells({ space }: Diagrams, region: Diagram): bigint {
  const { store, variables } = space
  const sizes = variables.all.map((variable) => BigInt(variables.cellsOf(variable).length))
  const known = new Map<Diagram, bigint>()
  const between = (from: number, to: number): bigint => sizes.slice(from, to).reduce((all, size) => all * size, 1n)
  const depth = (diagram: Diagram): number => Math.min(store.levelOf(diagram), sizes.length)
  // Counts over the variables from the diagram's own level on.
  const count = (diagram: Diagram): bigint => {
    const leaf = store.leafOf(diagram)
    if (leaf !== undefined) return leaf === no ? 0n : 1n
    const found = known.get(diagram)
    if (found !== undefined) return found
    const level = store.levelOf(diagram)
    let sum = 0n
    for (let cell = 0; cell < Number(sizes[level] ?? 0n); cell += 1) {
      const child = store.child(diagram, level, cell)
      sum += between(level + 1, depth(child)) * count(child)
    }
    known.set(diagram, sum)
    return sum
  }
  return between(0, depth(region)) * count(region)
}
