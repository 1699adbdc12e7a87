import { rmSync } from 'node:fs'
import { open, rename, rm } from 'node:fs/promises'
import type { SessionResult } from '../replay/result/session.ts'
import { decisionLogHeader, decisionLogLine, decisionRow, type DecisionLogFormat } from '../report/decision-log.ts'
import type { RecordedSession } from '../trace/session.ts'
import type { Context } from './context.ts'

/** A decision log that is written while sessions are replayed. */
export interface LogFile {
  readonly add: (result: SessionResult, session: RecordedSession) => Promise<void>
  /** The file appears under its name. */
  readonly keep: () => Promise<void>
  /** Nothing is left behind, unless it was kept. */
  readonly close: () => Promise<void>
}

/** Rejects with the system's error when the file cannot be written. With text, only its owner may read it. */
export async function openLogFile(
  path: string,
  options: { readonly showText: boolean },
  context: Context,
): Promise<LogFile> {
  const format: DecisionLogFormat = path.endsWith('.csv') ? 'csv' : 'jsonl'
  const temporary = `${path}.${process.pid}.part`
  const file = await open(temporary, 'wx', options.showText ? 0o600 : 0o644)
  const forget = context.onInterrupt(() => rmSync(temporary, { force: true }))
  await file.writeFile(decisionLogHeader(format))
  return {
    add: async (result, session) => {
      const texts = new Map(session.calls.map((call) => [call.call, call.prompt.user?.text]))
      const lines = result.calls.map((call) =>
        decisionLogLine(decisionRow(call, options.showText ? texts.get(call.call) : undefined), format),
      )
      await file.writeFile(lines.join(''))
    },
    keep: () => rename(temporary, path),
    close: async () => {
      await file.close()
      await rm(temporary, { force: true })
      forget()
    },
  }
}
