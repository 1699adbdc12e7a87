import type { GateResult } from '../../analysis/gate/gate.ts'
import type { PolicyDiff } from '../../analysis/diff/traffic.ts'
import type { Policy } from '../../policy/core.ts'

/** All that there is to say of a change of a policy; the renderers of this folder are handed it. */
export interface Review {
  readonly diff: PolicyDiff
  /** `undefined`: nobody asked for a verdict. */
  readonly gate: GateResult | undefined
  /** The new policy: findings are placed in it. */
  readonly policy: Policy
  /** Of reroute. */
  readonly version: string
}
