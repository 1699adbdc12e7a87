import type { Policy } from '../policy/core.ts'
import type { CallRecord, EventRecord } from '../trace/record.ts'
import type { RecordedSession } from '../trace/session.ts'
import { endOfError } from '../trace/error-class.ts'
import type { AttemptAnswer, AttemptQuestion, Health } from './health.ts'
import { samePlace } from './place.ts'
import { attemptPlace, comparablePlace, recordedPlace } from './recorded-place.ts'
import type { Place } from './result.ts'

/** A host answers although no log shows that it would have. */
export const untriedHealthy = 'untried-healthy'

/** The log says that a call failed, and not how. */
export const unclassifiedError = 'unclassified-error'

/** A call that the person broke off is broken off wherever it goes. */
export const cancelledAnyway = 'cancelled-anyway'

/** What the log tells of its hosts, for the calls of one session in their order. */
export interface RecordedHealth {
  at(call: CallRecord): Health
}

/** One recorded attempt, or the end of a call that the log keeps without attempts. */
interface Seen {
  readonly call: number
  readonly index: number
  readonly place: Place
  readonly answer: AttemptAnswer
}

/**
 * At the host that the log tried, an attempt comes to what the log says. At another one the host is
 * down between two recorded failures with no success between them, down while a recorded fault of its
 * provider holds, up where it was recorded to answer, and otherwise assumed to be healthy.
 */
export function recordedHealth(policy: Policy, session: RecordedSession): RecordedHealth {
  const byCall = new Map(session.calls.map((call) => [call.call, attemptsOf(policy, call)]))
  const seen = [...byCall.values()].flat()
  const anyFailed = seen.some((each) => each.answer.kind === 'fails')
  const faults = session.events.filter((event) => event.event === 'fault')
  return {
    at: (call) => {
      const own = byCall.get(call.call) ?? []
      let next = 0
      return {
        answer: (question) => {
          const found = own.findIndex((each, index) => index >= next && samePlace(each.place, question))
          if (found >= 0) {
            next = found + 1
            const { answer } = own[found] ?? { answer: assumed(call) }
            return answer
          }
          const known = anyFailed ? between(seen, call, next, question) : undefined
          return faultAt(faults, question) ?? known ?? assumed(call)
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
    const instants = { startMicros: attempt.startMicros, endMicros: attempt.endMicros }
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

function assumed(call: CallRecord): AttemptAnswer {
  return call.end === 'cancelled'
    ? { kind: 'cancelled', cause: 'assumed', assumption: cancelledAnyway }
    : { kind: 'answers', cause: 'assumed', assumption: untriedHealthy }
}

/** Down between the last recorded failure before and the first one after; else the log is silent. */
function between(
  seen: readonly Seen[],
  call: CallRecord,
  next: number,
  question: AttemptQuestion,
): AttemptAnswer | undefined {
  const here = seen.filter((each) => samePlace(each.place, question))
  const isBefore = (each: Seen): boolean =>
    each.call < call.call || (each.call === call.call && each.index < next)
  const last = here.filter(isBefore).at(-1)?.answer
  const first = here.find((each) => !isBefore(each))?.answer
  if (last?.kind !== 'fails' || first?.kind !== 'fails') return undefined
  // A refusal says something of the request, nothing of the host.
  if (endOfError(last.errorClass) === 'denied' || endOfError(first.errorClass) === 'denied') return undefined
  return {
    kind: 'fails',
    cause: 'fault',
    errorClass: last.errorClass,
    status: last.status,
    retryAfterMicros: undefined,
  }
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
