import type { BlockDiagram } from './blocks.ts'
import { inputOf } from './inputs.ts'
import { no, yes } from './leaves.ts'
import { readingOf } from './situation.ts'
import type { Diagram } from './store.ts'
import type { Cell, Variable } from './variables.ts'
import type { Assignment } from './witness.ts'

/** The part of a region in which nothing is unknown: what production itself can meet. */
export function onlyKnown({ space }: BlockDiagram, region: Diagram): Diagram {
  const { store, variables } = space
  const [never, always] = [store.terminal(no), store.terminal(yes)]
  return [...variables.all].reverse().reduce((rest, variable) => {
    const cells = variables.cellsOf(variable)
    if (!cells.some((cell) => isUnknown(variable, cell))) return rest
    return space.and(
      store.node(variable.index, cells.map((cell) => (isUnknown(variable, cell) ? never : always))),
      rest,
    )
  }, region)
}

function isUnknown(variable: Variable, cell: Cell): boolean {
  if (cell.kind === 'unknown') return true
  return inputOf(variable).kind === 'status' && cell.kind === 'value' && cell.value === 'missing'
}

const shownOf = 4

/** What is out of the ordinary in an example, as `, as with …`; nothing where all is ordinary. */
export function exampleText({ space }: BlockDiagram, cells: Assignment): string {
  const told = space.variables.all.flatMap((variable) => {
    const cell = cells[variable.index]
    return cell === undefined || isOrdinary(cell) ? [] : [`${variable.label} is ${spelt(cell)}`]
  })
  if (told.length === 0) return ''
  const shown = told.slice(0, shownOf).map((each) => `\`${each}\``).join(', ')
  return `, as with ${shown}${told.length > shownOf ? ` and ${told.length - shownOf} more` : ''}`
}

function isOrdinary(cell: Cell): boolean {
  const reading = readingOf(cell)
  return reading === null || reading === undefined || reading === false || reading === 0 || reading === 'ok' || reading === 'router'
}

export function spelt(cell: Cell): string {
  const reading = readingOf(cell)
  return cell.kind === 'text' ? JSON.stringify(reading) : String(reading ?? 'none')
}
