import { wholeChange } from '../../analysis/diff/cost-change.ts'
import { csvLines, own, user, type Cell } from '../csv.ts'
import { decimalUsd } from '../money.ts'
import { valueOf } from '../split.ts'
import type { Review } from './review.ts'
import { regionWhere } from './words.ts'

const header = [
  'kind', 'region', 'where', 'old_rule', 'new_rule', 'old', 'new', 'sessions', 'calls', 'flips', 'tokens',
  'calls_without_tokens', 'recorded_usd', 'change_usd_low', 'change_usd_high', 'claim', 'calls_unknown',
]

/** One row a region and one of each other kind; calls, tokens and money add up to the corpus. */
export function rowsCsv({ diff: { meaning, traffic } }: Review): string {
  const bound = (value: bigint | null): Cell => own(value === null ? '' : decimalUsd(value))
  const rows = (traffic?.rows ?? []).map((row): readonly Cell[] => {
    const region = meaning.regions.find(({ id }) => id === row.region)
    const change = wholeChange(row.change)
    return [
      own(row.kind),
      own(row.region ?? ''),
      user(region === undefined ? undefined : regionWhere(region, (text) => text, Number.MAX_SAFE_INTEGER)),
      user(region?.old.rules.at(-1)),
      user(region?.new.rules.at(-1)),
      user(region?.old.does),
      user(region?.new.does),
      own(row.sessions),
      own(row.calls),
      own(row.flips),
      own(row.tokens.toString()),
      own(row.callsWithoutTokens),
      own(decimalUsd(valueOf(row.recorded))),
      bound(change.lo),
      bound(change.hi),
      own(change.level ?? 'none'),
      own(row.change.parts.unknown?.calls ?? 0),
    ]
  })
  return csvLines([header.map((name) => own(name)), ...rows])
}
