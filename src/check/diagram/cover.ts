import type { BlockDiagram } from './blocks.ts'
import { no, yes } from './leaves.ts'
import { TooLarge } from './store.ts'
import type { Diagram, Store } from './store.ts'

/** A guard where some variables are settled, with its place among the guards asked about. */
interface Part {
  readonly guard: Diagram
  readonly place: number
  /** Of both, for keys. */
  readonly text: string
}

function partOf(guard: Diagram, place: number): Part {
  return { guard, place, text: `${place}=${guard},` }
}

type Left = readonly Part[]

/** Steps past which a question is given up. */
const stepLimit = 200_000
/** Guards looked at in cells, over all questions of one diagram, past which no more are asked. */
const workLimit = 30_000_000

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
  const memo = learntOf(store)
  const { restricted, supports, shares } = memo
  const used = new Set<number>()
  let steps = 0

  const cellCount = (level: number): number => {
    const variable = variables.all[level]
    return variable === undefined ? 0 : variables.cellsOf(variable).length
  }
  // Every cell of every variable has a number of its own.
  const firstCells: number[] = []
  let cellsInAll = 0
  for (const { index } of variables.all) {
    firstCells.push(cellsInAll)
    cellsInAll += cellCount(index)
  }
  const restrict = (diagram: Diagram, level: number, cell: number): Diagram => {
    const top = store.levelOf(diagram)
    if (top > level) return diagram
    if (top === level) return store.child(diagram, level, cell)
    const key = diagram * cellsInAll + (firstCells[level] ?? 0) + cell
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

  // The share of all points that a diagram holds; only ever compared with room to spare.
  const shareOf = (diagram: Diagram): number => {
    if (diagram === never || diagram === always) return diagram === always ? 1 : 0
    const found = shares.get(diagram)
    if (found !== undefined) return found
    const level = store.levelOf(diagram)
    const size = cellCount(level)
    let sum = 0
    for (let cell = 0; cell < size; cell += 1) sum += shareOf(store.child(diagram, level, cell))
    shares.set(diagram, sum / size)
    return sum / size
  }

  const proven = new Set<string>()
  // With the places: which guards hold a part is told anew where other guards do.
  const keyOf = (wanted: Diagram, left: Left): string => {
    let key = `${wanted}:`
    for (const { text } of left) key += text
    return key
  }
  const holds = (wanted: Diagram, left: Left, key: string): boolean => {
    steps += 1
    if (steps > stepLimit) throw new TooLarge(`more than ${stepLimit} steps`)
    if (wanted === never) return true
    const whole = wholeOf(left)
    if (whole !== undefined) {
      used.add(whole)
      return true
    }
    // Together too small to hold it.
    let room = 0
    for (const { guard } of left) room += shareOf(guard)
    if (room < shareOf(wanted) * 0.999_999) return false
    if (proven.has(key)) return true
    const level = store.leafOf(wanted) === undefined ? store.levelOf(wanted) : branchOf(left)
    const seen = new Set<string>()
    for (let cell = 0; cell < cellCount(level); cell += 1) {
      const inside = restrict(wanted, level, cell)
      memo.work += left.length
      if (memo.work > workLimit) throw new TooLarge(`more than ${workLimit} steps in all`)
      const rest: Part[] = []
      for (const part of left) {
        const { guard, place } = part
        const kept = support(guard).includes(level) ? restrict(guard, level, cell) : guard
        if (kept !== never) rest.push(kept === guard ? part : partOf(kept, place))
      }
      // Cells that leave the same question are asked once.
      const question = keyOf(inside, rest)
      if (seen.has(question)) continue
      seen.add(question)
      if (!holds(inside, rest, question)) return false
    }
    proven.add(key)
    return true
  }

  /** A guard that holds all that is left: one that is needed already, or else the widest. */
  const wholeOf = (left: Left): number | undefined => {
    let widest: number | undefined
    for (const { guard, place } of left) {
      if (guard !== always) continue
      if (used.has(place)) return place
      if (widest === undefined || shareOf(guards[place] ?? never) > shareOf(guards[widest] ?? never)) widest = place
    }
    return widest
  }

  /** The variable that most of the shortest guards ask for. */
  const branchOf = (left: Left): number => {
    let fewest = Number.MAX_SAFE_INTEGER
    for (const { guard } of left) fewest = Math.min(fewest, support(guard).length)
    const asked = new Uint32Array(variables.all.length)
    let most = 0
    for (const { guard } of left) {
      const levels = support(guard)
      if (levels.length > fewest) continue
      for (const level of levels) {
        const times = (asked[level] ?? 0) + 1
        asked[level] = times
        most = Math.max(most, times)
      }
    }
    return asked.indexOf(most)
  }

  // One guard alone is the simplest answer.
  const alone = guards.findIndex((guard) => store.choose(guard, never, target) === never)
  if (alone >= 0 && target !== never) return new Set([alone])
  const overlapping = guards.flatMap((guard, place) =>
    space.and(guard, target) === never ? [] : [partOf(guard, place)],
  )
  return holds(target, overlapping, keyOf(target, overlapping)) ? used : undefined
}

/** What is true of a diagram of this store, whatever is asked. */
interface Learnt {
  readonly restricted: Map<number, Diagram>
  readonly supports: Map<Diagram, readonly number[]>
  readonly shares: Map<Diagram, number>
  work: number
}

const learnt = new WeakMap<Store, Learnt>()

function learntOf(store: Store): Learnt {
  const found = learnt.get(store) ?? { restricted: new Map(), supports: new Map(), shares: new Map(), work: 0 }
  learnt.set(store, found)
  return found
}
