import Table from 'cli-table3'
import type { ReplayResult, Totals } from '../../replay/result.ts'
import { formatUsd, placesFor } from '../money.ts'
import { formatCount } from '../number.ts'
import { exactOf, valueOf } from '../split.ts'
import { clip, type Screen } from './layout.ts'

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
      sum(({ calls }) => calls.recorded),
      sum(({ sessionsDiverged }) => sessionsDiverged),
      sum(({ calls }) => calls.afterDivergence),
      money((totals) => valueOf(totals.money.recorded)),
      money((totals) => exactOf(totals.money.recordedBeforeDivergence)),
      money((totals) => valueOf(totals.money.recordedFromDivergence)),
    ]
  }
  const table = new Table({
    head: [result.groupedBy, 'calls', 'sessions diverged', 'calls after', 'recorded', 'exact', 'after it'],
    colAligns: ['left', 'right', 'right', 'right', 'right', 'right', 'right'],
    style: { head: [], border: [], compact: true },
    chars: plainBorders,
  })
  for (const { key, totals } of shown) table.push(row(clip(key, 32), [totals]))
  if (hidden.length > 0) table.push(row(`and ${formatCount(hidden.length)} more`, hidden.map(({ totals }) => totals)))
  table.push(row('total', [result.totals]))
  return [
    screen.style.heading(`By ${result.groupedBy}`),
    ...table.toString().split('\n').map((line) => line.trimEnd()),
  ]
}

const plainBorders = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: ' ',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: ' ',
}
