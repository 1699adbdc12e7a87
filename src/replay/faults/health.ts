import type { Policy } from '../../policy/core.ts'
import { drawMillionths } from '../../policy/draw.ts'
import { endOfError } from '../../trace/error-class.ts'
import type { Fault } from '../../trace/faults/fault.ts'
import type { CallRecord } from '../../trace/record.ts'
import type { RecordedSession } from '../../trace/session.ts'
import { isHealthError } from '../error-class.ts'
import type { AttemptAnswer, AttemptQuestion, Health } from '../health.ts'
import { recordedMicros } from '../session/answer-time.ts'
import { recordedHealth, unknownHealth } from '../recorded-health.ts'
import { clockOfCall, hits, holdsAt, holdsWithin, onClockOf } from './script.ts'
import type { FaultPlace, FaultSources } from './script.ts'

/** A fault holds for no call whose instant the log does not tell on the fault's clock. */
export const undatedFaults = 'undated-faults'

/** The hosts of a session: its script of faults before what its log has seen. */
export interface SessionHealth {
  /** `shiftMicros`: how much later than in the log the call is made; absent: when it was. */
  at(call: CallRecord, shiftMicros?: number): Health
  /** A fault of the script that says something of a host's health held there within [from, to), on the clock of this call. */
  heldWithin(place: FaultPlace, call: CallRecord, from: number, to: number): boolean
}

/**
 * A fault that holds at the host of an attempt, at its instant, fails it with its probability; the
 * first of the script that does so. The draw is keyed by seed, fault, session, call, attempt and host,
 * so it does not depend on anything else that happens. What no fault fails is as the log tells.
 */
export function sessionHealth(
  policy: Policy,
  session: RecordedSession,
  seed: string,
  sources: FaultSources,
): SessionHealth {
  const { script, beginning } = sources
  const recorded = recordedHealth(policy, sources.recorded ? session : withoutFailures(session), sources.unknown)
  if (script.length === 0) return { at: recorded.at, heldWithin: () => false }
  const hitting = new Map<string, readonly Fault[]>()
  const faultsAt = (host: AttemptQuestion): readonly Fault[] => {
    const key = JSON.stringify(hostKey(host))
    const known = hitting.get(key) ?? script.filter((fault) => hits(fault, host))
    hitting.set(key, known)
    return known
  }
  return {
    at: (call, shiftMicros) => {
      const log = recorded.at(call, shiftMicros)
      const clock = clockOfCall(call)
      let attempt = 0
      return {
        answer: (question) => {
          attempt += 1
          const candidates = faultsAt(question)
          const failing = candidates.find((fault) => {
            const micros = onClockOf(fault, clock, question.atMicros, beginning)
            if (micros === undefined || !holdsAt(fault, micros)) return false
            return fails(fault, [seed, 'fault', fault.id, session.session, call.call, attempt, ...hostKey(question)])
          })
          if (failing !== undefined) {
            log.deviate()
            return failure(failing, call)
          }
          const answer = log.answer(question)
          const undated = candidates.some((fault) => onClockOf(fault, clock, question.atMicros, beginning) === undefined)
          return undated && answer.assumption !== unknownHealth ? { ...answer, assumption: undatedFaults } : answer
        },
      }
    },
    heldWithin: (place, call, from, to) =>
      script.some((fault) => {
        if (!isHealthError(fault.errorClass) || !hits(fault, place)) return false
        const clock = clockOfCall(call)
        const [first, last] = [from, to].map((micros) => onClockOf(fault, clock, micros, beginning))
        return first !== undefined && last !== undefined && holdsWithin(fault, first, last)
      }),
  }
}

function hostKey({ model, provider, region, account }: AttemptQuestion): readonly string[] {
  return [model, provider, region ?? '', account ?? '']
}

function fails({ failurePercent }: Fault, key: readonly (string | number)[]): boolean {
  return failurePercent === 100 || drawMillionths(key) < failurePercent * 10_000
}

function failure(fault: Fault, call: CallRecord): AttemptAnswer {
  const { id, errorClass, status, retryAfterMicros, timer, emittedPercent } = fault
  return {
    kind: 'fails',
    cause: 'fault',
    fault: id,
    errorClass,
    status,
    retryAfterMicros,
    ...(timer === undefined ? {} : { timer }),
    ...(emittedPercent === undefined
      ? {}
      : { emittedMillionths: emittedPercent * 10_000, ...streamed(call, emittedPercent) }),
  }
}

/** A stream that dies after a share of its output took that share of the time that the log's answer took. */
function streamed(call: CallRecord, percent: number): { readonly tookMicros?: number } {
  const recorded = recordedMicros(call)
  return recorded === undefined ? {} : { tookMicros: Math.trunc((recorded * percent) / 100) }
}

/** The log without its errors of hosts; refusals stay, for they say something of the request. */
function withoutFailures(session: RecordedSession): RecordedSession {
  return {
    ...session,
    events: session.events.filter((event) => event.event !== 'fault'),
    calls: session.calls.map((call) => {
      const attempts = call.attempts?.filter(
        ({ errorClass }) => errorClass === undefined || endOfError(errorClass) === 'denied',
      )
      const failed = (call.attempts?.length ?? 0) - (attempts?.length ?? 0)
      if (failed === 0 && call.end !== 'exhausted') return call
      const { attempts: _attempts, endMicros: _end, ...rest } = call
      return {
        ...rest,
        // What is left was tried at another instant than it would have been.
        ...(attempts === undefined || attempts.length === 0
          ? {}
          : { attempts: attempts.map(({ startMicros: _start, endMicros: _over, ...attempt }) => attempt) }),
        // Nobody knows what it would have answered: its host is as any that was not tried then.
        end: call.end === 'exhausted' ? 'no-route' : call.end,
      }
    }),
  }
}
