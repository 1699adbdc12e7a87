import type { ActingLine, Endpoint, ServeLines } from '../policy/core.ts'
import type { LineUp } from '../policy/line-up.ts'
import type { KeyedDraw } from './draw-hosts.ts'
import { endOfError } from '../trace/error-class.ts'
import { matchesError } from './error-class.ts'
import type { AttemptError } from './error-class.ts'
import { failureMicros } from './hang.ts'
import type { AttemptAnswer, AttemptQuestion, Health } from './health.ts'
import type { Hosts } from './hosts.ts'
import type { Attempt } from './result/call.ts'
import { pauseMicros } from './retry.ts'
import { hostView } from './serving/gate.ts'
import type { Admission, Gate } from './serving/gate.ts'
import type { HostView } from './serving/strategies.ts'
import type { Activity, Wait } from './simulator/activity.ts'

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

/** A call to be served by whoever answers its attempts. */
export interface ServingQuestion {
  readonly hosts: Hosts
  readonly draw: KeyedDraw
  readonly gate: Gate
  /** The hosts of each group in the order in which they are tried; `model` counts the fallbacks. */
  readonly order: (line: LineUp, view: HostView, model: number) => readonly (readonly Endpoint[])[]
  /** `undefined`: the log does not tell. */
  readonly startMicros: number | undefined
  /** The virtual clock at the start: what hosts remember goes by it, and it never goes back. */
  readonly clockMicros: number
  /** How long a host takes to answer where the log does not tell; absent: time stands still meanwhile. */
  readonly answersIn?: (host: Endpoint) => AnswerTime
  /** Told of each line that makes the call go on. */
  readonly acted?: ((line: ActingLine) => void) | undefined
}

export interface AnswerTime {
  readonly micros: number
  readonly assumption: string
}

export interface ServeQuestion extends ServingQuestion {
  readonly health: Health
}

/** An attempt that is to be made now: whoever drives the serving makes it, and hands back the answer. */
export interface AttemptStep {
  readonly for: 'attempt'
  readonly attempt: AttemptQuestion
  readonly timeoutMicros: ServeLines['timeoutMicros']
}

export type ServingActivity<T> = Generator<Wait | AttemptStep, T, AttemptAnswer | undefined>

/** Serves one call in a world whose hosts are as `health` says. */
export function* serve(question: ServeQuestion): Activity<Service> {
  const activity = serving(question)
  let answer: AttemptAnswer | undefined
  for (;;) {
    const step = activity.next(answer)
    if (step.done === true) return step.value
    answer = undefined
    if (step.value.for === 'attempt') answer = question.health.answer(step.value.attempt)
    else yield step.value
  }
}

/**
 * Serves one call: hosts in order, retries at each, failover by error class, fallback to other
 * models by the class of the last error, until it is served, exhausted, denied or out of time.
 *
 * It waits to send each attempt, for its response, and for each pause to pass: what other calls do to
 * the hosts meanwhile is seen by the next attempt.
 */
export function* serving(question: ServingQuestion): ServingActivity<Service> {
  const { plan, chosen } = question.hosts
  const call: Serving = { question, attempts: [], assumptions: new Set(), fallbacks: 0, elapsed: 0, maySend: false }
  let last = yield* servedBy(call, chosen, plan)
  let adopted: string | undefined
  if (last.kind === 'failed') {
    const { error } = last
    const line = plan.fallbacks?.find((each) => matchesError(each.on, error))
    for (const model of line?.to ?? []) {
      if (last.kind !== 'failed' || call.fallbacks >= (plan.maxFallbacks ?? Infinity)) break
      const hosts = question.hosts.fallback(model)
      if (hosts === undefined) continue
      call.fallbacks += 1
      if (line !== undefined) question.acted?.(line)
      last = yield* servedBy(call, hosts.line, hosts.plan)
      if (last.kind === 'served' && line?.sticks === true) adopted = model
    }
  }
  return concluded(call, last, adopted)
}

/** One call while it is being served: its clock, from 0, and its attempts. */
interface Serving {
  readonly question: ServingQuestion
  readonly attempts: Attempt[]
  readonly assumptions: Set<string>
  fallbacks: number
  elapsed: number
  /** What else happens at this instant before anything is sent has happened. */
  maySend: boolean
}

type Last =
  | { readonly kind: 'served' | 'cancelled'; readonly endpoint: Endpoint }
  /** `stopped`: no attempt or no time is left for any host. */
  | { readonly kind: 'failed' | 'stopped'; readonly error: AttemptError }

const noHost: Last = { kind: 'failed', error: { errorClass: 'unavailable', status: undefined } }

/** One model: its hosts that may be tried, and how. */
interface Line {
  readonly plan: ServeLines
  readonly admission: Admission
  /** The only endpoint of the model's line-up, all groups together. */
  readonly alone: boolean
}

/** Every host of one model, group after group, as far as `failover` goes. */
function* servedBy(call: Serving, line: LineUp, plan: ServeLines): ServingActivity<Last> {
  const { question } = call
  yield* turnToSend(call)
  const admission = question.gate.admit(line, plan, clockOf(call))
  const alone = line.groups.flatMap((group) => group.endpoints).length === 1
  if (admission.refusal !== undefined) {
    return { kind: 'failed', error: { errorClass: admission.refusal, status: undefined } }
  }
  let last = noHost
  let goesOn: ServeLines['failover']
  const view = hostView(question.gate, plan, question.hosts.moment, clockOf(call))
  for (const group of question.order(admission.line, view, call.fallbacks)) {
    // With `picks any` a retry moves on inside the group and the group counts them; else each host.
    const turns = plan.retry?.picks === 'any' ? [group] : group.map((host) => [host])
    for (const hosts of turns) {
      const ended = yield* retried(call, hosts, { plan, admission, alone })
      // An attempt before has put these out too: there is nothing to try.
      if (ended === undefined) continue
      if (goesOn !== undefined) question.acted?.(goesOn)
      last = ended
      if (last.kind !== 'failed') return last
      if (plan.failover === undefined || !matchesError(plan.failover.on, last.error)) return last
      goesOn = plan.failover
    }
  }
  return last
}

/** `undefined`: none of these hosts may be tried. */
function* retried(
  call: Serving,
  hosts: readonly Endpoint[],
  line: Line,
): ServingActivity<Last | undefined> {
  const { maxAttempts = Infinity } = call.question.hosts.plan
  let last: Last | undefined
  let from = 0
  for (let tries = 0; ; tries += 1) {
    yield* turnToSend(call)
    const host = nextHost(call, hosts, from, line)
    if (host === undefined) return last
    const answer = yield* attempted(call, host, line)
    if (answer.kind === 'answers') return { kind: 'served', endpoint: host }
    if (answer.kind === 'cancelled') return { kind: 'cancelled', endpoint: host }
    const error = { errorClass: answer.errorClass, status: answer.status }
    last = { kind: 'failed', error }
    if (call.attempts.length >= maxAttempts || call.elapsed >= deadlineOf(call)) {
      return { kind: 'stopped', error }
    }
    from = hosts.indexOf(host) + 1
    // Nobody is left to wait for: a cooldown or a breaker has put the host out.
    if (nextHost(call, hosts, from, line) === undefined) return last
    const next = yield* paused(call, line.plan, tries, answer)
    if (next !== 'again') return { kind: next === 'stop' ? 'stopped' : 'failed', error }
    if (line.plan.retry !== undefined) call.question.acted?.(line.plan.retry)
  }
}

/** Responses and arrivals of this instant come first. */
function* turnToSend(call: Serving): ServingActivity<void> {
  if (call.maySend) return
  yield { for: 'dispatch', atMicros: clockOf(call) }
  call.maySend = true
}

/** The first host from a place on, round the list, that may be tried now. */
function nextHost(
  call: Serving,
  hosts: readonly Endpoint[],
  from: number,
  { plan, admission }: Line,
): Endpoint | undefined {
  const at = from % Math.max(hosts.length, 1)
  const now = clockOf(call)
  return [...hosts.slice(at), ...hosts.slice(0, at)].find((host) =>
    call.question.gate.lets(host, plan, admission, now),
  )
}

function* attempted(
  call: Serving,
  host: Endpoint,
  { plan, alone }: Line,
): ServingActivity<AttemptAnswer> {
  const { gate } = call.question
  const begunMicros = clockOf(call)
  const atMicros = nowOf(call)
  const capacity = gate.begins(host, plan, begunMicros)
  const answer = yield {
    for: 'attempt',
    attempt: {
      model: host.model,
      provider: host.provider,
      region: host.region ?? undefined,
      account: host.account ?? undefined,
      atMicros,
    },
    timeoutMicros: plan.timeoutMicros,
  }
  if (answer === undefined) throw new Error('an attempt was made and nobody said how it ended')
  const waited = untilRecorded(answer, atMicros)
  call.elapsed += waited + tookMicros(call, host, plan, answer)
  if (answer.assumption !== undefined) call.assumptions.add(answer.assumption)
  call.attempts.push({
    model: host.model,
    provider: host.provider,
    startMicros: atMicros === undefined ? answer.startMicros : atMicros + waited,
    endMicros: nowOf(call) ?? answer.endMicros,
    errorClass: answer.kind === 'fails' ? answer.errorClass : undefined,
    status: answer.kind === 'fails' ? answer.status : undefined,
    cause: answer.cause,
    ...(answer.kind === 'fails' && toldOf(answer)),
    ...(capacity !== undefined && { capacity }),
  })
  call.maySend = false
  yield { for: 'response', atMicros: clockOf(call) }
  gate.ends(host, plan, {
    begunMicros,
    atMicros: clockOf(call),
    error: answer.kind === 'fails' ? answer : undefined,
    brokenOff: answer.kind === 'cancelled',
    retryAfterMicros: answer.kind === 'fails' ? answer.retryAfterMicros : undefined,
    capacity,
    alone,
  })
  return answer
}

/** What the host asked for, and what a script of faults says of a failure. */
function toldOf({
  retryAfterMicros,
  fault,
  timer,
  emittedMillionths,
}: Extract<AttemptAnswer, { kind: 'fails' }>): Pick<Attempt, 'retryAfterMicros' | 'fault' | 'timer' | 'emittedMillionths'> {
  return {
    ...(retryAfterMicros !== undefined && { retryAfterMicros }),
    ...(fault !== undefined && { fault }),
    ...(timer !== undefined && { timer }),
    ...(emittedMillionths !== undefined && { emittedMillionths }),
  }
}

/** The log's own attempt does not begin before the log says. */
function untilRecorded({ startMicros }: AttemptAnswer, atMicros: number | undefined): number {
  return startMicros === undefined || atMicros === undefined ? 0 : Math.max(0, startMicros - atMicros)
}

/** From the start of an attempt to its end: the log's own time, a failure's, what is assumed. */
function tookMicros(call: Serving, host: Endpoint, plan: ServeLines, answer: AttemptAnswer): number {
  const { startMicros, answersIn } = call.question
  if (startMicros !== undefined && answer.endMicros !== undefined) {
    const from = answer.startMicros ?? startMicros + call.elapsed
    return Math.max(0, answer.endMicros - from)
  }
  if (answer.kind === 'fails') {
    // A failure takes its own time, and never more than the call has left.
    return Math.min(failureMicros(answer, plan.timeoutMicros), Math.max(0, deadlineOf(call) - call.elapsed))
  }
  const time = answersIn?.(host)
  if (time === undefined) return 0
  call.assumptions.add(time.assumption)
  return time.micros
}

/** Waits before another try; `on`: there is none here; `stop`: there is no time left for any. */
function* paused(
  call: Serving,
  { retry }: ServeLines,
  tries: number,
  answer: Extract<AttemptAnswer, { kind: 'fails' }>,
): ServingActivity<'again' | 'on' | 'stop'> {
  if (retry === undefined || !matchesError(retry.on, answer)) return 'on'
  const last = tries >= retry.times
  if (last && !retry.waitsAfterLast) return 'on'
  const wait = pauseMicros(retry, tries, answer, () => call.question.draw('backoff', call.attempts.length))
  // The host asks for more time than the policy finds worth waiting for.
  if (wait === undefined) return 'on'
  const untilDeadline = Math.max(0, deadlineOf(call) - call.elapsed)
  const pause = Math.min(wait, untilDeadline)
  call.elapsed += pause
  // Who stops at the deadline has waited until then, too.
  if (pause > 0) yield { for: 'timer', atMicros: clockOf(call) }
  if (wait >= untilDeadline) return 'stop'
  return last ? 'on' : 'again'
}

function deadlineOf(call: Serving): number {
  return call.question.hosts.plan.timeoutMicros?.total ?? Infinity
}

function nowOf({ question, elapsed }: Serving): number | undefined {
  return question.startMicros === undefined ? undefined : question.startMicros + elapsed
}

function clockOf({ question, elapsed }: Serving): number {
  return question.clockMicros + elapsed
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
