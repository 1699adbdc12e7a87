import { basename } from 'node:path'
import type { TraceFile } from '../files.ts'
import { endOfThread, beginThread, takeEvent } from './codex-exec/turns.ts'
import type { Thread } from './codex-exec/turns.ts'
import { codexUsageTotals } from './codex-exec/totals.ts'
import type { ThreadTotals } from './codex-exec/totals.ts'
import { importerOf } from './import-sessions.ts'
import type { LogFormat } from './import-sessions.ts'
import type { Importer } from './importer.ts'
import { onlySuffixes } from './input-files.ts'
import { asName } from './json.ts'
import { readObjects } from './read-objects.ts'
import { bareSession } from './session-draft.ts'
import type { ReadingContext, SessionDraft } from './session-draft.ts'

const log: Omit<LogFormat, 'readFile'> = {
  format: 'codex-exec',
  detect,
  refusal: onlySuffixes(['jsonl', 'ndjson', 'json', 'log', 'txt'], 'no events'),
}
const noTotals: ThreadTotals = new Map()

/**
 * What `codex exec --json` prints: sums of a turn, without a time or a model. The totals run on where
 * a thread is resumed, so those of all files are known before the first turn is reckoned.
 */
export const codexExec: Importer = {
  ...importerOf({ ...log, readFile: (file, context) => readFile(file, context, noTotals) }),
  read: (paths, options) => {
    const totals = codexUsageTotals(paths, log.refusal)
    return importerOf({
      ...log,
      readFile: async (file, context) => readFile(file, context, await totals),
    }).read(paths, options)
  },
}

async function readFile(
  file: TraceFile,
  { options, tally }: ReadingContext,
  totals: ThreadTotals,
): Promise<readonly SessionDraft[]> {
  const drafts: SessionDraft[] = []
  let thread: Thread | undefined
  const end = (): void => {
    if (thread === undefined) return
    const { session, items, counts, unfinishedAttempts } = endOfThread(thread)
    drafts.push({ ...bareSession(session, items), order: 'file', counts, unfinishedAttempts })
    thread = undefined
  }
  await readObjects(file, tally, (event, line) => {
    if (event['type'] === 'thread.started') {
      end()
      const id = asName(event['thread_id'])
      thread = beginThread(id ?? `${basename(file.name)}:${line}`, id === undefined ? undefined : totals.get(id))
      return 'thread'
    }
    // A file whose beginning was cut off, or that was told without it.
    thread ??= beginThread(basename(file.name), undefined)
    return takeEvent(thread, event, {
      line,
      options,
      onProblem: (reason) => tally.problem({ file: file.name, line, reason }),
      onUnknown: tally.unknown,
    })
  })
  end()
  return drafts
}

function detect(beginning: string): boolean {
  return /"type":\s*"thread\.started"/.test(beginning) || /"type":\s*"turn\.(started|completed)"/.test(beginning)
}
