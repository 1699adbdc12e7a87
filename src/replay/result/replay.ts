import type { Location } from '../../language/source.ts'
import type { DedicatedCost, FailoverReport, OutageReport } from './failover.ts'
import type { Breach } from './session.ts'
import type { Totals } from './totals.ts'

/**
 * How a replay goes on past a session's divergence: `frozen` with what the log holds, `projected`
 * with what assumptions make of it, `stop` not at all.
 */
export type DecisionMode = 'frozen' | 'projected' | 'stop'

/** Which identity ran, and what it found. */
export type Identity =
  | {
      readonly form: 'policy'
      readonly policy: string
      readonly calls: number
      readonly same: number
      readonly residuals: readonly { readonly session: string; readonly call: number; readonly detail: string }[]
    }
  | {
      readonly form: 'accounting'
      readonly calls: number
      readonly tokensSame: number
      readonly billed: number
      readonly billSame: number
      readonly residuals: readonly { readonly session: string; readonly call: number; readonly detail: string }[]
    }
  | { readonly form: 'none'; readonly reason: string }

export interface ReplayResult {
  readonly schemaVersion: 1
  readonly engineVersion: string
  readonly runId: string
  readonly outcomeHash: string
  readonly policy: { readonly name: string; readonly digest: string }
  readonly traceDigest: string
  readonly seed: string
  readonly mode: {
    readonly decisions: DecisionMode
    readonly money: 'stop'
    readonly arrivals: 'closed-loop' | 'recorded'
    /** `none`: the log's own errors of hosts are left out. A script of faults stands under `outage`. */
    readonly faults: 'recorded' | 'none'
  }
  /** State that sessions share under this policy; with any they are replayed in one order of events. */
  readonly sharedState: readonly string[]
  readonly identity: Identity
  readonly totals: Totals
  readonly failover: FailoverReport
  /** What a script of faults did, and what the log leaves open; absent: neither. */
  readonly outage?: OutageReport | undefined
  readonly groupedBy: string | undefined
  /** Sorted by key; their totals add up to `totals` exactly. */
  readonly groups: readonly { readonly key: string; readonly totals: Totals }[]
  /** Identity failed: a what-if is refused unless it is forced. */
  readonly refusal: { readonly reason: string; readonly same: number; readonly calls: number } | undefined
  /** Said first, in order: what a reader must know before any number. */
  readonly notices: readonly string[]
  readonly assumptions: readonly { readonly name: string; readonly text: string }[]
  readonly dedicated: readonly DedicatedCost[]
  /** Directives of the policy that this replay does not simulate, and why. */
  readonly notSimulated: readonly {
    readonly directive: string
    readonly location: Location
    readonly reason?: string
  }[]
  /** The smallest session that breaks each broken invariant. */
  readonly smallestBreaches: readonly Breach[]
  readonly expectations: readonly {
    readonly name: string
    readonly verdict: 'pass' | 'fail' | 'undecided'
    readonly detail: string
    /** Of one that is undecided: the assumptions and gaps that leave it open. */
    readonly decides?: readonly string[]
  }[]
}
