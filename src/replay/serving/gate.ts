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
  begins(host: Endpoint, plan: ServeLines, atMicros: number): void
  ends(host: Endpoint, plan: ServeLines, attempt: EndedAttempt): void
  observed: HostView['observed']
}

const nothingBypassed = { cooldown: false, breaker: false }

/** For a runner that cannot know what other sessions do to a host: every host may be tried. */
export const openGate: Gate = {
  admit: (line) => ({ line, refusal: undefined, bypasses: nothingBypassed }),
  lets: () => true,
  begins: () => undefined,
  ends: () => undefined,
  observed: undefined,
}

/** What a strategy sees of the hosts of one plan. */
export function hostView(gate: Gate, plan: ServeLines, moment: PriceMoment): HostView {
  const tiered = { ...moment, serviceTier: plan.serviceTier }
  return {
    price: (host) => listPrice(host.prices, tiered),
    ...(gate.observed !== undefined && { observed: gate.observed }),
  }
}
