import { assumptionNames } from '../policy/assumption-names.ts'
import type { Policy } from '../policy/core.ts'
import type { CallRecord, EventRecord } from '../trace/record.ts'
import type { RecordedSession } from '../trace/session.ts'
import { endOfError } from '../trace/error-class.ts'
import { sameInstantMicros } from './health.ts'
import type { AttemptAnswer, AttemptQuestion, Health } from './health.ts'
import { attemptPlace, comparablePlace, recordedPlace } from './recorded-place.ts'
import type { Place } from './result/call.ts'

/** A host that the log never tried answers. */
export const untriedHealthy: string = assumptionNames.untriedHealthy

/** A host answers where the log has answers of it, and no failure on either side. */
export const healthyBetween: string = assumptionNames.healthyBetween

/** The log has a failure of this host on one side and none on the other. */
export const unknownHealth: string = assumptionNames.unknownHealth

/** The log says that a call failed, and not how. */
export const unclassifiedError = 'unclassified-error'

/** A call that the person broke off is broken off wherever it goes. */
export const cancelledAnyway = 'cancelled-anyway'

/** The hosts of one call, as its log tells of them. */
export interface RecordedCallHealth extends Health {
  /** From here on this call is no longer served as it was: its log's attempts are not its own. */
  deviate(): void
}

/** What the log tells of its hosts, for the calls of one session in their order. */
export interface RecordedHealth {
  /** `shiftMicros`: how much later than in the log the call is made; absent: when it was. */
  at(call: CallRecord, shiftMicros?: number): RecordedCallHealth
}

/** One recorded attempt, or the end of a call that the log keeps without attempts. */
interface Seen {
  readonly call: number
  readonly index: number
  readonly place: Place
  readonly answer: AttemptAnswer
}

/**
 * An attempt that begins when the log began one at the same host comes to what the log says, as long as nothing
 * else has happened to its call; where the log tells no instants of a call's attempts, their order says which.
 * Any other attempt finds a host
 * - down while a recorded fault of its provider holds, or between two recorded failures with no answer
 *   between them,
 * - up where it was recorded to answer,
 * - unknown between the last of one and the first of the other: then it is as `unknown` says, and the
 *   answer names `unknownHealth`, so that both can be run,
 * - otherwise assumed to answer, by name.
 *
 * Where the log names no provider, its host is the one that the call asks first.
 */
export function recordedHealth(
  policy: Policy,
  session: RecordedSession,
  unknown: 'up' | 'down' = 'up',
): RecordedHealth {
  const byCall = new Map(session.calls.map((call) => [call.call, attemptsOf(policy, call)]))
  const byModel = new Map<string, Seen[]>()
  for (const each of [...byCall.values()].flat()) {
    const known = byModel.get(each.place.model)
    if (known === undefined) byModel.set(each.place.model, [each])
    else known.push(each)
  }
  const faults = session.events.filter((event) => event.event === 'fault')
  return {
    at: (call, shiftMicros = 0) => {
      const own = byCall.get(call.call) ?? []
      const askedFirst = new Map<string, string>()
      // Hosts fail by the clock: an outage does not move with a call that comes later.
      const isMadeThen = Math.abs(shiftMicros) < sameInstantMicros
      let next = 0
      let asked = 0
      let deviated = false
      // No policy waits before the first attempt of a call: how long the log's client did is part of the call.
      const beginsAsLogged = (each: Seen, { atMicros }: AttemptQuestion): boolean =>
        !hasInstant(each) || (isMadeThen && ((asked === 1 && each === own[0]) || beginsAt(each, atMicros)))
      const isHost = ({ place }: Seen, { model, provider }: AttemptQuestion): boolean =>
        place.model === model && (place.provider ?? askedFirst.get(model)) === provider
      return {
        deviate: () => {
          deviated = true
        },
        answer: (question) => {
          asked += 1
          if (!askedFirst.has(question.model)) askedFirst.set(question.model, question.provider)
          const found = deviated ? undefined : own.slice(next).find((each) => isHost(each, question) && beginsAsLogged(each, question))
          if (found !== undefined) {
            next = own.indexOf(found) + 1
            return found.answer
          }
          const fault = faultAt(faults, question)
          if (fault !== undefined) return fault
          const here = (byModel.get(question.model) ?? []).filter((each) => isHost(each, question))
          return answerOf(stateOf(here, { call: call.call, next, atMicros: question.atMicros }), call, unknown)
        },
      }
    },
  }
}

function attemptsOf(policy: Policy, call: CallRecord): readonly Seen[] {
  const place = recordedPlace(policy, call)
  const tried = (call.attempts ?? []).flatMap((attempt, index): Seen[] => {
    const at = attemptPlace(policy, call, attempt)
    if (at === undefined) return []
    const next = call.attempts?.[index + 1]?.startMicros
    const instants = {
      startMicros: attempt.startMicros,
      endMicros: attempt.endMicros,
      pausedMicros: next === undefined || attempt.endMicros === undefined ? undefined : Math.max(0, next - attempt.endMicros),
    }
    const answer: AttemptAnswer =
      attempt.errorClass === undefined
        ? { kind: call.end === 'cancelled' ? 'cancelled' : 'answers', cause: 'recorded', ...instants }
        : {
            kind: 'fails',
            cause: 'recorded',
            errorClass: attempt.errorClass,
            status: attempt.status,
            retryAfterMicros: attempt.retryAfterMicros,
            ...instants,
          }
    return [{ call: call.call, index, place: comparablePlace(policy, at), answer }]
  })
  const last = tried.at(-1)
  const end = endAnswer(call, last?.answer.kind)
  if (end === undefined || place === undefined) return tried
  return [...tried, { call: call.call, index: tried.length, place: comparablePlace(policy, place), answer: end }]
}

/** How the call ended where no recorded attempt says so. */
function endAnswer(call: CallRecord, last: AttemptAnswer['kind'] | undefined): AttemptAnswer | undefined {
  const whole = {
    startMicros: call.attempts === undefined ? call.startMicros : undefined,
    endMicros: call.endMicros,
  }
  switch (call.end) {
    case 'served':
      return last === 'answers' ? undefined : { kind: 'answers', cause: 'recorded', ...whole }
    case 'cancelled':
      return last === 'cancelled' ? undefined : { kind: 'cancelled', cause: 'recorded', ...whole }
    case 'exhausted':
    case 'denied':
      if (last === 'fails') return undefined
      return {
        kind: 'fails',
        cause: 'assumed',
        errorClass: call.end === 'denied' ? 'permission' : 'unavailable',
        status: undefined,
        retryAfterMicros: undefined,
        assumption: unclassifiedError,
        ...whole,
      }
    case 'no-route':
      return undefined
  }
}

// --- between what the log has seen of a host

type Failure = Extract<AttemptAnswer, { kind: 'fails' }>

/** `untried`: the log never asked this host. `failure`: the one that a host which is down repeats. */
type HostState =
  | { readonly kind: 'untried' | 'up' }
  | { readonly kind: 'down' | 'unknown'; readonly failure: Failure }

interface Standpoint {
  readonly call: number
  /** Recorded attempts of this call that lie behind it. */
  readonly next: number
  readonly atMicros: number | undefined
}

function stateOf(here: readonly Seen[], from: Standpoint): HostState {
  // A refusal says something of the request, one who broke off something of himself: nothing of the host.
  const telling = here.filter(
    ({ answer }) =>
      answer.kind === 'answers' || (answer.kind === 'fails' && endOfError(answer.errorClass) !== 'denied'),
  )
  const before = telling.filter((each) => !isAfter(each, from)).at(-1)?.answer
  // What lasts over this instant lies on both sides of it.
  const after = telling.find((each) => isAfter(each, from) || lasts(each, from))?.answer
  const failure = [before, after].find((each) => each?.kind === 'fails')
  if (failure === undefined) return { kind: before === undefined && after === undefined ? 'untried' : 'up' }
  return { kind: before?.kind === 'fails' && after?.kind === 'fails' ? 'down' : 'unknown', failure }
}

/** An attempt of which only the end is known began before it. */
function beginsAt({ answer }: Seen, atMicros: number | undefined): boolean {
  const { startMicros, endMicros } = answer
  if (atMicros === undefined) return true
  return startMicros === undefined
    ? atMicros < (endMicros ?? Infinity) + sameInstantMicros
    : Math.abs(startMicros - atMicros) < sameInstantMicros
}

function hasInstant({ answer }: Seen): boolean {
  return (answer.startMicros ?? answer.endMicros) !== undefined
}

/** By the clock where both have one, else by the order of the log. */
function isAfter({ call, index, answer }: Seen, from: Standpoint): boolean {
  const began = answer.startMicros ?? answer.endMicros
  if (began !== undefined && from.atMicros !== undefined) return began > from.atMicros
  return call > from.call || (call === from.call && index >= from.next)
}

function lasts({ answer }: Seen, { atMicros }: Standpoint): boolean {
  const { startMicros, endMicros } = answer
  if (atMicros === undefined || startMicros === undefined || endMicros === undefined) return false
  return startMicros <= atMicros && atMicros <= endMicros
}

function answerOf(state: HostState, call: CallRecord, unknown: 'up' | 'down'): AttemptAnswer {
  switch (state.kind) {
    case 'untried':
      return answers(call, untriedHealthy)
    case 'up':
      return answers(call, healthyBetween)
    case 'down':
      return { ...failed(state.failure), cause: 'fault' }
    case 'unknown':
      return unknown === 'up'
        ? answers(call, unknownHealth)
        : { ...failed(state.failure), cause: 'assumed', assumption: unknownHealth }
  }
}

function answers(call: CallRecord, assumption: string): AttemptAnswer {
  return call.end === 'cancelled'
    ? { kind: 'cancelled', cause: 'assumed', assumption: cancelledAnyway }
    : { kind: 'answers', cause: 'assumed', assumption }
}

function failed({ errorClass, status }: Failure): Omit<Failure, 'cause'> {
  return { kind: 'fails', errorClass, status, retryAfterMicros: undefined }
}

type Fault = Extract<EventRecord, { event: 'fault' }>

/** Half-open: a fault that ends at this instant has ended. */
function faultAt(faults: readonly Fault[], question: AttemptQuestion): AttemptAnswer | undefined {
  const { atMicros } = question
  if (atMicros === undefined) return undefined
  const fault = faults.find(
    (each) =>
      each.provider === question.provider &&
      (each.atMicros ?? -Infinity) <= atMicros &&
      atMicros < (each.untilMicros ?? Infinity),
  )
  if (fault === undefined) return undefined
  return {
    kind: 'fails',
    cause: 'fault',
    errorClass: fault.errorClass,
    status: undefined,
    retryAfterMicros: undefined,
  }
}
