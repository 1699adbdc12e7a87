import type { Fix } from '../../language/diagnostic.ts'
import type { Location, Source } from '../../language/source.ts'
import type * as syntax from '../../language/syntax.ts'
import type { Expression, Literal, Setting, Type } from '../core.ts'
import { at } from './context.ts'
import type { Context } from './context.ts'
import { any, number, truth } from './core-words.ts'
import { comparable, describeType } from './types.ts'
import { quantityLiteral, rateLiteral } from './units.ts'

/** The use of a setting: its value, under its name. */
export function settingLiteral(
  context: Context,
  source: Source,
  declaration: syntax.SettingDeclaration,
  location: Location,
): Expression | undefined {
  // Its own mistakes are reported where it stands; a second report of the same place is dropped.
  const value = literalOf(context, source, declaration.value)
  if (value === undefined) return undefined
  return {
    location,
    type: literalType(value),
    kind: 'literal',
    value,
    setting: declaration.name.text,
  }
}

/** Plain numbers with the unit of size that one of the three has. */
function inOneUnit(source: Source, { value, range }: syntax.SettingDeclaration, literals: readonly Literal[]): Fix | undefined {
  const unit = literals.flatMap((literal) => (literal?.kind === 'number' && ['tokens', 'chars', 'bytes'].includes(literal.unit) ? [literal.unit] : []))[0]
  const nodes = range === undefined ? [value] : [value, range.from, range.to]
  const plain = nodes.filter((_, index) => {
    const literal = literals[index]
    return literal?.kind === 'number' && literal.unit === 'count'
  })
  if (unit === undefined || plain.length === 0) return undefined
  const edits = plain.map(({ span }) => ({ location: { source, span: { start: span.end, end: span.end } }, replacement: ` ${unit}` }))
  return { title: `write \`${unit}\``, edits }
}

/** A setting with its range; a value outside it is an error. */
export function elaborateSetting(
  context: Context,
  source: Source,
  declaration: syntax.SettingDeclaration,
): Setting | undefined {
  const value = literalOf(context, source, declaration.value)
  const location = at(source, declaration)
  if (declaration.range === undefined) {
    return value === undefined
      ? undefined
      : { name: declaration.name.text, location, value, range: undefined }
  }
  const from = literalOf(context, source, declaration.range.from)
  const to = literalOf(context, source, declaration.range.to)
  if (value === undefined || from === undefined || to === undefined) return undefined
  for (const [bound, node] of [
    [from, declaration.range.from],
    [to, declaration.range.to],
  ] as const) {
    if (comparable(literalType(bound), literalType(value)) && bound?.kind === 'number') continue
    context.report(
      'RT0204',
      at(source, node),
      `the setting is ${describeType(literalType(value))}, its range ${describeType(literalType(bound))}`,
      {
        help: 'the value and its range are written in one unit',
        fix: inOneUnit(source, declaration, [value, from, to]),
      },
    )
    return undefined
  }
  if (compareNumbers(from, to) > 0) {
    context.report(
      'RT0213',
      at(source, declaration.range.to),
      `the range ends below its beginning`,
      {
        help: 'write the lower end first',
      },
    )
    return undefined
  }
  if (compareNumbers(value, from) < 0 || compareNumbers(value, to) > 0) {
    const written = (node: syntax.Node): string => source.text.slice(node.span.start, node.span.end)
    context.report(
      'RT0213',
      at(source, declaration.value),
      `\`${declaration.name.text}\` is \`${written(declaration.value)}\`, expected ${written(declaration.range.from)} to ${written(declaration.range.to)}`,
      { help: 'the value of a setting lies in its own range' },
    )
    return undefined
  }
  return { name: declaration.name.text, location, value, range: { from, to } }
}

/** Below, at or above 0 as `left` is below, at or above `right`; 0 for what are no numbers. */
function compareNumbers(left: Literal, right: Literal): number {
  if (left?.kind !== 'number' || right?.kind !== 'number') return 0
  const difference =
    left.value.numerator * right.value.denominator - right.value.numerator * left.value.denominator
  return difference < 0n ? -1 : difference > 0n ? 1 : 0
}

function literalOf(context: Context, source: Source, node: syntax.Expression): Literal | undefined {
  const { report } = context
  switch (node.kind) {
    case 'quantity': {
      const number = quantityLiteral(node, source, report)
      if (number === undefined && (node.token === 'date' || node.token === 'clock')) break
      return number && { kind: 'number', ...number }
    }
    case 'amount': {
      const count = quantityLiteral(node.count, source, report)
      return count && { kind: 'number', unit: node.unit, value: count.value }
    }
    case 'rate':
      return rateLiteral(node, source, report)
    case 'negative': {
      const inner = literalOf(context, source, node.operand)
      if (inner?.kind !== 'number') break
      const { numerator, denominator } = inner.value
      return { ...inner, value: { numerator: -numerator, denominator } }
    }
    case 'word':
      return node.word === 'none' ? null : { kind: 'truth', value: node.word === 'true' }
    default:
      break
  }
  report('RT0205', at(source, node), 'got something else than a value', {
    help: 'a setting is one number with its unit, `true` or `false`',
  })
  return undefined
}

export function literalType(literal: Literal): Type {
  if (literal === null) return any
  if (literal.kind === 'number') return number(literal.unit)
  if (literal.kind === 'truth') return truth
  return any
}
