import { failureOfText } from './error-class.ts'
import type { LoggedFailure } from './error-class.ts'

/** Names that client libraries and gateways give their exceptions, by the part that tells. */
const classOfName: readonly (readonly [RegExp, string])[] = [
  [/ContextWindow|ContextLength/i, 'context-window'],
  [/ContentPolicy|ContentFilter/i, 'content-policy'],
  [/RateLimit|TooManyRequests/i, 'rate-limit'],
  [/Overloaded/i, 'overloaded'],
  [/Timeout/i, 'timeout'],
  [/Budget|Payment|InsufficientQuota/i, 'payment'],
  [/Authentication|Unauthorized/i, 'auth'],
  [/PermissionDenied|Forbidden/i, 'permission'],
  [/NotFound/i, 'not-found'],
  [/Unprocessable/i, 'unprocessable'],
  [/BadRequest|InvalidRequest|UnsupportedParams/i, 'invalid-request'],
  [/Conflict/i, 'conflict'],
  [/ServiceUnavailable|APIConnection|ConnectionError/i, 'unavailable'],
  [/InternalServer|APIError|ServerError/i, 'server'],
]

/** A failure told by an exception's name, a status and words, any of which may be missing. */
export function failureOfException(
  name: string | undefined,
  status: unknown,
  words: string | undefined,
): LoggedFailure {
  const code = typeof status === 'string' && /^\d{3}$/.test(status) ? Number(status) : status
  const spoken = failureOfText(words ?? '', code, undefined)
  const named = name === undefined ? undefined : classOfName.find(([part]) => part.test(name))?.[1]
  const told = spoken.status !== undefined || spoken.errorClass !== 'unavailable'
  const precise = named === 'context-window' || named === 'content-policy'
  if (named !== undefined && (precise || !told)) return { status: spoken.status, errorClass: named }
  return spoken
}
