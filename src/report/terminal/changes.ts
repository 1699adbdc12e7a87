import type { Step } from '../../analysis/steps.ts'
import type { Totals } from '../../replay/result/totals.ts'
import { escapeTerminal } from '../escape.ts'
import { formatCount, formatFactor, formatShare, plural } from '../number.ts'
import { clip, field, tally, total, withRest, type Screen } from './layout.ts'

/** Without and with `--details`. */
const transitionsShown = [3, 12] as const
const stepsShown = [1, 12] as const

/** What the policy does otherwise than the log. */
export function changes(totals: Totals, steps: readonly Step[], screen: Screen): string[] {
  const { sessions, sessionsDiverged, decisions } = totals
  const noRoute = total(decisions.noRoute)
  const acts = [
    plural(totals.upgrades, 'upgrade'),
    plural(totals.switches, 'switch', 'switches'),
    plural(totals.compactions, 'compaction'),
    plural(totals.reminders, 'reminder'),
    `${formatCount(totals.classifierCalls)} classified`,
  ]
  return [
    screen.style.heading('What changes'),
    ...field(
      screen,
      'sessions',
      sessionsDiverged === 0
        ? `none of ${formatCount(sessions)} diverges from the log`
        : `${formatCount(sessionsDiverged)} of ${formatCount(sessions)} diverge (${formatShare(sessionsDiverged, sessions)}), first at ${firstAt(totals)}`,
    ),
    ...transitions(totals, screen),
    ...field(screen, 'decided by', tally(decisions.byRule, 4)),
    ...field(screen, 'policy acts', acts.join(' · ')),
    ...stepLines(steps, screen),
    ...(noRoute === 0
      ? []
      : field(screen, 'no route', `${plural(noRoute, 'call')}: ${tally(decisions.noRoute, screen.details === true ? 6 : 1)}`, screen.style.warn)),
    ...(decisions.comparedByModelOnly === 0
      ? []
      : field(
          screen,
          'compared by model',
          `${plural(decisions.comparedByModelOnly, 'call')}: the log names no provider that the policy knows`,
        )),
  ]
}

function firstAt({ divergenceAt }: Totals): string {
  const entries = Object.entries(divergenceAt)
    .map(([call, sessions]) => [Number(call), sessions] as const)
    .sort(([a], [b]) => a - b)
  const shown = entries
    .slice(0, 8)
    .map(([call, sessions]) => (sessions === 1 ? `${call}` : `${call} (${formatCount(sessions)}×)`))
  const rest = entries.length - shown.length
  return `call ${shown.join(', ')}${rest > 0 ? ` and ${formatCount(rest)} later` : ''}`
}

function transitions({ transitions: found }: Totals, screen: Screen): string[] {
  const entries = Object.entries(found)
  entries.sort(([a, x], [b, y]) => y.calls - x.calls || (a < b ? -1 : 1))
  const lines = entries
    .slice(0, transitionsShown[screen.details === true ? 1 : 0])
    .map(([name, { calls, first }]) =>
      [
        escapeTerminal(name),
        `${plural(calls, 'call')}${first > 0 ? `, ${formatCount(first)} first` : ''}`,
      ].join('  '),
    )
  const rest = entries.length - lines.length
  return [...lines, ...(rest > 0 ? [withRest([], rest)] : [])].flatMap((line, at) =>
    field(screen, at === 0 ? 'recorded → policy' : '', line),
  )
}

/** The step up that a policy takes, by the catalogue's own measure and by list price. */
function stepLines(steps: readonly Step[], screen: Screen): string[] {
  const lines = steps.slice(0, stepsShown[screen.details === true ? 1 : 0]).map(({ from, to, calls, relative, input, output }) => {
    const factors = [
      ...(relative === undefined ? [] : [`${formatFactor(relative)} relative`]),
      ...(input === undefined ? [] : [`${formatFactor(input)} input`]),
      ...(output === undefined ? [] : [`${formatFactor(output)} output`]),
    ]
    return `${clip(from, 24)} → ${clip(to, 24)}  ${factors.join(', ')} (${formatCount(calls)}×)`
  })
  const rest = steps.length - lines.length
  return [...lines, ...(rest > 0 ? [withRest([], rest)] : [])].flatMap((line, at) =>
    field(screen, at === 0 ? 'steps, list price' : '', line),
  )
}
