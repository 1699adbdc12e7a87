import type { Expression, Literal, Type } from '../core.ts'
import { statedSignal } from '../facts.ts'
import { localTime } from '../zones.ts'
import { constantCode, leaf } from './code.ts'
import type { Code, Value } from './code.ts'
import { kept } from './compiler.ts'
import type { Compiler } from './compiler.ts'
import { countCode, factCode, memoryCode, requestMapCode, sinceCode, valueOf } from './facts-code.ts'
import { functionCode, ladderCode } from './functions.ts'
import {
  cases, equal, isNone, listOf, logical, member, negation, order, shareOf, startsWith, sum,
} from './operators.ts'
import { atScale, quantity } from './quantity.ts'
import { scorerBandCode, scorerScoreCode, verdictCode, verdictScoreCode } from './scores.ts'
import type { ScaleEntry } from './universe.ts'

/** Compiles an expression; equal questions about the past or a score are computed once a call. */
export function compileExpression(compiler: Compiler, expression: Expression): Code {
  const compile = (part: Expression): Code => compileExpression(compiler, part)
  switch (expression.kind) {
    case 'literal':
      return literalCode(expression.value)
    case 'logical':
      return logical(expression.operator, expression.operands.map(compile))
    case 'not':
      return negation(compile(expression.operand))
    case 'order': {
      const { operator, left, right } = expression
      const scale = scaleOf(compiler, left.type) ?? scaleOf(compiler, right.type)
      return order(operator, compile(left), compile(right), scale?.ranks)
    }
    case 'equal': {
      const { negated, left, right } = expression
      if (isTheWordNone(right)) return isNone(negated, compile(left))
      if (isTheWordNone(left)) return isNone(negated, compile(right))
      return equal(negated, compile(left), compile(right))
    }
    case 'member':
      return member(expression.negated, compile(expression.item), compile(expression.list))
    case 'starts-with':
      return startsWith(compile(expression.text), expression.prefix)
    case 'within-hours':
      return hoursCode(compiler, expression.hours, expression.negated)
    case 'sum':
      return sum(expression.terms.map(({ sign, value }) => ({ sign, code: compile(value) })))
    case 'share-of':
      return shareOf(expression.share, compile(expression.operand))
    case 'list':
      return listOf(expression.items.map(compile))
    case 'cases':
      return cases(
        expression.cases.map(({ guard, value }) => ({ guard: compile(guard), value: compile(value) })),
        compile(expression.otherwise),
      )
    case 'signal':
      return signalCode(compiler, expression.signal)
    case 'fact':
      return factCode(compiler, expression.fact)
    case 'request-map':
      return requestMapCode(expression.map, expression.key)
    case 'count':
      return countCode(compiler, expression.query)
    case 'since':
      return sinceCode(expression.query)
    case 'memory':
      return memoryCode(compiler, expression.memory)
    case 'verdict':
      return verdictCode(expression.classifier, expression.part)
    case 'verdict-score':
      return verdictScoreCode(compiler, expression.classifier, modelCode(compiler, expression.model))
    case 'scorer-score':
      return scorerScoreCode(
        compiler,
        expression.scorer,
        expression.model === undefined ? undefined : modelCode(compiler, expression.model),
      )
    case 'scorer-band':
      return scorerBandCode(compiler, expression.scorer)
    case 'it':
      return { ...leaf('it', (frame) => frame.model), moving: true }
    case 'call':
      return functionCode(compiler, expression)
    case 'ladder-call':
      return ladderCode(compiler, expression)
  }
}

/** The model that an expression names; of an endpoint, its model. */
export function modelCode(compiler: Compiler, expression: Expression): Code {
  if (expression.type.kind !== 'endpoint') return compileExpression(compiler, expression)
  return leaf('it', (frame) => frame.host?.model, true)
}

export function scaleOf(compiler: Compiler, type: Type): ScaleEntry | undefined {
  return type.kind === 'word' ? compiler.universe.scales.get(type.set) : undefined
}

function isTheWordNone(expression: Expression): boolean {
  return expression.kind === 'literal' && expression.value === null
}

function literalCode(literal: Literal): Code {
  if (literal?.kind !== 'number') return constantCode(literalValue(literal))
  const { denominator } = literal.value
  return constantCode(atScale(literal.value, denominator), denominator)
}

/** Of a number in a list: the value itself, a ratio if need be. */
function literalValue(literal: Literal): Value {
  switch (literal?.kind) {
    case undefined:
      return null
    case 'truth':
      return literal.value
    case 'name':
      return literal.name
    case 'number':
      return quantity(literal.value)
    case 'list':
      return literal.items.map(literalValue)
  }
}

function signalCode(compiler: Compiler, name: string): Code {
  const found = compiler.signals.get(name)
  if (found !== undefined) return found
  const signal = compiler.policy.signals.find((each) => each.name === name)
  const body = signal === undefined ? constantCode(undefined) : compileExpression(compiler, signal.value)
  const stated = statable(name, body)
  const fresh = kept(compiler, stated)
  compiler.signals.set(name, fresh)
  return fresh
}

/** A test may state a signal's value, in whole base units, or that it is unknown. */
function statable(name: string, body: Code): Code {
  const { run, scale } = body
  const parts = Number(scale)
  const statedValue = (value: Value): Value => (typeof value === 'number' ? value * parts : value)
  return {
    ...body,
    constant: false,
    run: (frame) => {
      const stated = frame.given ? statedSignal(frame.input, name) : undefined
      return stated === undefined ? run(frame) : statedValue(valueOf(stated.reading))
    },
    blame: (frame, into) => {
      const stated = frame.given ? statedSignal(frame.input, name) : undefined
      if (stated === undefined) body.blame(frame, into)
      else into.add(name)
    },
  }
}

/** Half-open; at or below its beginning the end lies on the next day. */
function hoursCode(compiler: Compiler, name: string, negated: boolean): Code {
  const hours = compiler.policy.hours.find((each) => each.name === name)
  if (hours === undefined) return constantCode(undefined)
  const { zone, fromMinute, toMinute } = hours
  const days = new Set(hours.days)
  const crosses = toMinute <= fromMinute
  return leaf('now', ({ input: { nowMicros } }) => {
    const local = nowMicros === undefined ? undefined : localTime(zone, nowMicros)
    if (local === undefined) return undefined
    const { weekday, minute } = local
    const within = crosses
      ? (days.has(weekday) && minute >= fromMinute) || (days.has((weekday + 6) % 7) && minute < toMinute)
      : days.has(weekday) && minute >= fromMinute && minute < toMinute
    return within !== negated
  })
}
