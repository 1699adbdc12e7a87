import { asName, asObject } from '../json.ts'
import type { TraceFile } from '../../files.ts'
import type { Line } from '../../lines.ts'
import { parseJsonLine } from '../json-line.ts'
import { isPrinted, readEnvelope } from './envelope.ts'
import { lineBatches } from '../log-lines.ts'

/** What must be known of every file before the first record is written. */
export interface Survey {
  /** A call found twice stays with the earlier file; the order of the input plays no part. */
  readonly files: readonly TraceFile[]
  readonly mainMessages: ReadonlySet<string>
  /** Subagents, as session and agent, that have a file of their own. */
  readonly agentsWithFile: ReadonlySet<string>
  /** Takes the logged call that summed up this session before this instant, once; false without one. */
  readonly takeSummary: (session: string, atMicros: number) => boolean
}

interface Surveyed {
  readonly file: TraceFile
  readonly session: string
  /** Every reply in it is a subagent's. */
  readonly child: boolean
  /** Lines say that they were copied from another session. */
  readonly fork: boolean
  /** It is what the program printed; a transcript of the same conversation tells more. */
  readonly printed: boolean
  /** It sums its session up. */
  readonly summary: boolean
  readonly lastMicros: number
  readonly lines: number
}

export async function survey(files: readonly TraceFile[]): Promise<Survey> {
  const mainMessages = new Set<string>()
  const agentsWithFile = new Set<string>()
  const surveyed: Surveyed[] = []
  const summaries = new Map<string, readonly number[]>()
  for (const file of files) {
    const one = await surveyFile(file, mainMessages, agentsWithFile)
    surveyed.push(one)
    if (one.summary) summaries.set(one.session, [...(summaries.get(one.session) ?? []), one.lastMicros])
  }
  const takeSummary = (session: string, atMicros: number): boolean => {
    const ends = summaries.get(session) ?? []
    const later = ends.filter((end) => end > atMicros + clockSlackMicros)
    summaries.set(session, later)
    return later.length < ends.length
  }
  const ordered = ranked(surveyed).map(({ file }) => file)
  return { files: ordered, mainMessages, agentsWithFile, takeSummary }
}

/** Lines of two files that are written at once need not be in order. */
const clockSlackMicros = 5_000_000
/** Of the agent that sums a conversation up before it is compacted. */
const summaryAgent = /^acompact-/
const housekeepingAgents =
  /\/agent-a(?:compact|prompt_suggestion|session_memory|extract_memories|away_summary|agent_summary|auto_dream|magic_docs)-/

/** An agent that the program started on its own account, by the id of its session. */
export function isHousekeeping(session: string): boolean {
  return housekeepingAgents.test(session)
}

/** The session of which this one is the summary; undefined where it is none. */
export function summedUp(session: string): string | undefined {
  return /^(.*)\/agent-acompact-/.exec(session)?.[1]
}

/** A subagent's session, by the session that started it. */
export function agentSession(parent: string, agent: string): string {
  return `${parent}/agent-${agent}`
}

async function surveyFile(
  file: TraceFile,
  mainMessages: Set<string>,
  agentsWithFile: Set<string>,
): Promise<Surveyed> {
  let session = ''
  let main = false
  let child = false
  let fork = false
  let printed = false
  let summary = false
  let lastMicros = 0
  let lines = 0
  const takeLine = (line: Line): void => {
    lines += 1
    if (!('text' in line) || !line.text.includes('"assistant"')) return
    const parsed = parseJsonLine(line.text)
    for (const row of parsed.ok ? parsed.objects : []) {
      if (row['type'] !== 'assistant') continue
      const { session: rowSession, agent, sidechain, micros } = readEnvelope(row)
      session = session === '' ? (rowSession ?? '') : session
      lastMicros = Math.max(lastMicros, micros ?? 0)
      printed ||= isPrinted(row)
      fork ||= asObject(row['forkedFrom']) !== undefined
      if (sidechain) {
        child = true
        summary ||= agent !== undefined && summaryAgent.test(agent)
        if (agent !== undefined && rowSession !== undefined) {
          agentsWithFile.add(agentSession(rowSession, agent))
        }
      } else {
        main = true
        const message = asName(asObject(row['message'])?.['id'])
        if (message !== undefined) mainMessages.add(message)
      }
    }
  }
  for await (const batch of lineBatches(file, () => undefined)) batch.forEach(takeLine)
  return { file, session, child: child && !main, fork, printed, summary, lastMicros, lines }
}

/**
 * Transcripts before what was printed, persons' conversations before children's, originals before marked forks, the conversation that
 * ended first before one that went on from its lines, and of two states of one file the longer.
 */
function ranked(files: readonly Surveyed[]): readonly Surveyed[] {
  const sessionEnd = new Map<string, number>()
  for (const { session, lastMicros } of files) {
    sessionEnd.set(session, Math.max(sessionEnd.get(session) ?? 0, lastMicros))
  }
  const keyOf = (one: Surveyed): readonly (number | string)[] => [
    one.printed ? 1 : 0,
    one.child ? 1 : 0,
    one.fork ? 1 : 0,
    sessionEnd.get(one.session) ?? 0,
    one.session,
    -one.lines,
    -one.lastMicros,
    one.file.name,
  ]
  return files.toSorted((a, b) => compareKeys(keyOf(a), keyOf(b)))
}

function compareKeys(a: readonly (number | string)[], b: readonly (number | string)[]): number {
  for (const [index, left] of a.entries()) {
    const right = b[index]
    if (right === undefined || left === right) continue
    return left < right ? -1 : 1
  }
  return 0
}
