import type { Exact, Expression } from '../core.ts'
import { compareExact, modelNamed } from '../catalogue-queries.ts'
import type { CallInput } from '../decision.ts'
import { callsSinceRange } from '../facts.ts'
import { integer, isExact, minus, plus, times, unknown } from '../value.ts'
import type { Value } from '../value.ts'
import { holds } from './logic.ts'
import { currentModel } from './scope.ts'
import type { Scope } from './scope.ts'

/** Between which a number lies; both ends are possible. */
export interface ValueRange {
  readonly lo: Exact
  readonly hi: Exact
}

/**
 * A comparison whose sides may be known between bounds only: true or false where every value between
 * them says so, else unknown. `undefined`: the values themselves decide.
 */
export function settledByRanges(
  { operator, left, right }: Extract<Expression, { readonly kind: 'order' }>,
  scope: Scope,
  valueOf: (part: Expression) => Value,
): Value | undefined {
  if (scope.input.ranges === undefined) return undefined
  const [one, other] = [rangeOf(left, scope, valueOf), rangeOf(right, scope, valueOf)]
  if (one === undefined || other === undefined) return undefined
  const [least, most] = [compareExact(one.lo, other.hi), compareExact(one.hi, other.lo)]
  const [atLeast, atMost] = [holds(operator, least), holds(operator, most)]
  return atLeast === atMost ? atLeast : unknown(...namesOf([left, right], scope))
}

/** `undefined`: it is no number, or not known, or not of a form whose ends are those of its parts. */
function rangeOf(expression: Expression, scope: Scope, valueOf: (part: Expression) => Value): ValueRange | undefined {
  const own = ownRange(expression, scope)
  if (own !== undefined) return own
  switch (expression.kind) {
    case 'signal': {
      const signal = scope.policy.signals.find((each) => each.name === expression.signal)
      return signal === undefined ? undefined : rangeOf(signal.value, scope, valueOf)
    }
    case 'sum': {
      let sum: ValueRange = { lo: integer(0), hi: integer(0) }
      for (const { sign, value } of expression.terms) {
        const term = rangeOf(value, scope, valueOf)
        if (term === undefined) return undefined
        sum =
          sign > 0
            ? { lo: plus(sum.lo, term.lo), hi: plus(sum.hi, term.hi) }
            : { lo: minus(sum.lo, term.hi), hi: minus(sum.hi, term.lo) }
      }
      return sum
    }
    case 'share-of': {
      const whole = rangeOf(expression.operand, scope, valueOf)
      return whole && { lo: times(whole.lo, expression.share), hi: times(whole.hi, expression.share) }
    }
    default: {
      const value = valueOf(expression)
      return isExact(value) ? { lo: value, hi: value } : undefined
    }
  }
}

/** Of what the input itself gives between bounds. */
function ownRange(expression: Expression, scope: Scope): ValueRange | undefined {
  const { policy, state, input } = scope
  if (expression.kind === 'since') {
    const range = callsSinceRange(state, input, expression.query)
    return range && { lo: range.lo, hi: range.hi }
  }
  if (expression.kind !== 'fact' || input.given.signals?.[expression.fact] !== undefined) return undefined
  const tokens = contextRange(input)
  if (tokens === undefined) return undefined
  if (expression.fact === 'context.length') return tokens
  const window = modelNamed(policy, currentModel(scope) ?? '')?.contextTokens
  return expression.fact === 'context.free' && window !== undefined
    ? { lo: minus(integer(window), tokens.hi), hi: minus(integer(window), tokens.lo) }
    : undefined
}

/** The size of this prompt, where it is known between bounds. */
export function contextRange(input: CallInput): ValueRange | undefined {
  const tokens = input.ranges?.contextTokens
  return tokens && { lo: integer(tokens.lo), hi: integer(tokens.hi) }
}

/** What is ranged in these, signals looked through. */
function namesOf(parts: readonly Expression[], scope: Scope): readonly string[] {
  const names = new Set<string>()
  const visit = (part: Expression): void => {
    if (part.kind === 'fact' && (part.fact === 'context.length' || part.fact === 'context.free')) names.add('context.length')
    if (part.kind === 'since') names.add('since')
    if (part.kind === 'signal') {
      const signal = scope.policy.signals.find((each) => each.name === part.signal)
      if (signal !== undefined) visit(signal.value)
    }
    if (part.kind === 'sum') part.terms.forEach((term) => visit(term.value))
    if (part.kind === 'share-of') visit(part.operand)
  }
  parts.forEach(visit)
  return [...names].sort()
}
