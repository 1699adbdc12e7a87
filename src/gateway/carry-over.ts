import { modelNamed, rankOf } from '../policy/catalogue-queries.ts'
import type { Memory, Policy } from '../policy/core.ts'
import type { History, HistoryMessage, HistoryTool, MemoryState, RememberedChoice, SessionState } from '../policy/decision.ts'
import { reachesOf } from '../policy/history-needs.ts'
import type { Reach } from '../policy/history-needs.ts'
import type { LooksBack } from './session-text.ts'

export interface CarriedOver {
  readonly state: SessionState
  readonly differences: readonly string[]
}

/**
 * A session that another version of the policy began, as this version may go on with it. What was
 * kept and still means the same is taken over. What the other version did not look back at, and so
 * did not keep, is unknown from here on until it has left the windows of this one.
 */
export function carriedOver(policy: Policy, state: SessionState, wrote: LooksBack): CarriedOver {
  const differences: string[] = []
  const note = (text: string): void => {
    if (!differences.includes(text)) differences.push(text)
  }
  const memories = Object.fromEntries(
    Object.entries(state.memories).flatMap(([name, held]) => {
      const memory = policy.memories.find((each) => each.name === name)
      const fitted = memory === undefined ? undefined : fittedMemory(policy, memory, held)
      if (fitted !== held) note(memoryDifference(name, memory, fitted))
      return fitted === undefined ? [] : [[name, fitted] as const]
    }),
  )
  return {
    state: {
      ...state,
      memories,
      choice: fittedChoice(policy, state.choice, note),
      lastChoice: fittedChoice(policy, state.lastChoice, () => undefined),
      toolCalled: toolsKept(policy, state, wrote, note),
      history: historyKept(policy, state, wrote, note),
    },
    differences,
  }
}

// --- memories and the choice

function fittedMemory(policy: Policy, memory: Memory, held: MemoryState): MemoryState | undefined {
  if (memory.kind !== held.kind) return undefined
  if ((memory.kind === 'counter' || memory.kind === 'streak') && 'count' in held) {
    return held.count > memory.upTo ? { ...held, count: memory.upTo } : held
  }
  if (memory.kind === 'level' && held.kind === 'level' && held.word !== null) {
    return rankOf(policy, memory.scale, held.word) === undefined ? undefined : held
  }
  return held
}

function memoryDifference(name: string, memory: Memory | undefined, fitted: MemoryState | undefined): string {
  if (memory === undefined) return `\`${name}\` is not declared any more: forgotten`
  if (fitted === undefined) return `\`${name}\` is another kind of memory or on another scale: it begins anew`
  return `\`${name}\` now stops at a lower count`
}

/** A model that the catalogue lost stays chosen: it is no candidate, and the next call chooses anew. */
function fittedChoice(
  policy: Policy,
  choice: RememberedChoice | undefined,
  note: (text: string) => void,
): RememberedChoice | undefined {
  if (choice === undefined) return undefined
  if (modelNamed(policy, choice.model) === undefined) {
    note(`\`${choice.model}\` is chosen and not in the catalogue any more: the next call chooses anew`)
  }
  const { profile } = choice
  if (profile === undefined || policy.profiles.some((each) => each.name === profile)) return choice
  note(`profile \`${profile}\` is not declared any more: the choice goes on without it`)
  return { ...choice, profile: undefined }
}

function toolsKept(
  policy: Policy,
  state: SessionState,
  { sinceTools }: LooksBack,
  note: (text: string) => void,
): SessionState['toolCalled'] {
  if (state.call === 0) return state.toolCalled
  const missing = [...reachesOf(policy).sinceTools].filter((tool) => !sinceTools.includes(tool)).sort()
  if (missing.length === 0) return state.toolCalled
  note(`since tool ${missing.map((tool) => `\`${tool}\``).join(', ')}: unknown until the next call of it`)
  return { ...state.toolCalled, ...Object.fromEntries(missing.map((tool) => [tool, null])) }
}

// --- windows

function historyKept(
  policy: Policy,
  state: SessionState,
  wrote: LooksBack,
  note: (text: string) => void,
): History {
  const wants = reachesOf(policy)
  const { history } = state
  const counted = new Set(wrote.phraseLists)
  const fresh = policy.phraseLists.filter((list) => !counted.has(list.digest))
  const uncounted = fresh.length > 0 && history.messages.length > 0
  if (uncounted) {
    note(`phrases ${fresh.map((list) => `\`${list.name}\``).join(', ')}: nobody counted them in the messages so far`)
  }
  const messages = history.messages.map((each) => (uncounted ? { ...each, text: undefined } : each))
  const lost = (['user', 'assistant', 'thinking'] as const).flatMap((from) => {
    const kept = messages.filter((each) => each.from === from)
    const together = messages.filter((each) => each.from !== 'thinking')
    const deeper =
      isCut(wrote[from], wants[from], kept, state) ||
      (from !== 'thinking' && isCut(wrote.messages, wants.messages, together, state))
    if (!deeper) return []
    note(`${from} messages: looked back at further than they were kept`)
    return [{ from, ...boundary(kept, state), text: undefined } satisfies HistoryMessage]
  })
  const toolsLost = isCut(wrote.tools, wants.tools, history.tools, state)
  if (toolsLost) note('tools: looked back at further than they were kept')
  const callsLost = isCut(wrote.calls, wants.calls, history.calls, state)
  if (callsLost) note('errors: looked back at further than calls were kept')
  return {
    ...history,
    messages: [...lost, ...messages],
    calls: [...(callsLost ? [unknownCall(history.calls, state)] : []), ...history.calls],
    tools: [...(toolsLost ? [unrecorded(boundary(history.tools, state))] : []), ...history.tools],
  }
}

interface Place {
  readonly call: number
  readonly turn: number
}

/** Whether this policy may look at something that the other one has let go. */
function isCut(wrote: Reach, wants: Reach, kept: readonly Place[], { call, turn }: SessionState): boolean {
  const deeper =
    (wants.session && !wrote.session) ||
    wants.newest > wrote.newest ||
    wants.turns > wrote.turns ||
    wants.calls > wrote.calls
  const whole = wrote.session || kept.length < wrote.newest || turn < wrote.turns || call <= wrote.calls
  return deeper && !whole && call > 0
}

/** Everything that is lost lies here or before. */
function boundary(kept: readonly Place[], { call, turn }: SessionState): Place {
  const oldest = kept[0]
  return oldest === undefined ? { call, turn } : { call: oldest.call, turn: oldest.turn }
}

/** Stands before every call that is known: the newest call has an entry of its own to come. */
function unknownCall(kept: readonly Place[], state: SessionState): History['calls'][number] {
  const { call, turn } = boundary(kept, state)
  return { call: call - 1, turn, served: undefined }
}

function unrecorded(place: Place): HistoryTool {
  return { name: '', unrecorded: true, ...place }
}
