import type { ImportProblem, ImportReport, Tally } from '../trace/importers/importer.ts'
import type { ResumeCounts } from '../trace/importers/resume/resume.ts'
import { escapeTerminal } from './escape.ts'
import { formatCount, formatShare, plural } from './number.ts'
import { clip, field, withRest, type Screen } from './terminal/layout.ts'

const shownOf = 5

/** What an import took, what it left, and why: every line of the input stands in one number. */
export function importScreen(report: ImportReport, screen: Screen, resumed?: ResumeCounts): string {
  const { lines, sessions, calls, main, children } = report
  const failedTools = main.toolFailures + children.toolFailures
  const toolResults = main.toolResults + children.toolResults
  const blocks: string[][] = [
    [screen.style.strong(`${plural(report.files, 'file')} of ${escapeTerminal(report.format)}`)],
    [
      screen.style.heading('Taken'),
      ...field(
        screen,
        'sessions',
        `${formatCount(sessions.main)} of persons, ${formatCount(sessions.child)} of agents${sessions.beginInTheMiddle === 0 ? '' : `; ${formatCount(sessions.beginInTheMiddle)} begin in the middle`}`,
      ),
      ...field(
        screen,
        'calls',
        `${formatCount(calls.total)}: ${tallies(calls.byEnd)}; ${plural(calls.failedAttempts, 'failed attempt')}`,
      ),
      ...field(screen, 'messages', `${formatCount(main.messages)} of persons`),
      ...field(screen, 'tool results', `${formatCount(toolResults)}, ${formatCount(failedTools)} failed`),
      ...(report.events.length === 0 ? [] : field(screen, 'events', tallies(report.events))),
    ],
    [
      screen.style.heading('Known only in part'),
      ...(calls.withUsage === 0 ? field(screen, 'tokens', 'no call has a usage') : []),
      ...field(
        screen,
        'output tokens',
        `lower bounds in ${formatCount(calls.lowerBoundOutput)} of ${plural(calls.withUsage, 'call')} with a usage (${formatShare(calls.lowerBoundOutput, calls.withUsage)})`,
      ),
      ...(report.unloggedCompactions.length === 0
        ? []
        : field(
            screen,
            'compactions',
            `${formatCount(report.unloggedCompactions.length)} were billed and stand in no log: ${compactions(report)}`,
          )),
      ...(report.unfinishedAttempts === 0
        ? []
        : field(screen, 'unfinished', `${plural(report.unfinishedAttempts, 'failed attempt')} after which the log ends`)),
      ...(report.unnamedModelChanges === 0
        ? []
        : field(screen, 'model changes', `${formatCount(report.unnamedModelChanges)} to a model that the log does not name`)),
    ],
    [
      screen.style.heading('Every line'),
      ...field(
        screen,
        'read',
        `${formatCount(lines.read)}${lines.extraObjects === 0 ? '' : `, with ${plural(lines.extraObjects, 'second object')} on a line`}, ${formatCount(lines.blank)} blank`,
      ),
      ...field(screen, 'by kind', tallies(lines.categories, 12)),
      ...(lines.unknownTypes.length === 0
        ? []
        : field(screen, 'unknown types', lines.unknownTypes.slice(0, shownOf).map(escapeTerminal).join(', '))),
      ...(calls.duplicates === 0
        ? []
        : field(screen, 'copies', `${plural(calls.duplicates, 'call')} found in another file too, written once`)),
      ...problems('not read', report.problems, report.problemCount, screen),
      ...leftOut(report.ignoredFiles, screen),
    ],
  ]
  if (resumed !== undefined) {
    const { unchangedFiles, readFiles, grownFiles, continuedFiles, goneFiles, keptRecords } = resumed
    blocks.splice(1, 0, [
      screen.style.heading('Gone on'),
      ...field(
        screen,
        'files',
        `${formatCount(readFiles)} read${grownFiles === 0 ? '' : ` (${formatCount(grownFiles)} grown, from the beginning: what a line means depends on those before it, or on another file)`}, ${continuedFiles === 0 ? '' : `${formatCount(continuedFiles)} read on from where they ended, `}${formatCount(unchangedFiles)} as before${goneFiles === 0 ? '' : `, ${formatCount(goneFiles)} gone since: what was read of them stays`}`,
      ),
      ...field(screen, 'kept', `${plural(keptRecords, 'record')} of the trace before`),
    ])
  }
  return `${blocks.map((block) => block.join('\n')).join('\n\n')}\n`
}

function tallies(counts: readonly Tally[], most: number = shownOf): string {
  const shown = counts.slice(0, most).map(({ name, count }) => `${escapeTerminal(name)} ${formatCount(count)}`)
  return withRest(shown, counts.length - shown.length)
}

function compactions({ unloggedCompactions }: ImportReport): string {
  const shown = unloggedCompactions.slice(0, shownOf).map(({ tokensBefore, beforeCall, session }) => {
    const size = tokensBefore === undefined ? 'of unknown size' : `after ${formatCount(tokensBefore)} tokens`
    return `${size} (session ${escapeTerminal(session.slice(0, 12))}, before call ${beforeCall})`
  })
  return withRest(shown, unloggedCompactions.length - shown.length)
}

function problems(
  label: string,
  found: ImportReport['problems'],
  count: number,
  screen: Screen,
): string[] {
  const lines = found.slice(0, shownOf).flatMap(({ file, line, reason }, at) => {
    const place = line === undefined ? file : `${file}:${line}`
    return field(screen, at === 0 ? `${label} (${formatCount(count)})` : '', `${escapeTerminal(place)}: ${escapeTerminal(reason)}`, screen.style.warn)
  })
  const rest = count - Math.min(found.length, shownOf)
  return rest > 0 ? [...lines, ...field(screen, '', withRest([], rest))] : lines
}

/** Files that are no logs, by reason, each with one of them. */
function leftOut(files: ImportReport['ignoredFiles'], screen: Screen): string[] {
  const byReason = new Map<string, ImportProblem[]>()
  for (const file of files) byReason.set(file.reason, [...(byReason.get(file.reason) ?? []), file])
  return [...byReason].slice(0, shownOf).flatMap(([reason, found], at) => {
    const example = (found[0]?.file ?? '').split(/[\\/]/).at(-1) ?? ''
    const text = `${plural(found.length, 'file')}, ${escapeTerminal(reason)}: ${clip(example, 48)}`
    return field(screen, at === 0 ? 'left out' : '', text, screen.style.warn)
  })
}
