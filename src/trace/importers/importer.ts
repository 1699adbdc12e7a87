import type { TraceFile } from '../files.ts'
import type { TraceRecord } from '../record.ts'
import type { Refusal } from './input-files.ts'
import type { TableMapping } from './table/mapping.ts'

/** Counts one list of phrases in one text, under the list's digest. */
export interface PhraseCounter {
  readonly digest: string
  /** Occurrences by index of the phrase in its list. */
  readonly count: (text: string) => readonly number[]
}

export interface ImportOptions {
  /** Phrases to count, for texts are not kept. Another list is unknown in the trace, never 0. */
  readonly phraseLists?: readonly PhraseCounter[]
  /** Keep the words of messages and replies. Default: false. */
  readonly withText?: boolean
  /** What the columns of a `table` mean; no other format has a use for it. */
  readonly mapping?: TableMapping
  /** What the path `-` names. Default: the standard input of the process. */
  readonly standardInput?: () => AsyncIterable<Uint8Array>
  /** Called while files are read; where they are read twice, `total` is twice their size. */
  readonly onProgress?: (bytes: { readonly done: number; readonly total: number }) => void
}

/**
 * Reads one recorded format into canonical records. An importer holds at most the derived facts of
 * one file, and the identities of the calls it has seen; never a whole directory.
 */
export interface Importer {
  /** As in `session.source.format` and on the command line. */
  readonly format: string
  /** Whether the beginning of a file looks like this format. */
  readonly detect: (beginning: string) => boolean
  /** Why a file of this name is none of this format. */
  readonly refusal: Refusal
  /**
   * What ties a file to others: its sessions and the identities of its calls and events. What files
   * without a common one come to does not depend on whether they are imported together.
   */
  readonly linksOf: (file: TraceFile, options: ImportOptions) => Promise<FileLinks>
  /** Files and directories in any order; the records do not depend on it. */
  readonly read: (paths: readonly string[], options: ImportOptions) => ImportRun
  /**
   * The same of opened files, of which some may be the rest of one that was read before. Only for
   * formats whose every line stands for itself. `known`: whether a call of this identity was read then.
   */
  readonly readOn?: (files: readonly TraceFile[], options: ImportOptions, known: (identity: string) => boolean) => ImportRun
}

export interface FileLinks {
  readonly links: readonly string[]
  /** Lines of a file that can be read on after them: it ends with a line break, and in no document. */
  readonly lines?: number
}

/** `report` is complete once `records` has been drained, and only then. */
export interface ImportRun {
  readonly records: AsyncIterable<TraceRecord>
  readonly report: () => ImportReport
}

export interface Tally {
  readonly name: string
  readonly count: number
}

/** Something of the input that gave no record. */
export interface ImportProblem {
  readonly file: string
  /** Absent: the file as a whole. */
  readonly line?: number
  readonly reason: string
}

/** Counts of lines read, copies included. */
export interface ConversationCounts {
  readonly messages: number
  /** Followed by another message, or by nothing, before any call. */
  readonly messagesWithoutCall: number
  readonly toolResults: number
  readonly toolFailures: number
  /** Results of calls that the file does not hold. */
  readonly toolResultsWithoutCall: number
}

export interface UnloggedCompaction {
  readonly session: string
  readonly beforeCall: number
  readonly tokensBefore?: number
}

/**
 * What became of every line. `lines.read` + `lines.extraObjects` = `lines.blank` + the sum of
 * `lines.categories`, where unreadable lines are one category a reason.
 */
export interface ImportReport {
  readonly format: string
  readonly files: number
  /** Files that are no transcripts, and inputs that could not be opened. */
  readonly ignoredFiles: readonly ImportProblem[]
  readonly lines: {
    readonly read: number
    readonly blank: number
    /** Objects beyond the first on one physical line. */
    readonly extraObjects: number
    /** By name. */
    readonly categories: readonly Tally[]
    /** Types of line that this importer does not know, a few of them by name. */
    readonly unknownTypes: readonly string[]
  }
  /** Lines that could not be read, and counts in them that could not be; the first hundred. */
  readonly problems: readonly ImportProblem[]
  readonly problemCount: number
  readonly sessions: {
    readonly main: number
    readonly child: number
    /** Their first lines hang on lines that the file does not hold: a resumed or cut one. */
    readonly beginInTheMiddle: number
    /** Their timestamps run backwards somewhere; the order of the file stands. */
    readonly backwardTimes: number
  }
  readonly calls: {
    readonly total: number
    /** By end: `served`, `exhausted`, `denied`, `cancelled`. */
    readonly byEnd: readonly Tally[]
    /** Copies found in another file or conversation, not written again. */
    readonly duplicates: number
    /** What a replay would refuse, and so is not written; each is among the problems. */
    readonly refused: number
    /** Without a model, and without a start: no price, and no place in time. */
    readonly withoutModel: number
    readonly withoutStart: number
    /** Of those with a cost, by who said it: `provider`, `gateway`, `estimate`. */
    readonly costs: readonly Tally[]
    /** Calls whose output count is a lower bound, of those with a usage. */
    readonly lowerBoundOutput: number
    readonly withUsage: number
    readonly failedAttempts: number
  }
  /** Failed attempts after which the log ends without telling what became of the call. */
  readonly unfinishedAttempts: number
  /** By kind. */
  readonly events: readonly Tally[]
  /** Model changes that no call follows and whose model the log does not name by its identity. */
  readonly unnamedModelChanges: number
  /** Conversations of a person. */
  readonly main: ConversationCounts
  /** Conversations that an agent started. */
  readonly children: ConversationCounts
  /** Each of these was billed, and is in no log. */
  readonly unloggedCompactions: readonly UnloggedCompaction[]
}
