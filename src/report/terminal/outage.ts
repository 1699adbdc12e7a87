import type { OutageReport, Unavailability } from '../../replay/result/failover.ts'
import { escapeTerminal } from '../escape.ts'
import { formatUsd, placesFor } from '../money.ts'
import { formatCount, formatShare, plural } from '../number.ts'
import { boundsOf, unknownCalls, valueOf, weakestOf } from '../split.ts'
import { field, inDetail, withRest, type Screen } from './layout.ts'

const faultsShown = 3

/** What scripted faults did to the calls, and what the log leaves open of its hosts. */
export function outage(report: OutageReport | undefined, screen: Screen): string[] {
  return [...scripted(report?.script, screen), ...inDetail(screen, () => open(report?.unknownHealth, screen))]
}

/** `99.41% to 99.70%: 674 to 676 of 678 calls served; 99.85% without the faults`. */
export function availabilityText(run: Asked, report: OutageReport | undefined): string {
  const { script, unknownHealth } = report ?? {}
  const [least, most] = unknownHealth === undefined ? [run, run] : worseFirst(run, unknownHealth.down)
  const without = script === undefined ? '' : `; ${availability(script.withoutFaults)} without the faults`
  return `${between(availability(least), availability(most))}: ${servedText(least, most)} served${without}`
}

/** From the one run to the other where the log leaves open whether a host would have answered. */
export function attemptsText(total: number, report: OutageReport | undefined): string {
  const { down } = report?.unknownHealth ?? {}
  return down === undefined ? formatCount(total) : between(...inOrder(total, down.attempts))
}

type Asked = Pick<Unavailability, 'served' | 'asked'>

function worseFirst(one: Asked, other: Asked): readonly [Asked, Asked] {
  return one.served * other.asked <= other.served * one.asked ? [one, other] : [other, one]
}

/** Where a replay stops at divergences, the two runs may have asked for different numbers of calls. */
function servedText(least: Asked, most: Asked): string {
  if (least.asked === most.asked) return `${between(formatCount(least.served), formatCount(most.served))} of ${plural(most.asked, 'call')}`
  return `${formatCount(least.served)} of ${formatCount(least.asked)} to ${formatCount(most.served)} of ${plural(most.asked, 'call')}`
}

function scripted(script: OutageReport['script'], screen: Screen): string[] {
  if (script === undefined) return []
  const { callsHit, servedThere, servedElsewhere, lost, withFaults, withoutFaults } = script
  if (callsHit === 0) return field(screen, 'faults', `none of ${plural(script.faults.length, 'fault')} fails an attempt`)
  const extra = withFaults.attempts - withoutFaults.attempts
  const became = [
    ...some(servedElsewhere, 'served elsewhere'),
    ...some(servedThere, 'there after all'),
    ...some(lost, 'lost'),
    ...(extra === 0 ? [] : [`attempts ${extra < 0 ? '−' : '+'}${formatCount(Math.abs(extra))}`]),
  ]
  return [
    ...field(screen, 'faults', `${plural(callsHit, 'call')} hit: ${became.join(' · ')}`, lost === 0 ? undefined : screen.style.warn),
    ...field(screen, '', `by ${faultList(script)}`),
    ...costsLine(withFaults, withoutFaults, screen),
  ]
}

/** What all calls cost in either run; nothing where the faults make no difference. */
function costsLine(withFaults: Unavailability, withoutFaults: Unavailability, screen: Screen): string[] {
  const [one, other] = [withFaults, withoutFaults].map(costText)
  const unknown = [...new Set([withFaults, withoutFaults].map(({ cost }) => formatCount(unknownCalls(cost))))].join(' and ')
  const left = unknown === '0' ? '' : `; unknown of ${unknown} calls`
  const lost = withFaults.served < withoutFaults.served ? '; what is not served is no saving' : ''
  return one === other ? [] : field(screen, '', `calls cost ${one} with the faults, ${other} without${left}${lost}`)
}

/** What is known of it, with its interval and the weakest of its claims. */
function costText({ cost }: Unavailability): string {
  const { unknown: _unknown, ...parts } = cost.parts
  const { lo, hi } = boundsOf({ parts })
  const value = valueOf({ parts })
  const usd = (picoUsd: bigint): string => formatUsd(picoUsd, placesFor(value))
  return lo === hi ? usd(value) : `${usd(value)} (${usd(lo)} to ${hi === null ? 'no upper bound' : usd(hi)}, ${weakestOf({ parts }) ?? ''})`
}

export function some(count: number, what: string): readonly string[] {
  return count === 0 ? [] : [`${formatCount(count)} ${what}`]
}

/** Attempts that each fault failed, most first. */
function faultList({ faults }: NonNullable<OutageReport['script']>): string {
  const failing = faults
    .filter(({ attemptsFailed }) => attemptsFailed > 0)
    .toSorted((a, b) => b.attemptsFailed - a.attemptsFailed || (a.id < b.id ? -1 : 1))
  const shown = failing
    .slice(0, faultsShown)
    .map(({ id, cause, attemptsFailed }) =>
      escapeTerminal(`${id}${cause === undefined ? '' : ` (${cause})`} ${formatCount(attemptsFailed)}`),
    )
  return withRest(shown, failing.length - shown.length)
}

/** One line: what lies between the two runs of what nobody knows. */
function open(unknown: OutageReport['unknownHealth'], screen: Screen): string[] {
  if (unknown === undefined) return []
  const { calls, up, down } = unknown
  const figures = [
    ...(up.attempts === down.attempts ? [] : [`attempts ${between(...inOrder(up.attempts, down.attempts))}`]),
    ...costs(up, down),
  ]
  const told = figures.length === 0 ? '' : `: ${figures.join(' · ')}`
  return field(screen, 'hosts not known', `${plural(calls, 'call')}${told}`)
}

function inOrder(one: number, other: number): [string, string] {
  return [formatCount(Math.min(one, other)), formatCount(Math.max(one, other))]
}

function costs(up: Unavailability, down: Unavailability): readonly string[] {
  const [one, other] = [boundsOf(up.cost), boundsOf(down.cost)]
  if (one.lo === other.lo && one.hi === other.hi) return []
  const usd = (picoUsd: bigint): string => formatUsd(picoUsd, placesFor(one.lo))
  const [lo, most] = one.lo < other.lo ? [one.lo, other.lo] : [other.lo, one.lo]
  if (one.hi === null || other.hi === null) return lo === most ? [] : [`cost at least ${between(usd(lo), usd(most))}`]
  return [`cost ${between(usd(lo), usd(one.hi > other.hi ? one.hi : other.hi))}`]
}

function between(least: string, most: string): string {
  return least === most ? most : `${least} to ${most}`
}

function availability({ served, asked }: Asked): string {
  return formatShare(served, asked, 2)
}
