import type * as syntax from '../../language/syntax.ts'
import type { Expression, Type } from '../core.ts'
import { elaborateCall } from './calls.ts'
import { at, listed } from './context.ts'
import type { Context } from './context.ts'
import {
  coreFunctions,
  endpoint,
  factName,
  factTypes,
  functionName,
  model,
  number,
  placeNames,
  provider,
  specialFunctions,
  testStatuses,
  truth,
  word,
} from './core-words.ts'
import type { Place } from './core-words.ts'
import type { Declared, ValueDeclaration } from './names.ts'
import { elaborateParts, partsOf } from './parts.ts'
import type { Scope } from './scope.ts'
import { settingLiteral } from './settings.ts'
import { currentFrame, elaborateSignal } from './signals.ts'
import { wordsOf } from './types.ts'
import { isValueName, reportNotInSet, reportUnknownWord } from './unknown-words.ts'

/** A name, a name with parts, or a call. */
export function elaborateReference(
  context: Context,
  scope: Scope,
  node: syntax.ReferenceExpression,
  expected: Type | undefined,
): Expression | undefined {
  const { names } = node.path
  const first = names[0]
  if (first === undefined) return undefined
  if (node.arguments !== undefined)
    return elaborateCall(context, scope, node, node.arguments, expected)
  if (names.length > 1) return elaborateParts(context, scope, node, first)
  return elaborateBareName(context, scope, first, node, expected)
}

/**
 * Passes an expression that is about one call on to where it stands: refuses it in an expectation,
 * which is about a whole run, and tells the signal around it what a filter could not read.
 */
export function noted(
  context: Context,
  scope: Scope,
  expression: Expression,
  notInFilter?: string,
): Expression | undefined {
  const { source, span } = expression.location
  const what = source.text.slice(span.start, span.end).replace(/\s+/g, ' ').slice(0, 60)
  if (!refuseInRun(context, scope, { span }, what)) return undefined
  const frame = currentFrame(context)
  if (frame !== undefined) frame.size += 1
  if (notInFilter === undefined) return expression
  if (frame !== undefined) frame.notInFilter ??= notInFilter
  if (scope.place !== 'filter') return expression
  context.report('RT0208', expression.location, `${notInFilter} cannot be asked in a filter`, {
    help: 'filters are judged first: they decide who is a candidate before anything is scored',
  })
  return undefined
}

/** `false` after a report when something about one call stands in an expectation. */
export function refuseInRun(
  context: Context,
  scope: Scope,
  node: syntax.Node,
  what: string,
): boolean {
  if (scope.place !== 'expect') return true
  context.report(
    'RT0208',
    at(scope.source, node),
    `\`${what}\` is read at one call, an expectation is about a whole run`,
    {
      help: 'expectations compare `cost`, `availability`, `switches`, `upgrades`, `turns`, `calls`, `sessions`; an `invariant` is judged at every call',
    },
  )
  return false
}

/** Whether a node is a lone name that no value, signal or function of the language claims. */
export function bareWord(context: Context, node: syntax.Expression): boolean {
  if (node.kind === 'group') return bareWord(context, node.inner)
  if (node.kind === 'list')
    return node.items.length > 0 && node.items.every((item) => bareWord(context, item))
  if (node.kind !== 'reference' || node.arguments !== undefined) return false
  const [name, second] = node.path.names
  if (name === undefined || second !== undefined) return false
  return !isValueName(context, name.text)
}

function elaborateBareName(
  context: Context,
  scope: Scope,
  name: syntax.Name,
  node: syntax.Node,
  expected: Type | undefined,
): Expression | undefined {
  const { names, report } = context
  const location = at(scope.source, node)
  const literal = (type: Type): Expression => ({
    location,
    type,
    kind: 'literal',
    value: { kind: 'name', name: name.text },
    setting: undefined,
  })
  const value = names.values.entries.get(name.text)
  if (expected?.kind === 'word') {
    const words =
      expected.set === 'status' && scope.place === 'test'
        ? testStatuses
        : wordsOf(expected.set, names)
    if (words?.includes(name.text) === true) {
      if (value === undefined || isParted(value)) return literal(expected)
      report(
        'RT0207',
        location,
        `\`${name.text}\` is a word of \`${expected.set}\` and the name of a ${kindOf(value)}`,
        {
          help: `give the ${kindOf(value)} another name`,
          related: [{ location: at(value.source, value.name), message: 'declared here' }],
        },
      )
      return undefined
    }
    if (words === null && value === undefined) return literal(expected)
    if (words !== null && words !== undefined && !isValueName(context, name.text)) {
      reportNotInSet(context, scope, name, expected.set, words)
      return undefined
    }
  }
  if (expected?.kind === 'model' && names.models.entries.has(name.text) && value === undefined)
    return literal(model)
  if (
    expected?.kind === 'provider' &&
    names.providers.entries.has(name.text) &&
    value === undefined
  ) {
    return literal(provider)
  }
  if (value !== undefined) return elaborateValue(context, scope, value, node)
  const core = elaborateCoreWord(context, scope, name, node)
  if (core !== 'none') return core
  const candidates: Type[] = []
  if (names.models.entries.has(name.text)) candidates.push(model)
  if (names.providers.entries.has(name.text)) candidates.push(provider)
  for (const scale of names.scaleWords.get(name.text) ?? []) candidates.push(word(scale))
  const fitting = expected?.kind === 'model' || expected?.kind === 'provider' ? [] : candidates
  const [only, second] = fitting
  if (only !== undefined && second === undefined) return literal(only)
  if (only !== undefined) {
    const readings = fitting.map((type) =>
      type.kind === 'word' ? `a word of \`${type.set}\`` : `a ${type.kind}`,
    )
    report('RT0207', location, `\`${name.text}\` is ${readings.join(' and ')}`, {
      help: 'compare it with something of one of them, or rename one',
    })
    return undefined
  }
  reportUnknownWord(context, scope, name, expected)
  return undefined
}

/** Signals, functions without arguments, and `it`; `'none'` where the name is none of them. */
function elaborateCoreWord(
  context: Context,
  scope: Scope,
  name: syntax.Name,
  node: syntax.Node,
): Expression | undefined | 'none' {
  const { report } = context
  const location = at(scope.source, node)
  const fact = factName(name.text)
  if (fact !== undefined) {
    return noted(context, scope, {
      location,
      type: factTypes.get(fact) ?? truth,
      kind: 'fact',
      fact,
    })
  }
  if (name.text === 'it') {
    if (scope.it !== undefined) {
      return { location, type: scope.it === 'model' ? model : endpoint, kind: 'it' }
    }
    report('RT0208', location, '`it` has no meaning here', {
      help: '`it` is the model or endpoint that a `where`, a ranking, `prefer` or `require` goes through',
    })
    return undefined
  }
  if (name.text === 'now') {
    report('RT0205', location, '`now` is no value', {
      help: 'a policy asks `now in NAME`, of declared `hours`',
    })
    return undefined
  }
  const functionNamed = functionName(name.text)
  const definition = functionNamed && coreFunctions.get(functionNamed)
  if (functionNamed === undefined || definition === undefined) {
    const special = specialFunctions.get(name.text)
    if (special === undefined || !isUnclaimed(context, name.text)) return 'none'
    report('RT0209', location, `\`${name.text}\` is asked of something`, {
      help: `write \`${special}\``,
    })
    return undefined
  }
  if (definition.parameters.length > definition.optional) {
    if (!isUnclaimed(context, name.text)) return 'none'
    report('RT0209', location, `\`${name.text}\` is asked of something`, {
      help: `write \`${definition.signature}\``,
    })
    return undefined
  }
  if (!mayStand(context, scope, name.text, definition.places, location)) return undefined
  const type = definition.result === 'first' ? truth : definition.result
  return { location, type, kind: 'call', function: functionNamed, arguments: [] }
}

/** No model, provider or scale word has this name, so that the function must be meant. */
function isUnclaimed(context: Context, name: string): boolean {
  const { models, providers } = context.names
  return (
    !models.entries.has(name) && !providers.entries.has(name) && !context.names.scaleWords.has(name)
  )
}

export function mayStand(
  context: Context,
  scope: Scope,
  name: string,
  places: readonly Place[] | 'everywhere',
  location: Expression['location'],
): boolean {
  if (places === 'everywhere' || places.includes(scope.place)) return true
  const where = places.map((place) => placeNames[place]).join(' or ')
  context.report('RT0208', location, `\`${name}\` cannot stand in ${placeNames[scope.place]}`, {
    help: `it is known only afterwards: ${where} may ask it`,
  })
  return false
}

function elaborateValue(
  context: Context,
  scope: Scope,
  value: Declared<ValueDeclaration>,
  node: syntax.Node,
): Expression | undefined {
  const location = at(scope.source, node)
  const { declaration } = value
  switch (declaration.kind) {
    case 'setting':
      return settingLiteral(context, value.source, declaration, location)
    case 'signal': {
      const elaborated = elaborateSignal(context, declaration, value.source)
      if (elaborated?.signal === undefined) return undefined
      const { signal, notInFilter } = elaborated
      return noted(
        context,
        scope,
        { location, type: signal.value.type, kind: 'signal', signal: signal.name },
        notInFilter,
      )
    }
    case 'classifier':
    case 'scorer': {
      const parts = partsOf(declaration)
      context.report(
        'RT0205',
        location,
        `\`${value.name.text}\` is a ${declaration.kind}, not a value`,
        {
          help: `write ${listed(parts.map((part) => `${value.name.text}.${part}`))}`,
        },
      )
      return undefined
    }
    case 'latch':
      return noted(context, scope, {
        location,
        type: truth,
        kind: 'memory',
        memory: value.name.text,
      })
    case 'counter':
    case 'streak':
      return noted(context, scope, {
        location,
        type: number('count'),
        kind: 'memory',
        memory: value.name.text,
      })
    case 'pin':
      return noted(context, scope, {
        location,
        type: model,
        kind: 'memory',
        memory: value.name.text,
      })
    case 'level':
      return noted(context, scope, {
        location,
        type: word(declaration.scale.text),
        kind: 'memory',
        memory: value.name.text,
      })
  }
}

export function kindOf(value: Declared<ValueDeclaration>): string {
  return value.declaration.kind
}

function isParted(value: Declared<ValueDeclaration>): boolean {
  return value.declaration.kind === 'classifier' || value.declaration.kind === 'scorer'
}
