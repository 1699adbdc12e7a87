import type { CountQuery, Policy } from '../core.ts'
import type { HistoryMessage, HistoryTool } from '../decision.ts'
import { entryOf, hasEntry } from '../entries.ts'
import type { CallFrame } from './call-frame.ts'

/** A whole number, or `undefined`: something in the window is unknown. */
export type Count = (frame: CallFrame) => number | undefined

/**
 * Compiles a count into one walk from the newest item back. Nothing is copied: calls and turns only
 * grow along a history, so a window ends at the first item outside it.
 */
export function compileCount(policy: Policy, { what, window }: CountQuery): Count {
  switch (what.kind) {
    case 'phrases': {
      const list = policy.phraseLists.find((each) => each.name === what.list)
      if (list === undefined) return () => undefined
      return window.scope === 'tools' ? resultPhrases(list.digest, what.how, window) : phrases(list.digest, what.how, window)
    }
    case 'uses':
      return tools(window, (tool) => (tool.name === what.tool ? 1 : 0))
    case 'failures':
      return tools(window, ({ failed }) => (failed === undefined ? undefined : failed ? 1 : 0))
    case 'repeats':
      return repeats(window)
    case 'errors':
      return errors(window)
  }
}

type Window = CountQuery['window']

interface Place {
  readonly call: number
  readonly turn: number
}

interface Reach {
  /** The newest so many, at most. */
  readonly newest: number
  /** `undefined`: all of these. */
  readonly within: ((item: Place, now: Place) => boolean) | undefined
}

/** `own` is the scope that counts the items themselves. */
function reach(window: Window, own: string): Reach {
  const all = Number.POSITIVE_INFINITY
  if (window.kind === 'this') {
    const inTurn = (item: Place, now: Place): boolean => item.turn === now.turn
    return { newest: all, within: window.scope === 'session' ? undefined : inTurn }
  }
  const { count, scope } = window
  if (scope === own) return { newest: count, within: undefined }
  if (scope === 'turns') return { newest: all, within: (item, now) => item.turn > now.turn - count }
  if (scope === 'calls') return { newest: all, within: (item, now) => item.call >= now.call - count }
  return { newest: 0, within: undefined }
}

// --- tools and calls

function tools(window: Window, each: (tool: HistoryTool) => number | undefined): Count {
  const { newest, within } = reach(window, 'tools')
  return ({ state }) => {
    const all = state.history.tools
    let total = 0
    const end = Math.max(0, all.length - newest)
    for (let at = all.length - 1; at >= end; at -= 1) {
      const tool = all[at]
      if (tool === undefined || within?.(tool, state) === false) break
      const count = tool.unrecorded === true ? undefined : each(tool)
      if (count === undefined) return undefined
      total += count
    }
    return total
  }
}

/** Calls equal to the newest, itself included; another name is another call, whatever the rest. */
function repeats(window: Window): Count {
  const { newest, within } = reach(window, 'tools')
  return ({ state }) => {
    const all = state.history.tools
    const last = all.at(-1)
    if (last === undefined || newest === 0 || within?.(last, state) === false) return 0
    if (last.unrecorded === true) return undefined
    let total = 1
    const end = Math.max(0, all.length - newest)
    for (let at = all.length - 2; at >= end; at -= 1) {
      const tool = all[at]
      if (tool === undefined || within?.(tool, state) === false) break
      if (tool.unrecorded === true) return undefined
      if (tool.name !== last.name) continue
      if (tool.signature === undefined || last.signature === undefined) return undefined
      if (tool.signature === last.signature) total += 1
    }
    return total
  }
}

function errors(window: Window): Count {
  const { newest, within } = reach(window, 'calls')
  return ({ state }) => {
    const all = state.history.calls
    let total = 0
    const end = Math.max(0, all.length - newest)
    for (let at = all.length - 1; at >= end; at -= 1) {
      const call = all[at]
      if (call === undefined || within?.(call, state) === false) break
      if (call.served === undefined) return undefined
      if (!call.served) total += 1
    }
    return total
  }
}

// --- phrases

type Hits = { readonly [phrase: string]: number }
type How = Extract<CountQuery['what'], { readonly kind: 'phrases' }>['how']

const kinds: { readonly [scope: string]: HistoryMessage['from'] } = {
  'user messages': 'user',
  'assistant messages': 'assistant',
  'thinking messages': 'thinking',
}

function phrases(digest: string, how: How, window: Window): Count {
  const from = window.kind === 'last' ? kinds[window.scope] : undefined
  const { newest, within } = reach(window, from === undefined ? 'messages' : window.scope)
  return (frame) => {
    const { state } = frame
    const all = state.history.messages
    const seen = how === 'distinct' ? new Set<string>() : undefined
    let total = 0
    let left = newest
    for (let at = all.length - 1; at >= 0 && left > 0; at -= 1) {
      const message = all[at]
      if (message === undefined) break
      // Thinking is a kind of its own: it is counted where it is asked for, and nowhere else.
      if (from === undefined ? message.from === 'thinking' : message.from !== from) continue
      if (within?.(message, state) === false) break
      left -= 1
      const hits = hitsOf(message, frame, digest)
      if (hits === undefined) return undefined
      total += counted(hits, how, seen)
    }
    return seen === undefined ? total : seen.size
  }
}

/** In what the newest tools answered; a tool that was not recorded has no result either. */
function resultPhrases(digest: string, how: How, window: Window): Count {
  const { newest } = reach(window, 'tools')
  return ({ state, input }) => {
    const all = state.history.tools
    const seen = how === 'distinct' ? new Set<string>() : undefined
    let total = 0
    for (const { result } of all.slice(Math.max(0, all.length - newest))) {
      if (result === undefined) return undefined
      const hits = entryOf(result.hits, digest) ?? (input.phraseLists.includes(digest) ? noHits : undefined)
      if (hits === undefined) return undefined
      total += counted(hits, how, seen)
    }
    return seen === undefined ? total : seen.size
  }
}

/** `undefined`: nobody counted this list in this text. */
function hitsOf({ text, from }: HistoryMessage, { input }: CallFrame, digest: string): Hits | undefined {
  if (text === undefined) return undefined
  if (hasEntry(text.hits, digest)) return entryOf(text.hits, digest)
  const withheld = from === 'thinking' ? input.withheld.thinking : input.withheld.visible
  return !withheld && input.phraseLists.includes(digest) ? noHits : undefined
}

const noHits: Hits = {}

function counted(hits: Hits, how: How, seen: Set<string> | undefined): number {
  let total = 0
  // Hits are plain data: their own keys are all that there are.
  for (const phrase in hits) {
    const times = hits[phrase] ?? 0
    if (times <= 0) continue
    if (how === 'messages') return 1
    seen?.add(phrase)
    total += how === 'occurrences' ? times : 1
  }
  return total
}
