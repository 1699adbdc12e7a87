import type { Compared, Comparison, FurtherSuccess } from '../analysis/claims/compare.ts'
import { claimsData } from './claims-data.ts'
import { escapeTerminal } from './escape.ts'
import { document } from './json.ts'
import { formatUsd, placesFor, type Places } from './money.ts'
import { formatCount, formatShare, plural } from './number.ts'
import { costPerSuccessText, deltaText, sensitivityText, successText } from './terminal/claims.ts'
import { field, wrap, type Screen } from './terminal/layout.ts'

export interface ComparisonHead {
  readonly sessions: number
  readonly calls: number
  readonly mode: string
  /** By policy: identifies its run. */
  readonly runs: readonly { readonly name: string; readonly runId: string }[]
  readonly notices: readonly string[]
}

/** Policies one after the other, then what a further success costs, and the single models. */
export function compareScreen({ policies, frontier, hull }: Comparison, head: ComparisonHead, screen: Screen): string {
  const { style } = screen
  const recorded = policies[0]?.claims.delta.recorded.value ?? 0n
  const places = placesFor(recorded)
  const blocks = [
    [
      ...head.notices.flatMap((notice) => wrap(escapeTerminal(notice), screen.width - 2).map((line, at) => style.warn(`${at === 0 ? '! ' : '  '}${line}`))),
      style.strong(`${plural(policies.length, 'policy', 'policies')} over ${plural(head.sessions, 'session')}, ${plural(head.calls, 'call')} · decisions ${head.mode}`),
    ],
    ...policies.map((each) => policyLines(each, places, screen)),
    frontier.length < 2
      ? []
      : [
          style.heading('A further success'),
          ...frontier.slice(1).flatMap(({ name, perFurtherSuccess }, at) =>
            field(screen, '', `${escapeTerminal(frontier[at]?.name ?? '')} → ${escapeTerminal(name)}: ${furtherText(perFurtherSuccess, places)}`),
          ),
        ],
    hull === undefined
      ? []
      : [
          style.heading('Beside single models'),
          ...field(screen, 'hull', `${hull.models.map(escapeTerminal).join(' → ')}${hull.meanSuccessMillionths === undefined ? '' : `, mean success ${percent(hull.meanSuccessMillionths)}`}`),
          ...hull.besides.flatMap(({ name, splitSuccess, verdict }) =>
            field(
              screen,
              '',
              splitSuccess === undefined
                ? `${escapeTerminal(name)}: no single model is as cheap`
                : `${escapeTerminal(name)}: ${verdict === 'undecided' ? 'not told apart from' : verdict} the fixed split that costs as much (${percent(splitSuccess)})`,
            ),
          ),
        ],
  ]
  return `${blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`
}

function policyLines({ name, claims }: Compared, places: Places, screen: Screen): string[] {
  const { delta, success, costPerSuccess, sensitivity } = claims
  return [
    screen.style.heading(escapeTerminal(name)),
    ...field(
      screen,
      'cost against the log',
      delta.level === 'observed' ? `no difference: it goes where the log went (${formatCount(delta.comparedCalls)} calls)` : deltaText(delta, places),
    ),
    ...(sensitivity.length === 0 ? [] : field(screen, 'it hinges on', sensitivityText(sensitivity, places))),
    ...field(screen, 'success', successText(success)),
    ...field(screen, 'a success costs', costPerSuccessText(costPerSuccess, places)),
  ]
}

function furtherText(further: FurtherSuccess | undefined, places: Places): string {
  if (further === undefined) return 'nothing'
  if (further.kind === 'undecided') return 'undecided: the intervals of their success overlap'
  const { value, lo, hi } = further
  return `${formatUsd(value, places)} (${formatUsd(lo, places)} to ${hi === null ? 'no upper bound' : formatUsd(hi, places)})`
}

function percent(millionths: number): string {
  return formatShare(millionths, 1_000_000)
}

/** `docs/schemas/compare-1.schema.json`. */
export function compareJson({ policies, frontier, hull }: Comparison, head: ComparisonHead): string {
  return document({
    schemaVersion: 1,
    ...head,
    policies: policies.map(({ name, claims }) => ({ name, claims: claimsData(claims) })),
    frontier,
    hull,
  })
}
