import type * as syntax from '../../language/syntax.ts'
import type { Expression, ExpressionForm, Type } from '../core.ts'
import { at, listed, nearestTo } from './context.ts'
import type { Context } from './context.ts'
import { factName, factTypes, number, truth, word } from './core-words.ts'
import { renameTo } from './names.ts'
import { kindOf, noted } from './references.ts'
import type { Scope } from './scope.ts'

/** `triage.status`, `load.score`, `message.length` */
export function elaborateParts(
  context: Context,
  scope: Scope,
  node: syntax.ReferenceExpression,
  first: syntax.Name,
): Expression | undefined {
  const { names, report } = context
  const location = at(scope.source, node)
  const path = node.path.names.map((name) => name.text)
  const written = path.join('.')
  const value = names.values.entries.get(first.text)
  if (value === undefined) {
    const fact = factName(written)
    if (fact !== undefined) {
      return noted(context, scope, {
        location,
        type: factTypes.get(fact) ?? truth,
        kind: 'fact',
        fact,
      })
    }
    const nearest = nearestTo(context.report, written, dottedNames(context))
    report('RT0201', location, `nothing is named \`${written}\``, {
      help:
        nearest === undefined
          ? 'signals of the language and parts of classifiers and scorers have a dot'
          : `did you mean \`${nearest}\`?`,
      fix: nearest === undefined ? undefined : renameTo(nearest, node, scope.source),
    })
    return undefined
  }
  const { declaration } = value
  if (declaration.kind !== 'classifier' && declaration.kind !== 'scorer') {
    report('RT0201', location, `\`${first.text}\` is a ${kindOf(value)}, it has no parts`, {
      help: `write \`${first.text}\``,
      fix: renameTo(first.text, node, scope.source),
    })
    return undefined
  }
  const part = path.slice(1).join('.')
  const form = partForm(declaration, part)
  if (form !== undefined) {
    return noted(
      context,
      scope,
      { location, ...form },
      declaration.kind === 'classifier' ? 'a classifier' : undefined,
    )
  }
  const parts = partsOf(declaration)
  const nearest =
    parts.find((each) => each.startsWith(part)) ?? nearestTo(context.report, part, parts)
  report('RT0201', location, `\`${first.text}\` has no part \`${part}\``, {
    help:
      nearest === undefined
        ? `it has ${listed(parts, 'and')}`
        : `did you mean \`${first.text}.${nearest}\`?`,
  })
  return undefined
}

function partForm(
  declaration: syntax.ClassifierDeclaration | syntax.ScorerDeclaration,
  part: string,
): (ExpressionForm & { readonly type: Type }) | undefined {
  const name = declaration.name.text
  if (declaration.kind === 'classifier') {
    if (part === 'status') return { type: word('status'), kind: 'verdict', classifier: name, part }
    const labels = declaration.lines.find((line) => line.kind === 'labels')
    if (part === 'label' && labels?.kind === 'labels') {
      return { type: word(labels.value.text), kind: 'verdict', classifier: name, part }
    }
    return undefined
  }
  if (part === 'score')
    return { type: number('score'), kind: 'scorer-score', scorer: name, model: undefined }
  const bands = declaration.lines.find((line) => line.kind === 'bands')
  if (part === 'band' && bands?.kind === 'bands') {
    return { type: word(bands.scale.text), kind: 'scorer-band', scorer: name }
  }
  return undefined
}

/** What may follow the dot, as the author writes it. */
export function partsOf(
  declaration: syntax.ClassifierDeclaration | syntax.ScorerDeclaration,
): readonly string[] {
  if (declaration.kind === 'classifier') {
    return declaration.lines.some((line) => line.kind === 'labels')
      ? ['status', 'label']
      : ['status', 'score(model)']
  }
  return declaration.lines.some((line) => line.kind === 'bands')
    ? ['score', 'band']
    : ['score', 'score(model)']
}

function* dottedNames({ names }: Context): Iterable<string> {
  yield* factTypes.keys()
  for (const [name, { declaration }] of names.values.entries) {
    if (declaration.kind !== 'classifier' && declaration.kind !== 'scorer') continue
    for (const part of partsOf(declaration)) yield `${name}.${part}`
  }
}
