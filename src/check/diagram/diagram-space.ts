import { no, yes } from './leaves.ts'
import type { Space, Values } from './space.ts'
import { newStore } from './store.ts'
import type { Diagram, Operation, Store } from './store.ts'
import { conjunction, disjunction, truth } from './survey.ts'
import { leafOfCell } from './variables.ts'
import type { Cell, Variables } from './variables.ts'

export interface DiagramSpace extends Space {
  readonly store: Store
  /** Whether the variable lies in this cell. */
  inCell(variable: number, cell: number): Diagram
}

/** Values are diagrams over the cells that the survey has cut. */
export function diagramSpace(variables: Variables, nodeLimit: number): DiagramSpace {
  const { leaves } = variables
  const cells = variables.all.map((variable) => variables.cellsOf(variable))
  const store = newStore(cells.map((each) => each.length), nodeLimit)
  const [never, always] = [store.terminal(no), store.terminal(yes)]

  const cellsOf = (variable: number): readonly Cell[] => {
    const found = cells[variable]
    if (found === undefined) throw new Error(`the survey did not find variable ${variable}`)
    return found
  }
  const known = (diagram: Diagram): boolean => {
    const leaf = store.leafOf(diagram)
    return leaf !== undefined && truth(leaf) === leaf
  }
  const and: Operation = {
    id: 1,
    leaves: conjunction,
    early: (left, right) => {
      if (left === never || right === never) return never
      if (left === right && known(left)) return left
      return -1
    },
  }
  const or: Operation = {
    id: 2,
    leaves: disjunction,
    early: (left, right) => (left === always || right === always ? always : -1),
  }
  const plus: Operation = { id: 3, leaves: leaves.plus }

  const inCell = (variable: number, cell: number): Diagram =>
    store.node(variable, cellsOf(variable).map((_, index) => (index === cell ? always : never)))

  const bind = (values: Values, each: (leaf: number) => Values): Values => {
    const known = new Map<Diagram, Diagram>()
    const bound = (diagram: Diagram): Diagram => {
      const found = known.get(diagram)
      if (found !== undefined) return found
      const leaf = store.leafOf(diagram)
      const made = leaf === undefined ? inner(diagram) : each(leaf)
      known.set(diagram, made)
      return made
    }
    const inner = (diagram: Diagram): Diagram => {
      const level = store.levelOf(diagram)
      const kids = cellsOf(level).map((_, cell) =>
        store.child(bound(store.child(diagram, level, cell)), level, cell),
      )
      if (kids.every((kid) => store.levelOf(kid) > level)) return store.node(level, kids)
      // A leaf came to something that asks for variables above this one.
      return kids.reduceRight((rest, kid, cell) => store.choose(inCell(level, cell), kid, rest))
    }
    return bound(values)
  }

  return {
    variables,
    leaves,
    store,
    inCell,
    constant: store.terminal,
    read: (variable) =>
      store.node(
        variable.index,
        cellsOf(variable.index).map((cell) => store.terminal(leafOfCell(leaves, variable, cell))),
      ),
    below: (variable, cut) =>
      store.node(
        variable,
        cellsOf(variable).map((cell) => (isBelow(cell, cut) ? always : never)),
      ),
    told: (_variable, sample, text, how) =>
      (how === 'equal' ? sample === text : sample.startsWith(text)) ? always : never,
    and: (left, right) => store.combine(and, left, right),
    or: (left, right) => store.combine(or, left, right),
    plus: (left, right) => store.combine(plus, left, right),
    choose: store.choose,
    bind,
  }
}

function isBelow(cell: Cell, cut: bigint): boolean {
  if (cell.kind !== 'range' || (cell.low !== undefined && cell.low >= cut)) return false
  if (cell.high === undefined || cell.high > cut) throw new Error(`the survey did not find the cut ${cut}`)
  return true
}
