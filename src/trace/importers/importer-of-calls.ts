import { createHash } from 'node:crypto'
import { basename } from 'node:path'
import type { TraceFile } from '../files.ts'
import { importerOf } from './import-sessions.ts'
import type { LogFormat } from './import-sessions.ts'
import type { Importer, ImportOptions } from './importer.ts'
import { sessionItem } from './logged-call.ts'
import type { LoggedCall } from './logged-call.ts'
import type { ReadingContext, SessionDraft } from './session-draft.ts'

/** The calls of one file, as its reader finds them. */
export interface Calls {
  /** `part` tells several on one line apart. */
  readonly add: (call: LoggedCall, part?: number) => void
  readonly problem: (line: number, reason: string) => void
  /** Digest of how the file begins: equal in its copies. */
  readonly beginning: string
}

/** A format that logs each call alone: a session is what the log names one. */
export interface CallFormat extends Omit<LogFormat, 'readFile'> {
  readonly readCalls: (file: TraceFile, calls: Calls, context: ReadingContext) => Promise<void>
  /** Of the calls of a session. Default: by their start. */
  readonly order?: (options: ImportOptions) => SessionDraft['order']
}

export function importerOfCalls({ format, readCalls, order = () => 'time', ...log }: CallFormat): Importer {
  return importerOf({
    ...log,
    format,
    readFile: async (file, context) => {
      const { options, tally } = context
      const beginning = await beginningOf(file.restOf?.whole ?? file)
      let lone = 0
      const problem = (line: number, reason: string): void => tally.problem({ file: file.name, line, reason })
      const add: Calls['add'] = (call, part = 0) => {
        // Where the file lies on this machine is nobody's business; files in two places may share a name.
        const samePlace = `${beginning}:${call.line}${part === 0 ? '' : `.${part}`}`
        const place = `${basename(file.name)}~${samePlace}`
        const { session, item } = sessionItem(call, { place, samePlace, format, options, problem })
        if (call.session === undefined && call.id === undefined && item.kind === 'call') {
          context.give({ session, line: item.line, facts: item.facts, index: lone, beginning })
          lone += 1
          return
        }
        context.give({ session, order: order(options), item })
      }
      await readCalls(file, { add, problem, beginning }, context)
      return []
    },
  })
}

export const beginningBytes: number = 1 << 16

/** Eight hexadecimal digits that a file keeps as it grows, once it is longer than its beginning. */
async function beginningOf(file: TraceFile): Promise<string> {
  const digest = createHash('sha256')
  let bytes = 0
  for await (const chunk of file.open()) {
    digest.update(chunk.subarray(0, beginningBytes - bytes))
    bytes += chunk.length
    if (bytes >= beginningBytes) break
  }
  return digest.digest('hex').slice(0, 8)
}
