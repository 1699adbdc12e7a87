import type { Claims } from '../../analysis/claims/claims.ts'
import type { MoneySplit } from '../../replay/result/money.ts'
import type { DecisionMode, ReplayResult } from '../../replay/result/replay.ts'
import type { Totals } from '../../replay/result/totals.ts'
import { modelledOn } from '../../replay/modelled-on.ts'
import { formatUsd, placesFor, type Places } from '../money.ts'
import { formatCount, formatShare, plural } from '../number.ts'
import { boundsOf, exactOf, partsOf, valueOf } from '../split.ts'
import { claims } from './claims.ts'
import { breakEvens, dedicated, effects } from './effects.ts'
import { field, inDetail, tally, type Screen } from './layout.ts'

/** What it costs, and how much of that is known to the last digit. */
export function costs(result: ReplayResult, screen: Screen, claimed?: Claims): string[] {
  const { totals, mode: { decisions: mode } } = result
  const { money } = totals
  const places = placesFor(valueOf(money.recorded))
  const usd = (picoUsd: bigint): string => formatUsd(picoUsd, places)
  const optional: readonly (readonly [label: string, split: MoneySplit])[] = [
    ['overhead, policy', money.overhead],
    ['overhead, log', money.recordedOverhead],
    ['failed attempts', money.attempts],
    ['compactions, unbilled', money.unloggedCompactions],
  ]
  return [
    `${screen.style.heading('What it costs')} · ${screen.style.strong(headline(totals, places))}`,
    ...(partsOf(money.recorded).length < 2 ? [] : field(screen, 'recorded', splitText(money.recorded, places))),
    ...field(
      screen,
      'before divergence',
      `policy ${usd(valueOf(money.stop))}, log ${usd(valueOf(money.recordedBeforeDivergence))}; ${difference(totals, places)}`,
    ),
    ...(partsOf(money.stop).length < 2 ? [] : field(screen, '', splitText(money.stop, places))),
    ...(partsOf(money.recordedFromDivergence).length === 0
      ? []
      : [
          ...field(
            screen,
            'from divergence on',
            `log ${usd(valueOf(money.recordedFromDivergence))}; what the policy would cost is not known, only modelled:`,
          ),
          ...field(screen, '', frozenText(totals, places, mode), screen.style.dim),
        ]),
    ...effects(totals, places, screen),
    ...inDetail(screen, () => [
      ...breakEvens(totals, screen),
      ...dedicated(result, places, screen),
      ...optional.flatMap(([label, split]) =>
        partsOf(split).length === 0 ? [] : field(screen, label, splitText(split, places)),
      ),
    ]),
    ...(claimed === undefined ? [] : claims(claimed, places, screen)),
    ...costUnknown('cost unknown, log', totals.unpriced, screen),
    ...costUnknown('cost unknown, policy', totals.policyUnpriced, screen),
  ]
}

/** Calls without a price or without token counts, by model: they add nothing to any sum. */
function costUnknown(label: string, byModel: Totals['unpriced'], screen: Screen): string[] {
  const calls = Object.values(byModel).reduce((sum, count) => sum + count, 0)
  if (calls === 0) return []
  return field(screen, label, `${plural(calls, 'call')} ${calls === 1 ? 'counts' : 'count'} in no sum: ${tally(byModel)}`, screen.style.warn)
}

/** The recorded money of calls whose cost under the policy is known to the last digit. */
function headline({ money }: Totals, places: Places): string {
  const exact = exactOf(money.stop)
  const { lo, hi } = boundsOf(money.recorded)
  const known = `exact ${formatUsd(exact, places)} of`
  if (hi === null) return `${known} at least ${formatUsd(lo, places)} recorded`
  if (lo === hi) return `${known} ${formatUsd(lo, places)} recorded (${formatShare(exact, lo)})`
  return `${known} ${formatUsd(lo, places)} to ${formatUsd(hi, places)} recorded (at least ${formatShare(exact, hi)})`
}

/** Said of the calls that are exact on both sides; no saving is made out of anything else. */
function difference({ money }: Totals, places: Places): string {
  const [log, policy] = [money.recordedBeforeDivergence, money.stop]
  const open = exactCalls(log) - exactCalls(policy)
  if (open !== 0) return `${plural(open, 'call')} of it not exact`
  const saved = exactOf(log) - exactOf(policy)
  if (saved === 0n) return 'no difference'
  return saved > 0n ? `${formatUsd(saved, places)} less` : `${formatUsd(-saved, places)} more`
}

function exactCalls({ parts }: MoneySplit): number {
  return (parts.observed?.calls ?? 0) + (parts['re-priced']?.calls ?? 0)
}

/** `observed $1.20 (30 calls) · bounded $0.40 to $0.90 (2 calls) · unknown 3 calls`. */
export function splitText(split: MoneySplit, places: Places): string {
  const parts = partsOf(split).map(([level, { value, lo, hi, calls }]) => {
    if (level === 'unknown') return `unknown ${plural(calls, 'call')}`
    const sum =
      hi === null
        ? `at least ${formatUsd(lo, places)}`
        : lo === hi
          ? formatUsd(value, places)
          : `${formatUsd(lo, places)} to ${formatUsd(hi, places)}`
    return `${level} ${sum} (${plural(calls, 'call')})`
  })
  return parts.length === 0 ? 'nothing' : parts.join(' · ')
}

/** A modelled figure is never printed without its interval and its assumption. */
function frozenText(totals: Totals, places: Places, mode: DecisionMode): string {
  const split = totals.money.frozen
  const { lo, hi } = boundsOf(split)
  const until = hi === null ? 'no upper bound' : formatUsd(hi, places)
  const calls = split.parts.modelled?.calls ?? 0
  if (calls === 0) {
    return split.parts.unknown === undefined
      ? 'nothing is modelled: no call is replayed past a divergence'
      : `unknown: ${plural(split.parts.unknown.calls, 'call')} without a cost`
  }
  return `all calls ${formatUsd(lo, places)} to ${until}, ${formatCount(calls)} of them modelled (${mode === 'projected' ? 'projected' : modelledOn(totals).join(', ')})`
}
