import type { CountQuery } from '../../policy/core.ts'
import type { DiagramSpace } from './diagram-space.ts'
import { inputOf } from './inputs.ts'
import { no, yes } from './leaves.ts'
import type { Diagram } from './store.ts'
import type { Cell, Variable } from './variables.ts'

/** Inputs that can be: what one variable says of another. */
export function feasible(space: DiagramSpace): Diagram {
  const { all } = space.variables
  const always = space.constant(yes)
  const pairs = all.flatMap((smaller) =>
    all.filter((larger) => isAtMost(smaller, larger)).map((larger) => atMost(space, smaller, larger)),
  )
  return pairs.reduce(space.and, always)
}

/** Whether the first is never above the second, where both are known. */
function isAtMost(smaller: Variable, larger: Variable): boolean {
  const [a, b] = [inputOf(smaller), inputOf(larger)]
  if (a.kind === 'fact' && b.kind === 'fact') return a.fact === 'images' && b.fact === 'context.images'
  return a.kind === 'count' && b.kind === 'count' && smaller !== larger && isWithin(a.query, b.query)
}

/** The same thing counted in a window that the other holds. */
function isWithin(inner: CountQuery, outer: CountQuery): boolean {
  // Repeats are counted from the newest call, of which both windows hold the same one.
  if (JSON.stringify(inner.what) !== JSON.stringify(outer.what)) return false
  const [small, large] = [inner.window, outer.window]
  if (small.kind === 'last' && large.kind === 'last') {
    return small.scope === large.scope && small.count <= large.count
  }
  return small.kind === 'this' && large.kind === 'this' && small.scope === 'turn' && large.scope === 'session'
}

function atMost(space: DiagramSpace, smaller: Variable, larger: Variable): Diagram {
  const { store, variables } = space
  const [no_, yes_] = [store.terminal(no), store.terminal(yes)]
  const [left, right] = [variables.cellsOf(smaller), variables.cellsOf(larger)]
  const [above, below] = smaller.index < larger.index ? [left, right] : [right, left]
  const [top, bottom] = smaller.index < larger.index ? [smaller, larger] : [larger, smaller]
  return store.node(
    top.index,
    above.map((one) =>
      store.node(
        bottom.index,
        below.map((other) => ((top === smaller ? fits(one, other) : fits(other, one)) ? yes_ : no_)),
      ),
    ),
  )
}

function fits(small: Cell, large: Cell): boolean {
  if (small.kind !== 'range' || large.kind !== 'range') return true
  return small.low === undefined || large.high === undefined || small.low < large.high
}
