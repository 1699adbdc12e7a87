import type { CallRecord, EventRecord, SessionRecord } from '../record.ts'
import type { ConversationCounts, ImportOptions } from './importer.ts'
import type { LineTally } from './line-tally.ts'

type WithoutPlace<T> = T extends unknown
  ? Omit<T, 'record' | 'session' | 'call' | 'beforeCall' | 'provenance'>
  : never

/** A call before it has its number in its session. */
export type CallFacts = WithoutPlace<CallRecord>
/** An event before it has its place in its session. */
export type EventFacts = WithoutPlace<EventRecord>

export type DraftItem =
  | {
      readonly kind: 'call'
      readonly line: number
      /** Equal in every copy of this call and in no other call. Absent: no copy can be told. */
      readonly identity: string | undefined
      /** The file says that this stood in another session before. */
      readonly copied?: boolean
      readonly facts: CallFacts
    }
  | {
      readonly kind: 'event'
      readonly line: number
      readonly identity: string | undefined
      readonly copied?: boolean
      readonly facts: EventFacts
    }

/** One session as far as one file tells of it. */
export interface SessionDraft {
  readonly session: string
  readonly facts: Omit<
    SessionRecord,
    'record' | 'schema' | 'session' | 'source' | 'phraseLists' | 'provenance'
  >
  /** Of the program that wrote it. */
  readonly version: string | undefined
  /** Whether calls stand as in the file, or by their start. */
  readonly order: 'file' | 'time'
  /** It repeats calls of others: of a call in both the other's copy is kept. */
  readonly derived: boolean
  readonly beginsInTheMiddle: boolean
  readonly items: readonly DraftItem[]
  readonly counts: ConversationCounts
  /** Failed attempts after which the file ends. */
  readonly unfinishedAttempts: number
}

/** A call that its log ties to no other: a session of its own, which needs no plan. */
export interface LoneCall {
  readonly session: string
  readonly line: number
  readonly facts: CallFacts
  /** Which lone call of its file it is, from 0, and the digest of how the file begins: copies share both. */
  readonly index: number
  readonly beginning: string
}

/** A call of a session of which nothing else is known, which may lie anywhere in the file. */
export interface LooseCall {
  readonly session: string
  readonly order: SessionDraft['order']
  readonly item: DraftItem
}

export type GivenCall = LoneCall | LooseCall

export interface ReadingContext {
  /**
   * Takes calls as they are read, so that a file of millions of them is never held. A format gives
   * its calls so, or has them in the drafts that it returns.
   */
  readonly give: (call: GivenCall) => void
  /** Resolves when more may be given, for a reader that does not open the file itself. */
  readonly ready: () => Promise<void>
  readonly options: ImportOptions
  readonly tally: LineTally
}

export const noCounts: ConversationCounts = {
  messages: 0,
  messagesWithoutCall: 0,
  toolResults: 0,
  toolFailures: 0,
  toolResultsWithoutCall: 0,
}

/** A session of which nothing is known but its id. */
export function bareSession(session: string, items: readonly DraftItem[]): SessionDraft {
  return {
    session,
    facts: {},
    version: undefined,
    order: 'time',
    derived: false,
    beginsInTheMiddle: false,
    items,
    counts: noCounts,
    unfinishedAttempts: 0,
  }
}
