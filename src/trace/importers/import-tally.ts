import type { TraceRecord } from '../record.ts'
import type {
  ConversationCounts,
  ImportProblem,
  ImportReport,
  UnloggedCompaction,
} from './importer.ts'
import { lineTally, tallies } from './line-tally.ts'
import type { LineTally } from './line-tally.ts'
import { noCounts } from './session-draft.ts'

/** One conversation of one file. */
export interface ReadConversation {
  /** An agent started it. */
  readonly child: boolean
  readonly counts: ConversationCounts
  /** Failed attempts after which the file ends. */
  readonly unfinishedAttempts: number
}

/** A session of which a record was written. */
export interface WrittenSession {
  readonly child: boolean
  readonly beginsInTheMiddle: boolean
  readonly backwardTimes: boolean
}

/** Gathers the report while records are written. */
export interface ImportTally {
  readonly lines: LineTally
  readonly ignored: (problems: readonly ImportProblem[]) => void
  readonly file: () => void
  readonly duplicate: () => void
  /** A call that a replay would refuse. */
  readonly refuse: () => void
  readonly conversation: (conversation: ReadConversation) => void
  /** Told once a session. */
  readonly session: (session: WrittenSession) => void
  readonly record: (record: TraceRecord) => void
  readonly report: () => ImportReport
}

type Mutable<T> = { -readonly [name in keyof T]: T[name] }

export function importTally(format: string): ImportTally {
  const lines = lineTally()
  const ignoredFiles: ImportProblem[] = []
  let files = 0
  const sessions = { main: 0, child: 0, beginInTheMiddle: 0, backwardTimes: 0 }
  const calls = { duplicates: 0, refused: 0, withoutModel: 0, withoutStart: 0, lowerBoundOutput: 0, withUsage: 0, failedAttempts: 0 }
  const costs = new Map<string, number>()
  const ends = new Map<string, number>()
  const events = new Map<string, number>()
  const main: Mutable<ConversationCounts> = { ...noCounts }
  const children: Mutable<ConversationCounts> = { ...noCounts }
  const unloggedCompactions: UnloggedCompaction[] = []
  let unfinishedAttempts = 0

  return {
    lines,
    ignored: (problems) => void ignoredFiles.push(...problems),
    file: () => void (files += 1),
    duplicate: () => void (calls.duplicates += 1),
    refuse: () => void (calls.refused += 1),
    conversation: ({ child, counts, unfinishedAttempts: unfinished }) => {
      unfinishedAttempts += unfinished
      const sums = child ? children : main
      for (const name of Object.keys(noCounts) as (keyof ConversationCounts)[]) {
        sums[name] += counts[name]
      }
    },
    session: ({ child, beginsInTheMiddle, backwardTimes }) => {
      sessions[child ? 'child' : 'main'] += 1
      if (beginsInTheMiddle) sessions.beginInTheMiddle += 1
      if (backwardTimes) sessions.backwardTimes += 1
    },
    record: (record) => {
      if (record.record === 'call') {
        ends.set(record.end, (ends.get(record.end) ?? 0) + 1)
        if (record.usage !== undefined) calls.withUsage += 1
        if (record.served?.model === undefined && record.requested === undefined) calls.withoutModel += 1
        if (record.startMicros === undefined) calls.withoutStart += 1
        if (record.cost !== undefined) costs.set(record.cost.source, (costs.get(record.cost.source) ?? 0) + 1)
        if (record.usage?.outputQuality === 'lower-bound') calls.lowerBoundOutput += 1
        const failed = (record.attempts ?? []).filter((one) => one.errorClass !== undefined)
        calls.failedAttempts += failed.length
      } else if (record.record === 'event') {
        events.set(record.event, (events.get(record.event) ?? 0) + 1)
        if (record.event === 'compaction' && !record.billed) {
          const { session = '', beforeCall = 1, tokensBefore } = record
          unloggedCompactions.push({
            session,
            beforeCall,
            ...(tokensBefore === undefined ? {} : { tokensBefore }),
          })
        }
      }
    },
    report: () => ({
      format,
      files,
      ignoredFiles: ignoredFiles.toSorted((a, b) => (a.file < b.file ? -1 : 1)),
      ...lines.result(),
      sessions,
      calls: {
        total: [...ends.values()].reduce((a, b) => a + b, 0),
        byEnd: tallies(ends),
        ...calls,
        costs: tallies(costs),
      },
      unfinishedAttempts,
      events: tallies(events),
      main,
      children,
      unloggedCompactions,
    }),
  }
}
