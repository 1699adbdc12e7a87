import type { ActingLine, Dedicated, Endpoint, Guard, Policy, RateLimit, ServeLines } from '../../policy/core.ts'
import { admission, fits, isLet, isLimited, isRested } from './admission.ts'
import { breakerAfter, breakerAt, breakerBegins, closed } from './breaker.ts'
import type { BreakerState } from './breaker.ts'
import { cooldownAfter, isCooling, restless } from './cooldown.ts'
import type { CooldownState } from './cooldown.ts'
import { answeredAmount, bucketOf, dedicatedAt, limitsOf, momentOf, sentAmount } from './capacity.ts'
import type { Gate } from './gate.ts'
import { healthFailures } from './health-failures.ts'
import type { HealthFailures } from './health-failures.ts'
import { observedHosts } from './observed-hosts.ts'
import type { ObservedHosts } from './observed-hosts.ts'
import { afterTaking, hasRoom } from './rate-limit.ts'
import type { LimitMoment, LimitState } from './rate-limit.ts'
import { scopeKey, scopeName } from './scope-key.ts'
import type { GuardTransition } from './transition.ts'
import type { EndedAttempt } from './triggers.ts'

/**
 * What one runner has seen of the hosts: the states of every cooldown, breaker, limit and dedicated
 * capacity, and what strategies look at. It holds the states and applies the automata; time is always
 * handed in, and never goes back.
 */
export interface Fleet {
  readonly policy: Policy
  readonly cooldowns: Kept<Guard, CooldownState>
  readonly breakers: Kept<Guard, BreakerState>
  readonly limits: Kept<RateLimit | Dedicated, LimitState>
  readonly observed: ObservedHosts
  readonly failures: HealthFailures
  /** Some provider or host takes only so much. */
  readonly limited: boolean
  /** Everything that a guard has done, in order. */
  readonly transitions: GuardTransition[]
}

/** States by the declaration that they belong to, then by what it counts together. */
export type Kept<D, S> = Map<D, Map<string, S>>

export function newFleet(policy: Policy): Fleet {
  return {
    policy,
    cooldowns: new Map(),
    breakers: new Map(),
    limits: new Map(),
    observed: observedHosts(policy),
    failures: healthFailures(),
    limited:
      policy.providers.some((each) => each.limits.length > 0) ||
      policy.models.some((model) => model.endpoints.some((host) => host.limits.length > 0)),
    transitions: [],
  }
}

export interface FleetCall {
  readonly session: string
  readonly call: number
  readonly promptTokens: number
  /** Of its answer; `undefined`: whoever drives the serving tells later, by `takeOutput`. */
  readonly outputTokens: number | undefined
  /** What the clock lacks to be a date; `undefined`: there is no date. */
  readonly dateOffsetMicros: number | undefined
  /** Told of each guard that trips and each limit that leaves a host out. */
  readonly acted?: ((line: ActingLine) => void) | undefined
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
    observed: (atMicros) => fleet.observed.at(momentOf(call, atMicros)),
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

// --- what an attempt changes

/** `undefined`: no capacity is dedicated to this host. */
function begins(
  fleet: Fleet,
  call: FleetCall,
  host: Endpoint,
  plan: ServeLines,
  atMicros: number,
): ReturnType<Gate['begins']> {
  const { breaker } = plan
  if (breaker !== undefined) {
    guarded(fleet, call, { kind: 'breaker', guard: breaker, host, atMicros }, () =>
      change(fleet.breakers, breaker, scopeKey(breaker.scope, host), (state) =>
        breakerBegins(breaker, state ?? closed, atMicros),
      ),
    )
  }
  for (const { limit, key } of isLimited(fleet, plan) ? limitsOf(fleet.policy, host, plan) : []) {
    change(fleet.limits, limit, key, (state) =>
      afterTaking(limit, state, momentOf(call, atMicros), sentAmount(call, limit)),
    )
  }
  fleet.observed.begins(host)
  return served(fleet, call, host, plan, atMicros)
}

/** Takes the prompt from the capacity that is dedicated to this host; without room there it spills. */
function served(
  fleet: Fleet,
  call: FleetCall,
  host: Endpoint,
  plan: ServeLines,
  atMicros: number,
): 'dedicated' | 'spill' | undefined {
  if (plan.dedicated === undefined) return undefined
  const moment = momentOf(call, atMicros)
  const own = dedicatedAt(plan, host)
  const isFull = (each: Dedicated): boolean => {
    const bucket = bucketOf(each)
    return bucket !== undefined && !hasRoom(bucket, fleet.limits.get(each)?.get(''), moment, call.promptTokens)
  }
  // At a host without any: it is tried in the place of one whose capacity is used up.
  if (own === undefined) return plan.dedicated.some((each) => each.overflow === 'fail' && isFull(each)) ? 'spill' : undefined
  if (isFull(own)) {
    call.acted?.(own)
    return 'spill'
  }
  const bucket = bucketOf(own)
  if (bucket !== undefined) {
    change(fleet.limits, own, '', (state) => afterTaking(bucket, state, moment, call.promptTokens))
  }
  return 'dedicated'
}

function ends(
  fleet: Fleet,
  call: FleetCall,
  host: Endpoint,
  plan: ServeLines,
  ended: EndedAttempt,
): void {
  const { cooldown, breaker } = plan
  const { atMicros } = ended
  const attempt = { ...ended, dateMicros: momentOf(call, atMicros).dateMicros }
  if (cooldown !== undefined) {
    guarded(fleet, call, { kind: 'cooldown', guard: cooldown, host, atMicros }, () =>
      change(fleet.cooldowns, cooldown, scopeKey(cooldown.scope, host), (state) =>
        cooldownAfter(cooldown, state ?? restless, attempt),
      ),
    )
  }
  if (breaker !== undefined) {
    guarded(fleet, call, { kind: 'breaker', guard: breaker, host, atMicros }, () =>
      change(fleet.breakers, breaker, scopeKey(breaker.scope, host), (state) =>
        breakerAfter(breaker, state ?? closed, attempt),
      ),
    )
  }
  if (ended.error === undefined && call.outputTokens !== undefined) {
    takeOutput(fleet, { host, plan, capacity: ended.capacity }, momentOf(call, atMicros), call.outputTokens)
  }
  fleet.observed.ends(host, attempt, call.promptTokens)
  fleet.failures.ends(host, attempt)
}

/** Who answered, and whether dedicated capacity had taken the prompt. */
export interface Answered {
  readonly host: Endpoint
  readonly plan: ServeLines
  readonly capacity: 'dedicated' | 'spill' | undefined
}

/** The output of an answer: what limits and capacity did not have left for it is owed. */
export function takeOutput(fleet: Fleet, { host, plan, capacity }: Answered, moment: LimitMoment, outputTokens: number): void {
  if (outputTokens === 0 || !isLimited(fleet, plan)) return
  for (const { limit, key } of limitsOf(fleet.policy, host, plan)) {
    const amount = answeredAmount(outputTokens, limit)
    if (amount > 0) change(fleet.limits, limit, key, (state) => afterTaking(limit, state, moment, amount))
  }
  const own = capacity === 'dedicated' ? dedicatedAt(plan, host) : undefined
  const bucket = own === undefined ? undefined : bucketOf(own)
  if (own !== undefined && bucket !== undefined) {
    change(fleet.limits, own, '', (state) => afterTaking(bucket, state, moment, outputTokens))
  }
}

interface Guarded {
  readonly kind: 'cooldown' | 'breaker'
  readonly guard: Guard
  readonly host: Endpoint
  readonly atMicros: number
}

/** Keeps what a change has made of a guard, as far as it is another phase. */
function guarded(fleet: Fleet, { session, call, acted }: FleetCall, each: Guarded, changes: () => void): void {
  const { kind, guard, host, atMicros } = each
  const before = phaseOf(fleet, each)
  changes()
  const after = phaseOf(fleet, each)
  if (before.phase === after.phase && before.untilMicros === after.untilMicros) return
  if (after.phase === 'cooling' || after.phase === 'open') acted?.(guard)
  fleet.transitions.push({
    kind,
    subject: scopeName(guard.scope, host),
    from: before.phase,
    to: after.phase,
    atMicros,
    untilMicros: after.untilMicros,
    failingSinceMicros: fleet.failures.failingSince(host),
    session,
    call,
  })
}

interface Phase {
  readonly phase: GuardTransition['to']
  readonly untilMicros: number | undefined
}

/** As the guard stood before this attempt: a half-open breaker is seen as one once it is asked. */
function phaseOf(fleet: Fleet, { kind, guard, host, atMicros }: Guarded): Phase {
  const key = scopeKey(guard.scope, host)
  if (kind === 'breaker') {
    const state = fleet.breakers.get(guard)?.get(key) ?? closed
    return { phase: state.phase, untilMicros: state.phase === 'open' ? state.untilMicros : undefined }
  }
  const state = fleet.cooldowns.get(guard)?.get(key)
  const cools = state !== undefined && isCooling(state, atMicros)
  return { phase: cools ? 'cooling' : 'rested', untilMicros: cools ? state.untilMicros : undefined }
}

function change<D, S>(kept: Kept<D, S>, declared: D, key: string, to: (state: S | undefined) => S): void {
  const states = kept.get(declared) ?? new Map<string, S>()
  kept.set(declared, states)
  states.set(key, to(states.get(key)))
}
