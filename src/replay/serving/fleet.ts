import type { Endpoint, Guard, Policy, RateLimit, ServeLines } from '../../policy/core.ts'
import type { LineUp } from '../../policy/line-up.ts'
import { breakerAfter, breakerAt, breakerBegins, closed, lets } from './breaker.ts'
import type { BreakerState } from './breaker.ts'
import { cooldownAfter, isCooling, restless } from './cooldown.ts'
import type { CooldownState } from './cooldown.ts'
import type { Admission, Gate } from './gate.ts'
import { observedHosts } from './observed-hosts.ts'
import type { ObservedHosts } from './observed-hosts.ts'
import { afterTaking, hasRoom } from './rate-limit.ts'
import type { LimitMoment, LimitState } from './rate-limit.ts'
import { scopeKey } from './scope-key.ts'
import type { EndedAttempt } from './triggers.ts'

/**
 * What one runner has seen of the hosts: the states of every cooldown, breaker and limit, and what
 * strategies look at. It holds the states and applies the automata; time is always handed in.
 */
export interface Fleet {
  readonly policy: Policy
  readonly cooldowns: Kept<Guard, CooldownState>
  readonly breakers: Kept<Guard, BreakerState>
  readonly limits: Kept<RateLimit, LimitState>
  readonly observed: ObservedHosts
}

/** States by the declaration that they belong to, then by what it counts together. */
type Kept<D, S> = Map<D, Map<string, S>>

export function newFleet(policy: Policy): Fleet {
  return {
    policy,
    cooldowns: new Map(),
    breakers: new Map(),
    limits: new Map(),
    observed: observedHosts(),
  }
}

export interface FleetCall {
  readonly startMicros: number
  readonly promptTokens: number
  /** What the clock lacks to be a date; `undefined`: there is no date. */
  readonly dateOffsetMicros: number | undefined
}

/** The gate for the attempts of one call. */
export function gateOf(fleet: Fleet, call: FleetCall): Gate {
  return {
    admit: (line, plan, atMicros) => admission(fleet, call, line, plan, atMicros),
    lets: (host, plan, { bypasses }, atMicros) =>
      (bypasses.cooldown || isRested(fleet, host, plan, atMicros)) &&
      (bypasses.breaker || isLet(fleet, host, plan, atMicros)) &&
      fits(fleet, call, host, plan, atMicros),
    begins: (host, plan, atMicros) => begins(fleet, call, host, plan, atMicros),
    ends: (host, plan, attempt) => ends(fleet, call, host, plan, attempt),
    observed: fleet.observed.at(call.startMicros),
  }
}

/** Any model at this provider rests. */
export function isCoolingAt(fleet: Fleet, provider: string, atMicros: number): boolean {
  return someState(fleet, fleet.cooldowns, provider, (_, state) => isCooling(state, atMicros))
}

/** The breaker of any model at this provider is open; half-open is not. */
export function isOpenAt(fleet: Fleet, provider: string, atMicros: number): boolean {
  return someState(fleet, fleet.breakers, provider, (guard, state) => breakerAt(guard, state, atMicros).phase === 'open')
}

function someState<S>(
  { policy }: Fleet,
  kept: Kept<Guard, S>,
  provider: string,
  holds: (guard: Guard, state: S) => boolean,
): boolean {
  const hosts = policy.models.flatMap((model) => model.endpoints.filter((host) => host.provider === provider))
  return [...kept].some(([guard, states]) =>
    hosts.some((host) => {
      const state = states.get(scopeKey(guard.scope, host))
      return state !== undefined && holds(guard, state)
    }),
  )
}

// --- who may be tried

function admission(
  fleet: Fleet,
  call: FleetCall,
  line: LineUp,
  plan: ServeLines,
  atMicros: number,
): Admission {
  const rested = leftOut(line, (host) => isRested(fleet, host, plan, atMicros), plan.cooldown)
  const passing = leftOut(rested.line, (host) => isLet(fleet, host, plan, atMicros), plan.breaker)
  const fitting = leftOut(passing.line, (host) => fits(fleet, call, host, plan, atMicros), undefined)
  const isEmpty = fitting.line.groups.length === 0 && line.groups.length > 0
  return {
    line: fitting.line,
    refusal: !isEmpty ? undefined : passing.line.groups.length > 0 ? 'rate-limit' : 'unavailable',
    bypasses: { cooldown: rested.bypassed, breaker: passing.bypassed },
  }
}

/** The line-up without those that do not pass; all of them, where all are out and may be bypassed. */
function leftOut(
  line: LineUp,
  passes: (host: Endpoint) => boolean,
  guard: Guard | undefined,
): { readonly line: LineUp; readonly bypassed: boolean } {
  const groups = line.groups.flatMap((group) => {
    const keep = group.endpoints.map(passes)
    if (!keep.includes(true)) return []
    const draw = group.draw && {
      ...group.draw,
      weights: group.draw.weights.filter((_, index) => keep[index]),
    }
    const endpoints = group.endpoints.filter((_, index) => keep[index])
    return [{ endpoints, stuck: group.stuck && keep[0] === true, draw }]
  })
  if (groups.length === 0 && line.groups.length > 0 && guard?.allDown === 'bypass') {
    return { line, bypassed: true }
  }
  return { line: { ...line, groups }, bypassed: false }
}

function isRested(fleet: Fleet, host: Endpoint, { cooldown }: ServeLines, atMicros: number): boolean {
  if (cooldown === undefined) return true
  const state = fleet.cooldowns.get(cooldown)?.get(scopeKey(cooldown.scope, host))
  return state === undefined || !isCooling(state, atMicros)
}

function isLet(fleet: Fleet, host: Endpoint, { breaker }: ServeLines, atMicros: number): boolean {
  if (breaker === undefined) return true
  const state = fleet.breakers.get(breaker)?.get(scopeKey(breaker.scope, host))
  return state === undefined || lets(breaker, state, atMicros)
}

function fits(
  fleet: Fleet,
  call: FleetCall,
  host: Endpoint,
  plan: ServeLines,
  atMicros: number,
): boolean {
  return limitsOf(fleet, host, plan).every(({ limit, key }) =>
    hasRoom(limit, fleet.limits.get(limit)?.get(key), momentOf(call, atMicros), amountOf(call, limit)),
  )
}

// --- what an attempt changes

function begins(
  fleet: Fleet,
  call: FleetCall,
  host: Endpoint,
  plan: ServeLines,
  atMicros: number,
): void {
  const { breaker } = plan
  if (breaker !== undefined) {
    change(fleet.breakers, breaker, scopeKey(breaker.scope, host), (state) =>
      breakerBegins(breaker, state ?? closed, atMicros),
    )
  }
  for (const { limit, key } of limitsOf(fleet, host, plan)) {
    change(fleet.limits, limit, key, (state) =>
      afterTaking(limit, state, momentOf(call, atMicros), amountOf(call, limit)),
    )
  }
  fleet.observed.begins(host, atMicros)
}

function ends(
  fleet: Fleet,
  call: FleetCall,
  host: Endpoint,
  { cooldown, breaker }: ServeLines,
  attempt: EndedAttempt,
): void {
  if (cooldown !== undefined) {
    change(fleet.cooldowns, cooldown, scopeKey(cooldown.scope, host), (state) =>
      cooldownAfter(cooldown, state ?? restless, attempt),
    )
  }
  if (breaker !== undefined) {
    change(fleet.breakers, breaker, scopeKey(breaker.scope, host), (state) =>
      breakerAfter(breaker, state ?? closed, attempt),
    )
  }
  fleet.observed.ends(host, attempt, call.promptTokens)
}

function change<D, S>(kept: Kept<D, S>, declared: D, key: string, to: (state: S | undefined) => S): void {
  const states = kept.get(declared) ?? new Map<string, S>()
  kept.set(declared, states)
  states.set(key, to(states.get(key)))
}

// --- limits

/** The provider's for all its models together; an endpoint's and a `serve` line's for each host alone. */
function limitsOf(
  { policy }: Fleet,
  host: Endpoint,
  plan: ServeLines,
): readonly { readonly limit: RateLimit; readonly key: string }[] {
  const provider = policy.providers.find((each) => each.name === host.provider)
  const own = scopeKey('endpoint', host)
  return [
    ...(provider?.limits ?? []).map((limit) => ({ limit, key: scopeKey('provider', host) })),
    ...[...host.limits, ...(plan.limits ?? [])].map((limit) => ({ limit, key: own })),
  ]
}

/** A call's tokens are those of its prompt: its output is not known before it is over. */
function amountOf({ promptTokens }: FleetCall, limit: RateLimit): number {
  return limit.of === 'calls' ? 1 : promptTokens
}

function momentOf({ dateOffsetMicros }: FleetCall, atMicros: number): LimitMoment {
  return {
    atMicros,
    dateMicros: dateOffsetMicros === undefined ? undefined : atMicros + dateOffsetMicros,
  }
}
