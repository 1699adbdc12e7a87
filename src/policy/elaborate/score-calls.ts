import type * as syntax from '../../language/syntax.ts'
import type { Expression, ExpressionForm } from '../core.ts'
import { elaborateArgument } from './arguments.ts'
import { at, listed } from './context.ts'
import type { Context } from './context.ts'
import { number } from './core-words.ts'
import { snippet } from './expressions.ts'
import { noted } from './references.ts'
import type { Scope } from './scope.ts'

type ScoreForm = Extract<ExpressionForm, { kind: 'verdict-score' | 'scorer-score' }>
type ScoreOwner = { readonly kind: 'classifier' | 'scorer'; readonly name: string }

/** The policy's only `scores` classifier or scorer without bands; two or none are reported. */
export function onlyScore(
  context: Context,
  location: Expression['location'],
): ScoreOwner | undefined {
  const owners: ScoreOwner[] = []
  for (const [name, { declaration }] of context.names.values.entries) {
    if (
      declaration.kind === 'classifier' &&
      declaration.lines.some((line) => line.kind === 'scores')
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

export function scoreForm(
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
export function elaborateScoreOf(
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
    part?.text === 'score' &&
    third === undefined &&
    ((declaration?.kind === 'classifier' &&
      declaration.lines.some((line) => line.kind === 'scores')) ||
      declaration?.kind === 'scorer')
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
    form &&
    noted(
      context,
      scope,
      { location, type: number('score'), ...form },
      kind === 'classifier' ? 'a classifier' : undefined,
    )
  )
}

/** "got `f(a)`, expected `f(a, b)`" */
export function wrongCount(
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
