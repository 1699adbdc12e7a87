import type { OutageReport, Unavailability } from '../replay/result/failover.ts'
import type { Compared, Comparison, FurtherSuccess } from '../analysis/claims/compare.ts'
import type { Arrivals } from '../replay/simulator/session-clock.ts'
import { claimsData } from './claims-data.ts'
import { escapeTerminal } from './escape.ts'
import { document } from './json.ts'
import { formatUsd, placesFor, type Places } from './money.ts'
import { formatCount, formatShare, plural } from './number.ts'
import { costPerSuccessText, deltaText, sensitivityText, successText } from './terminal/claims.ts'
import { field, wrap, type Screen } from './terminal/layout.ts'
import { availabilityText } from './terminal/outage.ts'

export interface ComparisonHead {
  readonly sessions: number
  readonly calls: number
  readonly mode: string
  readonly arrivals: Arrivals
  /** By policy; `runId` and `outcomeHash` are those of `reroute replay` with the same options. */
  readonly runs: readonly ComparedRun[]
  readonly notices: readonly string[]
}

export interface ComparedRun {
  readonly name: string
  readonly runId: string
  readonly outcomeHash: string
  readonly served: number
  readonly asked: number
  readonly outage: OutageReport | undefined
}

/** Policies one after the other, then what a further success costs, and the single models. */
export function compareScreen({ policies, frontier, hull }: Comparison, head: ComparisonHead, screen: Screen): string {
  const { style } = screen
  const recorded = policies[0]?.claims.delta.recorded.value ?? 0n
  const places = placesFor(recorded)
  const blocks = [
    [
      ...head.notices.flatMap((notice) => wrap(escapeTerminal(notice), screen.width - 2).map((line, at) => style.warn(`${at === 0 ? '! ' : '  '}${line}`))),
      style.strong(`${plural(policies.length, 'policy', 'policies')} over ${plural(head.sessions, 'session')}, ${plural(head.calls, 'call')} · decisions ${head.mode}${head.arrivals === 'recorded' ? ', arrivals recorded' : ''}`),
    ],
    ...policies.map((each, at) => [...policyLines(each, places, screen), ...availabilityLine(head.runs, at, screen)]),
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

/** Where every call of every policy is served there is nothing to tell apart. */
function availabilityLine(runs: readonly ComparedRun[], at: number, screen: Screen): string[] {
  const run = runs[at]
  if (run === undefined || runs.every(({ served, asked, outage }) => served === asked && outage === undefined)) return []
  return field(screen, 'availability', availabilityText(run, run.outage))
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
    runs: head.runs.map(({ outage, ...run }) => ({
      ...run,
      ...(outage?.unknownHealth !== undefined && { hostsDown: servedOf(outage.unknownHealth.down) }),
      ...(outage?.script !== undefined && { withoutFaults: servedOf(outage.script.withoutFaults) }),
    })),
    policies: policies.map(({ name, claims }) => ({ name, claims: claimsData(claims) })),
    frontier,
    hull,
  })
}

function servedOf({ served, asked }: Unavailability): Pick<Unavailability, 'served' | 'asked'> {
  return { served, asked }
}
