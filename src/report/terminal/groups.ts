import type { ReplayResult } from '../../replay/result/replay.ts'
import type { Totals } from '../../replay/result/totals.ts'
import { formatUsd, placesFor } from '../money.ts'
import { formatCount } from '../number.ts'
import { exactOf, valueOf } from '../split.ts'
import { clip, type Screen } from './layout.ts'
import { table } from './table.ts'
import { selectedCalls } from '../totals.ts'

const rowsShown = 12

/**
 * One row a group and the total that they add up to; past a dozen, the dearest and the sum of the
 * rest. JSON and CSV have them all.
 */
export function groups(result: ReplayResult, screen: Screen): string[] {
  if (result.groupedBy === undefined) return []
  const places = placesFor(valueOf(result.totals.money.recorded))
  const byCost = [...result.groups].sort((a, b) => {
    const difference = valueOf(b.totals.money.recorded) - valueOf(a.totals.money.recorded)
    return difference > 0n ? 1 : difference < 0n ? -1 : a.key < b.key ? -1 : 1
  })
  const shown = byCost.length <= rowsShown ? byCost : byCost.slice(0, rowsShown - 1)
  const hidden = byCost.slice(shown.length)
  const row = (key: string, all: readonly Totals[]): string[] => {
    const sum = (of: (totals: Totals) => number): string =>
      formatCount(all.reduce((count, totals) => count + of(totals), 0))
    const money = (of: (totals: Totals) => bigint): string =>
      formatUsd(all.reduce((sums, totals) => sums + of(totals), 0n), places)
    return [
      key,
      sum(selectedCalls),
      sum(({ sessionsDiverged }) => sessionsDiverged),
      sum(({ calls }) => calls.afterDivergence),
      money((totals) => valueOf(totals.money.recorded)),
      money((totals) => exactOf(totals.money.recordedBeforeDivergence)),
      money((totals) => valueOf(totals.money.recordedFromDivergence)),
    ]
  }
  const rows = [
    ...shown.map(({ key, totals }) => row(clip(key, 32), [totals])),
    ...(hidden.length > 0 ? [row(`and ${formatCount(hidden.length)} more`, hidden.map(({ totals }) => totals))] : []),
    row('total', [result.totals]),
  ]
  const head = [result.groupedBy, 'calls', 'sessions diverged', 'calls after', 'recorded', 'exact', 'after it']
  return [
    screen.style.heading(`By ${result.groupedBy}`),
    ...table(head, rows, 'lrrrrrr'),
  ]
}
