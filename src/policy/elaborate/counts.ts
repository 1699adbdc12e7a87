import type * as syntax from '../../language/syntax.ts'
import type { CountQuery, Expression, SinceQuery } from '../core.ts'
import { at, listed, nearestTo } from './context.ts'
import type { Context } from './context.ts'
import { number } from './core-words.ts'
import { lookUp, renameTo, reportUnknown } from './names.ts'
import { noted } from './references.ts'
import type { Scope } from './scope.ts'
import { wholeNumber } from './units.ts'

/** The longest window of `last N …`. */
const longestWindow = 10_000

const plainCounts = ['failures', 'repeats', 'errors'] as const
type PlainCount = (typeof plainCounts)[number]

/** Names that a list of phrases may not take. */
export const countWords: ReadonlySet<string> = new Set(plainCounts)

/** In `tools` phrases are those of results. */
const messageScopes = [
  'assistant messages',
  'user messages',
  'thinking messages',
  'messages',
  'tools',
  'turns',
  'this turn',
  'this session',
]
const toolScopes = ['tools', 'calls', 'turns', 'this turn', 'this session']
const repeatScopes = ['tools', 'this turn', 'this session']
const errorScopes = ['calls', 'turns', 'this turn', 'this session']

/** `count WHAT in last N SCOPE` */
export function elaborateCount(
  context: Context,
  scope: Scope,
  node: syntax.CountExpression,
): Expression | undefined {
  const counted = countedWhat(context, scope, node)
  const window = elaborateWindow(context, scope, node.window)
  if (counted === undefined || window === undefined) return undefined
  const written = node.window.kind === 'this' ? `this ${node.window.scope}` : node.window.scope
  if (!counted.scopes.includes(written)) {
    context.report(
      'RT0205',
      at(scope.source, node.window),
      `${counted.noun} cannot be counted in \`${written}\``,
      {
        help: `they are counted in ${listed(counted.scopes)}`,
      },
    )
    return undefined
  }
  return noted(context, scope, {
    location: at(scope.source, node),
    type: number('count'),
    kind: 'count',
    query: { what: counted.what, window },
  })
}

function countedWhat(
  context: Context,
  scope: Scope,
  node: syntax.CountExpression,
): { what: CountQuery['what']; noun: string; scopes: readonly string[] } | undefined {
  const { what } = node
  if (node.how === 'uses' || what.kind === 'text') {
    if (what.kind === 'text' && node.how === 'uses') {
      return {
        what: { kind: 'uses', tool: what.value },
        noun: 'uses of a tool',
        scopes: toolScopes,
      }
    }
    context.report('RT0205', at(scope.source, what), 'got a name and a text mixed up in `count`', {
      help: 'a tool is written `count uses of "Tool"`, a list of phrases `count NAME`',
    })
    return undefined
  }
  if (node.how === 'plain' && countWords.has(what.text)) {
    const kind = what.text as PlainCount
    const scopes =
      kind === 'failures' ? toolScopes : kind === 'repeats' ? repeatScopes : errorScopes
    return { what: { kind }, noun: kind, scopes }
  }
  const list = context.names.phrases.entries.get(what.text)
  if (list === undefined) {
    const candidates = [...context.names.phrases.entries.keys(), ...plainCounts]
    if (nearestTo(context.report, what.text, candidates) === undefined) {
      context.report('RT0201', at(scope.source, what), `\`${what.text}\` cannot be counted`, {
        help: `a list of phrases can, and ${listed(plainCounts, 'and')}`,
      })
    } else reportUnknown('list of phrases', what, candidates, scope.source, context.report)
    return undefined
  }
  const how = node.how === 'plain' ? 'pairs' : node.how === 'messages-with' ? 'messages' : node.how
  return { what: { kind: 'phrases', list: what.text, how }, noun: 'phrases', scopes: messageScopes }
}

function elaborateWindow(
  context: Context,
  scope: Scope,
  window: syntax.Window,
): CountQuery['window'] | undefined {
  if (window.kind === 'this') return { kind: 'this', scope: window.scope }
  const count = wholeNumber(window.count, scope.source, context.report, {
    from: 1,
    to: longestWindow,
  })
  return count === undefined ? undefined : { kind: 'last', count, scope: window.scope }
}

const events = ['switch', 'compaction', 'reminder', 'failover'] as const
type SinceEvent = (typeof events)[number]

/** `turns | calls | time since …` */
export function elaborateSince(
  context: Context,
  scope: Scope,
  node: syntax.SinceExpression,
): Expression | undefined {
  const of = sinceWhat(context, scope, node.of)
  return (
    of &&
    noted(context, scope, {
      location: at(scope.source, node),
      type: number(node.unit === 'time' ? 'duration' : 'count'),
      kind: 'since',
      query: { unit: node.unit, of },
    })
  )
}

function sinceWhat(
  context: Context,
  scope: Scope,
  of: syntax.SinceExpression['of'],
): SinceQuery['of'] | undefined {
  const { names, report } = context
  switch (of.kind) {
    case 'rule':
      return (
        lookUp(names.rules, of.name, scope.source, report) && { kind: 'rule', rule: of.name.text }
      )
    case 'tool':
      return { kind: 'tool', tool: of.name.value }
    case 'event': {
      const event = of.name.text
      if ((events as readonly string[]).includes(event))
        return { kind: 'event', event: event as SinceEvent }
      const location = at(scope.source, of.name)
      if (names.rules.entries.has(event)) {
        report('RT0201', location, `no event is named \`${event}\``, {
          help: `it is a rule: write \`since rule ${event}\``,
          fix: renameTo(`rule ${event}`, of.name, scope.source),
        })
      } else reportUnknown('event', of.name, events, scope.source, report)
      return undefined
    }
  }
}
