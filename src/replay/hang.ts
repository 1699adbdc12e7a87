import type { ServeLines } from '../policy/core.ts'
import type { AttemptAnswer } from './health.ts'

/**
 * How long an attempt takes that fails at no instant of the log: what the host took, and of a timeout
 * the time until it runs out. A timer that the policy does not set leaves the next wider one; without
 * any, a host that hangs takes no time.
 */
export function failureMicros(
  answer: Extract<AttemptAnswer, { kind: 'fails' }>,
  timeouts: ServeLines['timeoutMicros'],
): number {
  const took = answer.tookMicros ?? 0
  if (answer.errorClass !== 'timeout') return took
  const { firstToken, idle, total } = timeouts ?? {}
  switch (answer.timer) {
    case 'total':
      return took + (total ?? 0)
    case 'idle':
      return took + (idle ?? total ?? 0)
    case 'first-token':
    case undefined:
      return took + (firstToken ?? idle ?? total ?? 0)
  }
}
