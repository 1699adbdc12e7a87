import type { Endpoint, TestStep } from '../../policy/core.ts'
import { errorClassOf } from '../../trace/error-class.ts'
import { isHealthError } from '../error-class.ts'
import type { AttemptAnswer, AttemptQuestion } from '../health.ts'
import type { Attempt } from '../result/call.ts'

type FaultStep = Extract<TestStep, { kind: 'fault' }>

/** The hosts of a test: healthy but for its faults. Half-open in time; a count is of attempts there. */
export interface ScriptedFaults {
  begin(fault: FaultStep, atMicros: number): void
  answer(question: AttemptQuestion): AttemptAnswer
  /** A fault of this host held, or an attempt there failed for health, within [now − window, now). */
  outage(endpoint: Endpoint, windowMicros: number, nowMicros: number, attempts: readonly Attempt[]): boolean
  /** Faults that no attempt met and no `outage` saw. */
  unmet(): readonly FaultStep[]
}

interface Running {
  readonly fault: FaultStep
  readonly from: number
  /** `undefined`: attempts are left. */
  until: number | undefined
  attemptsLeft: number
  met: boolean
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
          ? { fault, from: atMicros, until: atMicros + lasts.micros, attemptsLeft: Infinity, met: false }
          : { fault, from: atMicros, until: undefined, attemptsLeft: lasts.calls, met: false },
      )
    },
    answer: (question) => {
      const now = question.atMicros ?? 0
      const running = faults.find(
        (each) => hits(each, question) && each.attemptsLeft > 0 && now < (each.until ?? Infinity),
      )
      // One that is over when a host is tried has shown that it is.
      for (const each of faults) if (hits(each, question) && now >= (each.until ?? Infinity)) each.met = true
      if (running === undefined) return { kind: 'answers', cause: 'assumed' }
      const { fault } = running
      running.met = true
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
    outage: (endpoint, windowMicros, now, attempts) => {
      const held = faults.filter(
        (each) => hits(each, endpoint) && each.from < now && now - windowMicros < (each.until ?? Infinity),
      )
      for (const each of held) each.met = true
      if (held.length > 0) return true
      return attempts.some(
        (each) =>
          each.provider === endpoint.provider &&
          each.model === endpoint.model &&
          each.errorClass !== undefined &&
          isHealthError(each.errorClass) &&
          now - windowMicros <= (each.endMicros ?? now) &&
          (each.endMicros ?? now) < now,
      )
    },
    unmet: () => {
      const met = new Set(faults.flatMap((each) => (each.met ? [each.fault] : [])))
      return [...new Set(faults.map(({ fault }) => fault))].filter((fault) => !met.has(fault))
    },
  }
}
