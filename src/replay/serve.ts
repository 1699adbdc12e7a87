import type { Endpoint, ServeLines } from '../policy/core.ts'
import type { LineUp } from '../policy/line-up.ts'
import { drawnGroups } from './draw-hosts.ts'
import type { KeyedDraw } from './draw-hosts.ts'
import { endOfError, matchesError } from './error-class.ts'
import type { AttemptError } from './error-class.ts'
import type { AttemptAnswer, Health } from './health.ts'
import type { Hosts } from './hosts.ts'
import type { Attempt } from './result.ts'
import { backoffMicros } from './retry.ts'

/** How one call was served, or was not. */
export interface Service {
  readonly end: 'served' | 'exhausted' | 'denied' | 'cancelled'
  /** What answered, or what was cancelled. */
  readonly served: Endpoint | undefined
  readonly attempts: readonly Attempt[]
  /** Another host was tried than the first. */
  readonly failedOver: boolean
  /** Models fallen back to. */
  readonly fallbacks: number
  /** A fallback that sticks. */
  readonly adopted: string | undefined
  readonly endMicros: number | undefined
  /** Virtual time that the call took, backoff and timeouts included. */
  readonly tookMicros: number
  readonly assumptions: readonly string[]
}

export interface ServeQuestion {
  readonly hosts: Hosts
  readonly health: Health
  readonly draw: KeyedDraw
  /** `undefined`: no clock; then only durations count. */
  readonly startMicros: number | undefined
}

/**
 * Serves one call: hosts in order, retries at each, failover by error class, fallback to other
 * models by the class of the last error, until it is served, exhausted, denied or out of time.
 */
export function serve(question: ServeQuestion): Service {
  const { plan, chosen } = question.hosts
  const call: Serving = { question, attempts: [], assumptions: new Set(), fallbacks: 0, elapsed: 0 }
  let last = servedBy(call, chosen, plan)
  let adopted: string | undefined
  if (last.kind === 'failed') {
    const { error } = last
    const line = plan.fallbacks?.find((each) => matchesError(each.on, error))
    for (const model of line?.to ?? []) {
      if (last.kind !== 'failed' || call.fallbacks >= (plan.maxFallbacks ?? Infinity)) break
      const hosts = question.hosts.fallback(model)
      if (hosts === undefined) continue
      call.fallbacks += 1
      last = servedBy(call, hosts.line, hosts.plan)
      if (last.kind === 'served' && line?.sticks === true) adopted = model
    }
  }
  return concluded(call, last, adopted)
}

/** One call while it is being served: its clock, from 0, and its attempts. */
interface Serving {
  readonly question: ServeQuestion
  readonly attempts: Attempt[]
  readonly assumptions: Set<string>
  fallbacks: number
  elapsed: number
}

type Last =
  | { readonly kind: 'served' | 'cancelled'; readonly endpoint: Endpoint }
  /** `stopped`: no attempt or no time is left for any host. */
  | { readonly kind: 'failed' | 'stopped'; readonly error: AttemptError }

const noHost: Last = { kind: 'failed', error: { errorClass: 'unavailable', status: undefined } }

/** Every host of one model, group after group, as far as `failover` goes. */
function servedBy(call: Serving, line: LineUp, plan: ServeLines): Last {
  const model = call.fallbacks
  const draw: KeyedDraw = (purpose, ...key) => call.question.draw(purpose, model, ...key)
  let last = noHost
  for (const group of drawnGroups(line, draw)) {
    // With `picks any` a retry moves on inside the group and the group counts them; else each host.
    const turns = plan.retry?.picks === 'any' ? [group] : group.map((host) => [host])
    for (const hosts of turns) {
      last = retried(call, hosts, plan)
      if (last.kind !== 'failed') return last
      if (plan.failover === undefined || !matchesError(plan.failover.on, last.error)) return last
    }
  }
  return last
}

function retried(call: Serving, hosts: readonly Endpoint[], plan: ServeLines): Last {
  const { maxAttempts = Infinity } = call.question.hosts.plan
  for (let tries = 0; ; tries += 1) {
    const host = hosts[tries % hosts.length]
    if (host === undefined) return noHost
    const answer = attempted(call, host, plan)
    if (answer.kind === 'answers') return { kind: 'served', endpoint: host }
    if (answer.kind === 'cancelled') return { kind: 'cancelled', endpoint: host }
    const error = { errorClass: answer.errorClass, status: answer.status }
    if (call.attempts.length >= maxAttempts || call.elapsed >= deadlineOf(call)) {
      return { kind: 'stopped', error }
    }
    const next = paused(call, plan, tries, answer)
    if (next !== 'again') return { kind: next === 'stop' ? 'stopped' : 'failed', error }
  }
}

function attempted(call: Serving, host: Endpoint, plan: ServeLines): AttemptAnswer {
  const { health, startMicros } = call.question
  const atMicros = nowOf(call)
  const answer = health.answer({ model: host.model, provider: host.provider, atMicros })
  if (startMicros !== undefined && answer.endMicros !== undefined) {
    call.elapsed = Math.max(0, answer.endMicros - startMicros)
  } else if (answer.kind === 'fails' && answer.errorClass === 'timeout') {
    // A timeout takes its own length, and never more than the call has left.
    const { firstToken, idle, total } = plan.timeoutMicros ?? {}
    const left = Math.max(0, deadlineOf(call) - call.elapsed)
    call.elapsed += Math.min(firstToken ?? idle ?? total ?? 0, left)
  }
  if (answer.assumption !== undefined) call.assumptions.add(answer.assumption)
  call.attempts.push({
    model: host.model,
    provider: host.provider,
    startMicros: answer.startMicros ?? atMicros,
    endMicros: answer.endMicros ?? nowOf(call),
    errorClass: answer.kind === 'fails' ? answer.errorClass : undefined,
    status: answer.kind === 'fails' ? answer.status : undefined,
    cause: answer.cause,
  })
  return answer
}

/** Waits before another try; `on`: there is none here; `stop`: there is no time left for any. */
function paused(
  call: Serving,
  { retry }: ServeLines,
  tries: number,
  answer: Extract<AttemptAnswer, { kind: 'fails' }>,
): 'again' | 'on' | 'stop' {
  if (retry === undefined || !matchesError(retry.on, answer)) return 'on'
  const last = tries >= retry.times
  if (last && !retry.waitsAfterLast) return 'on'
  const wait = backoffMicros(retry, tries, answer.retryAfterMicros, () =>
    call.question.draw('backoff', call.attempts.length),
  )
  // The host asks for more time than the policy finds worth waiting for.
  if (wait === undefined) return 'on'
  if (call.elapsed + wait >= deadlineOf(call)) {
    call.elapsed = deadlineOf(call)
    return 'stop'
  }
  call.elapsed += wait
  return last ? 'on' : 'again'
}

function deadlineOf(call: Serving): number {
  return call.question.hosts.plan.timeoutMicros?.total ?? Infinity
}

function nowOf({ question, elapsed }: Serving): number | undefined {
  return question.startMicros === undefined ? undefined : question.startMicros + elapsed
}

function concluded(call: Serving, last: Last, adopted: string | undefined): Service {
  const hosts = new Set(call.attempts.map((each) => JSON.stringify([each.model, each.provider])))
  return {
    end: 'error' in last ? endOfError(reported(call) ?? last.error.errorClass) : last.kind,
    served: 'error' in last ? undefined : last.endpoint,
    attempts: call.attempts,
    failedOver: hosts.size > 1,
    fallbacks: call.fallbacks,
    adopted,
    endMicros: nowOf(call),
    tookMicros: call.elapsed,
    assumptions: [...call.assumptions].sort(),
  }
}

/** `error first` makes the first error of the call the one that it ends with. */
function reported(call: Serving): string | undefined {
  return call.question.hosts.plan.error === 'first' ? call.attempts[0]?.errorClass : undefined
}
