import type { Endpoint } from '../../policy/core.ts'
import { isHealthError } from '../error-class.ts'
import { scopeKey } from './scope-key.ts'
import type { EndedAttempt } from './triggers.ts'

/** When attempts at each host failed for reasons of its health. Nothing is ever taken back. */
export interface HealthFailures {
  ends(host: Endpoint, attempt: EndedAttempt): void
  any(host: Endpoint): boolean
  /** An attempt ended so within [from, to). */
  within(host: Endpoint, fromMicros: number, toMicros: number): boolean
  /** The first failure since the host last answered; `undefined`: it does. */
  failingSince(host: Endpoint): number | undefined
}

interface Seen {
  /** Ascending. */
  readonly failed: number[]
  sinceMicros: number | undefined
}

export function healthFailures(): HealthFailures {
  const hosts = new Map<string, Seen>()
  const of = (host: Endpoint): Seen | undefined => hosts.get(scopeKey('endpoint', host))
  return {
    ends: (host, { atMicros, error }) => {
      const seen = of(host)
      if (error === undefined) {
        if (seen !== undefined) seen.sinceMicros = undefined
        return
      }
      const next = seen ?? { failed: [], sinceMicros: undefined }
      next.sinceMicros ??= atMicros
      if (isHealthError(error.errorClass)) next.failed.push(atMicros)
      if (seen === undefined) hosts.set(scopeKey('endpoint', host), next)
    },
    any: (host) => (of(host)?.failed.length ?? 0) > 0,
    within: (host, fromMicros, toMicros) => {
      const failed = of(host)?.failed ?? []
      const last = failed.findLast((micros) => micros < toMicros)
      return last !== undefined && fromMicros <= last
    },
    failingSince: (host) => of(host)?.sinceMicros,
  }
}
