import type { Dedicated, Policy } from '../policy/core.ts'
import type { CallResult } from './result/call.ts'
import type { DedicatedCost } from './result/failover.ts'
import type { Money } from './result/money.ts'
import type { Totals } from './result/totals.ts'

/** What a call costs at list price whose last attempt was taken by dedicated capacity. */
export function dedicatedMoney({ attempts, end, policyCost }: CallResult): Money | undefined {
  return end === 'served' && attempts.at(-1)?.capacity === 'dedicated' ? policyCost : undefined
}

const microsPer: { readonly [period: string]: number } = {
  minute: 60_000_000,
  hour: 3_600_000_000,
  day: 86_400_000_000,
  month: 30 * 86_400_000_000,
}

/**
 * What the capacity that the policy declares costs over the time of the trace, whether it is used or
 * not: whole periods, the begun one included; a month has 30 days. Capacity that is written twice
 * alike is one.
 */
export function dedicatedCosts(policy: Policy, dated: Totals['dated']): readonly DedicatedCost[] {
  const lines = [...policy.serving, ...policy.profiles].flatMap((each) => each.lines.dedicated ?? [])
  const distinct = new Map(lines.map((line) => [keyOf(line), line]))
  return [...distinct].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, line]) => costOf(line, dated))
}

function keyOf({ provider, capacityTokens, perMicros, costPicoUsd, costPer }: Dedicated): string {
  return JSON.stringify([provider, capacityTokens ?? null, perMicros ?? null, costPicoUsd?.toString() ?? null, costPer ?? null])
}

function costOf({ provider, costPicoUsd, costPer }: Dedicated, dated: Totals['dated']): DedicatedCost {
  const period = costPer === undefined ? undefined : microsPer[costPer]
  if (costPicoUsd === undefined || costPer === undefined || period === undefined || dated === undefined) {
    return { provider, costPicoUsd, per: costPer, periods: undefined, sunkPicoUsd: undefined }
  }
  const periods = Math.floor((dated.lastMicros - dated.firstMicros) / period) + 1
  return { provider, costPicoUsd, per: costPer, periods, sunkPicoUsd: costPicoUsd * BigInt(periods) }
}

/** From the first to the last of two spans. */
export function mergeDated(left: Totals['dated'], right: Totals['dated']): Totals['dated'] {
  if (left === undefined || right === undefined) return left ?? right
  return {
    firstMicros: Math.min(left.firstMicros, right.firstMicros),
    lastMicros: Math.max(left.lastMicros, right.lastMicros),
  }
}
