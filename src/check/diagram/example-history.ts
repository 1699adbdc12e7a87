import type { CountQuery, Policy } from '../../policy/core.ts'
import type { History, HistoryMessage, HistoryTool } from '../../policy/decision.ts'

/** What a count shall come to; `undefined`: unknown. */
export interface CountedCell {
  readonly query: CountQuery
  readonly count: number | undefined
}

type Place = { readonly call: number; readonly turn: number }

/** A history with these counts, where one is easily made; whoever needs it exact looks again. */
export function historyOf(
  policy: Policy,
  counts: readonly CountedCell[],
  now: Place,
): Pick<History, 'messages' | 'tools' | 'calls'> {
  const before = { call: now.call - 1, turn: now.turn }
  return {
    messages: messagesOf(policy, counts, before),
    tools: toolsOf(policy, counts, before),
    calls: callsOf(counts, before),
  }
}

/** By window, smallest first: each with what it holds beyond the one before it, and where that begins. */
function nested(counts: readonly CountedCell[]): readonly { readonly from: number; readonly extra: number | undefined }[] {
  let [held, from] = [0, 0]
  return [...counts]
    .sort((left, right) => widthOf(left.query) - widthOf(right.query))
    .map(({ query, count }) => {
      const step = { from, extra: count === undefined ? undefined : Math.max(0, count - held) }
      held = Math.max(held, count ?? held)
      from = Math.max(from, Math.min(widthOf(query), 1_000))
      return step
    })
}

function widthOf({ window }: CountQuery): number {
  return window.kind === 'last' ? window.count : window.scope === 'turn' ? 1_001 : 1_002
}

/** Counts of one thing, told apart from those of others. */
function grouped(counts: readonly CountedCell[], keyOf: (query: CountQuery) => string): readonly (readonly CountedCell[])[] {
  const groups = new Map<string, CountedCell[]>()
  for (const each of counts) groups.set(keyOf(each.query), [...(groups.get(keyOf(each.query)) ?? []), each])
  return [...groups.values()]
}

// --- messages

type Author = HistoryMessage['from']

interface DraftMessage {
  readonly hits: Map<string, Map<string, number>>
  unknown: boolean
}

function messagesOf(policy: Policy, counts: readonly CountedCell[], at: Place): readonly HistoryMessage[] {
  const drafts = new Map<Author, DraftMessage[]>()
  const slot = (from: Author, index: number): DraftMessage => {
    const all = drafts.get(from) ?? []
    drafts.set(from, all)
    while (all.length <= index) all.push({ hits: new Map(), unknown: false })
    return all[index] ?? { hits: new Map(), unknown: false }
  }
  const spoken = counts.filter(({ query }) => query.what.kind === 'phrases' && query.window.scope !== 'tools')
  for (const group of grouped(spoken, phraseKey)) {
    const what = group[0]?.query.what
    if (what?.kind !== 'phrases') continue
    const author = authorOf(group[0]?.query)
    placePhrases(policy, what, group, (index) => slot(author, index))
  }
  return [...drafts].flatMap(([from, all]) =>
    [...all].reverse().map(({ hits, unknown }): HistoryMessage => ({
      from,
      ...at,
      text: textOf({ hits, unknown }),
    })),
  )
}

function textOf({ hits, unknown }: DraftMessage): HistoryMessage['text'] {
  return unknown
    ? undefined
    : { chars: 10, hits: Object.fromEntries([...hits].map(([digest, each]) => [digest, Object.fromEntries(each)])) }
}

/** Hits of one list, in texts of which `slot` knows the newest as 0. */
function placePhrases(
  policy: Policy,
  what: Extract<CountQuery['what'], { readonly kind: 'phrases' }>,
  group: readonly CountedCell[],
  slot: (index: number) => DraftMessage,
): void {
  const list = policy.phraseLists.find((each) => each.name === what.list)
  if (list === undefined) return
  for (const { from, extra } of nested(group)) {
    if (extra === undefined) slot(from).unknown = true
    for (let placed = 0; placed < (extra ?? 0); placed += 1) {
      const width = what.how === 'messages' ? 1 : what.how === 'occurrences' ? Infinity : Math.max(1, list.phrases.length)
      const text = slot(from + Math.floor(width === Infinity ? 0 : placed / width))
      const hits = text.hits.get(list.digest) ?? new Map<string, number>()
      const phrase = what.how === 'messages' || what.how === 'occurrences' ? '0' : String(placed % width)
      text.hits.set(list.digest, hits.set(phrase, (hits.get(phrase) ?? 0) + 1))
    }
  }
}

function phraseKey({ what, window }: CountQuery): string {
  return JSON.stringify([what, window.scope])
}

function authorOf(query: CountQuery | undefined): Author {
  switch (query?.window.scope) {
    case 'user messages':
      return 'user'
    case 'thinking messages':
      return 'thinking'
    default:
      return 'assistant'
  }
}

// --- tools and calls

interface DraftTool {
  name: string
  signature: string
  failed: boolean | undefined
  result: DraftMessage
}

function toolsOf(policy: Policy, counts: readonly CountedCell[], at: Place): readonly HistoryTool[] {
  const tools: DraftTool[] = []
  const draft = (index: number): DraftTool => ({
    name: `tool-${index}`, signature: String(index), failed: false, result: { hits: new Map(), unknown: false },
  })
  const slot = (index: number): DraftTool => {
    while (tools.length <= index) tools.push(draft(tools.length))
    return tools[index] ?? draft(index)
  }
  for (const group of grouped(counts.filter(isOfTools), ({ what }) => JSON.stringify(what))) {
    const what = group[0]?.query.what
    if (what?.kind === 'phrases') placePhrases(policy, what, group, (index) => slot(index).result)
    if (what === undefined || what.kind === 'phrases' || what.kind === 'errors') continue
    for (const { from, extra } of nested(group)) {
      if (extra === undefined && what.kind === 'failures') slot(from).failed = undefined
      for (let placed = 0; placed < (extra ?? 0); placed += 1) {
        const tool = slot(from + placed)
        if (what.kind === 'failures') tool.failed = true
        if (what.kind === 'uses') tool.name = what.tool
        if (what.kind === 'repeats') [tool.name, tool.signature] = [slot(0).name, slot(0).signature]
      }
    }
  }
  return tools
    .map(({ name, signature, failed, result }): HistoryTool => {
      const facts = textOf(result)
      return { name, signature, ...at, ...(failed !== undefined && { failed }), ...(facts !== undefined && { result: facts }) }
    })
    .reverse()
}

/** In windows of tools phrases are those of results. */
function isOfTools({ query: { what, window } }: CountedCell): boolean {
  return what.kind === 'phrases' ? window.scope === 'tools' : what.kind !== 'errors'
}

function callsOf(counts: readonly CountedCell[], at: Place): History['calls'] {
  const served: boolean[] = []
  for (const group of grouped(counts.filter(({ query }) => query.what.kind === 'errors'), () => '')) {
    for (const { from, extra } of nested(group)) {
      while (served.length < from + (extra ?? 0)) served.push(served.length < from)
    }
  }
  return served.map((each) => ({ ...at, served: each })).reverse()
}
