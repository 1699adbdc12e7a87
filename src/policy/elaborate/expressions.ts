import type * as syntax from '../../language/syntax.ts'
import type { Expression, ExpressionForm, Literal, Type } from '../core.ts'
import { elaborateCount, elaborateSince } from './counts.ts'
import { elaborateComparison } from './comparisons.ts'
import { any, listOf, number, text, truth } from './core-words.ts'
import { at } from './context.ts'
import type { Context } from './context.ts'
import { elaborateReference } from './references.ts'
import type { Scope } from './scope.ts'
import { comparable, describeType } from './types.ts'
import { exact, quantityLiteral, rateLiteral, shorten } from './units.ts'

/**
 * An expression, typed and with every name resolved. `expected` helps a bare word to its meaning; it
 * is not enforced. `undefined` is an error already reported, which silences whatever contains it.
 */
export function elaborateExpression(
  context: Context,
  scope: Scope,
  node: syntax.Expression,
  expected?: Type,
): Expression | undefined {
  const { report } = context
  const location = at(scope.source, node)
  const make = (type: Type, form: ExpressionForm): Expression => ({ location, type, ...form })
  const literal = (type: Type, value: Literal): Expression =>
    make(type, { kind: 'literal', value, setting: undefined })
  switch (node.kind) {
    case 'logical': {
      const operands = node.operands.map((operand) => elaborateCondition(context, scope, operand))
      const sound = allDefined(operands)
      return sound && make(truth, { kind: 'logical', operator: node.operator, operands: sound })
    }
    case 'not': {
      const operand = elaborateCondition(context, scope, node.operand)
      return operand && make(truth, { kind: 'not', operand })
    }
    case 'comparison':
      return elaborateComparison(context, scope, node)
    case 'sum':
      return elaborateSum(context, scope, node)
    case 'negative': {
      const operand = elaborateNumber(context, scope, node.operand)
      if (operand === undefined) return undefined
      if (
        operand.kind === 'literal' &&
        operand.value?.kind === 'number' &&
        operand.setting === undefined
      ) {
        const { unit, value } = operand.value
        const negated = exact(-value.numerator, value.denominator)
        return literal(operand.type, { kind: 'number', unit, value: negated })
      }
      return make(operand.type, { kind: 'sum', terms: [{ sign: -1, value: operand }] })
    }
    case 'share-of': {
      const share = quantityLiteral(node.share, scope.source, report)
      const operand = elaborateNumber(context, scope, node.operand)
      if (share === undefined || operand === undefined) return undefined
      const ratio = exact(share.value.numerator, share.value.denominator * 1_000_000n)
      return make(operand.type, { kind: 'share-of', share: ratio, operand })
    }
    case 'count':
      return elaborateCount(context, scope, node)
    case 'since':
      return elaborateSince(context, scope, node)
    case 'always':
      report('RT0208', location, '`always` has no meaning here', {
        help: 'it stands in `cost(always model)`, in an expectation',
      })
      return undefined
    case 'reference':
      return elaborateReference(context, scope, node, expected)
    case 'list': {
      const of = expected?.kind === 'list' ? expected.of : undefined
      return elaborateList(context, scope, node, of)
    }
    case 'group':
      return elaborateExpression(context, scope, node.inner, expected)
    case 'text':
      return literal(text, { kind: 'name', name: node.value })
    case 'amount': {
      const count = quantityLiteral(node.count, scope.source, report)
      const value = count && { kind: 'number' as const, unit: node.unit, value: count.value }
      return value && literal(number(node.unit), value)
    }
    case 'rate': {
      const value = rateLiteral(node, scope.source, report)
      if (value === undefined || value?.kind !== 'number') return undefined
      return literal(number(value.unit), value)
    }
    case 'quantity': {
      if (node.token === 'date' || node.token === 'clock') {
        report('RT0205', location, `got \`${node.raw}\`, expected a value`, {
          help: 'a policy has no clock; times stand in `hours`, asked as `now in NAME`',
        })
        return undefined
      }
      const value = quantityLiteral(node, scope.source, report)
      return value && literal(number(value.unit), { kind: 'number', ...value })
    }
    case 'word':
      if (node.word === 'none') return literal(any, null)
      return literal(truth, { kind: 'truth', value: node.word === 'true' })
  }
}

/** An expression that is true or false. */
export function elaborateCondition(
  context: Context,
  scope: Scope,
  node: syntax.Expression,
): Expression | undefined {
  const expression = elaborateExpression(context, scope, node, truth)
  if (expression === undefined || expression.type.kind === 'truth') return expression
  const shown = snippet(scope, node)
  context.report(
    'RT0205',
    at(scope.source, node),
    `\`${shown}\` is ${describeType(expression.type)}, expected a condition`,
    {
      help:
        expression.type.kind === 'number'
          ? `compare it, as in \`${shown} > 0\``
          : expression.type.kind === 'any'
            ? 'a condition is true or false'
            : `compare it, as in \`${shown} is …\``,
    },
  )
  return undefined
}

/** The value of a signal, or of a signal's case. */
export function elaborateCases(
  context: Context,
  scope: Scope,
  node: syntax.Cases,
): Expression | undefined {
  const cases: { guard: Expression; value: Expression }[] = []
  let sound = true
  let type: Type = any
  let first: syntax.Expression | undefined
  const take = (value: syntax.Expression): Expression | undefined => {
    const elaborated = elaborateExpression(
      context,
      scope,
      value,
      type.kind === 'any' ? undefined : type,
    )
    if (elaborated === undefined) return undefined
    if (!comparable(type, elaborated.type)) {
      const before =
        first === undefined ? '' : `\`${snippet(scope, first)}\` is ${describeType(type)}, `
      context.report(
        'RT0204',
        at(scope.source, value),
        `${before}\`${snippet(scope, value)}\` is ${describeType(elaborated.type)}`,
        { help: 'every case of a signal gives the same kind of value' },
      )
      return undefined
    }
    if (type.kind === 'any') {
      type = elaborated.type
      first = value
    }
    return elaborated
  }
  for (const each of node.cases) {
    const guard = elaborateCondition(context, scope, each.guard)
    const value = take(each.value)
    if (guard === undefined || value === undefined) sound = false
    else cases.push({ guard, value })
  }
  const otherwise = take(node.otherwise)
  if (!sound || otherwise === undefined) return undefined
  return { location: at(scope.source, node), type, kind: 'cases', cases, otherwise }
}

function elaborateSum(
  context: Context,
  scope: Scope,
  node: syntax.SumExpression,
): Expression | undefined {
  const first = elaborateNumber(context, scope, node.first)
  const terms = [{ sign: 1 as 1 | -1, value: first }]
  for (const { operator, operand } of node.rest) {
    const value = elaborateNumber(context, scope, operand)
    terms.push({ sign: operator === '+' ? 1 : -1, value })
    if (first === undefined || value === undefined || comparable(first.type, value.type)) continue
    context.report(
      'RT0204',
      at(scope.source, operand),
      `\`${snippet(scope, node.first)}\` is ${describeType(first.type)}, \`${snippet(scope, operand)}\` is ${describeType(value.type)}`,
      { help: 'only numbers of the same unit can be added' },
    )
    return undefined
  }
  const sound: { sign: 1 | -1; value: Expression }[] = []
  for (const { sign, value } of terms) {
    if (value === undefined) return undefined
    sound.push({ sign, value })
  }
  const type = sound[0]?.value.type ?? any
  return { location: at(scope.source, node), type, kind: 'sum', terms: sound }
}

/** An expression that is a number of any unit. */
export function elaborateNumber(
  context: Context,
  scope: Scope,
  node: syntax.Expression,
): Expression | undefined {
  const expression = elaborateExpression(context, scope, node)
  if (expression === undefined || expression.type.kind === 'number') return expression
  if (expression.kind === 'request-map') return { ...expression, type: number('count') }
  context.report(
    'RT0205',
    at(scope.source, node),
    expression.type.kind === 'any'
      ? 'got `none`, expected a number'
      : `\`${snippet(scope, node)}\` is ${describeType(expression.type)}, expected a number`,
    { help: 'only numbers can be added, subtracted and scaled' },
  )
  return undefined
}

export function elaborateList(
  context: Context,
  scope: Scope,
  node: syntax.ListExpression,
  of: Type | undefined,
): Expression | undefined {
  const items: Expression[] = []
  let type: Type = of ?? any
  let sound = true
  for (const item of node.items) {
    const value = elaborateExpression(context, scope, item, type.kind === 'any' ? undefined : type)
    if (value === undefined) {
      sound = false
      continue
    }
    if (!comparable(type, value.type)) {
      context.report(
        'RT0204',
        at(scope.source, item),
        `\`${snippet(scope, item)}\` is ${describeType(value.type)}, expected ${describeType(type)}`,
        { help: 'the items of a list are of one kind' },
      )
      sound = false
      continue
    }
    if (type.kind === 'any') type = value.type
    items.push(value)
  }
  if (!sound) return undefined
  return { location: at(scope.source, node), type: listOf(type), kind: 'list', items }
}

/** The text of a node as written, on one line and not too long. */
export function snippet(scope: { readonly source: Scope['source'] }, node: syntax.Node): string {
  const written = scope.source.text.slice(node.span.start, node.span.end)
  return shorten(written.replace(/\s+/g, ' ').replaceAll('`', "'"), 60)
}

export function allDefined<T>(items: readonly (T | undefined)[]): readonly T[] | undefined {
  const sound: T[] = []
  for (const item of items) {
    if (item === undefined) return undefined
    sound.push(item)
  }
  return sound
}
