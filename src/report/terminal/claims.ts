import type { Claims, CostPerSuccess, DeltaClaim } from '../../analysis/claims/claims.ts'
import type { ControlFigures, Controls } from '../../analysis/claims/controls.ts'
import { widest } from '../../analysis/claims/sampling.ts'
import type { SamplingInterval } from '../../analysis/claims/sampling.ts'
import type { Flip, Sensitivity } from '../../analysis/claims/sensitivity.ts'
import type { SuccessClaim } from '../../analysis/claims/success.ts'
import type { Bounds } from '../../replay/session-row.ts'
import { escapeTerminal } from '../escape.ts'
import { formatUsd, type Places } from '../money.ts'
import { formatCount, formatFactor, formatShare, plural } from '../number.ts'
import { field, inDetail, type Screen } from './layout.ts'

/** The policy beside the log and beside controls that know nothing: a figure only with its interval. */
export function claims({ delta, success, controls, sensitivity }: Claims, places: Places, screen: Screen): string[] {
  if (delta.level === 'observed') return successLines(success, screen)
  return [
    ...field(screen, 'cost against the log', deltaText(delta, places)),
    ...(sensitivity.length === 0 ? [] : field(screen, 'it hinges on', sensitivityText(sensitivity, places))),
    ...(controls === undefined ? [] : field(screen, 'controls', controlsText(controls, places))),
    ...successLines(success, screen),
  ]
}

export function deltaText({ level, delta, sampling, comparedCalls, uncomparedCalls }: DeltaClaim, places: Places): string {
  if (level === 'unknown') return `unknown: none of ${plural(uncomparedCalls, 'call')} has a cost on both sides`
  const interval = widest(sampling)
  const others =
    interval === undefined
      ? `no interval if sampled anew: ${sampling[0]?.reason ?? 'there is none'}`
      : `${samplingText(interval, places)} if sampled anew`
  const left = uncomparedCalls === 0 ? '' : `; without a cost ${formatCount(uncomparedCalls)} of ${plural(comparedCalls + uncomparedCalls, 'call')}`
  return `modelled ${changeText(delta, places)}; ${others}${left}`
}

function samplingText({ by, clusters, picoUsd }: SamplingInterval, places: Places): string {
  if (picoUsd === undefined) return 'unknown'
  return `${signed(picoUsd.lo, places)} to ${signed(picoUsd.hi, places)} (95%, ${plural(clusters, by, by === 'repository' ? 'repositories' : `${by}s`)})`
}

const assumptionsShown = 2

/** What the figure rests on, and where the policy would be as dear as the log. */
export function sensitivityText(sensitivity: readonly Sensitivity[], places: Places): string {
  const shown = sensitivity.slice(0, assumptionsShown).map(({ name, factor, deltaPicoUsd: { lo, hi }, flips }) => {
    const range = factor === undefined ? '' : ` ${formatFactor(factor.lo, 2)} to ${formatFactor(factor.hi, 2)}`
    const from = lo === null ? 'no lower bound' : signed(lo, places)
    const to = hi === null ? 'no upper bound' : signed(hi, places)
    return `${escapeTerminal(name)}${range}: ${from} to ${to}${flipText(flips)}`
  })
  const never = sensitivity.every(({ flips }) => flips.kind === 'never') ? ['none of them alone flips the sign'] : []
  return [...shown, ...withRestOf(sensitivity.length - assumptionsShown), ...never].join(' · ')
}

function withRestOf(rest: number): readonly string[] {
  return rest > 0 ? [`and ${formatCount(rest)} more`] : []
}

function flipText(flips: Flip): string {
  switch (flips.kind) {
    case 'never':
      return ''
    case 'within':
      return ', flips the sign'
    case 'at':
      return `, even at ${flips.isInterpolated ? 'about ' : ''}${formatFactor(flips.factor, 2)}`
  }
}

function controlsText({ alwaysCheapest, alwaysStrongest, fixedSplit, shuffle }: Controls, places: Places): string {
  const always = (control: ControlFigures & { readonly model: string }): string =>
    `always ${escapeTerminal(control.model)} ${control.isUnknown ? `unknown (${plural(control.uncomparedCalls, 'call')} without a cost)` : changeText(control.delta, places)}`
  const strongest = escapeTerminal(alwaysStrongest.model)
  const split = ((): string => {
    switch (fixedSplit.kind) {
      case 'split':
        return `as dear, drawn blindly: ${formatShare(fixedSplit.strongMillionths, 1_000_000)} on ${strongest} (shuffled: ${formatCount(shuffle.strongSessions)} of ${formatCount(shuffle.sessions)} sessions)`
      case 'below-cheapest':
        return 'no blind split is as cheap'
      case 'above-strongest':
        return 'no blind split is as dear'
      case 'none':
        return `no blind split: ${fixedSplit.reason}`
    }
  })()
  // A policy that chooses one model has one control.
  if (alwaysCheapest.model === alwaysStrongest.model) return always(alwaysCheapest)
  return [always(alwaysCheapest), always(alwaysStrongest), split].join(' · ')
}

function successLines(success: SuccessClaim, screen: Screen): string[] {
  if (success.kind === 'unknown') return []
  // A bound says little of a policy: what was seen or handed in always stands here.
  const lines = (): string[] => field(screen, 'success', successText(success))
  return success.kind === 'bound' ? [...inDetail(screen, lines)] : lines()
}

export function successText({ kind, lo, hi, sampling, seen, sessions, source }: SuccessClaim): string {
  const span = sampling === undefined ? '' : `, ${percent(sampling.lo)} to ${percent(sampling.hi)} if sampled anew (95%)`
  switch (kind) {
    case 'observed':
      return `${percent(lo)} of ${plural(sessions, 'session')}${span}`
    case 'given':
      return `${percent(lo)} of ${plural(sessions, 'session')} elsewhere${span}; source: ${escapeTerminal(source)}`
    case 'bound':
      return `between ${percent(lo)} and ${percent(hi)}: the outcome is known of ${formatCount(seen)} of ${plural(sessions, 'session')} (Manski’s bound)${span}`
    case 'unknown':
      return 'unknown: the trace holds no outcome that would hold here'
  }
}

/** Between its corners, and over other sessions where every outcome is known. */
export function costPerSuccessText(cost: CostPerSuccess, places: Places): string {
  if (cost.kind === 'unknown') return `unknown: ${cost.reason}`
  const { lo, hi, sampling } = cost
  const span = lo === hi ? formatUsd(lo, places) : `${formatUsd(lo, places)} to ${hi === null ? 'no upper bound' : formatUsd(hi, places)}`
  const interval = widest(sampling)?.picoUsd
  return interval === undefined ? span : `${span}; ${formatUsd(interval.lo, places)} to ${formatUsd(interval.hi, places)} if sampled anew (95%)`
}

function percent(millionths: number): string {
  return formatShare(millionths, 1_000_000)
}

/** `-$1.20 (-$4.00 to $3.10)`; a bound that is not known is said so. */
export function changeText({ value, lo, hi }: Bounds, places: Places): string {
  if (lo === hi && lo !== null) return signed(value, places)
  const from = lo === null ? 'no lower bound' : signed(lo, places)
  const to = hi === null ? 'no upper bound' : signed(hi, places)
  return `${signed(value, places)} (${from} to ${to})`
}

function signed(picoUsd: bigint, places: Places): string {
  return picoUsd > 0n ? `+${formatUsd(picoUsd, places)}` : formatUsd(picoUsd, places)
}
