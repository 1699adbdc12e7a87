import type * as syntax from '../../language/syntax.ts'
import type { Expression, ExpressionForm, Type } from '../core.ts'
import { at, listed, nearestTo } from './context.ts'
import type { Context } from './context.ts'
import {
  coreFunctions,
  functionName,
  model,
  number,
  provider,
  specialFunctions,
  text,
  word,
} from './core-words.ts'
import type { Parameter } from './core-words.ts'
import { elaborateExpression, snippet } from './expressions.ts'
import { lookUp, renameTo } from './names.ts'
import { kindOf, mayStand, noted } from './references.ts'
import type { Scope } from './scope.ts'
import { comparable, describeType, isScale } from './types.ts'

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

function wrongCount(
  context: Context,
  scope: Scope,
  node: syntax.ReferenceExpression,
  signature: string,
): undefined {
  context.report(
    'RT0209',
    at(scope.source, node),
    `got \`${snippet(scope, node)}\`, expected \`${signature}\``,
    {
      help: 'the number of arguments differs',
    },
  )
  return undefined
}

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
      form
      && noted(
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

type ScoreForm = Extract<ExpressionForm, { kind: 'verdict-score' | 'scorer-score' }>
type ScoreOwner = { readonly kind: 'classifier' | 'scorer'; readonly name: string }

/** The policy's only `scores` classifier or scorer without bands; two or none are reported. */
function onlyScore(context: Context, location: Expression['location']): ScoreOwner | undefined {
  const owners: ScoreOwner[] = []
  for (const [name, { declaration }] of context.names.values.entries) {
    if (
      declaration.kind === 'classifier'
      && declaration.lines.some((line) => line.kind === 'scores')
    ) {
      owners.push({ kind: 'classifier', name })
    }
    if (declaration.kind === 'scorer' && !declaration.lines.some((line) => line.kind === 'bands')) {
      owners.push({ kind: 'scorer', name })
    }
  }
  const [only, second] = owners
  if (only !== undefined && second === undefined) return only
  context.report(
    'RT0226',
    location,
    only === undefined
      ? 'nothing in this policy scores a model'
      : `${listed(
          owners.map((owner) => owner.name),
          'and',
        )} both score models`,
    {
      help:
        only === undefined
          ? 'declare a `classifier` with `scores POOL`, or a `scorer`'
          : `write which: ${listed(owners.map((owner) => `${owner.name}.score(…)`))}`,
    },
  )
  return undefined
}

function scoreForm(
  context: Context,
  scope: Scope,
  owner: ScoreOwner,
  argument: syntax.Expression,
): ScoreForm | undefined {
  const scored = elaborateArgument(
    context,
    scope,
    argument,
    { kind: 'model' },
    undefined,
    undefined,
  )
  if (scored === undefined) return undefined
  return owner.kind === 'classifier'
    ? { kind: 'verdict-score', classifier: owner.name, model: scored }
    : { kind: 'scorer-score', scorer: owner.name, model: scored }
}

/** `triage.score(m)`, `ease.score(m)` */
function elaborateScoreOf(
  context: Context,
  scope: Scope,
  node: syntax.ReferenceExpression,
  given: readonly syntax.Expression[],
): Expression | undefined {
  const { names, report } = context
  const [first, part, third] = node.path.names
  const location = at(scope.source, node)
  const declaration = names.values.entries.get(first?.text ?? '')?.declaration
  const fits =
    part?.text === 'score'
    && third === undefined
    && ((declaration?.kind === 'classifier'
      && declaration.lines.some((line) => line.kind === 'scores'))
      || declaration?.kind === 'scorer')
  if (!fits || first === undefined) {
    report(
      'RT0201',
      at(scope.source, node.path),
      `no function is named \`${snippet(scope, node.path)}\``,
      {
        help: 'a classifier with `scores`, or a scorer, has `NAME.score(model)`',
      },
    )
    return undefined
  }
  const [argument, second] = given
  if (argument === undefined || second !== undefined) {
    return wrongCount(context, scope, node, `${first.text}.score(model)`)
  }
  const kind = declaration?.kind === 'classifier' ? 'classifier' : 'scorer'
  const form = scoreForm(context, scope, { kind, name: first.text }, argument)
  return (
    form
    && noted(
      context,
      scope,
      { location, type: number('score'), ...form },
      kind === 'classifier' ? 'a classifier' : undefined,
    )
  )
}

function elaborateArgument(
  context: Context,
  scope: Scope,
  node: syntax.Expression,
  parameter: Parameter,
  before: Expression | undefined,
  expected: Type | undefined,
): Expression | undefined {
  const { names, report } = context
  const location = at(scope.source, node)
  const wrong = (value: Expression, wanted: string, help?: string): undefined => {
    report(
      'RT0205',
      location,
      `\`${snippet(scope, node)}\` is ${describeType(value.type)}, expected ${wanted}`,
      {
        help: help ?? `the function is asked of ${wanted}`,
      },
    )
    return undefined
  }
  switch (parameter.kind) {
    case 'model': {
      const value = elaborateExpression(context, scope, node, model)
      if (value === undefined || value.type.kind === 'model' || value.type.kind === 'endpoint')
        return value
      return wrong(value, 'a model')
    }
    case 'endpoint': {
      const value = elaborateExpression(context, scope, node)
      if (value === undefined || value.type.kind === 'endpoint') return value
      return wrong(
        value,
        'an endpoint',
        'it is asked of `it` in `endpoints where`, `prefer` and `require`, or of `served`',
      )
    }
    case 'host': {
      const value = elaborateExpression(context, scope, node, provider)
      if (value === undefined || value.type.kind === 'endpoint' || value.type.kind === 'provider')
        return value
      return wrong(value, 'a provider or an endpoint')
    }
    case 'model-or-provider': {
      const value = elaborateExpression(context, scope, node)
      if (value === undefined || value.type.kind === 'model' || value.type.kind === 'provider')
        return value
      return wrong(value, 'a model or a provider')
    }
    case 'ordered': {
      const value = elaborateExpression(context, scope, node, before?.type ?? expected)
      if (value === undefined) return undefined
      if (value.type.kind !== 'number' && !isScale(value.type, names))
        return wrong(value, 'a number or a word of a scale')
      if (before !== undefined && !comparable(before.type, value.type))
        return wrong(value, describeType(before.type))
      return value
    }
    case 'scale-word': {
      const value = elaborateExpression(
        context,
        scope,
        node,
        expected?.kind === 'word' ? expected : undefined,
      )
      if (value === undefined || isScale(value.type, names)) return value
      return wrong(value, 'a word of a scale')
    }
    case 'word': {
      const set = word(parameter.set)
      const value = elaborateExpression(context, scope, node, set)
      if (value === undefined || comparable(value.type, set)) return value
      return wrong(value, describeType(set))
    }
    case 'text':
      if (node.kind === 'text') return elaborateExpression(context, scope, node)
      report('RT0205', location, `got \`${snippet(scope, node)}\`, expected text`, {
        help: 'text stands in quotes',
      })
      return undefined
    case 'duration': {
      const value = elaborateExpression(context, scope, node)
      if (value === undefined) return undefined
      if (!comparable(value.type, number('duration'))) return wrong(value, 'a duration')
      if (value.kind === 'literal' && value.value !== null) return value
      return wrong(value, 'a fixed duration', 'write a duration such as `30s`, or a setting')
    }
    case 'key': {
      const name = singleName(node)
      if (name?.text === 'session' && !names.values.entries.has('session')) {
        return { location, type: text, kind: 'fact', fact: 'session' }
      }
      const value = elaborateExpression(context, scope, node, text)
      if (value === undefined || value.type.kind === 'text') return value
      return wrong(value, '`session` or text')
    }
    case 'declared': {
      const name = singleName(node)
      if (name === undefined) {
        report(
          'RT0205',
          location,
          `got \`${snippet(scope, node)}\`, expected the name of a ${parameter.what}`,
          {
            help: `write the name of a declared ${parameter.what}`,
          },
        )
        return undefined
      }
      const found =
        parameter.what === 'budget'
          ? lookUp(names.budgets, name, scope.source, report)
          : lookUp(
              { noun: 'classifier', entries: classifiers(context) },
              name,
              scope.source,
              report,
            )
      return (
        found && {
          location,
          type: word(parameter.what),
          kind: 'literal',
          value: { kind: 'name', name: name.text },
          setting: undefined,
        }
      )
    }
  }
}

function classifiers(context: Context): Context['names']['values']['entries'] {
  return new Map(
    [...context.names.values.entries].filter(([, each]) => each.declaration.kind === 'classifier'),
  )
}

function singleName(node: syntax.Expression): syntax.Name | undefined {
  if (node.kind === 'group') return singleName(node.inner)
  if (node.kind !== 'reference' || node.arguments !== undefined) return undefined
  return node.path.names.length === 1 ? node.path.names[0] : undefined
}
