import type { CountQuery, Policy } from './core.ts'
import type { CallInput, HistoryMessage, HistoryTool, SessionState } from './decision.ts'
import { entryOf, hasEntry } from './entries.ts'

/** A whole number, or `undefined`: something in the window is unknown. */
export function countOf(
  policy: Policy,
  state: SessionState,
  input: CallInput,
  query: CountQuery,
): number | undefined {
  const { what, window } = query
  switch (what.kind) {
    case 'phrases': {
      const list = policy.phraseLists.find((each) => each.name === what.list)
      if (list === undefined) return undefined
      const texts =
        window.scope === 'tools'
          ? toolsIn(state, window).map((tool) => resultHits(tool, input, list.digest))
          : messagesIn(state, window).map((message) => hitsOf(message, input, list.digest))
      return phrases(texts, what.how)
    }
    case 'uses':
      return sum(toolsIn(state, window), (tool) => (tool.name === what.tool ? 1 : 0))
    case 'failures':
      return sum(toolsIn(state, window), (tool) =>
        tool.failed === undefined ? undefined : tool.failed ? 1 : 0,
      )
    case 'repeats':
      return repeats(toolsIn(state, window))
    case 'errors':
      return failed(newest(state.history.calls, window, state, 'calls').map((call) => call.served))
  }
}

type Window = CountQuery['window']

interface Place {
  readonly call: number
  readonly turn: number
}

/** What a window holds of `items`, newest last; `own` is the scope that counts these items. */
function newest<T extends Place>(
  items: readonly T[],
  window: Window,
  now: Place,
  own: string,
): readonly T[] {
  if (window.kind === 'this') {
    return window.scope === 'session' ? items : items.filter((item) => item.turn === now.turn)
  }
  if (window.scope === own) return items.slice(Math.max(0, items.length - window.count))
  if (window.scope === 'turns') return items.filter((item) => item.turn > now.turn - window.count)
  if (window.scope === 'calls') return items.filter((item) => item.call >= now.call - window.count)
  return []
}

// --- phrases

function messagesIn(state: SessionState, window: Window): readonly HistoryMessage[] {
  const { messages } = state.history
  const from = (kind: HistoryMessage['from']): readonly HistoryMessage[] =>
    newest(messages.filter((message) => message.from === kind), window, state, `${kind} messages`)
  switch (window.scope) {
    case 'user messages':
      return from('user')
    case 'assistant messages':
      return from('assistant')
    case 'thinking messages':
      return from('thinking')
    default:
      // Thinking is a kind of its own: it is counted where it is asked for, and nowhere else.
      return newest(messages.filter((each) => each.from !== 'thinking'), window, state, 'messages')
  }
}

type Hits = { readonly [phrase: string]: number }

/** `undefined`: nobody counted this list in this text. */
function hitsOf(message: HistoryMessage, input: CallInput, digest: string): Hits | undefined {
  if (message.text === undefined) return undefined
  if (hasEntry(message.text.hits, digest)) return entryOf(message.text.hits, digest)
  const withheld = message.from === 'thinking' ? input.withheld.thinking : input.withheld.visible
  return input.phraseLists.includes(digest) && !withheld ? {} : undefined
}

function resultHits({ result }: HistoryTool, input: CallInput, digest: string): Hits | undefined {
  if (result === undefined) return undefined
  return entryOf(result.hits, digest) ?? (input.phraseLists.includes(digest) ? {} : undefined)
}

function phrases(
  texts: readonly (Hits | undefined)[],
  how: Extract<CountQuery['what'], { readonly kind: 'phrases' }>['how'],
): number | undefined {
  const read = texts.filter((hits) => hits !== undefined)
  if (read.length < texts.length) return undefined
  const found = read.map((hits) => Object.entries(hits).filter(([, count]) => count > 0))
  switch (how) {
    case 'pairs':
      return found.flat().length
    case 'occurrences':
      return found.flat().reduce((total, [, count]) => total + count, 0)
    case 'distinct':
      return new Set(found.flat().map(([phrase]) => phrase)).size
    case 'messages':
      return found.filter((each) => each.length > 0).length
  }
}

// --- tools

function toolsIn(state: SessionState, window: Window): readonly HistoryTool[] {
  return newest(state.history.tools, window, state, 'tools')
}

function sum(
  tools: readonly HistoryTool[],
  each: (tool: HistoryTool) => number | undefined,
): number | undefined {
  return tools.reduce<number | undefined>((total, tool) => {
    const count = tool.unrecorded === true ? undefined : each(tool)
    return total === undefined || count === undefined ? undefined : total + count
  }, 0)
}

function failed(served: readonly (boolean | undefined)[]): number | undefined {
  return served.includes(undefined) ? undefined : served.filter((each) => each === false).length
}

/** Calls equal to the newest, itself included; another name is another call, whatever the rest. */
function repeats(tools: readonly HistoryTool[]): number | undefined {
  const last = tools.at(-1)
  if (last === undefined) return 0
  if (last.unrecorded === true) return undefined
  return sum(tools, (tool) => {
    if (tool === last) return 1
    if (tool.name !== last.name) return 0
    if (tool.signature === undefined || last.signature === undefined) return undefined
    return tool.signature === last.signature ? 1 : 0
  })
}
