import type { Fix } from '../../language/diagnostic.ts'
import type * as syntax from '../../language/syntax.ts'
import type { Expression, ExpressionForm, Type, Unit } from '../core.ts'
import { isNoneLiteral } from '../value.ts'
import { at } from './context.ts'
import type { Context } from './context.ts'
import { listOf, model, text, truth, number } from './core-words.ts'
import { elaborateExpression, elaborateList, snippet } from './expressions.ts'
import { lookUp, renameTo } from './names.ts'
import { bareWord, refuseInRun } from './references.ts'
import type { Scope } from './scope.ts'
import { singleName } from './single-name.ts'
import { comparable, describeType, isScale } from './types.ts'
import { shorten } from './units.ts'

/** Two sides and the word between them. */
export function elaborateComparison(
  context: Context,
  scope: Scope,
  node: syntax.ComparisonExpression,
): Expression | undefined {
  const make = (form: ExpressionForm): Expression => ({
    location: at(scope.source, node),
    type: truth,
    ...form,
  })
  switch (node.operator) {
    case '<':
    case '<=':
    case '>':
    case '>=': {
      const sides = bothSides(context, scope, node)
      if (sides === undefined || !orderable(context, scope, node, sides)) return undefined
      return make({ kind: 'order', operator: node.operator, ...sides })
    }
    case 'is':
    case 'is not': {
      const sides = bothSides(context, scope, node)
      if (sides === undefined) return undefined
      const negated = node.operator === 'is not'
      const price = comparedWithNone(sides)
      if (price === undefined) return make({ kind: 'equal', negated, ...sides })
      const priced = make({ kind: 'call', function: 'priced', arguments: price })
      return negated ? priced : make({ kind: 'not', operand: priced })
    }
    case 'in':
    case 'not in':
      return elaborateIn(context, scope, node, make)
    case 'has': {
      const list = elaborateExpression(context, scope, node.left)
      if (list !== undefined && list.type.kind !== 'list') {
        context.report(
          'RT0205',
          at(scope.source, node.left),
          `\`${snippet(scope, node.left)}\` is ${describeType(list.type)}, expected a list`,
          {
            help: '`has` asks whether a list holds something; `is` compares two values',
          },
        )
        return undefined
      }
      const of = list?.type.kind === 'list' ? list.type.of : undefined
      const item = elaborateExpression(context, scope, node.right, of)
      if (list === undefined || item === undefined || of === undefined) return undefined
      if (!comparable(of, item.type)) return mismatch(context, scope, node, list, item)
      return make({ kind: 'member', negated: false, item, list })
    }
    case 'starts with': {
      const left = elaborateExpression(context, scope, node.left)
      if (left === undefined) return undefined
      if (left.type.kind !== 'text') {
        context.report(
          'RT0205',
          at(scope.source, node.left),
          `\`${snippet(scope, node.left)}\` is ${describeType(left.type)}, expected text`,
          {
            help: '`starts with` compares the beginning of a text',
          },
        )
        return undefined
      }
      if (node.right.kind !== 'text') return undefined
      return make({ kind: 'starts-with', text: left, prefix: node.right.value })
    }
  }
}

/** The arguments of a `price(…)` that is compared with `none`. */
function comparedWithNone({ left, right }: Sides): readonly Expression[] | undefined {
  for (const [price, none] of [
    [left, right],
    [right, left],
  ] as const) {
    if (isNoneLiteral(none) && price.kind === 'call' && price.function === 'price') return price.arguments
  }
  return undefined
}

interface Sides {
  readonly left: Expression
  readonly right: Expression
}

/** The side that is a bare word is read last, with the type of the other. */
function bothSides(
  context: Context,
  scope: Scope,
  node: syntax.ComparisonExpression,
): Sides | undefined {
  const rightFirst = bareWord(context, node.left) && !bareWord(context, node.right)
  const [one, two] = rightFirst ? [node.right, node.left] : [node.left, node.right]
  const first = elaborateExpression(context, scope, one)
  if (first === undefined) {
    // The other side is looked at for its own mistakes; a bare word would need this side's type.
    if (!bareWord(context, two)) elaborateExpression(context, scope, two)
    return undefined
  }
  const second = elaborateExpression(context, scope, two, first.type)
  if (second === undefined) return undefined
  const [left, right] = rightFirst ? [second, first] : [first, second]
  const sides = fitRequestMaps({ left, right })
  if (!comparable(sides.left.type, sides.right.type))
    return mismatch(context, scope, node, left, right)
  return scoreInRange(context, sides) ? sides : undefined
}

/** A header or parameter is text, or a number or truth where it is compared with one. */
function fitRequestMaps({ left, right }: Sides): Sides {
  const fit = (side: Expression, other: Expression): Expression => {
    if (side.kind !== 'request-map' || other.kind === 'request-map') return side
    const { type } = other
    const fits =
      type.kind === 'truth' ||
      (type.kind === 'number' && (type.unit === 'count' || type.unit === 'score'))
    return fits ? { ...side, type } : side
  }
  return { left: fit(left, right), right: fit(right, left) }
}

/** A classifier's score lies between 0 and 1; a threshold outside can never be met, or always is. */
function scoreInRange(context: Context, { left, right }: Sides): boolean {
  for (const [score, bound] of [
    [left, right],
    [right, left],
  ] as const) {
    if (score.kind !== 'verdict-score' || bound.kind !== 'literal') continue
    if (bound.value?.kind !== 'number') continue
    const { numerator, denominator } = bound.value.value
    if (numerator >= 0n && numerator <= 1_000_000n * denominator) continue
    const { source, span } = bound.location
    const shown = shorten(source.text.slice(span.start, span.end))
    const setting =
      bound.setting === undefined ? undefined : context.names.values.entries.get(bound.setting)
    context.report(
      'RT0213',
      bound.location,
      `a score is compared with \`${shown}\`, expected 0.0 to 1.0`,
      {
        help: 'a score is a chance: 0.0 is never, 1.0 is always',
        related:
          setting === undefined
            ? []
            : [
                {
                  location: at(setting.source, setting.declaration),
                  message: 'the setting stands here',
                },
              ],
      },
    )
    return false
  }
  return true
}

function orderable(
  context: Context,
  scope: Scope,
  node: syntax.ComparisonExpression,
  { left, right }: Sides,
): boolean {
  for (const [side, written] of [
    [left, node.left],
    [right, node.right],
  ] as const) {
    const { type } = side
    if (type.kind === 'number' || isScale(type, context.names)) continue
    const what =
      type.kind === 'any'
        ? '`none` has no order'
        : `\`${snippet(scope, written)}\` is ${describeType(type)}, which has no order`
    context.report('RT0230', at(scope.source, written), what, {
      help: 'numbers of one unit and words of one scale can be ordered; `is` compares the rest',
    })
    return false
  }
  return true
}

function elaborateIn(
  context: Context,
  scope: Scope,
  node: syntax.ComparisonExpression,
  make: (form: ExpressionForm) => Expression,
): Expression | undefined {
  const negated = node.operator === 'not in'
  const leftName = singleName(node.left)
  if (leftName?.text === 'now') {
    const rightName = singleName(node.right)
    if (rightName === undefined) {
      context.report(
        'RT0205',
        at(scope.source, node.right),
        `\`${snippet(scope, node.right)}\` is not a window of hours`,
        {
          help: 'declare one: `hours NAME = 09:00 to 18:00 in "UTC"`',
        },
      )
      return undefined
    }
    if (!refuseInRun(context, scope, node.left, 'now')) return undefined
    const hours = lookUp(context.names.hours, rightName, scope.source, context.report)
    return hours && make({ kind: 'within-hours', negated, hours: rightName.text })
  }
  if (node.right.kind === 'list') {
    const item = elaborateExpression(context, scope, node.left)
    const list = elaborateList(
      context,
      scope,
      node.right,
      item === undefined || item.type.kind === 'any' ? undefined : item.type,
    )
    return item && list && make({ kind: 'member', negated, item, list })
  }
  const rightName = singleName(node.right)
  const pool =
    rightName === undefined || context.names.values.entries.has(rightName.text)
      ? undefined
      : context.names.pools.entries.get(rightName.text)
  if (pool !== undefined) {
    const item = elaborateExpression(context, scope, node.left, model)
    if (item === undefined) return undefined
    const location = at(scope.source, node.right)
    const items = pool.declaration.items
      .filter((each) => context.names.models.entries.has(each.model.text))
      .map((each): Expression => ({
        location,
        type: model,
        kind: 'literal',
        value: { kind: 'name', name: each.model.text },
        setting: undefined,
      }))
    const list: Expression = { location, type: listOf(model), kind: 'list', items }
    if (!comparable(item.type, model)) return mismatch(context, scope, node, item, list)
    return make({ kind: 'member', negated, item, list })
  }
  const list = elaborateExpression(context, scope, node.right)
  const of = list?.type.kind === 'list' ? list.type.of : undefined
  const item = elaborateExpression(context, scope, node.left, of)
  if (list === undefined || item === undefined) return undefined
  if (of === undefined) {
    context.report(
      'RT0205',
      at(scope.source, node.right),
      `\`${snippet(scope, node.right)}\` is ${describeType(list.type)}, expected a list`,
      {
        help: 'a list, a pool or a signal that is a list stands after `in`',
      },
    )
    return undefined
  }
  if (!comparable(item.type, of)) return mismatch(context, scope, node, item, list)
  return make({ kind: 'member', negated, item, list })
}

/** "`16k tokens` is a size in tokens, `message.length` is a size in chars" */
function mismatch(
  context: Context,
  scope: Scope,
  node: syntax.ComparisonExpression,
  left: Expression,
  right: Expression,
): undefined {
  const [leftNode, rightNode] =
    left.location.span.start <= right.location.span.start
      ? [node.left, node.right]
      : [node.right, node.left]
  const message = `\`${snippet(scope, leftNode)}\` is ${describeType(left.type)}, \`${snippet(scope, rightNode)}\` is ${describeType(right.type)}`
  context.report(
    'RT0204',
    at(scope.source, node),
    message,
    mismatchHelp(scope, node, left.type, right.type),
  )
  return undefined
}

const otherUnits: ReadonlyMap<Unit, string> = new Map([
  ['duration', '5min'],
  ['money', '$5'],
  ['price', '$5 per 1M tokens'],
  ['share', '5%'],
  ['rate', '60 tokens per 1s'],
])

function mismatchHelp(
  scope: Scope,
  node: syntax.ComparisonExpression,
  left: Type,
  right: Type,
): { help: string; fix?: Fix } {
  for (const [type, other, written] of [
    [left, right, node.left],
    [right, left, node.right],
  ] as const) {
    if (
      written.kind === 'text' &&
      (other.kind === 'word' || other.kind === 'model' || other.kind === 'provider')
    ) {
      return {
        help: `names and words of a closed set are written without quotes: \`${shorten(written.value)}\``,
        fix: renameTo(written.value, written, scope.source),
      }
    }
    if (
      written.kind === 'quantity' &&
      comparable(type, number('count')) &&
      other.kind === 'number'
    ) {
      const { unit } = other
      if (unit === 'tokens' || unit === 'chars' || unit === 'bytes') {
        return {
          help: `sizes carry their unit: \`${written.raw} ${unit}\``,
          fix: renameTo(`${written.raw} ${unit}`, written, scope.source),
        }
      }
      const example = otherUnits.get(unit)
      if (example !== undefined) return { help: `write the unit, as in \`${example}\`` }
      if (unit === 'score') {
        return {
          help: `scores have a decimal point: \`${written.raw}.0\``,
          fix: renameTo(`${written.raw}.0`, written, scope.source),
        }
      }
    }
    if (type.kind === 'endpoint' && other.kind === 'provider')
      return { help: 'write `provider(…)` for its provider' }
  }
  if (left.kind === 'list') return { help: 'a list is asked for an item, as in `tags has "x"`' }
  if (comparable(left, text) || comparable(right, text))
    return { help: 'text in quotes is compared with text, and numbers with numbers' }
  return { help: 'both sides of a comparison are of one kind and unit' }
}
