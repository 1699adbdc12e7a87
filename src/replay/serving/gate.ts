import type { Endpoint, ServeLines } from '../../policy/core.ts'
import type { PriceMoment } from '../../policy/catalogue-queries.ts'
import { listPrice } from '../../policy/catalogue-queries.ts'
import type { LineUp } from '../../policy/line-up.ts'
import type { HostView } from './strategies.ts'
import type { EndedAttempt } from './triggers.ts'

/** Which hosts of a line-up may be tried now. */
export interface Admission {
  /** Without the hosts that are left out; no group is empty. */
  readonly line: LineUp
  /** Why nothing is left; `undefined`: something is, or nothing was left out. */
  readonly refusal: 'unavailable' | 'rate-limit' | undefined
  /** Every host was out and the policy says to try them all the same. */
  readonly bypasses: { readonly cooldown: boolean; readonly breaker: boolean }
}

/** What stands between a line-up and its hosts: cooldowns, breakers, limits, observed hosts. */
export interface Gate {
  admit(line: LineUp, plan: ServeLines, atMicros: number): Admission
  /** Asked before every attempt: an attempt of this very call may have tripped something. */
  lets(host: Endpoint, plan: ServeLines, admission: Admission, atMicros: number): boolean
  /** Whether dedicated capacity takes the attempt, or it spills over from one that is used up. */
  begins(host: Endpoint, plan: ServeLines, atMicros: number): 'dedicated' | 'spill' | undefined
  ends(host: Endpoint, plan: ServeLines, attempt: EndedAttempt): void
  observed(atMicros: number): HostView['observed']
}

/** What a strategy sees of the hosts of one plan. */
export function hostView(gate: Gate, plan: ServeLines, moment: PriceMoment, atMicros: number): HostView {
  const tiered = { ...moment, serviceTier: plan.serviceTier }
  return { price: (host) => listPrice(host.prices, tiered), observed: gate.observed(atMicros) }
}
