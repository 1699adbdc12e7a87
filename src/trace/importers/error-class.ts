import { errorClassOf } from '../error-class.ts'
import { asNumber, asObject, asString } from './json.ts'
import type { JsonObject } from './json.ts'

/** One failed try, as the log tells it. */
export interface LoggedFailure {
  readonly status: number | undefined
  readonly errorClass: string
}

const classOfType: ReadonlyMap<string, string> = new Map([
  ['overloaded_error', 'overloaded'],
  ['rate_limit_error', 'rate-limit'],
  ['timeout_error', 'timeout'],
  ['api_error', 'server'],
  ['authentication_error', 'auth'],
  ['permission_error', 'permission'],
  ['billing_error', 'payment'],
  ['not_found_error', 'not-found'],
  ['request_too_large', 'too-large'],
  ['invalid_request_error', 'invalid-request'],
  // The client's own words on its last line about a call.
  ['authentication_failed', 'auth'],
  ['rate_limit', 'rate-limit'],
  ['server_error', 'server'],
  ['invalid_request', 'invalid-request'],
  ['max_output_tokens', 'max-tokens'],
  ['overloaded', 'overloaded'],
  ['model_not_found', 'not-found'],
])

/** Said in prose only. The first that occurs decides. */
const classOfPhrase: readonly (readonly [string, string])[] = [
  ['prompt is too long', 'context-window'],
  ['output token maximum', 'max-tokens'],
  ['usage policy', 'content-policy'],
  ['credit balance', 'payment'],
  ['limit reached', 'rate-limit'],
  // Of the account: "hit your limit", "hit your session limit", "out of extra usage".
  ['hit your', 'rate-limit'],
  ['out of extra usage', 'rate-limit'],
  ['invalid api key', 'auth'],
  ['please run /login', 'auth'],
  ['overloaded', 'overloaded'],
  ['timed out', 'timeout'],
  ['etimedout', 'timeout'],
  ['timeout', 'timeout'],
]

/** The body of a `system` line of subtype `api_error`. */
export function failureOfApiError(error: JsonObject): LoggedFailure {
  const inner = asObject(error['error'])
  const type = asString(asObject(inner?.['error'])?.['type']) ?? asString(inner?.['type'])
  const cause = asObject(error['cause'])
  const connection = asObject(error['connection'])
  const prose = [error['message'], error['code'], cause?.['code'], cause?.['message'], connection?.['code']]
  const words = prose.filter((part) => typeof part === 'string').join(' ')
  return classify(statusOf(error['status']), type, words)
}

/** The client's last line about a call that it gave up: status and type stand in its text. */
export function failureOfText(
  text: string,
  loggedStatus: unknown,
  loggedType: string | undefined,
): LoggedFailure {
  const spoken = /(?:API Error:|\bstatus:?) ([45]\d\d)\b/.exec(text)?.[1]
  const status = statusOf(loggedStatus) ?? (spoken === undefined ? undefined : Number(spoken))
  const type = /"type":"(\w+_error)"/.exec(text)?.[1]
  return classify(status, type ?? loggedType, text)
}

function classify(
  status: number | undefined,
  type: string | undefined,
  prose: string,
): LoggedFailure {
  const lower = prose.toLowerCase()
  const spoken = classOfPhrase.find(([phrase]) => lower.includes(phrase))?.[1]
  const byType = type === undefined ? undefined : classOfType.get(type)
  const byStatus = status === undefined ? undefined : errorClassOf(status)
  // A refusal for length is an `invalid_request_error` like any other, but for its prose.
  if (spoken === 'context-window' || spoken === 'content-policy') {
    return { status, errorClass: spoken }
  }
  // Without a status there was no answer: the connection failed.
  return { status, errorClass: byStatus ?? byType ?? spoken ?? 'unavailable' }
}

function statusOf(value: unknown): number | undefined {
  const status = asNumber(value)
  return status !== undefined && Number.isInteger(status) && status >= 400 && status <= 599
    ? status
    : undefined
}
