import { effectOf } from '../../replay/effects.ts'
import { effectNames } from '../../replay/result/call.ts'
import type { ReplayResult } from '../../replay/result/replay.ts'
import type { BreakEven, Totals } from '../../replay/result/totals.ts'
import { formatUsd, type Places } from '../money.ts'
import { formatCount, plural } from '../number.ts'
import { boundsOf, valueOf, weakestOf } from '../split.ts'
import { clip, field, withRest, type Screen } from './layout.ts'

/** From what the covered calls cost in the log to what they cost under the policy, step by step. */
export function effects({ waterfall }: Totals, places: Places, screen: Screen): string[] {
  const steps = effectNames.flatMap((effect) => {
    const picoUsd = effectOf(waterfall, effect)
    return picoUsd === 0n ? [] : [`${effect} ${signedUsd(picoUsd, places)}`]
  })
  if (steps.length === 0) return []
  const { lo, hi } = boundsOf(waterfall.policy)
  const until = hi === null ? 'no upper bound' : formatUsd(hi, places)
  const level = weakestOf(waterfall.policy) ?? 'observed'
  const covered = waterfall.uncovered === 0 ? 'all calls' : `${plural(waterfall.calls, 'call')} with both costs`
  // What nobody answered costs nothing, which is not what a reader means by a saving.
  const unserved = effectOf(waterfall, 'not-served') === 0n ? '' : '; what is not served is no saving'
  return [
    ...field(screen, 'why', `log ${formatUsd(valueOf(waterfall.recorded), places)} · ${steps.join(' · ')}`),
    ...field(
      screen,
      '',
      `= ${formatUsd(valueOf(waterfall.policy), places)} (${formatUsd(lo, places)} to ${until}, ${level}), over ${covered}${unserved}`,
    ),
  ]
}

const rulesShown = 2

/** Whether sessions were long enough for the switches of a rule. */
export function breakEvens({ breakEven }: Totals, screen: Screen): string[] {
  const rules = Object.entries(breakEven).sort(([a, x], [b, y]) => y.switches - x.switches || (a < b ? -1 : 1))
  const lines = rules.slice(0, rulesShown).map(([rule, found]) => `${clip(rule, 24)}: ${breakEvenText(found)}`)
  const rest = rules.length - lines.length
  return [...lines, ...(rest > 0 ? [withRest([], rest)] : [])].flatMap((line, at) =>
    field(screen, at === 0 ? 'break-even' : '', line),
  )
}

function breakEvenText({ switches, never, tooFewCalls, unknown, tenths, callsLeft }: BreakEven): string {
  const pays =
    tenths === undefined
      ? []
      : [`pays after ${tenth(tenths.sum, switches - never - unknown)} calls (${tenth(tenths.least, 1)} to ${tenth(tenths.most, 1)})`]
  const parts = [
    ...pays,
    ...(never === 0 ? [] : [`${formatCount(never)} never: no call is cheaper`]),
    ...(unknown === 0 ? [] : [`${formatCount(unknown)} unknown`]),
  ]
  const lost = tooFewCalls === 0 ? '' : `; ${formatCount(tooFewCalls)} with too few left`
  return `${plural(switches, 'switch', 'switches')}, ${parts.join(', ')}; ${tenth(callsLeft.sum * 10, switches)} calls left${lost}`
}

/** Tenths shared out among so many, cut to one digit. */
function tenth(tenths: number, among: number): string {
  const each = Math.floor(tenths / among)
  return `${formatCount(Math.floor(each / 10))}.${each % 10}`
}

function signedUsd(picoUsd: bigint, places: Places): string {
  return picoUsd < 0n ? `−${formatUsd(-picoUsd, places)}` : `+${formatUsd(picoUsd, places)}`
}

/** Capacity that is paid for anyway, and what the calls that it took would cost elsewhere. */
export function dedicated(
  { totals, dedicated: declared }: Pick<ReplayResult, 'totals' | 'dedicated'>,
  places: Places,
  screen: Screen,
): string[] {
  if (declared.length === 0) return []
  const taken = Object.values(totals.money.dedicated.parts).reduce((sum, { calls }) => Math.max(sum, calls), 0)
  const lines = declared.map(({ provider, costPicoUsd, per, periods, sunkPicoUsd }) => {
    const name = clip(provider, 24)
    if (costPicoUsd === undefined || per === undefined) return `${name}: its cost is not declared`
    const rate = `${formatUsd(costPicoUsd, places)} a ${per}`
    return sunkPicoUsd === undefined || periods === undefined
      ? `${name}: ${rate}, for a time that the log does not date`
      : `${name}: ${formatUsd(sunkPicoUsd, places)} sunk (${plural(periods, per)} at ${rate})`
  })
  const listed = boundsOf(totals.money.dedicated)
  const list = listed.hi === null || listed.hi === listed.lo ? '' : ` to ${formatUsd(listed.hi, places)}`
  return [
    ...lines.flatMap((line, at) => field(screen, at === 0 ? 'dedicated' : '', line)),
    ...field(
      screen,
      '',
      `it took ${plural(taken, 'call')}: ${formatUsd(listed.lo, places)}${list} at list price, in the figures above; nothing more at the margin`,
    ),
  ]
}
