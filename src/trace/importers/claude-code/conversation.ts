import type { Provenance, TextFacts } from '../../record.ts'
import type { ConversationCounts, ImportOptions } from '../importer.ts'
import { noCounts } from '../session-draft.ts'
import type { CallDraft, Draft, FailedAttempt, ToolDraft } from './draft.ts'
import type { Envelope } from './envelope.ts'

/** Who a conversation is. */
export interface ConversationIdentity {
  readonly session: string
  /** The session that started it; undefined for a person's own. */
  readonly parent: string | undefined
}

export interface Surroundings {
  readonly options: ImportOptions
  /** Whether this identity of a call or event is new; asked once, it is new no more. */
  readonly claim: (identity: string) => boolean
  /** Ids of messages that stand in a person's own conversation of any file. */
  readonly mainMessages: ReadonlySet<string>
  /** Whether a call that summed up this session before this instant is logged; asked once for each. */
  readonly takeSummary: (session: string, atMicros: number) => boolean
  readonly onProblem: (at: Provenance, reason: string) => void
}

/** The line being read. */
export interface LineContext {
  readonly envelope: Envelope
  readonly at: Provenance
  readonly surroundings: Surroundings
}

/** The person chose a model since the last call; `model` only where the log names its identity. */
export interface ModelEcho {
  readonly model: string | undefined
  readonly provenance: Provenance
  readonly atMicros: number | undefined
}

/** One conversation of one file, read line by line in the order of the file. */
export interface Conversation {
  readonly identity: ConversationIdentity
  readonly drafts: Draft[]
  readonly counts: { -readonly [name in keyof ConversationCounts]: number }
  /** The newest version of the program that wrote it. */
  version: string | undefined
  /** Whether the log holds its first line. */
  begun: boolean
  /** The same, at its first call. */
  wholeAtFirstCall: boolean | undefined
  /** Of the person's and the model's lines; a clock of many threads does not always run forward. */
  lastMicros: number
  backwardTimes: boolean
  turn: number
  /** Attempts that failed since the last call or message. */
  failedAttempts: FailedAttempt[]
  modelEcho: ModelEcho | undefined
  /** The last command of the person, whose question may hang on its line. */
  command: string | undefined
  /** A boundary stands before the summary that it announces. */
  summaryDue: boolean
  // What the next prompt adds.
  message: TextFacts | undefined
  firstOfTurn: boolean
  inputSeen: boolean
  inputMicros: number | undefined
  newImages: number
  contextImages: number | undefined
  planMode: boolean | undefined
  // What the last call told.
  model: string | undefined
  provider: string | undefined
  readonly open: Map<string, CallDraft>
  readonly toolsById: Map<string, ToolDraft>
  /** Whether a tool failed whose call has not been read yet. */
  readonly earlyResults: Map<string, Pick<ToolDraft, 'failed' | 'result'>>
  readonly imagesAt: Map<string, number | undefined>
}

export function beginConversation(identity: ConversationIdentity, turn: number): Conversation {
  return {
    identity,
    drafts: [],
    counts: { ...noCounts },
    version: undefined,
    begun: false,
    wholeAtFirstCall: undefined,
    lastMicros: 0,
    backwardTimes: false,
    turn,
    failedAttempts: [],
    modelEcho: undefined,
    command: undefined,
    summaryDue: false,
    message: undefined,
    firstOfTurn: turn === 0,
    inputSeen: false,
    inputMicros: undefined,
    newImages: 0,
    contextImages: undefined,
    planMode: undefined,
    model: undefined,
    provider: undefined,
    open: new Map(),
    toolsById: new Map(),
    earlyResults: new Map(),
    imagesAt: new Map(),
  }
}
