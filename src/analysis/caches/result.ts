import type { CacheBehaviours } from '../../replay/cache/behaviour.ts'
import type { ResidualCause } from './measure.ts'

/** How near a model of caches comes to the logged buckets, over the sessions that it was not fitted on. */
export interface Fidelity {
  /** Input cost, pico-dollars. */
  readonly modelledPicoUsd: { readonly lo: bigint; readonly value: bigint; readonly hi: bigint }
  /** Of prompt tokens, millionths. */
  readonly hitRate: { readonly lo: number; readonly value: number; readonly hi: number }
  /** (modelled − logged) / logged, millionths, of the sum and of the middle session (without its sign). */
  readonly totalError: number
  readonly medianSessionError: number
}

export interface CacheAuditResult {
  readonly schemaVersion: 1
  readonly seed: string
  readonly calls: number
  readonly sessions: number
  /** Calls that are in no figure, by reason. */
  readonly leftOut: { readonly [reason: string]: number }
  readonly fitted: {
    readonly sessions: number
    readonly calls: number
    /** Of every kind; those of a kind that these sessions do not have are as measured elsewhere. */
    readonly behaviours: CacheBehaviours
    readonly kinds: readonly ('marked' | 'automatic')[]
  }
  readonly measured: {
    readonly sessions: number
    readonly calls: number
    readonly loggedPicoUsd: bigint
    readonly loggedHitRate: number
    readonly model: Fidelity
    readonly baselines: readonly NamedFidelity[]
    /** Modelled less logged; they add up to the difference of the sums exactly. */
    readonly residuals: readonly { readonly cause: ResidualCause; readonly calls: number; readonly picoUsd: bigint }[]
  }
  /** Means of the errors, without their signs, over several halvings: one may be lucky. */
  readonly halvings: {
    readonly count: number
    readonly model: MeanErrors
    readonly baselines: readonly ({ readonly name: string } & MeanErrors)[]
  }
}

export type NamedFidelity = { readonly name: string } & Fidelity

/** Millionths. */
export interface MeanErrors {
  readonly totalError: number
  readonly medianSessionError: number
}
