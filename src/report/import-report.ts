import type { ImportProblem, ImportReport, Tally } from '../trace/importers/importer.ts'
import type { ResumeCounts } from '../trace/importers/resume/resume.ts'
import { escapeTerminal } from './escape.ts'
import { formatCount, formatShare, plural } from './number.ts'
import { clip, field, withRest, type Screen } from './terminal/layout.ts'

const shownOf = 5
const shownNames = 3
/** Every kind of line is shown, but for logs of a format that nobody knows. */
const shownKinds = 40

/** What an import took, what it left, and why: every line of the input stands in one number. */
export function importScreen(report: ImportReport, screen: Screen, resumed?: ResumeCounts): string {
  const { style } = screen
  const partly = knownInPart(report, screen)
  const blocks: string[][] = [
    [style.strong(`${plural(report.files, 'file')} of ${escapeTerminal(report.format)}`)],
    ...(resumed === undefined ? [] : [[style.heading('Gone on'), ...goneOn(resumed, screen)]]),
    [style.heading('Taken'), ...taken(report, screen)],
    ...(partly.length === 0 ? [] : [[style.heading('Known only in part'), ...partly]]),
    [style.heading('Every line'), ...everyLine(report, screen)],
  ]
  return `${blocks.map((block) => block.join('\n')).join('\n\n')}\n`
}

function goneOn({ readFiles, grownFiles, continuedFiles, unchangedFiles, goneFiles, keptRecords }: ResumeCounts, screen: Screen): string[] {
  return [
    ...field(
      screen,
      'files',
      [
        `${formatCount(readFiles)} read`,
        ...(continuedFiles === 0 ? [] : [`${formatCount(continuedFiles)} read on from where they ended`]),
        `${formatCount(unchangedFiles)} as before`,
        ...(goneFiles === 0 ? [] : [`${formatCount(goneFiles)} gone since: what was read of them stays`]),
      ].join(', '),
    ),
    ...(grownFiles === 0
      ? []
      : field(screen, 'read again', `${plural(grownFiles, 'file')} that grew, from the beginning: later lines can change what earlier ones mean`)),
    ...field(screen, 'kept', `${plural(keptRecords, 'record')} of the trace before`),
  ]
}

function taken({ sessions, calls, main, children, events }: ImportReport, screen: Screen): string[] {
  const tools = main.toolResults + children.toolResults
  const failedTools = main.toolFailures + children.toolFailures
  const parts = [
    ...(sessions.child === 0 ? [] : [`${formatCount(sessions.child)} by subagents`]),
    ...(sessions.beginInTheMiddle === 0 ? [] : [`${formatCount(sessions.beginInTheMiddle)} resumed or cut: the log begins in the middle`]),
    ...(sessions.backwardTimes === 0 ? [] : [`${formatCount(sessions.backwardTimes)} with times that run backwards: the order of the file stands`]),
  ]
  const allServed = calls.byEnd.every(({ name }) => name === 'served')
  const attempts = calls.failedAttempts === 0 ? [] : [plural(calls.failedAttempts, 'failed attempt')]
  return [
    ...field(screen, 'sessions', [formatCount(sessions.main + sessions.child), ...parts].join('; ')),
    ...field(screen, 'calls', [formatCount(calls.total), ...(allServed ? [] : [tallies(calls.byEnd)]), ...attempts].join('; ')),
    ...(calls.costs.length === 0 ? [] : field(screen, 'cost said by', tallies(calls.costs))),
    ...(main.messages === 0 ? [] : field(screen, 'messages', `${formatCount(main.messages)} of persons`)),
    ...(tools === 0 ? [] : field(screen, 'tool results', `${formatCount(tools)}, ${formatCount(failedTools)} failed`)),
    ...(events.length === 0 ? [] : field(screen, 'events', tallies(events))),
  ]
}

function knownInPart(report: ImportReport, screen: Screen): string[] {
  const { calls, unloggedCompactions: compacted } = report
  const of = (count: number, all: number, what: string): string =>
    count === all ? `all ${what}` : `${formatCount(count)} of ${formatCount(all)} ${what} (${formatShare(count, all)})`
  const withoutUsage = calls.total - calls.withUsage
  return [
    ...(withoutUsage === 0 ? [] : field(screen, 'tokens', `unknown in ${of(withoutUsage, calls.total, 'calls')}`)),
    ...(calls.lowerBoundOutput === 0
      ? []
      : field(screen, 'output tokens', `a lower bound in ${of(calls.lowerBoundOutput, calls.withUsage, 'calls with tokens')}`)),
    ...(calls.withoutModel === 0 ? [] : field(screen, 'model', `unknown in ${of(calls.withoutModel, calls.total, 'calls')}: no price is known for them`)),
    ...(calls.withoutStart === 0 ? [] : field(screen, 'start', `unknown in ${of(calls.withoutStart, calls.total, 'calls')}`)),
    ...(compacted.length === 0
      ? []
      : field(
          screen,
          'compactions',
          `${formatCount(compacted.length)} ${compacted.length === 1 ? 'was' : 'were'} billed and ${compacted.length === 1 ? 'stands' : 'stand'} in no log: ${compactions(report)}`,
        )),
    ...(report.unfinishedAttempts === 0
      ? []
      : field(screen, 'unfinished', `${plural(report.unfinishedAttempts, 'failed attempt')} after which the log ends`)),
    ...(report.unnamedModelChanges === 0
      ? []
      : field(screen, 'model changes', `${formatCount(report.unnamedModelChanges)} to a model that the log does not name`)),
  ]
}

function everyLine(report: ImportReport, screen: Screen): string[] {
  const { lines, calls } = report
  const further = lines.extraObjects === 0 ? [] : [`${plural(lines.extraObjects, 'further object')} on them`]
  const blank = lines.blank === 0 ? [] : [`${formatCount(lines.blank)} blank`]
  return [
    ...field(screen, 'read', [plural(lines.read, 'line'), ...further, ...blank].join(', ')),
    ...(lines.categories.length === 0 ? [] : field(screen, 'by kind', tallies(lines.categories, shownKinds))),
    ...(lines.unknownTypes.length === 0
      ? []
      : field(
          screen,
          'unknown types',
          `${listed(lines.unknownTypes.map(escapeTerminal), lines.unknownTypes.length)}: of a newer version, or of another program, whose name \`--detect\` tells`,
        )),
    ...(calls.duplicates === 0 ? [] : field(screen, 'copies', `${plural(calls.duplicates, 'call')} that ${calls.duplicates === 1 ? 'stands' : 'stand'} elsewhere too, written once`)),
    ...(calls.refused === 0 ? [] : field(screen, 'refused', `${plural(calls.refused, 'call')} that no replay would take`, screen.style.warn)),
    ...problems(report, screen),
    ...leftOut(report.ignoredFiles, screen),
  ]
}

function tallies(counts: readonly Tally[], most: number = shownOf): string {
  const shown = counts.slice(0, most).map(({ name, count }) => `${escapeTerminal(name)} ${formatCount(count)}`)
  return withRest(shown, counts.length - shown.length)
}

/** The first few of so many. */
function listed(names: readonly string[], count: number): string {
  const shown = names.slice(0, shownNames)
  return `${shown.join(', ')}${count > shown.length ? `, and ${formatCount(count - shown.length)} more` : ''}`
}

function compactions({ unloggedCompactions }: ImportReport): string {
  const shown = unloggedCompactions.slice(0, shownOf).map(({ tokensBefore, beforeCall, session }) => {
    const size = tokensBefore === undefined ? 'of unknown size' : `after ${formatCount(tokensBefore)} tokens`
    return `${size} (session ${escapeTerminal(session.slice(0, 12))}, before call ${beforeCall})`
  })
  return withRest(shown, unloggedCompactions.length - shown.length)
}

/** By what they say but for its numbers, each kind with the first of its places. */
function problems({ problems: told, problemCount }: ImportReport, screen: Screen): string[] {
  const byKind = grouped(told, ({ reason }) => reason.replaceAll(/\d[\d,]*/g, '0'))
  const lines = [...byKind.values()].slice(0, shownOf).flatMap((alike, at) => {
    const [{ file, line, reason } = { file: '', reason: '' }] = alike
    const place = line === undefined ? nameOf(file) : `${nameOf(file)}:${line}`
    const more = alike.length === 1 ? '' : ` (and ${formatCount(alike.length - 1)} more like it)`
    return field(screen, at === 0 ? `problems (${formatCount(problemCount)})` : '', `${place}: ${escapeTerminal(reason)}${more}`, screen.style.warn)
  })
  const shown = [...byKind.values()].slice(0, shownOf).reduce((sum, alike) => sum + alike.length, 0)
  return problemCount === shown ? lines : [...lines, ...field(screen, '', withRest([], problemCount - shown))]
}

/** Files that are no logs, by reason. */
function leftOut(files: ImportReport['ignoredFiles'], screen: Screen): string[] {
  const byReason = [...grouped(files, ({ reason }) => reason)]
  return [
    ...byReason.slice(0, shownOf).flatMap(([reason, found], at) => {
      const text = `${plural(found.length, 'file')}, ${escapeTerminal(reason)}: ${listed(found.map(({ file }) => nameOf(file)), found.length)}`
      return field(screen, at === 0 ? 'left out' : '', text, screen.style.warn)
    }),
    ...(byReason.length <= shownOf ? [] : field(screen, '', `and for ${formatCount(byReason.length - shownOf)} more reasons`)),
  ]
}

function grouped(found: readonly ImportProblem[], key: (problem: ImportProblem) => string): ReadonlyMap<string, readonly ImportProblem[]> {
  const groups = new Map<string, ImportProblem[]>()
  for (const one of found) {
    const name = key(one)
    const known = groups.get(name)
    if (known === undefined) groups.set(name, [one])
    else known.push(one)
  }
  return groups
}

/** A file's own name, for a screen. */
function nameOf(file: string): string {
  return clip(file.split(/[\\/]/).at(-1) ?? '', 48)
}
