import type { Endpoint, Expression } from '../core.ts'
import { ladderNamed, nextOn, rungOf, stepOf } from '../catalogue-queries.ts'
import { countOf, factOf, memoryOf, requestMapOf, sinceOf, statedSignal } from '../facts.ts'
import { localTime } from '../zones.ts'
import {
  integer,
  isEndpoint,
  isExact,
  isNoneLiteral,
  isUnknown,
  times,
  unknown,
  valueOfLiteral,
  valueOfReading,
} from '../value.ts'
import type { Value } from '../value.ts'
import { callFunction } from './functions.ts'
import { compared, equal, holds, junction, member, truthOf } from './logic.ts'
import { countName, printed, sourceOf } from './print.ts'
import { settledByRanges } from './ranges.ts'
import { onlyScores, scorerBand, scorerScore, total, verdictLabel, verdictScore, verdictStatus } from './scores.ts'
import { currentModel } from './scope.ts'
import type { Scope } from './scope.ts'
import { traced } from './trace.ts'

/** What an expression comes to, by its form alone; never throws. */
export function evaluate(expression: Expression, scope: Scope): Value {
  if (expression.kind === 'literal' && expression.setting === undefined) return valueOfLiteral(expression.value)
  const label = (): string => sourceOf(expression)
  const value = traced(scope.trace, label, (found) => printed(found, expression.type), () =>
    meaning(expression, scope),
  )
  scope.observer?.value(expression, value)
  return value
}

function meaning(expression: Expression, scope: Scope): Value {
  const valueOf = (part: Expression): Value => evaluate(part, scope)
  const { policy, state, input } = scope
  switch (expression.kind) {
    case 'literal':
      return valueOfLiteral(expression.value)
    case 'logical':
      return junction(expression.operator, expression.operands, valueOf)
    case 'not': {
      const truth = truthOf(valueOf(expression.operand))
      return isUnknown(truth) ? truth : !truth
    }
    case 'order': {
      const settled = settledByRanges(expression, scope, valueOf)
      if (settled !== undefined) return settled
      const { left, right, operator } = expression
      const type = left.type.kind === 'word' ? left.type : right.type
      const order = compared(policy, valueOf(left), valueOf(right), type.kind === 'word' ? type.set : undefined)
      return typeof order === 'number' ? holds(operator, order) : (order ?? false)
    }
    case 'equal': {
      const { left, right, negated } = expression
      const againstNone = isNoneLiteral(left) || isNoneLiteral(right)
      return negate(equal(valueOf(left), valueOf(right), againstNone), negated)
    }
    case 'member':
      return negate(member(valueOf(expression.item), valueOf(expression.list)), expression.negated)
    case 'starts-with': {
      const text = valueOf(expression.text)
      if (isUnknown(text)) return text
      return typeof text === 'string' && text.startsWith(expression.prefix)
    }
    case 'within-hours':
      return negate(withinHours(scope, expression.hours), expression.negated)
    case 'sum':
      return total(
        expression.terms.map(({ sign, value }) => {
          const term = valueOf(value)
          return isExact(term) ? times(term, integer(sign)) : term
        }),
      )
    case 'share-of': {
      const whole = valueOf(expression.operand)
      return isExact(whole) ? times(whole, expression.share) : isUnknown(whole) ? whole : null
    }
    case 'list':
      return expression.items.map(valueOf)
    case 'cases': {
      for (const { guard, value } of expression.cases) {
        const truth = truthOf(valueOf(guard))
        if (isUnknown(truth)) return truth
        if (truth) return valueOf(value)
      }
      return valueOf(expression.otherwise)
    }
    case 'signal': {
      const stated = statedSignal(input, expression.signal)
      if (stated !== undefined) return valueOfReading(stated.reading, expression.signal)
      const signal = policy.signals.find((each) => each.name === expression.signal)
      return signal === undefined ? unknown(expression.signal) : valueOf(signal.value)
    }
    case 'fact':
      return valueOfReading(factOf(policy, state, input, expression.fact), expression.fact)
    case 'request-map':
      return valueOfReading(
        requestMapOf(state, expression.map, expression.key),
        `${expression.map}(${JSON.stringify(expression.key)})`,
      )
    case 'count':
      return valueOfReading(countOf(policy, state, input, expression.query), countName(expression.query))
    case 'since':
      return valueOfReading(sinceOf(state, input, expression.query), expression.query.unit === 'time' ? 'now' : 'since')
    case 'memory':
      scope.notes.read.add(expression.memory)
      return valueOfReading(memoryOf(policy, state, input, expression.memory), expression.memory)
    case 'verdict':
      return expression.part === 'status'
        ? verdictStatus(scope, expression.classifier)
        : verdictLabel(scope, expression.classifier)
    case 'verdict-score':
      return verdictScore(scope, expression.classifier, asModel(valueOf(expression.model)))
    case 'scorer-score': {
      const model = expression.model && asModel(valueOf(expression.model))
      return scorerScore(scope, expression.scorer, model, valueOf)
    }
    case 'scorer-band':
      return scorerBand(scope, expression.scorer, valueOf)
    case 'it':
      return scope.it ?? null
    case 'call':
      return callFunction(
        expression.function,
        expression.arguments.map(valueOf),
        expression.arguments,
        scope,
        (model) => onlyScore(scope, model),
      )
    case 'ladder-call':
      return onLadder(expression, scope)
  }
}

function negate(truth: Value, negated: boolean): Value {
  return typeof truth === 'boolean' ? truth !== negated : truth
}

function asModel(value: Value): Value {
  return isEndpoint(value) ? value.model : value
}

/** An expression judged for one model or endpoint. */
export function judgeFor(expression: Expression, scope: Scope, it: string | Endpoint): Value {
  return evaluate(expression, { ...scope, it })
}

function onlyScore(scope: Scope, model: string): Value {
  const { classifier, scorer } = onlyScores(scope.policy)
  if (classifier !== undefined) return verdictScore(scope, classifier, model)
  if (scorer === undefined) return unknown('benefit')
  return scorerScore(scope, scorer, model, (part) => evaluate(part, scope))
}

/** Half-open; a window that crosses midnight belongs to the day on which it begins. */
function withinHours(scope: Scope, name: string): Value {
  const hours = scope.policy.hours.find((each) => each.name === name)
  const now = scope.input.nowMicros
  const local = hours === undefined || now === undefined ? undefined : localTime(hours.zone, now)
  if (hours === undefined || local === undefined) return unknown('now')
  const { weekday, minute } = local
  const on = (day: number): boolean => hours.days.includes(day)
  const { fromMinute: from, toMinute: to } = hours
  if (from < to) return on(weekday) && from <= minute && minute < to
  return (on(weekday) && minute >= from) || (on((weekday + 6) % 7) && minute < to)
}

function onLadder(expression: Extract<Expression, { kind: 'ladder-call' }>, scope: Scope): Value {
  const ladder = ladderNamed(scope.policy, expression.ladder)
  const { eligible } = scope
  if (expression.function === 'next') {
    const current = currentModel(scope)
    if (ladder === undefined || current === undefined) return null
    if (eligible === undefined) return unknown('next')
    return nextOn(ladder, current, (model) => eligible.candidate(model)) ?? null
  }
  const argument = asModel(expression.argument === undefined ? null : evaluate(expression.argument, scope))
  if (isUnknown(argument)) return argument
  if (ladder === undefined || argument === null) return null
  if (expression.function === 'step') {
    return valueOfReading(typeof argument === 'string' ? (stepOf(ladder, argument) ?? null) : null, 'step')
  }
  if (!isExact(argument) || argument.numerator % argument.denominator !== 0n) return null
  return rungOf(ladder, Number(argument.numerator / argument.denominator)) ?? null
}
