/** A guard that has gone over into another phase, and the attempt that brought it there. */
export interface GuardTransition {
  readonly kind: 'cooldown' | 'breaker'
  /** What the guard counts together: `big at north`, `north`, `region eu`. */
  readonly subject: string
  readonly from: GuardPhase
  readonly to: GuardPhase
  readonly atMicros: number
  /** Until when the hosts are left out; exclusive. */
  readonly untilMicros: number | undefined
  /** The end of the first failure of this host since its last success. */
  readonly failingSinceMicros: number | undefined
  readonly session: string
  readonly call: number
}

export type GuardPhase = 'cooling' | 'rested' | 'open' | 'half-open' | 'closed'
