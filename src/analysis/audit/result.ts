import type { CauseId } from './cause.ts'
import type { RunTotalsResult } from './run-totals.ts'

/** Counts of calls. Bills are those of a provider or a gateway. */
export interface AuditCounts {
  /** Equal to the last pico-dollar. */
  readonly exact: number
  /** Off by less than the tolerance. */
  readonly withinTolerance: number
  readonly unmatched: number
  /** Served, and no cost is logged. */
  readonly unbilled: number
  /** Of `unmatched`, those that cannot be bills of such tokens; in no sum of money. */
  readonly impossible: number
  /** The same of what a client reckoned for itself. */
  readonly estimates: {
    readonly exact: number
    readonly withinTolerance: number
    readonly unmatched: number
    readonly impossible: number
  }
}

/** Pico-dollars, over the calls that have a price and no impossible bill. */
export interface AuditMoney {
  readonly billedPicoUsd: bigint
  /** The same calls by the prices of the book. */
  readonly repricedPicoUsd: bigint
  /** Bills of calls that have no price. */
  readonly billedWithoutPricePicoUsd: bigint
  readonly estimatedPicoUsd: bigint
  readonly estimatesRepricedPicoUsd: bigint
  /** What the calls without a cost come to; at the least, where output is counted in part. */
  readonly unbilledRepricedPicoUsd: bigint
}

export interface AuditResult extends AuditCounts {
  readonly schemaVersion: 1
  readonly calls: number
  /** Not served, at no cost. */
  readonly notServed: number
  readonly money: AuditMoney
  /** `null`: no totals of runs were given. Their calls are in the counts of `estimates`. */
  readonly runTotals: RunTotalsResult | null
  readonly tolerance: { readonly picoUsd: bigint; readonly shareOfBill: string }
  /** The files that the prices come from, the strongest last, and how many models each has prices of. */
  readonly priceLayers: readonly { readonly name: string; readonly models: number }[]
  /** By name. */
  readonly perModel: readonly ModelAudit[]
  /** Bills before estimates, then the most calls first. */
  readonly causes: readonly CauseTotal[]
}

export interface ModelAudit extends AuditCounts {
  readonly model: string
  /** `null`: no layer has a price for it. */
  readonly priceLayer: string | null
  readonly money: AuditMoney
}

/** One cause at one model. A call with two causes stands in two of these. */
export interface CauseTotal {
  readonly cause: CauseId
  readonly detail: string
  readonly of: 'bill' | 'estimate'
  readonly model: string
  readonly provider: string | null
  readonly priceLayer: string | null
  readonly calls: number
  /** How many totals of runs these calls are told by; absent: each has a cost of its own. */
  readonly runs?: number
  /** Logged cost less price, as far as this cause explains it; `null` without a price, or where another cause has a part in it that cannot be told. */
  readonly differencePicoUsd: bigint | null
  readonly first: {
    readonly session: string
    readonly call: number
    readonly loggedPicoUsd: bigint
    readonly pricePicoUsd: bigint | null
  }
  /** A catalogue entry with which these calls would match. */
  readonly suggestion?: string
}
