import type { SessionRow } from '../../replay/session-row.ts'
import { ratioInterval } from '../statistics/cluster-bootstrap.ts'
import type { Cluster } from '../statistics/cluster-bootstrap.ts'

/** Between which a figure would come to lie if other sessions like these had been recorded. */
export interface SamplingInterval {
  /** What counts as one draw. */
  readonly by: 'session' | 'repository' | 'user'
  readonly clusters: number
  /** Rounded to micro-dollars; `undefined`: there is no interval, for this reason. */
  readonly picoUsd: { readonly lo: bigint; readonly hi: bigint } | undefined
  readonly reason: string | undefined
}

const fields = [
  ['session', (row: SessionRow): string | undefined => row.session],
  ['repository', (row: SessionRow): string | undefined => row.repo],
  ['user', (row: SessionRow): string | undefined => row.user],
] as const

/** Microdollars keep a sum of money within the integers that a float holds. */
const micro = 1_000_000

/**
 * Intervals of a sum of money over sessions, or of a sum over another (`per`), clustered by session,
 * and by repository and user where the trace names one.
 */
export function samplingIntervals(
  rows: readonly SessionRow[],
  seed: string,
  purpose: string,
  of: (row: SessionRow) => bigint,
  per?: (row: SessionRow) => number,
): readonly SamplingInterval[] {
  return fields.flatMap(([by, field]): SamplingInterval[] => {
    if (rows.every((row) => field(row) === undefined)) return []
    const clusters = clustersOf(rows, field, of, per)
    const found = ratioInterval(clusters, { seed, purpose: `${purpose} by ${by}` })
    if (found.kind === 'undefined') return [{ by, clusters: found.clusters, picoUsd: undefined, reason: found.reason }]
    const scale = per === undefined ? clusters.length : 1
    const picoUsd = { lo: rounded(found.lo * scale), hi: rounded(found.hi * scale) }
    return [{ by, clusters: found.clusters, picoUsd, reason: undefined }]
  })
}

/** Sums are exact, so the order of the rows does not tell. */
function clustersOf(
  rows: readonly SessionRow[],
  field: (row: SessionRow) => string | undefined,
  of: (row: SessionRow) => bigint,
  per: ((row: SessionRow) => number) | undefined,
): readonly Cluster[] {
  const sums = new Map<string, { money: bigint; count: number }>()
  for (const row of rows) {
    // What the trace does not name may all be one.
    const key = field(row) ?? ''
    const sum = sums.get(key) ?? { money: 0n, count: 0 }
    sums.set(key, { money: sum.money + of(row), count: sum.count + (per === undefined ? 0 : per(row)) })
  }
  return [...sums].map(([key, { money, count }]) => ({
    key,
    numerator: Number(money) / micro,
    denominator: per === undefined ? 1 : count,
  }))
}

function rounded(microUsd: number): bigint {
  return BigInt(Math.round(microUsd)) * BigInt(micro)
}

/** The widest counts; `undefined`: there is none. */
export function widest(intervals: readonly SamplingInterval[]): SamplingInterval | undefined {
  const width = ({ picoUsd }: SamplingInterval): bigint => (picoUsd === undefined ? -1n : picoUsd.hi - picoUsd.lo)
  return intervals.reduce<SamplingInterval | undefined>(
    (best, each) => (each.picoUsd !== undefined && (best === undefined || width(each) > width(best)) ? each : best),
    undefined,
  )
}
