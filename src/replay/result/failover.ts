import type { BudgetEvent, BudgetTally } from '../serving/budgets.ts'
import type { GuardPhase, GuardTransition } from '../serving/transition.ts'
import type { MoneySplit } from './money.ts'

/** How calls were served under the policy, and what its guards and budgets did. */
export interface FailoverReport {
  readonly sessions: {
    readonly replayed: number
    /** No call of theirs was exhausted or denied. */
    readonly uninterrupted: number
    /** Some call of theirs was served by another provider than its first attempt was sent to. */
    readonly crossedProviders: number
    /** Without a wall clock: replayed with hosts and accounts of their own. */
    readonly undated: number
  }
  /** Of calls that had a route, by the number of their attempts, ascending. */
  readonly attemptsPerCall: readonly { readonly attempts: number; readonly calls: number }[]
  /** Of calls whose first attempt failed and that were served: to the start of the attempt that served. */
  readonly timeToRecover: Spread | undefined
  /** Of cooldowns and breakers that tripped: from the first failure since the host last answered. */
  readonly timeToDetect: Spread | undefined
  /** Attempts that dedicated capacity took, and those that it had no room for. */
  readonly dedicated: { readonly served: number; readonly spilled: number }
  readonly budgets: readonly BudgetTally[]
  /** The first entries, in order, and how many there are. */
  readonly timeline: { readonly entries: readonly TimelineEntry[]; readonly total: number }
}

/** What faults did; each part is there where it has something to tell. */
export interface OutageReport {
  readonly script?: {
    /** In the order of the script, those that failed nothing included. */
    readonly faults: readonly { readonly id: string; readonly cause: string | undefined; readonly attemptsFailed: number }[]
    /** Calls of which a fault failed an attempt: served at the same host later, at another one, or not at all. */
    readonly callsHit: number
    readonly servedThere: number
    readonly servedElsewhere: number
    readonly lost: number
    readonly withFaults: Unavailability
    /** The same traffic with the script left out. */
    readonly withoutFaults: Unavailability
  }
  /** The log leaves it open whether a host would have answered; figures lie between the two runs. */
  readonly unknownHealth?: {
    /** That asked such a host. */
    readonly calls: number
    readonly up: Unavailability
    readonly down: Unavailability
  }
}

/** How calls were served in one run of several that are compared, and what all of them cost. */
export interface Unavailability {
  readonly served: number
  /** Served, exhausted, denied or without a route; what the person broke off is not counted. */
  readonly asked: number
  readonly attempts: number
  readonly failedOver: number
  /** Of all calls, tokens as logged. */
  readonly cost: MoneySplit
}

/** Of durations, by nearest rank. */
export interface Spread {
  readonly count: number
  readonly medianMicros: number
  readonly p90Micros: number
  readonly maxMicros: number
}

/** A guard that goes over into another phase, or a share of a budget that is reached. */
export type TimelineEntry = {
  /** `calendar`: an instant; `session`: since the unknown one from which its log counts. */
  readonly clock: 'calendar' | 'session'
  readonly atMicros: number
  /** What a guard counts together, or the budget. */
  readonly subject: string
  /** The call whose attempt, or whose cost, brought it there. */
  readonly session: string
  readonly call: number
} & (
  | {
      readonly kind: GuardTransition['kind']
      readonly from: GuardPhase
      readonly to: GuardPhase
      readonly untilMicros: number | undefined
      readonly detectedAfterMicros: number | undefined
    }
  | {
      readonly kind: 'budget'
      readonly account: string
      readonly to: BudgetEvent['action']['kind']
      readonly atMillionths: number
      readonly overshootPicoUsd: bigint
    }
)

/** Capacity that a policy declares, paid for whether it is used or not; `undefined`: not declared, or no dates. */
export interface DedicatedCost {
  readonly provider: string
  readonly costPicoUsd: bigint | undefined
  readonly per: string | undefined
  /** Of the trace, the begun one included. */
  readonly periods: number | undefined
  readonly sunkPicoUsd: bigint | undefined
}
