import { attempt, blockDiagram, isUndecided } from '../../check/diagram/blocks.ts'
import type { BlockDiagram } from '../../check/diagram/blocks.ts'
import { coverOf } from '../../check/diagram/cover.ts'
import { no, yes } from '../../check/diagram/leaves.ts'
import { alikeProved } from '../diff/compare.ts'
import type { Block, Expression, Moment, Policy, Rule } from '../../policy/core.ts'
import { askAlike } from './asked-classifiers.ts'
import { replaceBlock } from './rewrite.ts'
import { servesAlike } from './serves-alike.ts'

/** What a mutant changes, where that alone can be compared with the policy. */
export type Comparable =
  | { readonly kind: 'swap'; readonly block: Block; readonly first: Rule; readonly second: Rule }
  | { readonly kind: 'guard'; readonly block: Block; readonly rule: Rule; readonly guard: Expression }

/**
 * Whether the mutant is proved to choose, say and remember the same at every call that can be. What is
 * noted as unknown on the way may differ. False also where nothing is proved.
 */
export function isProvedEquivalent(policy: Policy, comparable: Comparable): boolean {
  const { block } = comparable
  const moments = (['start', 'turn', 'call'] as const).filter((moment) => policy.blocks[moment] === block)
  return moments.length > 0 && moments.every((moment) => isSameAt(policy, moment, comparable))
}

/**
 * Whether a changed policy is proved to decide, say and remember the same at every call, and to serve
 * it the same, whatever was changed. Which classifiers are asked is not compared, so nothing is said of
 * decisions where there are any.
 */
export function isProvedAlike(policy: Policy, changed: Policy): boolean {
  if (!servesAlike(policy, changed)) return false
  return isServingAlone(policy, changed) || (policy.classifiers.length === 0 && alikeProved(policy, changed))
}

/** Nothing but lines of serving was changed: where every model is served by the same lines, nothing was. */
function isServingAlone(policy: Policy, changed: Policy): boolean {
  const parts = Object.entries(changed).filter(([part]) => part !== 'serving' && part !== 'profiles')
  return parts.every(([part, value]) => policy[part as keyof Policy] === value)
}

function isSameAt(policy: Policy, moment: Moment, comparable: Comparable): boolean {
  switch (comparable.kind) {
    case 'swap': {
      const { first, second } = comparable
      if (!areComparable(policy, first, second)) return false
      return neverTogether(policy, moment, first, second, (diagram, one, other) => diagram.space.and(one, other))
    }
    case 'guard': {
      const { block, rule, guard } = comparable
      // The changed guard stands beside the own one, where both see the same.
      const changed: Rule = { ...rule, guard }
      if (!areComparable(policy, rule, changed)) return false
      const rules = block.rules.flatMap((each) => (each === rule ? [rule, changed] : [each]))
      const both = replaceBlock(policy, block, { ...block, rules })
      return neverTogether(both, moment, rule, changed, ({ space }, one, other) => {
        const not = (guarded: number): number => space.choose(guarded, space.constant(no), space.constant(yes))
        return space.or(space.and(one, not(other)), space.and(other, not(one)))
      })
    }
  }
}

/** Both choose, so that nothing after them sees their effects, and they ask the same classifiers. */
function areComparable(policy: Policy, one: Rule, other: Rule): boolean {
  if (one.choice === undefined || other.choice === undefined) return false
  return one.guard !== undefined && other.guard !== undefined && askAlike(policy, one.guard, other.guard)
}

/** Whether what is made of two guards lies wholly where earlier rules have chosen, or nowhere. */
function neverTogether(
  policy: Policy,
  moment: Moment,
  first: Rule,
  second: Rule,
  made: (diagram: BlockDiagram, one: number, other: number) => number,
): boolean {
  const diagram = blockDiagram(policy, moment)
  if (diagram === undefined || isUndecided(diagram)) return false
  const { rules, space, feasible } = diagram
  const place = rules.findIndex(({ rule }) => rule === first)
  const [one, other] = [rules[place], rules.find(({ rule }) => rule === second)]
  if (one === undefined || other === undefined) return false
  const before = rules.slice(0, place).filter(({ rule }) => rule.choice !== undefined)
  const covered = attempt(() => {
    const target = space.and(feasible, made(diagram, one.guard, other.guard))
    return coverOf(diagram, target, before.map(({ guard }) => guard)) !== undefined
  })
  return covered === true
}
