import type { ErrorClass, ErrorMatch } from '../policy/core.ts'

const classOfNumber: ReadonlyMap<number, ErrorClass> = new Map([
  [401, 'auth'],
  [402, 'payment'],
  [403, 'permission'],
  [404, 'not-found'],
  [408, 'timeout'],
  [409, 'conflict'],
  [412, 'precondition'],
  [413, 'too-large'],
  [422, 'unprocessable'],
  [429, 'rate-limit'],
  [502, 'unavailable'],
  [503, 'unavailable'],
  [504, 'unavailable'],
  [529, 'overloaded'],
])

export function errorClassOf(status: number): ErrorClass {
  return classOfNumber.get(status) ?? (status >= 500 ? 'server' : 'invalid-request')
}

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

/** Errors that another try cannot mend: the host understood and refused. */
const refusals: ReadonlySet<string> = new Set([
  'auth',
  'permission',
  'payment',
  'not-found',
  'invalid-request',
  'too-large',
  'unprocessable',
  'precondition',
  'content-policy',
  'context-window',
  'max-tokens',
])

/** How a call ends whose last attempt failed so. */
export function endOfError(errorClass: string): 'denied' | 'exhausted' {
  return refusals.has(errorClass) ? 'denied' : 'exhausted'
}
