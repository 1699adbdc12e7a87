export type TraceProblemKind =
  | 'not-found'
  | 'unreadable'
  | 'no-trace-files'
  | 'empty'
  | 'binary'
  | 'cut-off'
  | 'damaged'
  | 'too-large'
  | 'no-records'
  | 'strict'
  | 'session-too-large'
  | 'too-many-shared-events'

/** What is wrong with a whole file or trace; single lines are quarantined instead. */
export interface TraceProblem {
  readonly kind: TraceProblemKind
  /** As the caller wrote it, `-` for the standard input; absent where no one file is at fault. */
  readonly file?: string
  readonly line?: number
  /** Lower case, without a full stop, user text in back-ticks. */
  readonly message: string
  /** The remedy, in one sentence. */
  readonly help: string
  /** `false`: what could be read was read and the result stands for that part. */
  readonly fatal: boolean
}

/** One line that was not taken, and why. */
export interface QuarantinedLine {
  readonly file: string
  /** Counts from 1. */
  readonly line: number
  readonly kind: QuarantineKind
  /** Names the field and says what was got and what was expected. */
  readonly reason: string
  readonly field?: string
}

export type QuarantineKind = 'too-long' | 'not-utf8' | 'not-json' | 'cut-off' | 'too-deep' | 'schema'

/** Why a record is refused. `field` is its path as a reader writes it: `attempts[0].status`. */
export interface RecordProblem {
  readonly reason: string
  readonly field?: string
}
