import type { TraceRecord } from '../../record.ts'
import type {
  ConversationCounts,
  ImportProblem,
  ImportReport,
  UnloggedCompaction,
} from '../importer.ts'
import { noCounts } from './conversation.ts'
import type { Conversation } from './conversation.ts'
import { lineTally, tallies } from '../line-tally.ts'
import type { LineTally } from '../line-tally.ts'

/** Gathers the report while records are written. */
export interface ImportTally {
  readonly lines: LineTally
  readonly ignored: (problems: readonly ImportProblem[]) => void
  readonly file: () => void
  readonly conversation: (conversation: Conversation, records: readonly TraceRecord[]) => void
  readonly report: () => ImportReport
}

type Mutable<T> = { -readonly [name in keyof T]: T[name] }

export function importTally(): ImportTally {
  const lines = lineTally()
  const ignoredFiles: ImportProblem[] = []
  let files = 0
  const sessions = { main: 0, child: 0, beginInTheMiddle: 0, backwardTimes: 0 }
  const calls = { duplicates: 0, lowerBoundOutput: 0, withUsage: 0, failedAttempts: 0 }
  const ends = new Map<string, number>()
  const events = new Map<string, number>()
  const main: Mutable<ConversationCounts> = { ...noCounts }
  const children: Mutable<ConversationCounts> = { ...noCounts }
  const unloggedCompactions: UnloggedCompaction[] = []
  let unfinishedAttempts = 0

  const add = (record: TraceRecord, conversation: Conversation): void => {
    if (record.record === 'session') {
      sessions[conversation.identity.parent === undefined ? 'main' : 'child'] += 1
      if (conversation.wholeAtFirstCall === false) sessions.beginInTheMiddle += 1
      if (conversation.backwardTimes) sessions.backwardTimes += 1
    } else if (record.record === 'call') {
      ends.set(record.end, (ends.get(record.end) ?? 0) + 1)
      if (record.usage !== undefined) calls.withUsage += 1
      if (record.usage?.outputQuality === 'lower-bound') calls.lowerBoundOutput += 1
      const attempts = record.attempts ?? []
      calls.failedAttempts += attempts.filter((one) => one.errorClass !== undefined).length
    } else {
      events.set(record.event, (events.get(record.event) ?? 0) + 1)
      if (record.event === 'compaction' && !record.billed) {
        unloggedCompactions.push({
          session: conversation.identity.session,
          beforeCall: record.beforeCall ?? 1,
          ...(record.tokensBefore === undefined ? {} : { tokensBefore: record.tokensBefore }),
        })
      }
    }
  }

  return {
    lines,
    ignored: (problems) => void ignoredFiles.push(...problems),
    file: () => void (files += 1),
    conversation: (conversation, records) => {
      for (const record of records) add(record, conversation)
      const copies = conversation.drafts.filter((draft) => draft.kind === 'call' && draft.copy)
      calls.duplicates += copies.length
      unfinishedAttempts += conversation.failedAttempts.length
      const counts = conversation.identity.parent === undefined ? main : children
      for (const name of Object.keys(noCounts) as (keyof ConversationCounts)[]) {
        counts[name] += conversation.counts[name]
      }
    },
    report: () => ({
      format: 'claude-code',
      files,
      ignoredFiles: ignoredFiles.toSorted((a, b) => (a.file < b.file ? -1 : 1)),
      ...lines.result(),
      sessions,
      calls: { total: sum(ends.values()), byEnd: tallies(ends), ...calls },
      unfinishedAttempts,
      events: tallies(events),
      main,
      children,
      unloggedCompactions,
    }),
  }
}

function sum(counts: Iterable<number>): number {
  let total = 0
  for (const count of counts) total += count
  return total
}
