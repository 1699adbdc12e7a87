import type { FailoverReport, TimelineEntry } from '../../replay/result/failover.ts'
import type { ReplayResult } from '../../replay/result/replay.ts'
import { escapeTerminal } from '../escape.ts'
import { formatUsd } from '../money.ts'
import { formatCount, formatDuration, plural } from '../number.ts'
import { field, inDetail, tally, total, withRest, type Screen } from './layout.ts'
import { attemptsText, availabilityText, outage, some } from './outage.ts'

/** How calls were served: attempts, errors, other providers, and what was not served at all. */
export function failover(result: ReplayResult, screen: Screen): string[] {
  const { outage: report } = result
  const { attempts, decisions } = result.totals
  const noRoute = total(decisions.noRoute)
  const asked = attempts.served + attempts.exhausted + attempts.denied + noRoute
  const failed = total(attempts.failed)
  return [
    screen.style.heading('Failover'),
    ...field(
      screen,
      'attempts',
      failed === 0
        ? `${attemptsText(attempts.total, report)}, none failed`
        : `${attemptsText(attempts.total, report)}, ${formatCount(failed)} failed: ${tally(attempts.failed, 5)}`,
    ),
    ...field(screen, 'calls', callsText(result)),
    ...field(
      screen,
      'availability',
      availabilityText({ served: attempts.served, asked }, report),
      attempts.served === asked ? screen.style.good : screen.style.warn,
    ),
    ...outage(report, screen),
    ...inDetail(screen, () => recovery(result, screen)),
    ...guards(result.failover, screen),
    ...budgets(result.failover, screen),
  ]
}

/** What became of calls that did not go well at once, and how long those waited that were served after all. */
function callsText({ totals: { attempts }, failover: { timeToRecover } }: ReplayResult): string {
  const parts = [
    ...some(attempts.callsRetried, 'retried'),
    ...some(attempts.callsFailedOver, 'failed over'),
    ...some(attempts.exhausted, 'exhausted'),
    ...some(attempts.denied, 'denied'),
    ...some(attempts.cancelled, 'cancelled'),
    ...(timeToRecover === undefined
      ? []
      : [`delay median ${formatDuration(timeToRecover.medianMicros)}, most ${formatDuration(timeToRecover.maxMicros)}`]),
  ]
  return parts.length === 0 ? 'all served at the first attempt' : parts.join(' · ')
}

/** Where something failed: how many sessions felt it. */
function recovery({ totals, failover: report }: ReplayResult, screen: Screen): string[] {
  if (total(totals.attempts.failed) === 0) return []
  const { sessions } = report
  const parts = [
    `${formatCount(sessions.uninterrupted)} of ${formatCount(sessions.replayed)} lose no call`,
    `${formatCount(sessions.crossedProviders)} cross providers`,
  ]
  return field(screen, 'sessions', parts.join(' · '))
}

/** What cooldowns and breakers put out, and how soon; the timeline itself is in the JSON. */
function guards({ timeline, timeToDetect }: FailoverReport, screen: Screen): string[] {
  const trips = new Map<string, number>()
  for (const entry of timeline.entries) {
    if (isTrip(entry)) trips.set(entry.subject, (trips.get(entry.subject) ?? 0) + 1)
  }
  if (trips.size === 0) return []
  const all = timeline.entries.length < timeline.total ? ` in the first ${formatCount(timeline.entries.length)} of ${formatCount(timeline.total)} events` : ''
  const after = timeToDetect === undefined ? '' : `; noticed after ${formatDuration(timeToDetect.medianMicros)} (median)`
  return field(screen, 'put out', `${tally(Object.fromEntries(trips), 3)}${all}${after}`, screen.style.warn)
}

function isTrip({ to }: TimelineEntry): boolean {
  return to === 'cooling' || to === 'open'
}

const dollar = 1_000_000_000_000n
const budgetsShown = 2

function budgets(report: FailoverReport, screen: Screen): string[] {
  const all = report.budgets.filter(({ windows }) => windows > 0)
  const lines = all.slice(0, budgetsShown).flatMap((each, at) => {
    const { limitPicoUsd, spent, windows, exhausted, overshootPicoUsd, callsStopped } = each
    const places = limitPicoUsd < dollar ? 4 : 2
    const text = [
      `\`${escapeTerminal(each.budget)}\` ${formatUsd(spent.value, places)} of ${formatCount(windows)} × ${formatUsd(limitPicoUsd, places)}`,
      ...(exhausted === 0 ? [] : [`${formatCount(exhausted)} over by up to ${formatUsd(overshootPicoUsd, places)}`]),
      ...(callsStopped === 0 ? [] : [`${plural(callsStopped, 'call')} stopped`]),
    ].join(' · ')
    return field(screen, at === 0 ? 'budgets' : '', text, exhausted === 0 ? undefined : screen.style.warn)
  })
  return all.length > budgetsShown ? [...lines, ...field(screen, '', withRest([], all.length - budgetsShown))] : lines
}
