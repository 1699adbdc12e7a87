import type { CountQuery, Policy, SinceQuery } from './core.ts'
import type { HistoryNeeds } from './decision.ts'
import { eachPart, expressionsOf } from './walk.ts'

/** What a policy asks of the past, claims and tests included. */
export function historyNeeds(policy: Policy): HistoryNeeds {
  const counts: CountQuery[] = []
  const since: SinceQuery[] = []
  const tools = new Set<string>()
  for (const whole of expressionsOf(policy)) {
    eachPart(whole, (part) => {
      if (part.kind === 'count') {
        counts.push(part.query)
        if (part.query.what.kind === 'uses') tools.add(part.query.what.tool)
      }
      if (part.kind === 'since') {
        since.push(part.query)
        if (part.query.of.kind === 'tool') tools.add(part.query.of.tool)
      }
    })
  }
  return { counts, since, tools: [...tools].sort() }
}

/** How far back one kind of history is looked at; 0 and `false`: not at all. */
export interface Reach {
  /** The newest so many of this kind. */
  readonly newest: number
  /** This turn and the so many before it. */
  readonly turns: number
  /** This call and the so many before it. */
  readonly calls: number
  readonly session: boolean
}

export interface Reaches {
  readonly user: Reach
  readonly assistant: Reach
  readonly thinking: Reach
  /** User and assistant messages counted together. */
  readonly messages: Reach
  readonly tools: Reach
  readonly calls: Reach
  /** Tools that `since tool` asks for. */
  readonly sinceTools: ReadonlySet<string>
}

const known = new WeakMap<Policy, Reaches>()

/** Depends on the policy alone, so it is worked out once for each. */
export function reachesOf(policy: Policy): Reaches {
  const found = known.get(policy)
  if (found !== undefined) return found
  const { counts, since } = historyNeeds(policy)
  const reachOf = (kind: WindowKind): Reach =>
    counts.filter((query) => kindOf(query) === kind).reduce(widened, nothing)
  const reaches: Reaches = {
    user: reachOf('user'),
    assistant: reachOf('assistant'),
    thinking: reachOf('thinking'),
    messages: reachOf('messages'),
    tools: reachOf('tools'),
    calls: reachOf('calls'),
    sinceTools: new Set(
      since.flatMap((query) => (query.of.kind === 'tool' ? [query.of.tool] : [])),
    ),
  }
  known.set(policy, reaches)
  return reaches
}

type WindowKind = 'user' | 'assistant' | 'thinking' | 'messages' | 'tools' | 'calls'

const nothing: Reach = { newest: 0, turns: 0, calls: 0, session: false }

function kindOf(query: CountQuery): WindowKind {
  switch (query.what.kind) {
    case 'uses':
    case 'failures':
    case 'repeats':
      return 'tools'
    case 'errors':
      return 'calls'
    case 'phrases':
      switch (query.window.scope) {
        case 'user messages':
          return 'user'
        case 'assistant messages':
          return 'assistant'
        case 'thinking messages':
          return 'thinking'
        case 'tools':
          return 'tools'
        default:
          return 'messages'
      }
  }
}

function widened(reach: Reach, query: CountQuery): Reach {
  const { window } = query
  if (window.kind === 'this') {
    return window.scope === 'session'
      ? { ...reach, session: true }
      : { ...reach, turns: Math.max(reach.turns, 1) }
  }
  if (window.scope === 'turns') return { ...reach, turns: Math.max(reach.turns, window.count) }
  if (window.scope === 'calls' && query.what.kind !== 'errors') {
    return { ...reach, calls: Math.max(reach.calls, window.count) }
  }
  return { ...reach, newest: Math.max(reach.newest, window.count) }
}

/** Whether the `index`-th newest of its kind (from 0) is still looked at. */
export function reaches(
  reach: Reach,
  index: number,
  item: { readonly call: number; readonly turn: number },
  now: { readonly call: number; readonly turn: number },
): boolean {
  return (
    reach.session ||
    index < reach.newest ||
    item.turn > now.turn - reach.turns ||
    item.call >= now.call - reach.calls
  )
}
