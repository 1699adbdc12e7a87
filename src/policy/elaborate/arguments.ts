import type * as syntax from '../../language/syntax.ts'
import type { Expression, Type } from '../core.ts'
import { at } from './context.ts'
import type { Context } from './context.ts'
import { model, number, provider, text, word } from './core-words.ts'
import type { Parameter } from './core-words.ts'
import { elaborateExpression, snippet } from './expressions.ts'
import { lookUp } from './names.ts'
import type { Scope } from './scope.ts'
import { singleName } from './single-name.ts'
import { comparable, describeType, isScale } from './types.ts'

/** One argument of a function, of the kind that its parameter asks for. */
export function elaborateArgument(
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
