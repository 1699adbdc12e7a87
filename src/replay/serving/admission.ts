import type { Dedicated, Endpoint, Guard, RateLimit, ServeLines } from '../../policy/core.ts'
import type { LineUp } from '../../policy/line-up.ts'
import { lets } from './breaker.ts'
import { bucketOf, dedicatedAt, limitsOf, momentOf, neededAmount } from './capacity.ts'
import { isCooling } from './cooldown.ts'
import type { Fleet, FleetCall } from './fleet.ts'
import type { Admission } from './gate.ts'
import { hasRoom } from './rate-limit.ts'
import { scopeKey } from './scope-key.ts'

const nothingBypassed = { cooldown: false, breaker: false }

/** Who of a line-up may be tried now: not who rests, is let through by no breaker, or has no room. */
export function admission(
  fleet: Fleet,
  call: FleetCall,
  line: LineUp,
  plan: ServeLines,
  atMicros: number,
): Admission {
  if (plan.cooldown === undefined && plan.breaker === undefined && !isLimited(fleet, plan)) {
    return { line, refusal: undefined, bypasses: nothingBypassed }
  }
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

export function isRested(fleet: Fleet, host: Endpoint, { cooldown }: ServeLines, atMicros: number): boolean {
  if (cooldown === undefined) return true
  const state = fleet.cooldowns.get(cooldown)?.get(scopeKey(cooldown.scope, host))
  return state === undefined || !isCooling(state, atMicros)
}

export function isLet(fleet: Fleet, host: Endpoint, { breaker }: ServeLines, atMicros: number): boolean {
  if (breaker === undefined) return true
  const state = fleet.breakers.get(breaker)?.get(scopeKey(breaker.scope, host))
  return state === undefined || lets(breaker, state, atMicros)
}

export function fits(
  fleet: Fleet,
  call: FleetCall,
  host: Endpoint,
  plan: ServeLines,
  atMicros: number,
): boolean {
  if (!isLimited(fleet, plan)) return true
  const moment = momentOf(call, atMicros)
  const own = dedicatedAt(plan, host)
  const bucket = own?.overflow === 'fail' ? bucketOf(own) : undefined
  return (
    limitsOf(fleet.policy, host, plan).every(({ limit, key }) =>
      told(call, limit, hasRoom(limit, fleet.limits.get(limit)?.get(key), moment, neededAmount(call, limit))),
    ) &&
    (own === undefined ||
      bucket === undefined ||
      told(call, own, hasRoom(bucket, fleet.limits.get(own)?.get(''), moment, call.promptTokens)))
  )
}

function told({ acted }: FleetCall, line: RateLimit | Dedicated, hasRoomLeft: boolean): boolean {
  if (!hasRoomLeft) acted?.(line)
  return hasRoomLeft
}

/** Some limit or some capacity bears on the hosts of this plan. */
export function isLimited({ limited }: Fleet, plan: ServeLines): boolean {
  return limited || plan.limits !== undefined || plan.dedicated !== undefined
}
