import { escapeTerminal } from '../report/escape.ts'
import { formatCount, plural } from '../report/number.ts'
import { readTrace, type TraceReading } from '../trace/read.ts'
import type { TraceProblem } from '../trace/problem.ts'
import type { Context } from './context.ts'
import { badInput } from './failure.ts'
import { startProgress } from './progress.ts'

const shownOf = 5

export interface OpenedTrace {
  readonly reading: TraceReading
  /** Says what was wrong, removes temporary files. `false`: there is no result. */
  readonly close: () => boolean
}

/** Traces by path, `-` for the standard input, with progress and what must be cleaned behind them. */
export async function openTrace(
  paths: readonly string[],
  options: { readonly strict: boolean; readonly dropsUnknownFields?: boolean },
  context: Context,
): Promise<OpenedTrace> {
  const progress = startProgress(context, 'reading', 'bytes')
  const reading = await readTrace(paths, {
    strict: options.strict,
    stdin: context.stdin,
    onProgress: (done, total) => progress.update(done, total),
  })
  const forget = context.onInterrupt(() => reading.dispose())
  return {
    reading,
    close: () => {
      progress.stop()
      reading.dispose()
      forget()
      return report(reading, options.dropsUnknownFields === true ? 'dropped' : 'kept', context)
    },
  }
}

function report(reading: TraceReading, unknownFields: 'kept' | 'dropped', context: Context): boolean {
  for (const problem of reading.problems) say(problem, context)
  quarantine(reading, context)
  const unknown = [...reading.unknownFields].map(([name, records]) => `${escapeTerminal(name)} (${formatCount(records)})`)
  if (unknown.length > 0) {
    const rest = unknown.length > shownOf ? `, and ${unknown.length - shownOf} more` : ''
    note(context, `fields that the schema does not name are ${unknownFields}: ${unknown.slice(0, shownOf).join(', ')}${rest}`)
  }
  return !reading.problems.some(({ fatal }) => fatal)
}

function say({ file, line, message, help, fatal }: TraceProblem, context: Context): void {
  const place = file === undefined ? '' : `\`${file}\`${line === undefined ? '' : ` line ${line}`}`
  const named = file === undefined || message.includes(`\`${file}\``) ? message : `${place}: ${message}`
  if (fatal) badInput(context, { message: named, help })
  else note(context, `${escapeTerminal(named)}; ${escapeTerminal(help)}`)
}

/** Lines that were not taken are counted, never silently lost. */
function quarantine({ lines, quarantined }: TraceReading, context: Context): void {
  if (lines.quarantinedLines === 0) return
  note(context, `${plural(lines.quarantinedLines, 'line')} of ${formatCount(lines.lines)} not taken (--strict makes that an error):`)
  for (const { file, line, reason } of quarantined.slice(0, shownOf)) {
    context.note(`  ${escapeTerminal(`${file}:${line}`)}: ${escapeTerminal(reason)}\n`)
  }
  const rest = lines.quarantinedLines - Math.min(shownOf, quarantined.length)
  if (rest > 0) context.note(`  and ${formatCount(rest)} more\n`)
}

function note(context: Context, text: string): void {
  context.note(`${context.noteStyle.warn('note')}: ${text}\n`)
}
