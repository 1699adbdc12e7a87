import type { Policy } from '../../policy/core.ts'
import { compareExact, rankOf } from '../../policy/catalogue-queries.ts'
import { equal, member } from '../../policy/reference/logic.ts'
import { integer, isExact, isUnknown, times } from '../../policy/value.ts'
import type { Value } from '../../policy/value.ts'
import { opaqueVariable } from './inputs.ts'
import { linearKey, linearOf, no, none, open, valueKey, yes } from './leaves.ts'
import type { Leaf, Linear } from './leaves.ts'
import type { Space, Values } from './space.ts'
import { opposite } from './survey.ts'
import { memberVariable } from './inputs.ts'

export interface Comparing {
  readonly policy: Policy
  readonly space: Space
}

export type Comparison = '<' | '<=' | '>' | '>=' | '='

/** Words of `scale` compare by rank. */
export function ordered(
  { policy, space }: Comparing,
  operator: Comparison,
  left: Values,
  right: Values,
  scale: string | undefined,
): Values {
  const { leaves } = space
  return space.bind(left, (a) =>
    space.bind(right, (b) => {
      if (a === open || b === open) return space.constant(open)
      const [one, other] = [leaves.at(a), leaves.at(b)]
      const sums = [linearOf(one), linearOf(other)] as const
      if (sums[0] !== undefined && sums[1] !== undefined) {
        return comparedSums({ policy, space }, operator, difference(space, a, b))
      }
      if (a === none || b === none) return space.constant(no)
      const ranks = [rankOfLeaf(policy, scale, one), rankOfLeaf(policy, scale, other)]
      const [low, high] = ranks
      if (low !== undefined && high !== undefined) return space.constant(holds(operator, low - high))
      if (one.kind === 'value' && other.kind === 'value') return space.constant(no)
      return unmodelled({ policy, space }, `${shapeOf(one)} ${operator} ${shapeOf(other)}`)
    }),
  )
}

function difference(space: Space, left: number, right: number): Linear {
  const { leaves } = space
  const sum = leaves.plus(left, leaves.scaled(right, integer(-1)))
  return linearOf(leaves.at(sum)) ?? { terms: [], constant: integer(0) }
}

/** A sum against 0: of one variable it is a cut, of several something of its own. */
function comparedSums(comparing: Comparing, operator: Comparison, sum: Linear): Values {
  const { space } = comparing
  const [term, ...more] = sum.terms
  if (term === undefined) {
    return space.constant(holds(operator, compareExact(sum.constant, integer(0))))
  }
  if (more.length > 0 || sum.terms.length > 1) return severalVariables(comparing, operator, sum)
  const { numerator, denominator } = term.factor
  // factor × x + constant ⋚ 0, so x ⋚ bound, turned round where the factor is below 0.
  const top = -sum.constant.numerator * denominator
  const bottom = sum.constant.denominator * numerator
  const [above, below] = bottom < 0n ? [-top, -bottom] : [top, bottom]
  const floor = floorOf(above, below)
  const whole = floor * below === above
  const direction = numerator < 0n ? turned(operator) : operator
  const upTo = (cut: bigint): Values => space.below(term.variable, cut)
  switch (direction) {
    case '<':
      return upTo(whole ? floor : floor + 1n)
    case '<=':
      return upTo(floor + 1n)
    case '>':
      return negated(space, upTo(floor + 1n))
    case '>=':
      return negated(space, upTo(whole ? floor : floor + 1n))
    case '=':
      return whole
        ? space.and(upTo(floor + 1n), negated(space, upTo(floor)))
        : space.constant(no)
  }
}

function severalVariables(comparing: Comparing, operator: Comparison, sum: Linear): Values {
  const { space } = comparing
  // One spelling for `a < b`, `b > a` and the opposite of `a >= b`.
  const flip = (sum.terms[0]?.factor.numerator ?? 0n) < 0n
  const minus = integer(-1)
  const normal: Linear = flip
    ? {
        terms: sum.terms.map(({ variable, factor }) => ({ variable, factor: times(factor, minus) })),
        constant: times(sum.constant, minus),
      }
    : sum
  const direction = flip ? turned(operator) : operator
  const named = (sign: string): Values => unmodelled(comparing, `${linearKey(normal)} ${sign} 0`)
  switch (direction) {
    case '<':
    case '<=':
    case '=':
      return named(direction)
    case '>':
      return negated(space, named('<='))
    case '>=':
      return negated(space, named('<'))
  }
}

function turned(operator: Comparison): Comparison {
  switch (operator) {
    case '<':
      return '>'
    case '<=':
      return '>='
    case '>':
      return '<'
    case '>=':
      return '<='
    case '=':
      return '='
  }
}

function floorOf(numerator: bigint, denominator: bigint): bigint {
  const cut = numerator / denominator
  return numerator < 0n && cut * denominator !== numerator ? cut - 1n : cut
}

function holds(operator: Comparison, order: number): number {
  const truth =
    operator === '=' ? order === 0
    : operator === '<' ? order < 0
    : operator === '<=' ? order <= 0
    : operator === '>' ? order > 0
    : order >= 0
  return truth ? yes : no
}

function rankOfLeaf(policy: Policy, scale: string | undefined, leaf: Leaf): number | undefined {
  if (scale === undefined || leaf.kind !== 'value' || typeof leaf.value !== 'string') return undefined
  return rankOf(policy, scale, leaf.value)
}

export function negated(space: Space, truth: Values): Values {
  return space.bind(truth, (leaf) => space.constant(opposite(leaf)))
}

/** `againstNone`: one side is the word `none`. */
export function same(comparing: Comparing, left: Values, right: Values, againstNone: boolean): Values {
  const { space } = comparing
  return space.bind(left, (a) =>
    space.bind(right, (b) => sameLeaves(comparing, a, b, againstNone)),
  )
}

function sameLeaves(comparing: Comparing, a: number, b: number, againstNone: boolean): Values {
  const { space } = comparing
  const [one, other] = [space.leaves.at(a), space.leaves.at(b)]
  if (one.kind === 'list' || other.kind === 'list') {
    if (a === open || b === open) return space.constant(open)
    return unmodelled(comparing, `${shapeOf(one)} = ${shapeOf(other)}`)
  }
  if (a === open || b === open) return space.constant(open)
  if (a === none || b === none) return space.constant(againstNone && a === b ? yes : no)
  if (linearOf(one) !== undefined && linearOf(other) !== undefined) {
    return comparedSums(comparing, '=', difference(space, a, b))
  }
  if (one.kind === 'value' && other.kind === 'value') {
    return space.constant(equal(one.value, other.value, false) === true ? yes : no)
  }
  if (one.kind === 'text' && other.kind === 'value') return sameText(comparing, one, other.value)
  if (other.kind === 'text' && one.kind === 'value') return sameText(comparing, other, one.value)
  if (one.kind === 'text' && other.kind === 'text' && one.variable === other.variable) {
    return space.constant(yes)
  }
  return unmodelled(comparing, `${shapeOf(one)} = ${shapeOf(other)}`)
}

function sameText(
  { space }: Comparing,
  text: Extract<Leaf, { readonly kind: 'text' }>,
  value: Value,
): Values {
  return typeof value === 'string'
    ? space.told(text.variable, text.sample, value, 'equal')
    : space.constant(no)
}

export function startsWith(comparing: Comparing, text: Values, prefix: string): Values {
  const { space } = comparing
  return space.bind(text, (number) => {
    if (number === open) return space.constant(open)
    const leaf = space.leaves.at(number)
    if (leaf.kind === 'text') return space.told(leaf.variable, leaf.sample, prefix, 'prefix')
    const begins = leaf.kind === 'value' && typeof leaf.value === 'string' && leaf.value.startsWith(prefix)
    return space.constant(begins ? yes : no)
  })
}

/** `x in list`, where the list is one value and not written out. */
export function memberOf(comparing: Comparing, item: Values, list: Values): Values {
  const { space } = comparing
  return space.bind(item, (a) => space.bind(list, (b) => memberLeaves(comparing, a, b)))
}

function memberLeaves(comparing: Comparing, a: number, b: number): Values {
  const { policy, space } = comparing
  if (a === open || b === open) return space.constant(open)
  if (a === none || b === none) return space.constant(no)
  const [item, list] = [space.leaves.at(a), space.leaves.at(b)]
  if (list.kind === 'value') {
    if (item.kind === 'value') {
      const found = member(item.value, list.value)
      return space.constant(isUnknown(found) ? open : found ? yes : no)
    }
    if (!Array.isArray(list.value)) return space.constant(no)
    const each = (list.value as readonly Exclude<Value, { unknown: unknown }>[]).map((other) =>
      sameLeaves(comparing, a, space.leaves.value(other), false),
    )
    return each.reduce((found, next) => space.or(found, next), space.constant(no))
  }
  if (list.kind === 'list' && item.kind === 'value' && !isExact(item.value)) {
    const name = typeof item.value === 'string' ? item.value : valueKey(item.value)
    return space.read(memberVariable(space.variables, list.list, name))
  }
  return unmodelled({ policy, space }, `${shapeOf(item)} in ${shapeOf(list)}`)
}

/** A truth of its own: whether two things that vary stand to each other in a certain way. */
export function unmodelled({ policy, space }: Comparing, label: string): Values {
  const variable = opaqueVariable(space.variables, policy, { kind: 'truth' }, label, [])
  return space.bind(space.read(variable), (leaf) => space.constant(leaf === none ? no : leaf))
}

/** What a leaf is made of, the same in every cell of a variable. */
export function shapeOf(leaf: Leaf): string {
  switch (leaf.kind) {
    case 'text':
      return `text ${leaf.variable}`
    case 'list':
      return leaf.list
    case 'linear':
      return linearKey(leaf)
    case 'value':
      return valueKey(leaf.value)
    case 'unknown':
    case 'outcome':
    case 'end':
      return leaf.kind
  }
}
