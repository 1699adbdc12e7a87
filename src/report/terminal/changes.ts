import type { Totals } from '../../replay/result.ts'
import { escapeTerminal } from '../escape.ts'
import { formatCount, formatShare, plural } from '../number.ts'
import { field, tally, total, withRest, type Screen } from './layout.ts'

const transitionsShown = 4

/** What the policy does otherwise than the log. */
export function changes(totals: Totals, screen: Screen): string[] {
  const { sessions, sessionsDiverged, decisions } = totals
  const noRoute = total(decisions.noRoute)
  const acts = [
    plural(totals.upgrades, 'upgrade'),
    plural(totals.switches, 'switch', 'switches'),
    plural(totals.compactions, 'compaction'),
    plural(totals.reminders, 'reminder'),
    plural(totals.classifierCalls, 'classifier call'),
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
    ...field(screen, 'decided by', tally(decisions.byRule, 6)),
    ...field(screen, 'policy acts', acts.join(' · ')),
    ...(decisions.undetermined === 0
      ? []
      : field(
          screen,
          'undetermined',
          `${plural(decisions.undetermined, 'decision')}; unknown: ${tally(decisions.missing)}`,
          screen.style.warn,
        )),
    ...(noRoute === 0
      ? []
      : field(screen, 'no route', `${plural(noRoute, 'call')}: ${tally(decisions.noRoute)}`, screen.style.warn)),
    ...(decisions.comparedByModelOnly === 0
      ? []
      : field(
          screen,
          'compared by model',
          `${plural(decisions.comparedByModelOnly, 'call')}: the log does not name the provider`,
        )),
  ]
}

function firstAt({ divergenceAt }: Totals): string {
  const entries = Object.entries(divergenceAt)
    .map(([call, sessions]) => [Number(call), sessions] as const)
    .sort(([a], [b]) => a - b)
  const shown = entries
    .slice(0, 8)
    .map(([call, sessions]) => (sessions === 1 ? `${call}` : `${call} (${formatCount(sessions)} sessions)`))
  const rest = entries.length - shown.length
  return `call ${shown.join(', ')}${rest > 0 ? ` and ${plural(rest, 'later index', 'later indexes')}` : ''}`
}

function transitions({ transitions: found }: Totals, screen: Screen): string[] {
  const entries = Object.entries(found)
  entries.sort(([a, x], [b, y]) => y.calls - x.calls || (a < b ? -1 : 1))
  const lines = entries
    .slice(0, transitionsShown)
    .map(([name, { calls, first }]) =>
      [
        escapeTerminal(name),
        `${plural(calls, 'call')}${first > 0 ? `, ${plural(first, 'first divergence')}` : ''}`,
      ].join('  '),
    )
  const rest = entries.length - lines.length
  return [...lines, ...(rest > 0 ? [withRest([], rest)] : [])].flatMap((line, at) =>
    field(screen, at === 0 ? 'recorded → policy' : '', line),
  )
}
