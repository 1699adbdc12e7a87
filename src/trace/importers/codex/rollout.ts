import type { EventFacts, DraftItem } from '../session-draft.ts'
import type { AttemptRecord, TextFacts } from '../../record.ts'
import type { ConversationCounts } from '../importer.ts'
import type { CodexCounts } from './usage.ts'

export interface ToolDraft {
  readonly name: string
  readonly signature?: string
  /** Told by a later line than its call's. */
  failed?: boolean
}

/** What the model has said since its last counted call. */
export interface OpenCall {
  readonly line: number
  readonly startMicros: number | undefined
  endMicros: number | undefined
  readonly visible: string[]
  readonly thinking: string[]
  reasoningWithheld: boolean
  readonly tools: ToolDraft[]
  /** Of its first tool, as the host named the call of it. */
  toolId: string | undefined
  /** Searches that the provider made; it asks money for them, and none for opening a page. */
  webSearches: number
}

/** One rollout file, read line by line. */
export interface Rollout {
  session: string
  sessionNamed: boolean
  parent: string | undefined
  forkedFrom: string | undefined
  /** The session whose lines this file may begin with: that of a fork or of the agent's parent. */
  original: string | undefined
  /** Of the newest turn. */
  turnId: string | undefined
  begunMicros: number | undefined
  version: string | undefined
  provider: string | undefined
  model: string | undefined
  /** Of the call before. */
  calledModel: string | undefined
  serviceTier: string | undefined
  planMode: boolean | undefined
  turn: number
  firstOfTurn: boolean
  message: TextFacts | undefined
  /** Newer versions tell a message by an item and then by an event; the event is the person's own. */
  messageEvents: boolean
  inputMicros: number | undefined
  newImages: number
  contextImages: number
  open: OpenCall | undefined
  /** Whether the newest lines lie before the fork, copied from another session. */
  copied: boolean
  total: CodexCounts | undefined
  last: CodexCounts | undefined
  /** A record told the newest call, and no count of tokens since. */
  recordDue: boolean
  /** The response that summed up, named by a compaction that stood before its record. */
  summaryId: string | undefined
  failedAttempts: AttemptRecord[]
  /** The turn has ended with an error. */
  failedTurn: boolean
  /** Of the newest call the file holds counts alone. */
  unsaid: boolean
  /** The model that the host answers with in this turn, in place of the one asked for. */
  rerouted: string | undefined
  readonly toolsById: Map<string, ToolDraft>
  readonly items: DraftItem[]
  readonly counts: { -readonly [name in keyof ConversationCounts]: number }
}

export function beginRollout(session: string): Rollout {
  return {
    session,
    sessionNamed: false,
    parent: undefined,
    forkedFrom: undefined,
    original: undefined,
    turnId: undefined,
    begunMicros: undefined,
    version: undefined,
    provider: undefined,
    model: undefined,
    calledModel: undefined,
    serviceTier: undefined,
    planMode: undefined,
    turn: 0,
    firstOfTurn: true,
    message: undefined,
    messageEvents: false,
    inputMicros: undefined,
    newImages: 0,
    contextImages: 0,
    open: undefined,
    copied: false,
    total: undefined,
    last: undefined,
    recordDue: false,
    summaryId: undefined,
    failedAttempts: [],
    failedTurn: false,
    unsaid: false,
    rerouted: undefined,
    toolsById: new Map(),
    items: [],
    counts: {
      messages: 0,
      messagesWithoutCall: 0,
      toolResults: 0,
      toolFailures: 0,
      toolResultsWithoutCall: 0,
    },
  }
}

export function addEvent(rollout: Rollout, line: number, identity: string, facts: EventFacts): void {
  rollout.items.push({ kind: 'event', line, identity, copied: rollout.copied, facts })
}
