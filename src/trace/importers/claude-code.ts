import type { TraceFile } from '../files.ts'
import type { TraceRecord } from '../record.ts'
import type { Conversation, Surroundings } from './claude-code/conversation.ts'
import { parseJsonLine } from './json-line.ts'
import { recordsOf } from './claude-code/records.ts'
import { summedUp, survey } from './claude-code/survey.ts'
import { readTranscript } from './claude-code/transcript.ts'
import { importTally } from './import-tally.ts'
import type { ImportTally } from './import-tally.ts'
import type { FileLinks, Importer, ImportOptions, ImportRun } from './importer.ts'
import { inputFiles, withProgress } from './input-files.ts'
import { lineTally } from './line-tally.ts'
import { sessionLink } from './resume/links.ts'

/** Claude Code's transcripts: `<session>.jsonl` and `<session>/subagents/agent-<id>.jsonl`. */
export const claudeCode: Importer = {
  format: 'claude-code',
  detect,
  refusal,
  linksOf,
  read: importClaudeCode,
}

/**
 * Reads transcripts twice: once for what must be known before the first record (which file keeps a
 * call that several hold), once for the records, one file at a time.
 */
export function importClaudeCode(paths: readonly string[], options: ImportOptions): ImportRun {
  const tally = importTally('claude-code')
  return { records: recordsFrom(paths, options, tally), report: tally.report }
}

async function* recordsFrom(
  paths: readonly string[],
  options: ImportOptions,
  tally: ImportTally,
): AsyncGenerator<TraceRecord> {
  const input = await inputFiles(paths, refusal, options.standardInput)
  tally.ignored(input.ignored)
  const { files, mainMessages, agentsWithFile, takeSummary } = await survey(
    withProgress(input.files, 2, options),
  )
  const claimed = new Set<string>()
  const sessions = new Map<string, { readonly calls: number; readonly turns: number }>()
  const surroundings = (fileName: string): Surroundings => ({
    options,
    mainMessages,
    takeSummary,
    claim: (identity) => claimed.size < claimed.add(identity).size,
    onProblem: ({ line }, reason) => tally.lines.problem({ file: fileName, line, reason }),
  })
  for (const file of files) {
    const conversations = await readTranscript(file, {
      ...surroundings(file.name),
      agentsWithFile,
      turnsOf: (session) => sessions.get(session)?.turns ?? 0,
      tally: tally.lines,
    })
    tally.file()
    for (const conversation of conversations) {
      const { session } = conversation.identity
      const calls = sessions.get(session)?.calls ?? 0
      const records = recordsOf(conversation, calls, options)
      count(conversation, records, tally)
      if (records.length === 0) continue
      sessions.set(session, { calls: calls + ownCalls(conversation), turns: conversation.turn })
      yield* records
    }
  }
}

function count(conversation: Conversation, records: readonly TraceRecord[], tally: ImportTally): void {
  const { identity, counts, failedAttempts, wholeAtFirstCall, backwardTimes, drafts } = conversation
  const child = identity.parent !== undefined
  tally.conversation({ child, counts, unfinishedAttempts: failedAttempts.length })
  for (const draft of drafts) if (draft.kind === 'call' && draft.copy) tally.duplicate()
  for (const record of records) {
    if (record.record === 'session') {
      tally.session({ child, beginsInTheMiddle: wholeAtFirstCall === false, backwardTimes })
    }
    tally.record(record)
  }
}

function ownCalls({ drafts }: Conversation): number {
  return drafts.filter((draft) => draft.kind === 'call' && !draft.copy).length
}

function refusal(fileName: string): string | undefined {
  if (/\.jsonl(\.gz|\.zst)?$/.test(fileName)) return undefined
  return fileName.endsWith('.entire-metadata.json') ? 'counts of another program' : 'no transcript'
}

/** Message ids too: a side question repeats messages of another file's conversation. */
async function linksOf(file: TraceFile, options: ImportOptions): Promise<FileLinks> {
  const links: string[] = []
  const conversations = await readTranscript(file, {
    options,
    mainMessages: new Set(),
    takeSummary: () => false,
    agentsWithFile: new Set(),
    claim: (identity) => links.push(identity) > 0,
    onProblem: () => undefined,
    turnsOf: () => 0,
    tally: lineTally(),
  })
  for (const { identity, drafts } of conversations) {
    links.push(sessionLink(identity.session))
    const summed = summedUp(identity.session)
    if (summed !== undefined) links.push(sessionLink(summed))
    for (const draft of drafts) {
      if (draft.kind === 'call' && draft.id !== undefined) links.push(`message ${draft.id}`)
    }
  }
  return { links }
}

/** Two of the marks that every line of a conversation carries. */
function detect(beginning: string): boolean {
  return beginning.split('\n').some((text) => {
    const parsed = parseJsonLine(text)
    return (
      parsed.ok &&
      parsed.objects.some(
        (row) => typeof row['sessionId'] === 'string' && 'parentUuid' in row && 'type' in row,
      )
    )
  })
}
