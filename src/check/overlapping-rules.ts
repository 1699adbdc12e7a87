import type { BlockCheck } from './block-checks.ts'
import { attempt, isUndecided, regionOf } from './diagram/blocks.ts'
import type { BlockDiagram, RuleDiagram } from './diagram/blocks.ts'
import { no } from './diagram/leaves.ts'
import { wholeChoice } from './diagram/outcomes.ts'
import { decisionIn, readingOf, situationOf } from './diagram/situation.ts'
import { smallest } from './diagram/witness.ts'

/**
 * Two rules that cut one input into ranges that overlap and choose differently: the first takes what
 * is in both. Rules about different inputs overlap as a matter of course and are left alone, and so
 * is a rule within the other, which is an exception to it.
 */
export const checkOverlappingRules: BlockCheck = ([diagram], accept) => {
  if (diagram === undefined) return
  for (const [first, second] of pairsOfOneInput(diagram)) {
    if (alike(first, second)) continue
    const example = overlap(diagram, first, second)
    if (example === undefined || isUndecided(example)) continue
    const [one, other] = [first.rule, second.rule]
    accept(
      'RT0303',
      other.location,
      `\`${one.name}\` and \`${other.name}\` overlap and choose differently, as with ${example}; \`${one.name}\` comes first`,
      {
        help: 'draw one border between the two, if that is what is meant',
        related: [{ location: one.location, message: `\`${one.name}\` stands here` }],
      },
    )
  }
}

/** Pairs past which nothing more is looked at. */
const mostPairs = 20_000

/** Choosing rules, two by two, that ask for the same input and nothing else, in order. */
function* pairsOfOneInput(diagram: BlockDiagram): Generator<readonly [RuleDiagram, RuleDiagram]> {
  const byLevel = new Map<number, RuleDiagram[]>()
  let pairs = 0
  for (const each of diagram.rules) {
    if (each.rule.choice === undefined || each.rule.guard === undefined) continue
    const level = onlyLevel(diagram, each.guard)
    if (level === undefined) continue
    const before = byLevel.get(level) ?? []
    for (const first of before) {
      pairs += 1
      if (pairs > mostPairs) return
      yield [first, each]
    }
    byLevel.set(level, [...before, each])
  }
}

/** The one variable that a guard asks for. */
export function onlyLevel({ space }: BlockDiagram, guard: number): number | undefined {
  const { store, variables } = space
  if (store.leafOf(guard) !== undefined) return undefined
  const level = store.levelOf(guard)
  const variable = variables.all[level]
  const cells = variable === undefined ? [] : variables.cellsOf(variable)
  return cells.every((_, cell) => store.leafOf(store.child(guard, level, cell)) !== undefined) ? level : undefined
}

function alike(one: RuleDiagram, other: RuleDiagram): boolean {
  if (one.rule.choice === undefined || other.rule.choice === undefined) return true
  return wholeChoice(one.rule, one.rule.choice).does === wholeChoice(other.rule, other.rule.choice).does
}

/** The smallest example of both, where the evaluator takes the first rule in it, too. */
function overlap(diagram: BlockDiagram, first: RuleDiagram, second: RuleDiagram): unknown {
  const { space } = diagram
  const never = space.constant(no)
  return attempt(() => {
    const both = space.and(first.guard, second.guard)
    const parts = [both, space.choose(second.guard, never, first.guard), space.choose(first.guard, never, second.guard)]
    if (parts.includes(never)) return undefined
    const region = regionOf(diagram, first.rule)
    if (typeof region !== 'number') return region
    const cells = smallest(diagram, space.and(region, both))
    if (cells === undefined) return undefined
    const decision = decisionIn(diagram, situationOf(diagram, cells))
    if (![decision.rule, ...decision.after].includes(first.rule.name)) return undefined
    const variable = space.variables.all[space.store.levelOf(both)]
    const cell = variable && cells[variable.index]
    if (variable === undefined || cell === undefined || cell.kind === 'unknown') return undefined
    return `\`${variable.label} is ${String(readingOf(cell) ?? 'none')}\``
  })
}
