import type { ErrorMatch } from '../policy/core.ts'
import { errorClassOf } from '../trace/error-class.ts'

/** How an attempt failed; a status is there where the host sent one. */
export interface AttemptError {
  readonly errorClass: string
  readonly status: number | undefined
}

/**
 * Whether a list names an error; `undefined` is any. A class matches itself and its numbers alike, a
 * number matches itself, and its class where the log has no number.
 */
export function matchesError(list: ErrorMatch | undefined, error: AttemptError): boolean {
  if (list === undefined) return true
  return list.some((entry) => {
    if (entry === 'any') return true
    if (typeof entry === 'string') return entry === error.errorClass
    return error.status === undefined ? errorClassOf(entry) === error.errorClass : entry === error.status
  })
}

/** Errors that say something of the host, not of the request or of the caller's account. */
const ofHealth: ReadonlySet<string> = new Set(['overloaded', 'unavailable', 'server', 'timeout', 'cut-off'])

export function isHealthError(errorClass: string): boolean {
  return ofHealth.has(errorClass)
}
