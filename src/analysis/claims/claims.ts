import type { ControlModels } from '../../replay/always.ts'
import type { DecisionMode } from '../../replay/result/replay.ts'
import { addBounds, noMoney } from '../../replay/session-row.ts'
import type { Bounds, SessionRow } from '../../replay/session-row.ts'
import { controlsOf } from './controls.ts'
import type { Controls } from './controls.ts'
import { pointOf } from './outcome-point.ts'
import type { OutcomePoint } from './outcome-point.ts'
import { samplingIntervals } from './sampling.ts'
import type { SamplingInterval } from './sampling.ts'
import { frozenSensitivity, projectedSensitivity } from './sensitivity.ts'
import type { Sensitivity, VariantResult } from './sensitivity.ts'
import { givenSuccess, observedSuccess } from './success.ts'
import type { SuccessClaim } from './success.ts'

/** What may be said of a policy beside the log, with what each number is worth. */
export interface Claims {
  readonly delta: DeltaClaim
  readonly success: SuccessClaim
  readonly costPerSuccess: CostPerSuccess
  /** `undefined`: the policy names no model that has a price, or the replay stopped at divergences. */
  readonly controls: Controls | undefined
  /** What the cost against the log rests on, the most that moves it first; empty where nothing is modelled. */
  readonly sensitivity: readonly Sensitivity[]
}

/** Cost of the policy less cost of the log, over calls whose cost is known on both sides. */
export interface DeltaClaim {
  /**
   * `observed`: no session diverges. `modelled`: it rests on assumptions, whose range `lo` and `hi` are.
   * `unknown`: no call has a cost on both sides; what has no price saves nothing.
   */
  readonly level: 'observed' | 'modelled' | 'unknown'
  readonly delta: Bounds
  readonly recorded: Bounds
  readonly policy: Bounds
  readonly comparedCalls: number
  readonly uncomparedCalls: number
  readonly sampling: readonly SamplingInterval[]
}

/** Of the policy, pico-dollars a success; `hi` is `null` where nobody may have succeeded. */
export type CostPerSuccess =
  | { readonly kind: 'known'; readonly lo: bigint; readonly hi: bigint | null; readonly sampling: readonly SamplingInterval[] }
  | { readonly kind: 'unknown'; readonly reason: string }

export interface ClaimsQuestion {
  readonly policy: string
  readonly rows: readonly SessionRow[]
  readonly controls: ControlModels | undefined
  readonly points: readonly OutcomePoint[]
  readonly seed: string
  /** With `stop` rows hold what is before divergences, and no control is like that. */
  readonly mode: DecisionMode
  /** The runs of `variantsOf` over the same sessions. */
  readonly variants?: readonly VariantResult[] | undefined
}

export function claimsOf(question: ClaimsQuestion): Claims {
  const { policy, rows, controls, points, seed, mode, variants = [] } = question
  const pastDivergence = mode !== 'stop'
  const sum = (of: (row: SessionRow) => Bounds): Bounds => rows.map(of).reduce(addBounds, noMoney)
  const count = (of: (row: SessionRow) => number): number => rows.reduce((total, row) => total + of(row), 0)
  const comparedCalls = count((row) => row.comparedCalls)
  const uncomparedCalls = count((row) => row.uncomparedCalls)
  const goesOn = pastDivergence && rows.some((row) => row.diverged)
  const delta: DeltaClaim = {
    level: !goesOn ? 'observed' : comparedCalls === 0 ? 'unknown' : 'modelled',
    delta: sum((row) => row.delta),
    recorded: sum((row) => row.recorded),
    policy: sum((row) => row.policy),
    comparedCalls,
    uncomparedCalls,
    sampling: samplingIntervals(rows, seed, 'cost delta', (row) => row.delta.value),
  }
  const given = pointOf(points, 'policy', policy)
  const success = given === undefined ? observedSuccess(rows, (row) => !row.diverged) : givenSuccess(given)
  return {
    delta,
    success,
    costPerSuccess: costPerSuccess(delta, success, rows, seed),
    controls: pastDivergence ? controlsOf(rows, controls, delta, points, seed) : undefined,
    sensitivity:
      delta.level !== 'modelled'
        ? []
        : mode === 'projected'
          ? projectedSensitivity(rows, variants)
          : frozenSensitivity(rows, variants),
  }
}

const million = 1_000_000n

function costPerSuccess(
  { policy, uncomparedCalls }: DeltaClaim,
  success: SuccessClaim,
  rows: readonly SessionRow[],
  seed: string,
): CostPerSuccess {
  if (success.kind === 'unknown') return { kind: 'unknown', reason: 'no outcome is seen' }
  if (uncomparedCalls > 0) return { kind: 'unknown', reason: 'some calls have no cost' }
  const sessions = BigInt(rows.length)
  const per = (cost: bigint, succeeding: number): bigint | null =>
    succeeding === 0 || sessions === 0n ? null : (cost * million) / (sessions * BigInt(succeeding))
  // How often it succeeded elsewhere is known of a sample only.
  const share = success.kind === 'given' && success.sampling !== undefined ? success.sampling : success
  const lo = per(policy.lo ?? 0n, share.hi)
  if (lo === null) return { kind: 'unknown', reason: 'nobody succeeded' }
  return {
    kind: 'known',
    lo,
    hi: policy.hi === null ? null : per(policy.hi, share.lo),
    sampling:
      success.kind === 'observed'
        ? samplingIntervals(rows, seed, 'cost per success', (row) => row.policy.value, (row) => (row.success === true ? 1 : 0))
        : [],
  }
}
