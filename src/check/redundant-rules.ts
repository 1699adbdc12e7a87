import type { Rule } from '../policy/core.ts'
import { eachPart, expressionsOf } from '../policy/walk.ts'
import type { BlockCheck } from './block-checks.ts'
import { attempt } from './diagram/blocks.ts'
import type { BlockDiagram, RuleDiagram } from './diagram/blocks.ts'
import { coverOf } from './diagram/cover.ts'
import { yes } from './diagram/leaves.ts'
import { wholeChoice } from './diagram/outcomes.ts'
import { leafAt, samplePoints } from './diagram/samples.ts'

/** A rule without which the block does the same. */
export const checkRedundantRules: BlockCheck = (diagrams, accept) => {
  const [first] = diagrams
  // Which classifiers are asked on the way costs money, whatever is decided.
  if (first === undefined || first.policy.classifiers.length > 0) return
  const named = rulesReadByName(first)
  for (const [index, { rule }] of first.rules.entries()) {
    if (rule.choice === undefined || rule === first.block.otherwise || named.has(rule.name)) continue
    if (!diagrams.every((diagram) => isRedundant(diagram, index) === true)) continue
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

const samples = 48

/** Whether the rules after it decide alike wherever it fires, and it does fire somewhere. */
function isRedundant(diagram: BlockDiagram, index: number): unknown {
  const { space, rules, feasible } = diagram
  const target = rules[index]
  if (target === undefined) return false
  const before = rules.slice(0, index).filter(({ rule }) => rule.choice !== undefined)
  const after = rules.slice(index + 1)
  const differs = samplePoints(diagram, target.guard, samples).some((point) => {
    const fires = ({ guard }: RuleDiagram): boolean => leafAt(diagram, guard, point) === yes
    if (leafAt(diagram, feasible, point) !== yes || before.some(fires)) return false
    const next = after.find(fires)
    return next === undefined || !alike(target.rule, next.rule)
  })
  if (differs) return false
  return attempt(() => {
    const own = space.and(feasible, target.guard)
    const guards = (given: readonly RuleDiagram[]): readonly number[] => given.map(({ guard }) => guard)
    // A rule that never fires is reported as that.
    if (coverOf(diagram, own, guards(before)) !== undefined) return false
    return after.every(
      (each, place) =>
        alike(target.rule, each.rule) ||
        coverOf(diagram, space.and(own, each.guard), guards([...before, ...after.slice(0, place)])) !== undefined,
    )
  })
}

/** The same choice with the same effects; a rule that only has effects is like no other. */
function alike(one: Rule, other: Rule): boolean {
  if (one.choice === undefined || other.choice === undefined) return false
  const [left, right] = [wholeChoice(one, one.choice), wholeChoice(other, other.choice)]
  return left.does === right.does && left.effects.join() === right.effects.join()
}
