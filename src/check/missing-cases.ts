import type { BlockCheck } from './block-checks.ts'
import { attempt, isUndecided } from './diagram/blocks.ts'
import type { BlockDiagram, RuleDiagram } from './diagram/blocks.ts'
import { spelt } from './diagram/examples.ts'
import { inputOf } from './diagram/inputs.ts'
import { yes } from './diagram/leaves.ts'
import { decisionIn, situationOf } from './diagram/situation.ts'
import type { Diagram } from './diagram/store.ts'
import type { Cell, Variable } from './diagram/variables.ts'
import { smallest } from './diagram/witness.ts'
import { onlyLevel } from './overlapping-rules.ts'

/**
 * Several rules go through one input case by case, and a case between the others, or two words of a
 * closed set, fall to `otherwise`. One word that is left is what an `otherwise` is for.
 */
export const checkMissingCases: BlockCheck = ([diagram], accept) => {
  if (diagram === undefined) return
  const byLevel = new Map<number, RuleDiagram[]>()
  for (const each of diagram.rules) {
    if (each.rule.choice === undefined || each.rule.guard === undefined) continue
    const guard = withVerdicts(diagram, each.guard)
    const level = onlyLevel(diagram, guard)
    if (level !== undefined) byLevel.set(level, [...(byLevel.get(level) ?? []), { ...each, guard }])
  }
  for (const [level, rules] of byLevel) {
    const variable = diagram.space.variables.all[level]
    if (variable === undefined || rules.length < 2) continue
    const missing = missingCells(diagram, variable, rules)
    const example = attempt(() => exampleOf(diagram, variable, missing))
    if (typeof example !== 'string' || isUndecided(example)) continue
    const last = rules.at(-1)?.rule
    if (last === undefined) continue
    const names = rules.map(({ rule }) => `\`${rule.name}\``).join(', ')
    accept('RT0307', last.location, `${example} is no case of ${names} and falls to \`otherwise\``, {
      help: 'widen one of them, or leave it if `otherwise` is meant',
    })
  }
}

/** A guard where the classifiers that it asks first have answered. */
function withVerdicts({ space }: Pick<BlockDiagram, 'space'>, guard: Diagram): Diagram {
  const { store, variables } = space
  const variable = variables.all[store.levelOf(guard)]
  if (variable === undefined || inputOf(variable).kind !== 'status') return guard
  const ok = variables.cellsOf(variable).findIndex((cell) => cell.kind === 'value' && cell.value === 'ok')
  return withVerdicts({ space }, store.child(guard, variable.index, ok))
}

/** Ranges between ranges that are cases; words where two or more are left. */
function missingCells({ space }: BlockDiagram, variable: Variable, rules: readonly RuleDiagram[]): readonly number[] {
  const { store, variables } = space
  const cells = variables.cellsOf(variable)
  const isCase = cells.map((_, cell) =>
    rules.some(({ guard }) => store.leafOf(store.child(guard, variable.index, cell)) === yes),
  )
  const left = cells.flatMap((cell, index) => (isCase[index] === true || !isTold(cell) ? [] : [index]))
  switch (variable.domain.kind) {
    case 'number': {
      const [first, last] = [isCase.indexOf(true), isCase.lastIndexOf(true)]
      return left.filter((index) => index > first && index < last)
    }
    case 'values':
      // An exception or two from a set that is otherwise left alone is no list of cases.
      return left.length >= 2 && isCase.filter(Boolean).length > left.length ? left : []
    case 'text':
      return []
  }
}

function isTold(cell: Cell): boolean {
  return cell.kind === 'range' || cell.kind === 'value'
}

/** The smallest example of each missing case, as long as the evaluator lets it fall to `otherwise`, too. */
function exampleOf(diagram: BlockDiagram, variable: Variable, missing: readonly number[]): string | undefined {
  const { space, feasible, block } = diagram
  const told = missing.flatMap((cell) => {
    const own = space.variables.cellsOf(variable)[cell]
    const assignment = smallest(diagram, space.and(feasible, space.inCell(variable.index, cell)))
    if (own === undefined || assignment === undefined) return []
    const decision = decisionIn(diagram, situationOf(diagram, assignment))
    const falls = decision.rule === block.otherwise.name || decision.after.includes(block.otherwise.name)
    return falls ? [`\`${variable.label} is ${spelt(own)}\``] : []
  })
  return told.length === 0 ? undefined : told.join(' or ')
}
