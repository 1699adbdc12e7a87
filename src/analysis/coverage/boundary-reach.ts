import type { Block, Exact, Expression, Policy, Rule } from '../../policy/core.ts'
import { replacePart, replaceRule } from '../mutation/rewrite.ts'
import { outOfReach } from './out-of-reach.ts'
import { boundaryOf, conditionsOf } from './points.ts'
import type { BoundaryPoint } from './points.ts'

export type Side = 'at' | 'beside'

/**
 * Why no call comes to one side of a boundary in the guard of a rule; `undefined`: one can, or that is not decided. The
 * condition is replaced by the question whether the number lies on that side, which is asked about as any other.
 */
export function sideOutOfReach(policy: Policy, rule: Rule, point: BoundaryPoint, side: Side): string | undefined {
  const { guard } = rule
  const block = Object.values(policy.blocks).find((each: Block | undefined) => each !== undefined && [...each.rules, each.otherwise].includes(rule))
  if (guard === undefined || block === undefined) return undefined
  const conditions = conditionsOf(guard).filter((each) => point.measured.includes(boundaryOf(each)?.measured ?? each))
  if (conditions.length === 0) return undefined
  const reasons = conditions.map((condition) => {
    const asked = onSide(condition, point, side)
    if (asked === undefined) return undefined
    const changed: Rule = { ...rule, guard: replacePart(guard, condition, asked) }
    return outOfReach(replaceRule(policy, block, rule, changed)).outcome(changed, [asked], 'true')
  })
  const [first] = reasons
  if (first === undefined || reasons.includes(undefined)) return undefined
  return first.startsWith('it is never') ? 'no call that is asked has that number' : first.replace(/in which it is$/, 'with that number')
}

/** Whether what a condition measures lies on that side. */
function onSide(condition: Expression, { at, beside, step }: BoundaryPoint, side: Side): Expression | undefined {
  const measured = boundaryOf(condition)?.measured
  if (measured === undefined || (condition.kind !== 'order' && condition.kind !== 'equal')) return undefined
  const constant = condition.left === measured ? condition.right : condition.left
  if (constant.kind !== 'literal' || constant.value?.kind !== 'number') return undefined
  const { value } = constant
  const { location, type } = condition
  const compared = (operator: '<' | '<=' | '>' | '>=', by: bigint): Expression => {
    const number: Exact = { numerator: at.numerator + by * at.denominator, denominator: at.denominator }
    return { kind: 'order', operator, location, type, left: measured, right: { ...constant, value: { ...value, value: number } } }
  }
  const both = (...operands: readonly Expression[]): Expression => ({ kind: 'logical', operator: 'and', location, type, operands })
  if (side === 'at') return both(compared('>=', 0n), compared('<=', 0n))
  const below = both(compared('>=', -step), compared('<', 0n))
  const above = both(compared('>', 0n), compared('<=', step))
  if (beside !== 'either') return beside === 'below' ? below : above
  return { kind: 'logical', operator: 'or', location, type, operands: [below, above] }
}
