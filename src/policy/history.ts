import type { PromptFacts, ReplyFacts, TextFacts } from '../trace/record.ts'
import type { Policy } from './core.ts'
import type { CallInput, History, HistoryMessage, HistoryTool, SessionState } from './decision.ts'
import { hasEntry } from './entries.ts'
import { reaches, reachesOf } from './history-needs.ts'

export const emptyHistory: History = {
  messages: [],
  tools: [],
  calls: [],
  turnImages: 0,
  contextImages: undefined,
  contextTokens: undefined,
  userMessage: null,
  replyTools: [],
  signals: {},
}

interface Place {
  readonly call: number
  readonly turn: number
}

/** The history as the call `now` sees it: the reply to the call before it, then what is new. */
export function grown(policy: Policy, state: SessionState, input: CallInput, now: Place): History {
  const { history } = state
  const before: Place = { call: state.call, turn: state.turn }
  const reply = state.call === 0 ? undefined : input.previousReply
  const messages = history.messages.concat(
    replyMessages(state.call > 0, reply, before),
    userMessages(input, now),
  )
  const replyTools = state.call === 0 ? [] : reply?.tools
  const tools = history.tools.concat(placed(replyTools ?? [unrecorded], before))
  const fresh = images(history, input)
  return {
    messages: boundedMessages(policy, messages, now),
    tools: bounded(tools, now, reachesOf(policy).tools),
    calls: bounded(calls(history, before, input.previousServed), now, reachesOf(policy).calls),
    turnImages: fresh.turnImages,
    contextImages: fresh.contextImages,
    contextTokens: input.prompt.tokens,
    userMessage: input.beginsTurn ? input.prompt.user : history.userMessage,
    replyTools: replyTools?.map((tool) => tool.name),
    signals: heldSignals(history.signals, input.prompt),
    maps: heldMaps(history.maps ?? noMaps, input.prompt),
  }
}

function placed(
  tools: readonly Pick<HistoryTool, 'name' | 'unrecorded'>[],
  { call, turn }: Place,
): readonly HistoryTool[] {
  return tools.map((tool) => ({ ...tool, call, turn }))
}

const unrecorded: Pick<HistoryTool, 'name' | 'unrecorded'> = { name: '', unrecorded: true }

/** Two texts of one reply are one message; a reply without text is none. */
function replyMessages(
  called: boolean,
  reply: ReplyFacts | undefined,
  before: Place,
): readonly HistoryMessage[] {
  if (!called) return []
  const message = (
    from: 'assistant' | 'thinking',
    text: TextFacts | null | undefined,
  ): readonly HistoryMessage[] => (text === null ? [] : [{ from, ...before, text }])
  return [...message('thinking', reply?.thinking), ...message('assistant', reply?.text)]
}

function userMessages(input: CallInput, now: Place): readonly HistoryMessage[] {
  if (!input.beginsTurn || input.prompt.user === null) return []
  return [{ from: 'user', ...now, text: input.prompt.user }]
}

function calls(
  history: History,
  before: Place,
  served: boolean | undefined,
): History['calls'] {
  if (before.call === 0) return history.calls
  const newest = history.calls.at(-1)
  if (newest?.call !== before.call) return [...history.calls, { ...before, served: served ?? true }]
  if (served === undefined) return history.calls
  return [...history.calls.slice(0, -1), { ...newest, served }]
}

function images(history: History, input: CallInput): Pick<History, 'turnImages' | 'contextImages'> {
  const fresh = input.prompt.newImages
  return {
    turnImages: plus(input.beginsTurn ? 0 : history.turnImages, fresh),
    contextImages: input.prompt.contextImages ?? plus(history.contextImages, fresh),
  }
}

function plus(left: number | undefined, right: number | undefined): number | undefined {
  return left === undefined || right === undefined ? undefined : left + right
}

/** A housekeeping call says nothing about the next one. */
const ofOneCall = ['housekeeping']

function heldSignals(
  held: History['signals'],
  prompt: PromptFacts,
): History['signals'] {
  const kept = ofOneCall.some((name) => hasEntry(held, name))
    ? Object.fromEntries(Object.entries(held).filter(([name]) => !ofOneCall.includes(name)))
    : held
  return prompt.signals === undefined ? kept : { ...kept, ...prompt.signals }
}

type Maps = NonNullable<History['maps']>

const noMaps: Maps = {}

/** A map that a call gives replaces the one before it, whole. */
function heldMaps(held: Maps, prompt: PromptFacts): Maps {
  const { header, param, metadata } = prompt
  if (header === undefined && param === undefined && metadata === undefined) return held
  return {
    ...held,
    ...(header !== undefined && { header }),
    ...(param !== undefined && { param }),
    ...(metadata !== undefined && { metadata }),
  }
}

// --- windows no longer than the policy looks

function bounded<T extends Place>(
  items: readonly T[],
  now: Place,
  reach: Parameters<typeof reaches>[0],
): readonly T[] {
  return items.filter((item, index) => reaches(reach, items.length - 1 - index, item, now))
}

/** Each kind has a window of its own; user and assistant messages have one together besides. */
function boundedMessages(
  policy: Policy,
  messages: readonly HistoryMessage[],
  now: Place,
): readonly HistoryMessage[] {
  const wanted = reachesOf(policy)
  const kept: HistoryMessage[] = []
  const newer = { user: 0, assistant: 0, thinking: 0 }
  for (const message of messages.toReversed()) {
    const { from } = message
    const among = newer.user + newer.assistant
    const spoken = from !== 'thinking' && reaches(wanted.messages, among, message, now)
    if (spoken || reaches(wanted[from], newer[from], message, now)) kept.push(message)
    newer[from] += 1
  }
  return kept.reverse()
}
