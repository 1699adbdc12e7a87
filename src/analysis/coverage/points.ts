import type { Location } from '../../language/source.ts'
import type { ActingLine, Choice, Exact, Expression, Policy, Rule, Unit } from '../../policy/core.ts'
import { eachPart, partsOf } from '../../policy/walk.ts'
import { conditionText } from './condition-text.ts'
import { actingParts, servedLines } from './lines.ts'

/** What a condition belongs to; the name alone tells it in the whole policy. */
export interface Owner {
  readonly kind: 'rule' | 'filter' | 'hide' | 'signal' | 'scorer' | 'serve' | 'profile' | 'provider' | 'host' | 'budget'
  readonly name: string
}

/** Points are told apart by `key`, which no layout and no comment changes. */
interface Point {
  readonly key: string
  readonly location: Location
}

export interface RulePoint extends Point {
  /** With its block where it is an `otherwise` without a name. */
  readonly name: string
  readonly rule: Rule
}

/** A condition is to come out true and to come out false. */
export interface ConditionPoint extends Point {
  readonly owner: Owner
  /** `guard`: the whole of a guard that has several conditions. */
  readonly kind: 'condition' | 'guard'
  readonly text: string
  /** Where it is written; a condition written twice in one place is one. */
  readonly expressions: readonly Expression[]
}

/** A number that decides a comparison: to be met exactly, and next to it on the other side. */
export interface BoundaryPoint extends Point {
  readonly owner: Owner
  readonly text: string
  readonly measured: readonly Expression[]
  readonly unit: Unit
  readonly at: Exact
  /** Where the other side begins: within `step` of `at`, below, above, or either. */
  readonly beside: 'below' | 'above' | 'either'
  readonly step: bigint
}

/** A line of serving, or an action of a budget, that is to act. */
export interface LinePoint extends Point {
  readonly owner: Owner
  readonly text: string
  /** What is written twice alike in one place is one. */
  readonly lines: readonly ActingLine[]
}

export interface Points {
  readonly rules: readonly RulePoint[]
  readonly conditions: readonly ConditionPoint[]
  readonly boundaries: readonly BoundaryPoint[]
  readonly lines: readonly LinePoint[]
}

/** All that the tests of a policy are to reach, in the order in which it is declared. */
export function coveragePoints(policy: Policy): Points {
  const owned = ownedExpressions(policy)
  return {
    rules: rulePoints(policy),
    conditions: conditionPoints(owned),
    boundaries: boundaryPoints(owned),
    lines: linePoints(policy),
  }
}

// --- rules

/** Blocks as written: one for several moments stands once. */
function blocksOf({ blocks }: Policy): readonly { readonly title: string; readonly rules: readonly Rule[] }[] {
  const moments = ['start', 'turn', 'call'] as const
  const found = [...new Set(moments.map((moment) => blocks[moment]))]
  return found.flatMap((block) => {
    if (block === undefined) return []
    const of = moments.filter((moment) => blocks[moment] === block)
    return [{ title: `on ${of.join(', ')}`, rules: [...block.rules, block.otherwise] }]
  })
}

function rulePoints(policy: Policy): readonly RulePoint[] {
  return blocksOf(policy).flatMap(({ title, rules }) =>
    rules.map((rule) => {
      const name = ruleName(rule, title)
      return { key: `rule ${name}`, name, location: rule.location, rule }
    }),
  )
}

function ruleName(rule: Rule, block: string): string {
  return rule.name === 'otherwise' ? `otherwise of ${block}` : rule.name
}

// --- whose expressions there are

interface Owned {
  readonly owner: Owner
  readonly expression: Expression
  readonly isGuard: boolean
}

/** What decisions read: signals that only claims and tests name are not among it. */
function ownedExpressions(policy: Policy): readonly Owned[] {
  const owned: Owned[] = []
  const take = (owner: Owner, expression: Expression | undefined, isGuard = false): void => {
    if (expression !== undefined) owned.push({ owner, expression, isGuard })
  }
  for (const { name, where, when } of policy.filters) {
    take({ kind: 'filter', name }, when)
    take({ kind: 'filter', name }, where)
  }
  for (const { title, rules } of blocksOf(policy)) {
    for (const rule of rules) {
      const owner = { kind: 'rule', name: ruleName(rule, title) } as const
      take(owner, rule.guard, true)
      for (const effect of rule.effects) if (effect.kind === 'raise') take(owner, effect.value)
      for (const part of choiceExpressions(rule.choice)) take(owner, part)
    }
  }
  for (const { name, when } of policy.hides) take({ kind: 'hide', name }, when, true)
  for (const { owner, lines } of servedLines(policy)) {
    for (const condition of [...(lines.prefer ?? []), ...(lines.require ?? [])]) take(owner, condition, true)
  }
  return [...owned, ...readFrom(policy, owned)]
}

function choiceExpressions(choice: Choice | undefined): readonly Expression[] {
  switch (choice?.kind) {
    case 'use':
      return [choice.model, ...choiceExpressions(choice.else)]
    case 'choose': {
      const { ranking, where } = choice
      const value = ranking.kind === 'highest' || ranking.kind === 'lowest' ? [ranking.value] : []
      return [...(where === undefined ? [] : [where]), ...value, ...choiceExpressions(choice.else)]
    }
    case 'upgrade-to':
    case 'downgrade-to':
    case 'upgrade-via':
      return choiceExpressions(choice.else)
    case 'keep':
    case 'restart':
    case 'stop':
    case undefined:
      return []
  }
}

/** Signals and scorers that these expressions read, and those that they read in turn. */
function readFrom(policy: Policy, owned: readonly Owned[]): readonly Owned[] {
  const signals = new Set<string>()
  const scorers = new Set<string>()
  const read = (expression: Expression): void =>
    eachPart(expression, (part) => {
      if (part.kind === 'signal' && !signals.has(part.signal)) {
        signals.add(part.signal)
        const signal = policy.signals.find(({ name }) => name === part.signal)
        if (signal !== undefined) read(signal.value)
      }
      const isScore = part.kind === 'scorer-score' || part.kind === 'scorer-band'
      const all = part.kind === 'call' && part.function === 'benefit'
      for (const { name, weights } of policy.scorers) {
        if (scorers.has(name) || !(all || (isScore && part.scorer === name))) continue
        scorers.add(name)
        for (const { signal } of weights) read(signal)
      }
    })
  for (const { expression } of owned) read(expression)
  return [
    ...policy.signals
      .filter(({ name }) => signals.has(name))
      .map(({ name, value }) => ({ owner: { kind: 'signal', name } as const, expression: value, isGuard: false })),
    ...policy.scorers
      .filter(({ name }) => scorers.has(name))
      .flatMap(({ name, weights }) =>
        weights.map(({ signal }) => ({ owner: { kind: 'scorer', name } as const, expression: signal, isGuard: false })),
      ),
  ]
}

// --- lines

function linePoints(policy: Policy): readonly LinePoint[] {
  const found = new Map<string, LinePoint & { readonly lines: ActingLine[] }>()
  for (const { owner, location, text, line } of actingParts(policy)) {
    const key = `${owner.kind} ${owner.name}: ${text}`
    const known = found.get(key)
    if (known !== undefined) known.lines.push(line)
    else found.set(key, { key, owner, location, text, lines: [line] })
  }
  return [...found.values()]
}

// --- conditions

function conditionPoints(owned: readonly Owned[]): readonly ConditionPoint[] {
  const found = new Map<string, ConditionPoint & { readonly expressions: Expression[] }>()
  const take = (owner: Owner, kind: ConditionPoint['kind'], expression: Expression): void => {
    const text = conditionText(expression)
    const key = `${owner.kind} ${owner.name}: ${text}`
    const known = found.get(key)
    if (known !== undefined) known.expressions.push(expression)
    else found.set(key, { key, owner, kind, text, location: expression.location, expressions: [expression] })
  }
  for (const { owner, expression, isGuard } of owned) {
    const guard = isGuard && expression.kind === 'logical' ? expression : undefined
    if (guard !== undefined) take(owner, 'guard', guard)
    for (const atom of conditionsOf(expression)) take(owner, 'condition', atom)
  }
  return [...found.values()]
}

/** The conditions in an expression that have no condition joined in them, as written. */
export function conditionsOf(expression: Expression): readonly Expression[] {
  const below = (): readonly Expression[] => partsOf(expression).flatMap(conditionsOf)
  if (expression.type.kind !== 'truth' || expression.kind === 'literal') return below()
  if (expression.kind === 'logical' || expression.kind === 'not' || expression.kind === 'cases') return below()
  return [expression, ...below()]
}

// --- boundaries

/** Units that count whole things; a neighbour is one away. */
const wholeUnits: ReadonlySet<Unit> = new Set(['count', 'tokens', 'chars', 'bytes'])

/** A hundredth: scores and shares are written with two digits. */
const hundredth = 10_000n

function boundaryPoints(owned: readonly Owned[]): readonly BoundaryPoint[] {
  const found = new Map<string, BoundaryPoint & { readonly measured: Expression[] }>()
  for (const { owner, expression } of owned) {
    for (const condition of conditionsOf(expression)) {
      const boundary = boundaryOf(condition)
      if (boundary === undefined) continue
      const text = conditionText(condition)
      const key = `${owner.kind} ${owner.name}: ${text}`
      const { measured, ...rest } = boundary
      const known = found.get(key)
      if (known !== undefined) known.measured.push(measured)
      else found.set(key, { key, owner, text, location: condition.location, ...rest, measured: [measured] })
    }
  }
  return [...found.values()]
}

type Boundary = Pick<BoundaryPoint, 'at' | 'beside' | 'step' | 'unit'> & { readonly measured: Expression }

/** `undefined`: no comparison of a number with a fixed one, or one of a kind that has no neighbours. */
export function boundaryOf(condition: Expression): Boundary | undefined {
  if (condition.kind !== 'order' && condition.kind !== 'equal') return undefined
  const { left, right } = condition
  const fixed = [left, right].findIndex((side) => side.kind === 'literal')
  if (fixed < 0) return undefined
  const [constant, measured] = fixed === 0 ? [left, right] : [right, left]
  if (constant.kind !== 'literal' || measured.kind === 'literal') return undefined
  if (constant.value?.kind !== 'number') return undefined
  const { value: at, unit } = constant.value
  const step = stepOf(unit)
  if (step === undefined) return undefined
  const beside = condition.kind === 'equal' ? 'either' : besideOf(condition.operator, fixed === 0)
  const least = at.numerator - step * at.denominator
  // Nothing counts below 0.
  if (least < 0n && beside === 'below') return undefined
  return { measured, at, unit, step, beside }
}

export function stepOf(unit: Unit): bigint | undefined {
  if (wholeUnits.has(unit)) return 1n
  return unit === 'score' || unit === 'share' ? hundredth : undefined
}

function besideOf(operator: '<' | '<=' | '>' | '>=', constantFirst: boolean): 'below' | 'above' {
  const belowOf = constantFirst ? ['>', '<='] : ['<', '>=']
  return belowOf.includes(operator) ? 'below' : 'above'
}
