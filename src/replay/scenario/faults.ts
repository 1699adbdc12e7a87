import type { Endpoint, TestStep } from '../../policy/core.ts'
import { errorClassOf } from '../../trace/error-class.ts'
import { isHealthError } from '../error-class.ts'
import type { AttemptAnswer, AttemptQuestion } from '../health.ts'
import type { Attempt } from '../result.ts'

type FaultStep = Extract<TestStep, { kind: 'fault' }>

/** The hosts of a test: healthy but for its faults. Half-open in time; a count is of attempts there. */
export interface ScriptedFaults {
  begin(fault: FaultStep, atMicros: number): void
  answer(question: AttemptQuestion): AttemptAnswer
  /** A fault of this host held, or an attempt there failed for health, within [now − window, now). */
  outage(endpoint: Endpoint, windowMicros: number, nowMicros: number, attempts: readonly Attempt[]): boolean
}

interface Running {
  readonly fault: FaultStep
  readonly from: number
  /** `undefined`: attempts are left. */
  until: number | undefined
  attemptsLeft: number
}

export function scriptedFaults(): ScriptedFaults {
  const faults: Running[] = []
  const hits = ({ fault }: Running, at: { readonly model: string; readonly provider: string }): boolean =>
    fault.provider === at.provider && (fault.model === undefined || fault.model === at.model)
  return {
    begin: (fault, atMicros) => {
      const { lasts } = fault
      faults.push(
        lasts.kind === 'micros'
          ? { fault, from: atMicros, until: atMicros + lasts.micros, attemptsLeft: Infinity }
          : { fault, from: atMicros, until: undefined, attemptsLeft: lasts.calls },
      )
    },
    answer: (question) => {
      const now = question.atMicros ?? 0
      const running = faults.find(
        (each) => hits(each, question) && each.attemptsLeft > 0 && now < (each.until ?? Infinity),
      )
      if (running === undefined) return { kind: 'answers', cause: 'assumed' }
      const { fault } = running
      running.attemptsLeft -= 1
      if (running.attemptsLeft === 0) running.until = now
      const status = typeof fault.error === 'number' ? fault.error : undefined
      return {
        kind: 'fails',
        cause: 'fault',
        errorClass: typeof fault.error === 'number' ? errorClassOf(fault.error) : fault.error,
        status,
        retryAfterMicros: fault.retryAfterMicros,
      }
    },
    outage: (endpoint, windowMicros, now, attempts) =>
      faults.some((each) => hits(each, endpoint) && each.from < now && now - windowMicros < (each.until ?? Infinity)) ||
      attempts.some(
        (each) =>
          each.provider === endpoint.provider &&
          each.model === endpoint.model &&
          each.errorClass !== undefined &&
          isHealthError(each.errorClass) &&
          now - windowMicros <= (each.endMicros ?? now) &&
          (each.endMicros ?? now) < now,
      ),
  }
}
