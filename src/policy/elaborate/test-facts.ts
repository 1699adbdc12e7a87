import type * as syntax from '../../language/syntax.ts'
import type { Source } from '../../language/source.ts'
import type { Expression, Literal, TestFact, Type } from '../core.ts'
import { at, listed, nearestTo } from './context.ts'
import type { Context } from './context.ts'
import { factName, factTypes } from './core-words.ts'
import { elaborateExpression, snippet } from './expressions.ts'
import { lookUp, renameTo } from './names.ts'
import type { Declared } from './names.ts'
import { elaborateSignal } from './signals.ts'
import { comparable, describeType, wordsOf } from './types.ts'
import { instantMicros } from './calendar.ts'
import {
  picoUsd,
  quantityLiteral,
  shareMillionths,
  sizeOf,
  unitScoreMillionths,
  exact,
} from './units.ts'

/** One written fact, its name joined with those of the facts around it. */
interface FlatFact {
  readonly path: readonly string[]
  readonly pathNode: syntax.Node
  readonly value: Exclude<syntax.FactValue, { kind: 'facts' }>
}

/** The facts of `given { … }` and `with { … }`, typed by what they name. */
export function elaborateFacts(
  context: Context,
  facts: readonly syntax.Fact[],
  source: Source,
): TestFact[] {
  const found: TestFact[] = []
  const seen = new Set<string>()
  const take = (key: string, node: syntax.Node, fact: TestFact | undefined): void => {
    if (seen.has(key)) {
      context.report('RT0211', at(source, node), `\`${key}\` is given twice`, {
        help: 'keep one of the two',
      })
    }
    seen.add(key)
    if (fact !== undefined) found.push(fact)
  }
  for (const fact of facts) {
    const first = fact.path.names[0]?.text ?? ''
    const declared = context.names.values.entries.get(first)
    if (declared?.declaration.kind === 'classifier' && fact.path.names.length === 1) {
      take(first, fact.path, verdictFact(context, declared.declaration, fact, source))
      continue
    }
    for (const flat of flatten(fact, [])) {
      take(flat.path.join('.'), flat.pathNode, elaborateFact(context, flat, source))
    }
  }
  return found
}

/** `url { path "/x" }` is `url.path "/x"`. */
function flatten(fact: syntax.Fact, before: readonly string[]): FlatFact[] {
  const path = [...before, ...fact.path.names.map((name) => name.text)]
  const { value } = fact
  if (value.kind === 'facts') return value.facts.flatMap((inner) => flatten(inner, path))
  return [{ path, pathNode: fact.path, value }]
}

/** What the run itself makes, and no fact can set. */
const madeByTheRun: ReadonlySet<string> = new Set(['current', 'turn', 'session'])

const wholeFacts = ['bucket', 'benefit', 'switch-cost', 'cached', 'now'] as const
const messageFacts = ['messages', 'assistant', 'user', 'thinking'] as const

function elaborateFact(context: Context, fact: FlatFact, source: Source): TestFact | undefined {
  const { report, names } = context
  const written = fact.path.join('.')
  const [first = '', ...rest] = fact.path
  const { value } = fact
  const declared = rest.length === 0 ? names.values.entries.get(first) : undefined
  if (declared !== undefined) return valueFact(context, declared, fact, source)
  const name = factName(written)
  if (name !== undefined && !madeByTheRun.has(name)) {
    const literal = factLiteral(context, value, factTypes.get(name) ?? { kind: 'any' }, source)
    return literal === undefined ? undefined : { kind: 'fact', fact: name, value: literal }
  }
  if ((first === 'header' || first === 'param' || first === 'metadata') && rest.length > 0) {
    const literal = factLiteral(context, value, undefined, source)
    return literal === undefined
      ? undefined
      : { kind: 'request-map', map: first, key: rest.join('.'), value: literal }
  }
  const messages = messageFacts.find((each) => each === written)
  if (messages !== undefined) {
    if (value.kind === 'unknown')
      return { kind: 'messages', which: messages === 'messages' ? 'all' : messages }
    report('RT0205', at(source, value), `\`${messages}\` can only be \`unknown\``, {
      help: 'what was said stands in the steps `user`, `assistant` and `thinking`',
    })
    return undefined
  }
  if (first === 'used' && rest.length > 0) return usedFact(context, rest.join('.'), fact, source)
  const whole = wholeFacts.find((each) => each === written)
  if (whole !== undefined) return wholeFact(context, whole, fact, source)
  const candidates = [
    ...factTypes.keys(),
    ...names.values.entries.keys(),
    ...wholeFacts,
    ...messageFacts,
  ]
  const nearest = nearestTo(context.report, written, candidates)
  report(
    'RT0201',
    at(source, fact.pathNode),
    madeByTheRun.has(written)
      ? `\`${written}\` follows from the steps, it cannot be given`
      : `no fact is named \`${written}\``,
    {
      help:
        nearest === undefined || nearest === written
          ? 'a fact names a signal, a classifier, a scorer, a `header`, `param` or `metadata`'
          : `did you mean \`${nearest}\`?`,
      fix:
        nearest === undefined || nearest === written
          ? undefined
          : renameTo(nearest, fact.pathNode, source),
    },
  )
  return undefined
}

function valueFact(
  context: Context,
  declared: Declared<{ readonly kind: string }>,
  fact: FlatFact,
  source: Source,
): TestFact | undefined {
  const name = declared.name.text
  const declaration = context.names.values.entries.get(name)?.declaration
  if (declaration?.kind === 'signal') {
    const signal = elaborateSignal(context, declaration, declared.source)?.signal
    if (signal === undefined) return undefined
    const literal = factLiteral(context, fact.value, signal.value.type, source)
    return literal === undefined ? undefined : { kind: 'signal', signal: name, value: literal }
  }
  if (declaration?.kind === 'scorer') {
    if (fact.value.kind === 'unknown') return { kind: 'scorer', scorer: name, value: 'unknown' }
    if (fact.value.kind === 'quantity') {
      const literal = quantityLiteral(fact.value, source, context.report)
      if (literal === undefined) return undefined
      if (literal.unit === 'score') return { kind: 'scorer', scorer: name, value: literal.value }
      if (literal.unit === 'count') {
        return { kind: 'scorer', scorer: name, value: exact(literal.value.numerator * 1_000_000n) }
      }
    }
    context.report(
      'RT0205',
      at(source, fact.value),
      `got something else than a score for \`${name}\``,
      {
        help: 'the value of a scorer is a number such as `0.35`, before offsets, or `unknown`',
      },
    )
    return undefined
  }
  context.report(
    'RT0205',
    at(source, fact.pathNode),
    `the ${declared.declaration.kind} \`${name}\` cannot be given`,
    {
      help: 'a fact names a signal, a classifier or a scorer; states come from the steps of the test',
    },
  )
  return undefined
}

// --- verdicts

function verdictFact(
  context: Context,
  classifier: syntax.ClassifierDeclaration,
  fact: syntax.Fact,
  source: Source,
): TestFact | undefined {
  const { report, names } = context
  const name = classifier.name.text
  const labels = classifier.lines.find((line) => line.kind === 'labels')
  const { value } = fact
  if (value.kind === 'unknown')
    return { kind: 'verdict', classifier: name, verdict: { status: 'missing' } }
  if (value.kind === 'facts') {
    if (labels !== undefined) {
      report('RT0205', at(source, value), `\`${name}\` gives a label, got scores`, {
        help: 'write one word of its scale',
      })
      return undefined
    }
    return scoresFact(context, name, value, source)
  }
  const word =
    value.kind === 'reference' && value.arguments === undefined && value.path.names.length === 1
      ? value.path.names[0]
      : undefined
  const words = labels?.kind === 'labels' ? (wordsOf(labels.value.text, names) ?? []) : []
  const status = verdictFailures.find((each) => each === word?.text)
  if (status !== undefined) return { kind: 'verdict', classifier: name, verdict: { status } }
  if (word !== undefined && words.includes(word.text)) {
    return { kind: 'verdict', classifier: name, verdict: { status: 'ok', label: word.text } }
  }
  const nearest = word && nearestTo(context.report, word.text, [...words, ...verdictFailures])
  report(
    'RT0206',
    at(source, value),
    `\`${snippet({ source }, value)}\` is no verdict of \`${name}\``,
    {
      help:
        nearest !== undefined
          ? `did you mean \`${nearest}\`?`
          : labels === undefined
            ? `write scores, as in \`{ model 0.85 }\`, or ${listed(verdictFailures)}`
            : `write ${listed([...words, ...verdictFailures], 'or', 16)}`,
      fix: nearest === undefined ? undefined : renameTo(nearest, value, source),
    },
  )
  return undefined
}

const verdictFailures = ['timeout', 'error', 'malformed', 'empty', 'missing'] as const

function scoresFact(
  context: Context,
  classifier: string,
  value: Extract<syntax.FactValue, { kind: 'facts' }>,
  source: Source,
): TestFact | undefined {
  const scores: { model: string; millionths: number }[] = []
  for (const { path, value: score } of value.facts) {
    const name = {
      kind: 'name' as const,
      span: path.span,
      text: path.names.map((each) => each.text).join('.'),
    }
    const model = lookUp(context.names.models, name, source, context.report)
    if (scores.some((before) => before.model === name.text)) {
      context.report('RT0211', at(source, path), `\`${name.text}\` is scored twice`, {
        help: 'keep one of the two',
      })
    }
    if (score.kind !== 'quantity') {
      context.report(
        'RT0205',
        at(source, score),
        `got something else than a score for \`${name.text}\``,
        {
          help: 'scores are written `0.70`',
        },
      )
      continue
    }
    const millionths = unitScoreMillionths(
      score,
      source,
      context.report,
      `the score of \`${name.text}\``,
    )
    if (model !== undefined && millionths !== undefined)
      scores.push({ model: name.text, millionths })
  }
  return { kind: 'verdict', classifier, verdict: { status: 'ok', scores } }
}

// --- the rest

function usedFact(
  context: Context,
  budget: string,
  fact: FlatFact,
  source: Source,
): TestFact | undefined {
  const name = { kind: 'name' as const, span: fact.pathNode.span, text: budget }
  const found = lookUp(context.names.budgets, name, source, context.report)
  if (fact.value.kind !== 'quantity') {
    context.report('RT0205', at(source, fact.value), 'got something else than a percentage', {
      help: 'how much of a budget is used is written `80%`',
    })
    return undefined
  }
  const millionths = shareMillionths(fact.value, source, context.report, 10_000_000n)
  return found === undefined || millionths === undefined
    ? undefined
    : { kind: 'used', budget, millionths }
}

function wholeFact(
  context: Context,
  kind: (typeof wholeFacts)[number],
  fact: FlatFact,
  source: Source,
): TestFact | undefined {
  const { report } = context
  const { value } = fact
  const wrong = (help: string): undefined => {
    report('RT0205', at(source, value), `got something else than \`${kind}\` takes`, { help })
    return undefined
  }
  switch (kind) {
    case 'bucket': {
      if (value.kind !== 'quantity') return wrong('a bucket is a percentage such as `19.99%`')
      const millionths = shareMillionths(value, source, report)
      return millionths === undefined ? undefined : { kind, millionths }
    }
    case 'benefit':
    case 'switch-cost': {
      if (value.kind !== 'quantity') return wrong('write money such as `$0.40`')
      const money = picoUsd(value, source, report)
      return money === undefined ? undefined : { kind, picoUsd: exact(money) }
    }
    case 'cached': {
      if (value.kind !== 'amount') return wrong('write a size such as `4k tokens`')
      const tokens = sizeOf(value, 'tokens', source, report, true)
      return tokens === undefined ? undefined : { kind, tokens }
    }
    case 'now': {
      const micros = value.kind === 'text' ? instantMicros(value.value) : undefined
      if (micros !== undefined) return { kind, micros }
      report('RT0227', at(source, value), `\`${snippet({ source }, value)}\` is no instant`, {
        help: 'instants are written `"2026-06-08T22:30+02:00"` or `"2026-06-08T20:30Z"`',
      })
      return undefined
    }
  }
}

/** A fixed value of a type; `undefined` type: text, number or truth as written. */
function factLiteral(
  context: Context,
  value: FlatFact['value'],
  type: Type | undefined,
  source: Source,
): Literal | 'unknown' | undefined {
  if (value.kind === 'unknown') return 'unknown'
  // A log may name a model that no catalogue knows: such a name stands in quotes.
  if (type?.kind === 'model' && value.kind === 'text') return { kind: 'name', name: value.value }
  const scope = { source, place: 'test', it: undefined } as const
  const expression = elaborateExpression(context, scope, value, type)
  if (expression === undefined) return undefined
  const literal = fixedValue(expression)
  if (literal === undefined) {
    context.report(
      'RT0205',
      at(source, value),
      `\`${snippet(scope, value)}\` is not a fixed value`,
      {
        help: 'a fact is a value: a number with its unit, a text, a word, a name or a list of them',
      },
    )
    return undefined
  }
  if (type === undefined || comparable(expression.type, type)) return literal
  context.report(
    'RT0204',
    at(source, value),
    `\`${snippet(scope, value)}\` is ${describeType(expression.type)}, expected ${describeType(type)}`,
    {
      help:
        type.kind === 'text'
          ? 'text stands in quotes'
          : 'a fact has the kind and unit of what it names',
      fix:
        type.kind === 'number' &&
        value.kind === 'quantity' &&
        (value.token === 'integer' || value.token === 'scaled') &&
        (type.unit === 'tokens' || type.unit === 'chars')
          ? renameTo(`${value.raw} ${type.unit}`, value, source)
          : undefined,
    },
  )
  return undefined
}

function fixedValue(expression: Expression): Literal | undefined {
  if (expression.kind === 'literal') return expression.value
  if (expression.kind !== 'list') return undefined
  const items: Literal[] = []
  for (const item of expression.items) {
    const value = fixedValue(item)
    if (value === undefined) return undefined
    items.push(value)
  }
  return { kind: 'list', items }
}
