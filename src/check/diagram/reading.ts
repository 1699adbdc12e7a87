import type { Expression, Policy } from '../../policy/core.ts'
import { rungOf, stepOf, ladderNamed } from '../../policy/catalogue-queries.ts'
import { sourceOf } from '../../policy/reference/print.ts'
import { isExact, isNoneLiteral, valueOfLiteral } from '../../policy/value.ts'
import { candidateOf } from './candidacy.ts'
import { memberOf, negated, ordered, same, startsWith } from './comparing.ts'
import { functionOf } from './functions.ts'
import {
  allOfPolicy,
  countVariable,
  factVariable,
  labelVariable,
  memoryVariable,
  opaqueVariable,
  requestMapVariable,
  sinceVariable,
  statusVariable,
} from './inputs.ts'
import { none, open, yes, no } from './leaves.ts'
import { bandOf, scoreOf, verdictScoreOf } from './scoring.ts'
import { readsState } from './state-reading.ts'
import type { Space, Values } from './space.ts'

/** Where an expression stands: what it may read, and what rules before it have changed. */
export interface Frame {
  readonly policy: Policy
  readonly space: Space
  readonly current: Values
  /** `current` as filters see it: a restarted call still has the choice that it began with. */
  readonly begun: Values
  /** The leaf that `it` stands for. */
  readonly it: number | undefined
  /** Inside a filter nobody is eligible yet. */
  readonly inFilter: boolean
  /** Memories and `since` that rules of this block have written, by key. */
  readonly written: ReadonlyMap<string, Values>
  /** Pins that take what this call ends up choosing: where, by name. They are read from the next call on. */
  readonly pinned: ReadonlyMap<string, Values>
  /** Signals already read in this frame. */
  readonly known: Map<string, Values>
  /** Truths that stand for who may be chosen, where what that rests on is followed elsewhere. */
  readonly standsFor?: ((what: 'allowed' | 'candidate', model: string) => Values | undefined) | undefined
}

export function valuesOf(expression: Expression, frame: Frame): Values {
  const { policy, space } = frame
  const { leaves, variables } = space
  const of = (part: Expression): Values => valuesOf(part, frame)
  switch (expression.kind) {
    case 'literal':
      return space.constant(leaves.value(valueOfLiteral(expression.value)))
    case 'logical': {
      const parts = expression.operands.map(of)
      const start = space.constant(expression.operator === 'and' ? yes : no)
      return parts.reduce((all, part) => (expression.operator === 'and' ? space.and(all, part) : space.or(all, part)), start)
    }
    case 'not':
      return negated(space, of(expression.operand))
    case 'order': {
      const { left, right, operator } = expression
      const type = left.type.kind === 'word' ? left.type : right.type
      return ordered(frame, operator, of(left), of(right), type.kind === 'word' ? type.set : undefined)
    }
    case 'equal': {
      const { left, right } = expression
      const found = same(frame, of(left), of(right), isNoneLiteral(left) || isNoneLiteral(right))
      return expression.negated ? negated(space, found) : found
    }
    case 'member': {
      const found = isMember(expression.item, expression.list, frame)
      return expression.negated ? negated(space, found) : found
    }
    case 'starts-with':
      return startsWith(frame, of(expression.text), expression.prefix)
    case 'within-hours': {
      const type = { kind: 'truth' } as const
      const inside = space.read(opaqueVariable(variables, policy, type, `now in ${expression.hours}`, ['hours']))
      return expression.negated ? negated(space, inside) : inside
    }
    case 'sum':
      return expression.terms
        .map(({ sign, value }) => scaled(space, of(value), BigInt(sign), 1n))
        .reduce(space.plus)
    case 'share-of':
      return scaled(space, of(expression.operand), expression.share.numerator, expression.share.denominator)
    case 'list':
      return space.constant(leaves.of({ kind: 'list', list: sourceOf(expression) }))
    case 'cases':
      return [...expression.cases].reverse().reduce((rest, { guard, value }) => {
        const truth = of(guard)
        const unless = space.choose(isOpen(space, truth), space.constant(open), rest)
        return space.choose(truth, of(value), unless)
      }, of(expression.otherwise))
    case 'signal':
      return signalOf(expression.signal, frame)
    case 'fact':
      return factOf(expression.fact, frame)
    case 'request-map':
      return space.read(requestMapVariable(variables, policy, expression))
    case 'count':
      return space.read(countVariable(variables, policy, expression.query, sourceOf(expression)))
    case 'since':
      return (
        frame.written.get(sinceKey(expression)) ??
        space.read(sinceVariable(variables, expression.query, sourceOf(expression)))
      )
    case 'memory': {
      const variable = memoryVariable(variables, policy, expression.memory)
      const written = frame.written.get(memoryKey(expression.memory))
      return written ?? (variable === undefined ? space.constant(none) : space.read(variable))
    }
    case 'verdict':
      return expression.part === 'status'
        ? space.read(statusVariable(variables, expression.classifier))
        : labelOf(expression.classifier, frame)
    case 'verdict-score':
      return verdictScoreOf(expression.classifier, of(expression.model), frame)
    case 'scorer-score':
      return scoreOf(expression.scorer, expression.model && of(expression.model), frame)
    case 'scorer-band':
      return bandOf(expression.scorer, frame)
    case 'it':
      return space.constant(frame.it ?? none)
    case 'call':
      return functionOf(expression, expression.arguments.map(of), frame)
    case 'ladder-call':
      return onLadder(expression, frame)
  }
}

/** Whether a guard fires: true, and neither false nor unknown. */
export function firesOf(guard: Expression | undefined, frame: Frame): Values {
  const { space } = frame
  if (guard === undefined) return space.constant(yes)
  return space.choose(valuesOf(guard, frame), space.constant(yes), space.constant(no))
}

export function memoryKey(memory: string): string {
  return `memory ${memory}`
}

export function sinceKey({ query }: Pick<Extract<Expression, { readonly kind: 'since' }>, 'query'>): string {
  return `since ${JSON.stringify(query)}`
}

export function isOpen(space: Space, values: Values): Values {
  return space.bind(values, (leaf) => space.constant(leaf === open ? yes : no))
}

function scaled(space: Space, values: Values, numerator: bigint, denominator: bigint): Values {
  if (numerator === denominator) return space.plus(values, space.constant(space.leaves.value({ numerator: 0n, denominator: 1n })))
  return space.bind(values, (leaf) => space.constant(space.leaves.scaled(leaf, { numerator, denominator })))
}

/** Read once a frame: a signal has one value at a time. */
function signalOf(name: string, frame: Frame): Values {
  const signal = frame.policy.signals.find((each) => each.name === name)
  if (signal === undefined) return frame.space.constant(open)
  const found = frame.known.get(name)
  if (found !== undefined) return found
  const made = valuesOf(signal.value, { ...frame, it: undefined })
  frame.known.set(name, made)
  return made
}

function factOf(fact: Extract<Expression, { kind: 'fact' }>['fact'], frame: Frame): Values {
  const { policy, space } = frame
  if (fact === 'current') return frame.current
  if (fact === 'context.free') return contextFree(frame)
  const variable = factVariable(space.variables, policy, fact)
  return variable === undefined
    ? space.constant(space.leaves.of({ kind: 'list', list: fact }))
    : space.read(variable)
}

function contextFree(frame: Frame): Values {
  const { policy, space } = frame
  const length = factOf('context.length', frame)
  return space.bind(frame.current, (leaf) => {
    const current = space.leaves.at(leaf)
    if (current.kind !== 'value' || current.value === null) return space.constant(leaf === open ? open : none)
    const window = policy.models.find((model) => model.name === current.value)?.contextTokens
    if (window === undefined) return space.constant(open)
    const tokens = space.leaves.value({ numerator: BigInt(window), denominator: 1n })
    return space.plus(space.constant(tokens), scaled(space, length, -1n, 1n))
  })
}

function isMember(item: Expression, list: Expression, frame: Frame): Values {
  const { space } = frame
  const one = valuesOf(item, frame)
  if (list.kind !== 'list') return memberOf(frame, one, valuesOf(list, frame))
  // Nothing is a member of an empty list, but what is unknown stays so.
  const start = space.choose(isOpen(space, one), space.constant(open), space.constant(no))
  return list.items.reduce((found, other) => space.or(found, same(frame, one, valuesOf(other, frame), false)), start)
}

function labelOf(classifier: string, { policy, space }: Frame): Values {
  const { leaves, variables } = space
  return space.bind(space.read(statusVariable(variables, classifier)), (leaf) => {
    if (leaf === leaves.value('missing')) return space.constant(open)
    if (leaf !== leaves.value('ok')) return space.constant(none)
    return space.read(labelVariable(variables, policy, classifier))
  })
}

function onLadder(expression: Extract<Expression, { kind: 'ladder-call' }>, frame: Frame): Values {
  const { policy, space } = frame
  const ladder = ladderNamed(policy, expression.ladder)
  if (ladder === undefined) return space.constant(none)
  if (expression.function === 'next') {
    if (frame.inFilter) {
      return space.bind(frame.current, (leaf) => space.constant(leaf === none ? none : open))
    }
    return nextOf(expression.ladder, frame)
  }
  const argument = expression.argument === undefined ? space.constant(none) : valuesOf(expression.argument, frame)
  return space.bind(argument, (number) => {
    const leaf = space.leaves.at(number)
    if (leaf.kind === 'unknown') return space.constant(open)
    if (leaf.kind !== 'value') {
      return space.read(opaqueVariable(space.variables, policy, expression.type, opaqueName(expression, frame), allOfPolicy))
    }
    const { value } = leaf
    if (expression.function === 'step') {
      const model = typeof value === 'object' && value !== null && 'model' in value ? value.model : value
      const step = typeof model === 'string' ? stepOf(ladder, model) : undefined
      return space.constant(step === undefined ? none : space.leaves.value({ numerator: BigInt(step), denominator: 1n }))
    }
    if (!isExact(value) || value.numerator % value.denominator !== 0n) return space.constant(none)
    const model = rungOf(ladder, Number(value.numerator / value.denominator))
    return space.constant(space.leaves.value(model ?? null))
  })
}

/** `next(L)`: the nearest candidate above on the climb of the current model. */
export function nextOf(name: string, frame: Frame): Values {
  const { policy, space } = frame
  const ladder = ladderNamed(policy, name)
  return space.bind(frame.current, (number) => {
    const leaf = space.leaves.at(number)
    const climb = ladder?.climbs.find((steps) => steps.some((step) => leaf.kind === 'value' && step.some((model) => model === leaf.value)))
    const at = climb?.findIndex((step) => step.some((model) => leaf.kind === 'value' && model === leaf.value)) ?? -1
    const above = climb?.slice(at + 1).flat() ?? []
    return above.reduceRight(
      (rest, model) =>
        space.choose(candidateOf(model, frame), space.constant(space.leaves.value(model)), rest),
      space.constant(none),
    )
  })
}

/** The same expression twice in a block is one thing, unless a rule between the two has written what it reads. */
export function opaqueName(expression: Expression, frame: Frame): string {
  const fresh = readsState(frame.policy, expression) ? ` after ${frame.written.size}` : ''
  return `${sourceOf(expression)}${fresh}`
}
