import type { CatalogueReport } from '../analysis/prices/catalogue.ts'
import { escapeTerminal } from './escape.ts'
import { formatCount, formatShare, plural } from './number.ts'
import { clip, field, withRest, type Screen } from './terminal/layout.ts'

const shownOf = 6

/** What became of a price list: nothing of it is dropped without a word. */
export function pricesScreen(
  report: CatalogueReport,
  output: string,
  parts: readonly string[],
  screen: Screen,
): string {
  const { style } = screen
  const reasons = new Map<string, string[]>()
  for (const { key, reason } of report.leftOut)
    reasons.set(reason, [...(reasons.get(reason) ?? []), key])
  const { said, all } = report.priceFields
  const unsaid = new Map<string, string[]>()
  for (const { field: name, reason, models } of report.unsaid)
    unsaid.set(reason, [...(unsaid.get(reason) ?? []), `${name} (${formatCount(models)})`])
  const lines = [
    style.strong(`${plural(report.models, 'model')} to ${escapeTerminal(output)}`),
    ...(parts.length === 0 ? [] : names(screen, 'in several files', parts)),
    ...(report.changed === 0
      ? []
      : field(screen, 'history', `${plural(report.changed, 'model')} changed price`)),
    ...names(screen, 'in older lists only', report.gone),
    ...names(
      screen,
      'renamed',
      report.collisions.map(({ key, name }) => `${key} is ${name}`),
    ),
    ...names(screen, 'spellings left out', report.droppedSpellings),
    ...names(screen, 'prices rounded', report.rounded),
    ...field(screen, 'price fields', `${formatShare(said, all)} of ${formatCount(all)} are said`),
    ...[...unsaid].flatMap(([reason, fields]) =>
      field(screen, 'cannot be said', `${withRest(fields.slice(0, shownOf).map((name) => clip(name, 60)), fields.length - shownOf)}: ${reason}`),
    ),
    ...[...reasons].flatMap(([reason, keys]) =>
      field(
        screen,
        'left out',
        `${plural(keys.length, 'entry', 'entries')}, ${escapeTerminal(reason)}: ${clip(keys[0] ?? '', 40)}`,
        style.warn,
      ),
    ),
    style.dim(`next: reroute audit sessions.jsonl --catalog ${escapeTerminal(output)}`),
  ]
  return `${lines.join('\n')}\n`
}

function names(screen: Screen, label: string, found: readonly string[]): string[] {
  if (found.length === 0) return []
  const shown = found.slice(0, shownOf).map((name) => clip(name, 60))
  return field(
    screen,
    label,
    `${formatCount(found.length)}: ${withRest(shown, found.length - shown.length)}`,
  )
}
