import type {
  AuditCounts,
  AuditResult,
  CauseTotal,
  ModelAudit,
} from '../analysis/audit/result.ts'
import { escapeTerminal } from './escape.ts'
import { document } from './json.ts'
import { formatUsd } from './money.ts'
import { formatCount, formatShare, plural } from './number.ts'
import { clip, field, withRest, wrap, type Screen } from './terminal/layout.ts'

/** `docs/schemas/audit-1.schema.json`: money in decimal strings of pico-dollars. */
export function auditJson(result: AuditResult): string {
  return document(result)
}

const shownCauses = 12
const shownModels = 12

export function auditScreen(result: AuditResult, screen: Screen): string {
  const { style } = screen
  const blocks: readonly (readonly string[])[] = [
    [
      style.strong(headline(result)),
      ...bills(result, screen),
      ...estimates(result, screen),
      ...runTotals(result, screen),
      ...rest(result, screen),
    ],
    models(result.perModel, result.priceLayers.length, screen),
    causes(result.causes, result.priceLayers.length, screen),
    suggestions(result.causes, screen),
    layers(result, screen),
  ]
  return `${blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`
}

function headline({ calls, exact, withinTolerance, unmatched }: AuditResult): string {
  const bills = exact + withinTolerance + unmatched
  if (bills === 0) return `${plural(calls, 'call')}, none of them with a bill`
  const share = formatShare(exact, bills)
  return `${plural(bills, 'bill')} of ${plural(calls, 'call')}: ${share} match to the last digit`
}

function bills(result: AuditResult, screen: Screen): string[] {
  const { exact, withinTolerance, unmatched, impossible, money } = result
  if (exact + withinTolerance + unmatched === 0) return []
  return [
    ...field(screen, 'bills', countsText(result), unmatched > 0 ? screen.style.warn : undefined),
    ...sumField(screen, 'billed', money.billedPicoUsd, money.repricedPicoUsd),
    ...(money.billedWithoutPricePicoUsd === 0n
      ? []
      : field(screen, 'without a price', `${formatUsd(money.billedWithoutPricePicoUsd)} more`)),
    ...(impossible === 0
      ? []
      : field(
          screen,
          'impossible',
          `${plural(impossible, 'bill')} that cannot be of such tokens, in none of these sums`,
          screen.style.bad,
        )),
  ]
}

function estimates({ estimates: counts, money }: AuditResult, screen: Screen): string[] {
  const all = counts.exact + counts.withinTolerance + counts.unmatched
  if (all === 0) return []
  return [
    ...field(
      screen,
      "client's estimates",
      `${countsText(counts)}; no bills, and in no figure above`,
    ),
    ...sumField(screen, 'estimated', money.estimatedPicoUsd, money.estimatesRepricedPicoUsd),
  ]
}

function runTotals({ runTotals: found }: AuditResult, screen: Screen): string[] {
  if (found === null) return []
  const { runs, calls, agreeing, differing, unusable, unknown } = found
  const some = (count: number, text: string): string[] => (count === 0 ? [] : [`${formatCount(count)} ${text}`])
  const parts = [
    ...some(runs, `for ${plural(calls, 'call')} without a cost of their own, which are estimates above`),
    ...some(agreeing, 'are the sum of what their calls cost'),
    ...some(differing, 'are not the sum of what their calls cost'),
    ...some(unusable, 'of calls of several models or sessions, or without tokens'),
    ...some(unknown, 'of sessions that are not in the trace'),
  ]
  return field(screen, 'totals of runs', parts.join('; '), differing > 0 ? screen.style.warn : undefined)
}

/** Nothing where none of them has a price: two sums of nothing are no agreement. */
function sumField(screen: Screen, label: string, logged: bigint, repriced: bigint): string[] {
  if (logged === 0n && repriced === 0n) return []
  return field(screen, label, `${formatUsd(logged)}; by these prices ${formatUsd(repriced)}, ${differenceText(logged - repriced)}`)
}

function rest({ unbilled, notServed, money }: AuditResult, screen: Screen): string[] {
  return [
    ...(unbilled === 0
      ? []
      : field(
          screen,
          'without a cost',
          `${plural(unbilled, 'call')}${money.unbilledRepricedPicoUsd === 0n ? '' : `; by these prices at least ${formatUsd(money.unbilledRepricedPicoUsd)}`}`,
        )),
    ...(notServed === 0
      ? []
      : field(screen, 'not served', `${plural(notServed, 'call')}, at no cost`)),
  ]
}

function countsText({
  exact,
  withinTolerance,
  unmatched,
}: Pick<AuditCounts, 'exact' | 'withinTolerance' | 'unmatched'>): string {
  return `${formatCount(exact)} exact, ${formatCount(withinTolerance)} within tolerance, ${formatCount(unmatched)} not matched`
}

function differenceText(difference: bigint): string {
  if (difference === 0n) return 'no difference'
  return difference > 0n ? `${formatUsd(difference)} less` : `${formatUsd(-difference)} more`
}

function models(found: readonly ModelAudit[], layers: number, screen: Screen): string[] {
  if (found.length < 2) return []
  const shown = found.slice(0, shownModels).flatMap((each) => {
    const all = [
      countsOf('bills', each),
      countsOf('estimates', each.estimates),
      each.unbilled === 0 ? '' : `${formatCount(each.unbilled)} without a cost`,
      priced(each, layers),
    ]
    return field(screen, clip(each.model, 21), all.filter((text) => text !== '').join('; '))
  })
  const more = found.length - shownModels
  return [
    screen.style.heading('By model'),
    ...shown,
    ...(more > 0 ? field(screen, '', withRest([], more)) : []),
  ]
}

function countsOf(
  label: string,
  counts: Pick<AuditCounts, 'exact' | 'withinTolerance' | 'unmatched'>,
): string {
  return counts.exact + counts.withinTolerance + counts.unmatched === 0
    ? ''
    : `${label} ${countsText(counts)}`
}

/** Each figure with the file whose prices it comes from, where there are several. */
function priced({ money, priceLayer }: ModelAudit, layers: number): string {
  if (priceLayer === null) return 'no price'
  const by = byLayer(priceLayer, layers)
  const sums = (label: string, logged: bigint, price: bigint): string[] =>
    logged === 0n && price === 0n ? [] : [`${label} ${formatUsd(logged)}, priced ${formatUsd(price)}${by}`]
  return [
    ...sums('billed', money.billedPicoUsd, money.repricedPicoUsd),
    ...sums('estimated', money.estimatedPicoUsd, money.estimatesRepricedPicoUsd),
  ].join('; ')
}

function byLayer(layer: string | null, layers: number): string {
  return layers > 1 && layer !== null ? ` by ${escapeTerminal(layer)}` : ''
}

function causes(found: readonly CauseTotal[], layers: number, screen: Screen): string[] {
  if (found.length === 0) return []
  const shown = found.slice(0, shownCauses).flatMap((each) => {
    const told = each.runs === undefined ? '' : ` (by ${plural(each.runs, 'total of a run', 'totals of runs')})`
    const what = `${each.of === 'bill' ? plural(each.calls, 'bill') : plural(each.calls, 'estimate')}${told}`
    const money =
      each.differencePicoUsd === null
        ? ''
        : ` (${differenceText(-each.differencePicoUsd)} than priced${byLayer(each.priceLayer, layers)})`
    const { session, call } = each.first
    const text = `${what} of \`${escapeTerminal(each.model)}\`${money}: ${escapeTerminal(each.detail)}; first in session ${clip(session, 40)}, call ${formatCount(call)}`
    return [
      `  ${screen.style.warn(each.cause)}`,
      ...wrap(text, screen.width - 4).map((line) => `    ${line}`),
    ]
  })
  const more = found.length - shownCauses
  return [
    screen.style.heading('Why they do not match'),
    ...shown,
    ...(more > 0 ? [`  ${withRest([], more)} (--format json)`] : []),
  ]
}

function suggestions(found: readonly CauseTotal[], screen: Screen): string[] {
  const all = found.flatMap(({ suggestion, model, calls }) =>
    suggestion === undefined ? [] : [{ suggestion, model, calls }],
  )
  const [first] = all
  if (first === undefined) return []
  const rest = all.length - 1
  return [
    screen.style.heading('A catalogue entry that would explain it'),
    ...first.suggestion
      .trimEnd()
      .split('\n')
      .map((line) => `  ${escapeTerminal(line)}`),
    screen.style.dim(
      `  for ${plural(first.calls, 'call')}; if it is right, put it in a file for --prices${rest > 0 ? `; ${formatCount(rest)} more with --format json` : ''}`,
    ),
  ]
}

function layers({ priceLayers, perModel }: AuditResult, { style, width }: Screen): string[] {
  const text = priceLayers
    .map(({ name }) => {
      const used = perModel.filter(({ priceLayer }) => priceLayer === name).length
      return `${escapeTerminal(name)} (${plural(used, 'model')} of this trace)`
    })
    .join(', then ')
  return wrap(`prices: ${text}`, width).map((line) => style.dim(line))
}
