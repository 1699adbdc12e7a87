import type { Decision } from '../../policy/decision.ts'
import type { Timer } from '../../trace/faults/fault.ts'
import type { Range } from '../cache/range.ts'
import type { CacheCause } from '../cache/state.ts'
import type { Level, Money } from './money.ts'

export interface Place {
  /** Canonical where the catalogue knows the recorded name, else as recorded. */
  readonly model: string
  readonly provider: string | undefined
}

/** One try of a call at one endpoint. */
export interface Attempt {
  readonly model: string
  readonly provider: string
  readonly startMicros: number | undefined
  readonly endMicros: number | undefined
  /** `undefined` on the attempt that served. */
  readonly errorClass: string | undefined
  readonly status: number | undefined
  /** How long the host asked to be left alone. */
  readonly retryAfterMicros?: number | undefined
  /** `recorded`: lifted from the log at the same endpoint; `fault`: a fault of this endpoint held. */
  readonly cause: 'recorded' | 'fault' | 'assumed'
  /** The fault of a script that failed it, by its id. */
  readonly fault?: string | undefined
  /** Of a timeout that a script caused, which one ran out. */
  readonly timer?: Timer | undefined
  /** Share of the output that came before its stream ended, where that is known. */
  readonly emittedMillionths?: number | undefined
  /** Dedicated capacity took it, or had no room and it spilled over; absent: none is dedicated here. */
  readonly capacity?: 'dedicated' | 'spill'
}

/**
 * Where a call stands to its session's first divergence: `before` it, the call `at` it, or `after`.
 */
export type Phase = 'before' | 'at' | 'after'

export interface CallResult {
  readonly session: string
  readonly call: number
  readonly turn: number
  readonly startMicros: number | undefined
  readonly phase: Phase
  readonly decision: Decision
  /** The decision in the state as printed: `served`, `exhausted`, `denied`, `no-route`, `cancelled`. */
  readonly end: 'served' | 'exhausted' | 'denied' | 'no-route' | 'cancelled'
  readonly served: Place | undefined
  readonly recorded: Place | undefined
  readonly recordedEnd: string
  readonly attempts: readonly Attempt[]
  /** The log names no provider, or none that the catalogue knows: compared by model only. */
  readonly comparedByModelOnly: boolean
  /** Another rule or reason than recorded, with the same endpoint and prompt. */
  readonly decisionChanged: boolean
  /**
   * What this decision may have read that the session's divergence changed, sorted: signals, checks
   * and `an earlier decision`. Empty: nothing, and of every call that is not after one.
   */
  readonly tainted: readonly string[]
  /** What the log says that this call cost: the bill, or its tokens at the price of its day. */
  readonly recordedCost: Money
  /** What the log says the classifiers asked at this call cost; `undefined`: it names none. */
  readonly recordedOverhead: Money | undefined
  /** What it costs under the policy: exact before the divergence, else modelled (`same-tokens`). */
  readonly policyCost: Money
  /** Classifier calls and compactions that the policy causes at this call. */
  readonly overheadCost: Money | undefined
  /** What failed attempts may have cost; `undefined`: nothing. */
  readonly attemptsCost: Money | undefined
  /** Why the policy's cost is another than the recorded one; `undefined`: one of them is unknown. */
  readonly effects: CallEffects | undefined
  /** What it finds in a cache, from the divergence on; `undefined`: not served, or nothing is known of its prompt. */
  readonly cache: CallCache | undefined
  /** Tokens of the prompt before the policy summed it up; `undefined`: the log does not tell. */
  readonly contextTokens: number | undefined
  /** What that summary costs, as likely; `undefined`: there is none. */
  readonly compactionPicoUsd: bigint | undefined
  readonly promptTokens: number | undefined
  readonly outputTokens: number | undefined
  /** The log cuts its output short: the tokens are a lower bound. */
  readonly outputIsLowerBound: boolean
  /** What the client itself reckoned; never a bill. */
  readonly clientEstimatePicoUsd: bigint | undefined
  /** `team`, `repo`, `user` as this call's own prompt gives them, where it does. */
  readonly facts: { readonly [field: string]: string | undefined }
  /** Named assumptions that this call's serving rests on: `untried-healthy`. */
  readonly assumptions: readonly string[]
  readonly tokens: UsageTokens | undefined
}

/** Tokens of a call's prompt, and of it what a cache holds, as the mean over many such calls. */
export interface CallCache {
  readonly promptTokens: number
  readonly read: Range
  readonly cause: CacheCause
}

/**
 * Steps from the recorded cost of a call to the policy's, in order. `price`: the logged tokens at the
 * place that the policy asks first; `tokens`: another prompt there; `cache`: what is read and written
 * there; `failover`: another place answers; `not-served`: nobody does; `retries`: failed attempts.
 */
export const effectNames = [
  'price',
  'tokens',
  'cache',
  'failover',
  'not-served',
  'retries',
  'classifier',
  'compaction',
] as const

export type EffectName = (typeof effectNames)[number]

/** What a call cost in the log and under the policy, everything about it included. */
export interface CallEffects {
  readonly recorded: Money
  readonly policy: Money
  /** Pico-dollars with the weakest level of what they are worked out from; those that are 0 are absent. */
  readonly steps: { readonly [effect in EffectName]?: { readonly picoUsd: bigint; readonly level: Level } }
}

/** Tokens as logged, in disjoint buckets. */
export interface UsageTokens {
  readonly uncachedInput: number
  readonly cacheRead: number
  readonly cacheWrite: number
  readonly output: number
}

/** A recorded call that mode `stop` does not decide, for it lies after the divergence. */
export interface UnreplayedCall {
  readonly call: number
  readonly turn: number
  readonly startMicros: number | undefined
  readonly recorded: Place | undefined
  readonly recordedCost: Money
  readonly facts: { readonly [field: string]: string | undefined }
  readonly clientEstimatePicoUsd: bigint | undefined
  readonly outputIsLowerBound: boolean
  readonly tokens: UsageTokens | undefined
}
