import type { Policy } from '../policy/core.ts'
import { canonicalModel } from '../policy/catalogue-queries.ts'
import type { AttemptRecord, CallRecord } from '../trace/record.ts'
import type { Place } from './result/call.ts'

/** Where the log says that a call went: what served it, else its last attempt, else what was asked. */
export function recordedPlace(policy: Policy, call: CallRecord): Place | undefined {
  const last = call.attempts?.at(-1)
  const model = call.served?.model ?? last?.model ?? call.requested ?? undefined
  if (model === undefined || call.end === 'no-route') return undefined
  return {
    model: canonicalModel(policy, model),
    provider: call.served?.provider ?? last?.provider,
  }
}

/**
 * The place as far as it can be compared: a host that the catalogue does not know by this name may be
 * any of those it knows, so such a call is compared by its model.
 */
export function comparablePlace(policy: Policy, place: Place): Place {
  const { provider } = place
  const isKnown = policy.providers.some((each) => each.name === provider)
  return isKnown ? place : { model: place.model, provider: undefined }
}

/** Where one recorded attempt went; an attempt that does not say went where the call did. */
export function attemptPlace(
  policy: Policy,
  call: CallRecord,
  attempt: AttemptRecord,
): Place | undefined {
  const whole = recordedPlace(policy, call)
  const model = attempt.model === undefined ? whole?.model : canonicalModel(policy, attempt.model)
  if (model === undefined) return undefined
  return { model, provider: attempt.provider ?? whole?.provider }
}
