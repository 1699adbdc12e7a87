import type * as syntax from '../../language/syntax.ts'
import type { Expression, Type } from '../core.ts'
import { at, nearestTo } from './context.ts'
import type { Context } from './context.ts'
import { coreFunctions, functionName, model, number, specialFunctions, text } from './core-words.ts'
import type { Parameter } from './core-words.ts'
import { snippet } from './expressions.ts'
import { lookUp, renameTo } from './names.ts'
import { kindOf, mayStand, noted } from './references.ts'
import { elaborateScoreOf, onlyScore, scoreForm, wrongCount } from './score-calls.ts'
import { singleName } from './single-name.ts'
import { elaborateArgument } from './arguments.ts'
import type { Scope } from './scope.ts'
import { comparable, describeType } from './types.ts'

/** `f(a, b)` and `classifier.score(model)` */
export function elaborateCall(
  context: Context,
  scope: Scope,
  node: syntax.ReferenceExpression,
  given: readonly syntax.Expression[],
  expected: Type | undefined,
): Expression | undefined {
  const { names, report } = context
  const location = at(scope.source, node)
  const path = node.path.names.map((name) => name.text)
  const written = path.join('.')
  const [name = ''] = path
  if (path.length > 1) return elaborateScoreOf(context, scope, node, given)
  if (name === 'cost' && given[0]?.kind === 'always') return costAlways(context, scope, node, given)
  const special = specialFunctions.get(name)
  if (special !== undefined) return elaborateSpecial(context, scope, node, name, given, special)
  const functionNamed = functionName(name)
  const definition = functionNamed && coreFunctions.get(functionNamed)
  if (functionNamed === undefined || definition === undefined) {
    const value = names.values.entries.get(name)
    const nearest = nearestTo(context.report, name, [
      ...coreFunctions.keys(),
      ...specialFunctions.keys(),
    ])
    report(
      'RT0201',
      at(scope.source, node.path),
      value === undefined
        ? `no function is named \`${written}\``
        : `\`${name}\` is a ${kindOf(value)}, it is asked of nothing`,
      {
        help:
          value !== undefined
            ? `write \`${name}\``
            : nearest === undefined
              ? 'the functions are listed in the language reference'
              : `did you mean \`${nearest}\`?`,
        fix:
          value !== undefined || nearest === undefined
            ? undefined
            : renameTo(nearest, node.path, scope.source),
      },
    )
    return undefined
  }
  if (!mayStand(context, scope, name, definition.places, location)) return undefined
  const least = definition.parameters.length - definition.optional
  if (given.length < least || given.length > definition.parameters.length) {
    return wrongCount(context, scope, node, definition.signature)
  }
  const values: Expression[] = []
  let sound = true
  for (const [index, parameter] of definition.parameters.entries()) {
    const argument = given[index]
    if (argument === undefined) continue
    const value = elaborateArgument(context, scope, argument, parameter, values[0], expected)
    if (value === undefined) sound = false
    else values.push(value)
  }
  if (!sound) return undefined
  const type =
    definition.result === 'first' ? (values[0]?.type ?? number('count')) : definition.result
  return noted(
    context,
    scope,
    { location, type, kind: 'call', function: functionNamed, arguments: values },
    unreadableInFilters.get(name),
  )
}

const unreadableInFilters: ReadonlyMap<string, string> = new Map([
  ['allowed', '`allowed`'],
  ['benefit', '`benefit`'],
  ['switch-cost', '`switch-cost`'],
])

/** `cost(always claude-opus-4-7)` */
function costAlways(
  context: Context,
  scope: Scope,
  node: syntax.ReferenceExpression,
  given: readonly syntax.Expression[],
): Expression | undefined {
  const [always, second] = given
  if (always?.kind !== 'always' || second !== undefined)
    return wrongCount(context, scope, node, 'cost(always model)')
  const location = at(scope.source, node)
  if (!mayStand(context, scope, 'cost', ['expect', 'test'], location)) return undefined
  const declared = lookUp(context.names.models, always.model, scope.source, context.report)
  if (declared === undefined) return undefined
  const argument: Expression = {
    location: at(scope.source, always.model),
    type: model,
    kind: 'literal',
    value: { kind: 'name', name: always.model.text },
    setting: undefined,
  }
  return {
    location,
    type: number('money'),
    kind: 'call',
    function: 'cost-always',
    arguments: [argument],
  }
}

function elaborateSpecial(
  context: Context,
  scope: Scope,
  node: syntax.ReferenceExpression,
  name: string,
  given: readonly syntax.Expression[],
  signature: string,
): Expression | undefined {
  const location = at(scope.source, node)
  const [first, second, third] = given
  const wanted = name === 'step' || name === 'rung' ? 2 : 1
  if (first === undefined || third !== undefined || given.length !== wanted) {
    return wrongCount(context, scope, node, signature)
  }
  if (name === 'header' || name === 'param' || name === 'metadata') {
    if (first.kind !== 'text') {
      context.report(
        'RT0205',
        at(scope.source, first),
        `got \`${snippet(scope, first)}\`, expected text`,
        {
          help: `write \`${name}("name")\``,
        },
      )
      return undefined
    }
    return noted(context, scope, {
      location,
      type: text,
      kind: 'request-map',
      map: name,
      key: first.value,
    })
  }
  if (name === 'score') {
    const owner = onlyScore(context, location)
    const form = owner && scoreForm(context, scope, owner, first)
    return (
      form &&
      noted(
        context,
        scope,
        { location, type: number('score'), ...form },
        form.kind === 'verdict-score' ? 'a classifier' : undefined,
      )
    )
  }
  const ladder = singleName(first)
  if (ladder === undefined) {
    context.report(
      'RT0205',
      at(scope.source, first),
      `got \`${snippet(scope, first)}\`, expected a ladder`,
      {
        help: `write \`${signature}\``,
      },
    )
    return undefined
  }
  const declared = lookUp(context.names.ladders, ladder, scope.source, context.report)
  if (name === 'next') {
    const form = {
      kind: 'ladder-call',
      function: 'next',
      ladder: ladder.text,
      argument: undefined,
    } as const
    return declared && noted(context, scope, { location, type: model, ...form }, '`next`')
  }
  const parameter: Parameter = name === 'step' ? { kind: 'model' } : { kind: 'ordered' }
  const argument =
    second && elaborateArgument(context, scope, second, parameter, undefined, undefined)
  if (declared === undefined || argument === undefined) return undefined
  if (name === 'step') {
    return noted(context, scope, {
      location,
      type: number('count'),
      kind: 'ladder-call',
      function: 'step',
      ladder: ladder.text,
      argument,
    })
  }
  if (!comparable(argument.type, number('count'))) {
    context.report(
      'RT0205',
      argument.location,
      `\`${second === undefined ? '' : snippet(scope, second)}\` is ${describeType(argument.type)}, expected a count`,
      {
        help: 'steps are counted from 1',
      },
    )
    return undefined
  }
  return noted(context, scope, {
    location,
    type: model,
    kind: 'ladder-call',
    function: 'rung',
    ladder: ladder.text,
    argument,
  })
}
