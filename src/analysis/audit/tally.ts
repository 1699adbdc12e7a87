import type { AuditCounts, AuditMoney } from './result.ts'

type Mutable<T> = { -readonly [K in keyof T]: T[K] extends object ? Mutable<T[K]> : T[K] }

/** Counts and sums of one model, or of all. */
export interface Tally {
  readonly counts: Mutable<AuditCounts>
  readonly money: Mutable<AuditMoney>
}

export function createTally(): Tally {
  return {
    counts: {
      exact: 0,
      withinTolerance: 0,
      unmatched: 0,
      unbilled: 0,
      impossible: 0,
      estimates: { exact: 0, withinTolerance: 0, unmatched: 0, impossible: 0 },
    },
    money: {
      billedPicoUsd: 0n,
      repricedPicoUsd: 0n,
      billedWithoutPricePicoUsd: 0n,
      estimatedPicoUsd: 0n,
      estimatesRepricedPicoUsd: 0n,
      unbilledRepricedPicoUsd: 0n,
    },
  }
}

export function addTally(into: Tally, { counts, money }: Tally): void {
  into.counts.exact += counts.exact
  into.counts.withinTolerance += counts.withinTolerance
  into.counts.unmatched += counts.unmatched
  into.counts.unbilled += counts.unbilled
  into.counts.impossible += counts.impossible
  into.counts.estimates.exact += counts.estimates.exact
  into.counts.estimates.withinTolerance += counts.estimates.withinTolerance
  into.counts.estimates.unmatched += counts.estimates.unmatched
  into.counts.estimates.impossible += counts.estimates.impossible
  into.money.billedPicoUsd += money.billedPicoUsd
  into.money.repricedPicoUsd += money.repricedPicoUsd
  into.money.billedWithoutPricePicoUsd += money.billedWithoutPricePicoUsd
  into.money.estimatedPicoUsd += money.estimatedPicoUsd
  into.money.estimatesRepricedPicoUsd += money.estimatesRepricedPicoUsd
  into.money.unbilledRepricedPicoUsd += money.unbilledRepricedPicoUsd
}
