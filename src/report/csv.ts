import { stringify } from 'csv-stringify/sync'
import { effectOf } from '../replay/effects.ts'
import { effectNames } from '../replay/result/call.ts'
import type { MoneySplit } from '../replay/result/money.ts'
import type { ReplayResult } from '../replay/result/replay.ts'
import type { SessionResult } from '../replay/result/session.ts'
import type { Totals } from '../replay/result/totals.ts'
import { escapeCsv } from './escape.ts'
import { decimalUsd } from './money.ts'
import { selectedCalls } from './totals.ts'
import { exactOf, unknownCalls, valueOf } from './split.ts'

/** A number, a figure of our own, or user text, which alone needs an escape. */
export type Cell = { readonly user: string | undefined } | { readonly own: string | number }

export function user(text: string | undefined): Cell {
  return { user: text }
}

export function own(value: string | number): Cell {
  return { own: value }
}

/** Lines of one table, each ended; user text is always quoted. */
export function csvLines(rows: readonly (readonly Cell[])[]): string {
  return stringify(
    rows.map((row) => row.map((cell) => ('own' in cell ? cell.own : escapeCsv(cell.user ?? '')))),
    { quoted_string: true, eof: true },
  )
}

const totalsHeader = [
  'sessions',
  'sessions_diverged',
  'calls',
  'calls_replayed',
  'calls_after_divergence',
  'undetermined',
  'recorded_usd',
  'recorded_exact_usd',
  'policy_before_divergence_usd',
  'recorded_before_divergence_usd',
  'recorded_from_divergence_usd',
  'calls_without_price',
  'attempts',
  'attempts_failed',
  'calls_failed_over',
  'calls_exhausted',
  'why_recorded_usd',
  ...effectNames.map((effect) => `why_${effect.replaceAll('-', '_')}_usd`),
  'why_policy_usd',
]

/** One row a group and one of the total, whose key is empty. */
export function groupsCsv(result: ReplayResult): string {
  return csvLines([
    [result.groupedBy ?? 'group', ...totalsHeader].map((name) => own(name)),
    ...result.groups.map(({ key, totals }) => [user(key), ...totalsCells(totals)]),
    [user(undefined), ...totalsCells(result.totals)],
  ])
}

function totalsCells(totals: Totals): Cell[] {
  const { calls, money, attempts } = totals
  return [
    totals.sessions,
    totals.sessionsDiverged,
    selectedCalls(totals),
    calls.replayed,
    calls.afterDivergence,
    totals.decisions.undetermined,
    usd(money.recorded),
    decimalUsd(exactOf(money.recorded)),
    usd(money.stop),
    usd(money.recordedBeforeDivergence),
    usd(money.recordedFromDivergence),
    unknownCalls(money.recorded),
    attempts.total,
    Object.values(attempts.failed).reduce((sum, count) => sum + count, 0),
    attempts.callsFailedOver,
    attempts.exhausted,
    usd(totals.waterfall.recorded),
    ...effectNames.map((effect) => decimalUsd(effectOf(totals.waterfall, effect))),
    usd(totals.waterfall.policy),
  ].map(own)
}

function usd(split: MoneySplit): string {
  return decimalUsd(valueOf(split))
}

/** One row a session. */
export function sessionsCsv(sessions: readonly SessionResult[]): string {
  const header = ['session', 'team', 'repo', 'user', 'day', 'calls', 'diverged_at', 'kind', 'rule', 'from', 'to', 'outcome_hash']
  return csvLines([
    header.map((name) => own(name)),
    ...sessions.map(({ session, facts, calls, unreplayed, divergence, outcomeHash }) => [
      user(session),
      ...['team', 'repo', 'user', 'day'].map((field) => user(facts[field])),
      own(calls.length + unreplayed.length),
      own(divergence?.call ?? ''),
      own(divergence?.kind ?? ''),
      user(divergence?.rule),
      user(divergence?.from?.model),
      user(divergence?.to?.model),
      own(outcomeHash),
    ]),
  ])
}
