/** The classes that a status alone can tell. */
export type StatusClass =
  | 'auth'
  | 'payment'
  | 'permission'
  | 'not-found'
  | 'timeout'
  | 'conflict'
  | 'precondition'
  | 'too-large'
  | 'unprocessable'
  | 'rate-limit'
  | 'unavailable'
  | 'overloaded'
  | 'server'
  | 'invalid-request'

const classOfNumber: ReadonlyMap<number, StatusClass> = new Map([
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

/** The class of an HTTP status from 400 on, as `docs/semantics.md` lists them. */
export function errorClassOf(status: number): StatusClass {
  return classOfNumber.get(status) ?? (status >= 500 ? 'server' : 'invalid-request')
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

/** How a call ends whose last attempt failed so: refused for what it is, or out of attempts. */
export function endOfError(errorClass: string): 'denied' | 'exhausted' {
  return refusals.has(errorClass) ? 'denied' : 'exhausted'
}
