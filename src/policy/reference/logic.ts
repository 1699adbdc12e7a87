import type { Expression } from '../core.ts'
import { compareExact, rankOf } from '../catalogue-queries.ts'
import { isEndpoint, isExact, isList, isUnknown, unknown, unknownAmong } from '../value.ts'
import type { Unknown, Value } from '../value.ts'
import type { Policy } from '../core.ts'

export type Truth = boolean | Unknown

/** A guard that is none does not hold. */
export function truthOf(value: Value): Truth {
  return isUnknown(value) ? value : value === true
}

/** Whether two values in this order, as `compareExact` says it, stand as the operator asks. */
export function holds(operator: '<' | '<=' | '>' | '>=', order: number): boolean {
  switch (operator) {
    case '<':
      return order < 0
    case '<=':
      return order <= 0
    case '>':
      return order > 0
    case '>=':
      return order >= 0
  }
}

/** Left to right, and no further than the first that settles it. */
export function junction(
  operator: 'and' | 'or',
  operands: readonly Expression[],
  evaluate: (operand: Expression) => Value,
): Truth {
  const settles = operator === 'or'
  const open: Unknown[] = []
  for (const operand of operands) {
    const truth = truthOf(evaluate(operand))
    if (truth === settles) return settles
    if (typeof truth !== 'boolean') open.push(truth)
  }
  return open.length === 0 ? !settles : unknown(...open.flatMap((each) => each.unknown))
}

/** `none` equals only the word `none`: another value that is none is not equal to it. */
export function equal(left: Value, right: Value, againstNone: boolean): Truth {
  const open = unknownAmong([left, right])
  if (open !== undefined) return open
  if (left === null || right === null) return againstNone && left === right
  if (isExact(left) && isExact(right)) return compareExact(left, right) === 0
  if (isList(left) && isList(right)) return sameList(left, right)
  if (isEndpoint(left) && isEndpoint(right)) {
    return left.model === right.model && left.provider === right.provider
  }
  if (isEndpoint(left)) return left.provider === right || left.model === right
  if (isEndpoint(right)) return equal(right, left, false)
  return left === right
}

function sameList(left: readonly Value[], right: readonly Value[]): Truth {
  if (left.length !== right.length) return false
  const pairs = left.map((item, index) => equal(item, right[index] ?? null, false))
  if (pairs.includes(false)) return false
  return unknownAmong(pairs) ?? true
}

/** A list that is none has no members; none is a member of no list. */
export function member(item: Value, list: Value): Truth {
  const open = unknownAmong([item, list])
  if (open !== undefined) return open
  if (item === null || list === null || !isList(list)) return false
  const each = list.map((other) => equal(item, other, false))
  return each.includes(true) ? true : (unknownAmong(each) ?? false)
}

/** Below 0, 0 or above 0; `undefined`: the two have no order, so that no comparison of them holds. */
export function compared(
  policy: Policy,
  left: Value,
  right: Value,
  scale: string | undefined,
): number | undefined | Unknown {
  const open = unknownAmong([left, right])
  if (open !== undefined) return open
  if (isExact(left) && isExact(right)) return compareExact(left, right)
  if (typeof left !== 'string' || typeof right !== 'string' || scale === undefined) return undefined
  const ranks = [rankOf(policy, scale, left), rankOf(policy, scale, right)]
  const [low, high] = ranks
  return low === undefined || high === undefined ? undefined : low - high
}
