/**
 * Decision diagrams over variables that each take one of finitely many cells. A diagram is the number
 * of its top node; equal functions have equal numbers. Terminals carry the number of a leaf.
 */
export type Diagram = number

/** What `combine` does with two leaves. `id` is its own in the cache. */
export interface Operation {
  readonly id: number
  readonly leaves: (left: number, right: number) => number
  /** The result where one look at the two diagrams tells; below 0: it does not. */
  readonly early?: (left: Diagram, right: Diagram) => Diagram
}

export interface Store {
  readonly size: () => number
  terminal(leaf: number): Diagram
  /** One child a cell of the variable at `level`. */
  node(level: number, children: readonly Diagram[]): Diagram
  /** `undefined`: not a terminal. */
  leafOf(diagram: Diagram): number | undefined
  /** Of a terminal: larger than every level. */
  levelOf(diagram: Diagram): number
  /** The diagram once the variable at `level` lies in `cell`, where none above it is asked. */
  child(diagram: Diagram, level: number, cell: number): Diagram
  combine(operation: Operation, left: Diagram, right: Diagram): Diagram
  /** `then` where the condition comes to the leaf 1, `otherwise` everywhere else. */
  choose(condition: Diagram, then: Diagram, otherwise: Diagram): Diagram
}

/**
 * Past the node limit nothing is known. Thrown inside this folder only, so that the recursions need
 * not carry it, and turned into a value where an analysis begins.
 */
export class TooLarge extends Error {}

export const truthLeaf = 1
const terminalLevel = 0x7fffffff
const firstCacheBits = 10
const mostCacheBits = 18
/** Branches of all nodes together: wide nodes fill the memory before many do. */
const branchLimit = 8_000_000
const chooseId = 0

/** `cells[level]`: how many cells the variable at that level has. */
export function newStore(cells: readonly number[], nodeLimit: number): Store {
  const levels: number[] = []
  // Of a terminal its leaf, of a node the place of its children.
  const places: number[] = []
  const children: number[] = []
  const terminals = new Map<number, Diagram>()
  let table = new Int32Array(1 << 14).fill(-1)
  let cacheBits = firstCacheBits
  let cached = new Int32Array(5 << cacheBits).fill(-1)

  const terminal = (leaf: number): Diagram => {
    const found = terminals.get(leaf)
    if (found !== undefined) return found
    const made = levels.length
    levels.push(terminalLevel)
    places.push(leaf)
    terminals.set(leaf, made)
    return made
  }

  const levelOf = (diagram: Diagram): number => levels[diagram] ?? terminalLevel
  const cellsAt = (level: number): number => cells[level] ?? 0

  const child = (diagram: Diagram, level: number, cell: number): Diagram =>
    levels[diagram] === level ? (children[(places[diagram] ?? 0) + cell] ?? diagram) : diagram

  const hashOf = (level: number, kids: readonly Diagram[]): number => {
    let hash = Math.imul(level + 1, 0x9e3779b1)
    for (const kid of kids) hash = Math.imul(hash ^ kid, 0x85ebca6b) ^ (hash >>> 15)
    return hash >>> 0
  }

  const rehash = (slots: number): void => {
    const larger = new Int32Array(slots).fill(-1)
    for (let diagram = 0; diagram < levels.length; diagram += 1) {
      const level = levelOf(diagram)
      if (level === terminalLevel) continue
      const from = places[diagram] ?? 0
      let slot = hashOf(level, children.slice(from, from + cellsAt(level))) & (larger.length - 1)
      while ((larger[slot] ?? -1) >= 0) slot = (slot + 1) & (larger.length - 1)
      larger[slot] = diagram
    }
    table = larger
  }

  const same = (diagram: Diagram, level: number, kids: readonly Diagram[]): boolean => {
    if (levels[diagram] !== level) return false
    const from = places[diagram] ?? 0
    for (let cell = 0; cell < kids.length; cell += 1) {
      if (children[from + cell] !== kids[cell]) return false
    }
    return true
  }

  const node = (level: number, kids: readonly Diagram[]): Diagram => {
    const first = kids[0] ?? 0
    if (kids.every((kid) => kid === first)) return first
    let slot = hashOf(level, kids) & (table.length - 1)
    for (;;) {
      const found = table[slot] ?? -1
      if (found < 0) break
      if (same(found, level, kids)) return found
      slot = (slot + 1) & (table.length - 1)
    }
    if (levels.length >= nodeLimit) throw new TooLarge(`more than ${nodeLimit} nodes`)
    if (children.length + kids.length > branchLimit) throw new TooLarge(`more than ${branchLimit} branches`)
    const made = levels.length
    levels.push(level)
    places.push(children.length)
    for (const kid of kids) children.push(kid)
    table[slot] = made
    if (levels.length * 2 > table.length) rehash(table.length * 2)
    if (levels.length > 1 << cacheBits && cacheBits < mostCacheBits) {
      cacheBits += 2
      cached = new Int32Array(5 << cacheBits).fill(-1)
    }
    return made
  }

  // A lossy cache: what is overwritten is computed again.
  const slotOf = (id: number, a: number, b: number, c: number): number => {
    let hash = Math.imul(a + 1, 0x9e3779b1) ^ Math.imul(b + 7, 0x85ebca6b)
    hash ^= Math.imul(c + 13, 0xc2b2ae35) ^ Math.imul(id + 1, 0x27d4eb2f)
    return ((hash ^ (hash >>> 15)) & ((1 << cacheBits) - 1)) * 5
  }
  const recall = (slot: number, id: number, a: number, b: number, c: number): Diagram =>
    cached[slot] === id && cached[slot + 1] === a && cached[slot + 2] === b && cached[slot + 3] === c
      ? (cached[slot + 4] ?? -1)
      : -1
  const keep = (slot: number, key: readonly [number, number, number, number], made: Diagram): Diagram => {
    cached.set(key, slot)
    cached[slot + 4] = made
    return made
  }

  const combine = (operation: Operation, left: Diagram, right: Diagram): Diagram => {
    const early = operation.early?.(left, right) ?? -1
    if (early >= 0) return early
    const level = Math.min(levelOf(left), levelOf(right))
    if (level === terminalLevel) {
      return terminal(operation.leaves(places[left] ?? 0, places[right] ?? 0))
    }
    const slot = slotOf(operation.id, left, right, 0)
    const found = recall(slot, operation.id, left, right, 0)
    if (found >= 0) return found
    const kids: Diagram[] = []
    for (let cell = 0; cell < cellsAt(level); cell += 1) {
      kids.push(combine(operation, child(left, level, cell), child(right, level, cell)))
    }
    return keep(slot, [operation.id, left, right, 0], node(level, kids))
  }

  const choose = (condition: Diagram, then: Diagram, otherwise: Diagram): Diagram => {
    if (then === otherwise) return then
    const own = levelOf(condition)
    if (own === terminalLevel) return places[condition] === truthLeaf ? then : otherwise
    const slot = slotOf(chooseId, condition, then, otherwise)
    const found = recall(slot, chooseId, condition, then, otherwise)
    if (found >= 0) return found
    const level = Math.min(own, levelOf(then), levelOf(otherwise))
    const kids: Diagram[] = []
    for (let cell = 0; cell < cellsAt(level); cell += 1) {
      kids.push(
        choose(child(condition, level, cell), child(then, level, cell), child(otherwise, level, cell)),
      )
    }
    return keep(slot, [chooseId, condition, then, otherwise], node(level, kids))
  }

  return {
    size: () => levels.length,
    terminal,
    node,
    leafOf: (diagram) => (levelOf(diagram) === terminalLevel ? (places[diagram] ?? 0) : undefined),
    levelOf,
    child,
    combine,
    choose,
  }
}
