import { eachPart, expressionsOf } from '../policy/walk.ts'
import type { BlockCheck } from './block-checks.ts'
import { attempt, decided, isNever, isUndecided } from './diagram/blocks.ts'
import type { BlockDiagram } from './diagram/blocks.ts'
import { no } from './diagram/leaves.ts'
import type { Diagram } from './diagram/store.ts'

/** A rule without which the block does the same. */
export const checkRedundantRules: BlockCheck = (diagrams, accept) => {
  const [first] = diagrams
  if (first === undefined) return
  const named = rulesReadByName(first)
  const redundant = diagrams.map(redundantIn)
  for (const [index, { rule }] of first.rules.entries()) {
    if (rule === first.block.otherwise || named.has(rule.name)) continue
    if (!redundant.every((each) => each.has(index))) continue
    accept('RT0302', rule.location, `without the rule \`${rule.name}\` the block does the same`, {
      help: 'take it out, or give it a choice of its own',
    })
  }
}

/** `since rule R` makes a difference of which rule fired. */
function rulesReadByName({ policy }: BlockDiagram): ReadonlySet<string> {
  const found = new Set<string>()
  for (const expression of expressionsOf({ ...policy, tests: [] })) {
    eachPart(expression, (part) => {
      if (part.kind === 'since' && part.query.of.kind === 'rule') found.add(part.query.of.rule)
    })
  }
  return found
}

/** Places of rules whose inputs are decided alike by the rules after them. */
function redundantIn(diagram: BlockDiagram): ReadonlySet<number> {
  const { space, rules, policy } = diagram
  const found = new Set<number>()
  // Which classifiers are asked on the way costs money, whatever is decided.
  const asks = policy.classifiers.length > 0
  const done = attempt(() => {
    let rest: Diagram = space.constant(no)
    for (const [index, each] of [...rules.entries()].reverse()) {
      const { rule, guard, region } = each
      const own = decided(space, rest, rule)
      if (!asks && !isNever(diagram, region) && sameWhere(diagram, region, own, rest)) found.add(index)
      rest = space.choose(guard, own, rest)
    }
  })
  return isUndecided(done) ? new Set() : found
}

/** Whether two decisions do the same wherever the region lies; who decides does not enter. */
function sameWhere({ space }: BlockDiagram, region: Diagram, left: Diagram, right: Diagram): boolean {
  const nothing = space.constant(no)
  const both = [left, right].map((each) => space.choose(region, anonymous(each), nothing))
  return both[0] === both[1]

  function anonymous(decision: Diagram): Diagram {
    return space.bind(decision, (number) => {
      const leaf = space.leaves.at(number)
      if (leaf.kind !== 'outcome') return space.constant(number)
      return space.constant(space.leaves.of({ kind: 'outcome', outcome: { ...leaf.outcome, rule: '' } }))
    })
  }
}
