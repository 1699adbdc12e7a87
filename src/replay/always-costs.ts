import { endpointAt, modelNamed } from '../policy/catalogue-queries.ts'
import type { Policy } from '../policy/core.ts'
import type { RecordedSession } from '../trace/session.ts'
import type { CacheBehaviours } from './cache/behaviour.ts'
import { modelledCall, recordedMoney } from './call-money.ts'
import { recordedPlace } from './recorded-place.ts'
import type { Money } from './result/money.ts'
import { eventReader } from './session-events.ts'
import { afterCompaction, emptyCaches, openCaches, receiveCall, settleCall } from './session/caches.ts'
import { turnReader } from './turns.ts'

/**
 * What every call of a session would cost if one model had served them all, by the number of the call: the
 * log's own figure where it did; else modelled on the log's tokens, with what the model's own cache would have
 * held of the conversation, at the first host that the catalogue names.
 */
export function alwaysCosts(
  policy: Policy,
  session: RecordedSession,
  model: string,
  behaviours: CacheBehaviours | undefined,
): ReadonlyMap<number, Money> {
  const costs = new Map<number, Money>()
  const caches = openCaches(emptyCaches, behaviours)
  const between = eventReader(session.events)
  const beginsTurn = turnReader(session)
  const [firstHost] = modelNamed(policy, model)?.endpoints ?? []
  for (const call of session.calls) {
    const { compacted } = between(call)
    receiveCall(caches, call, compacted, beginsTurn(call))
    if (compacted) caches.state = afterCompaction(caches).state
    const recorded = recordedPlace(policy, call)
    if (call.end !== 'served') {
      costs.set(call.call, recordedMoney(policy, call, recorded))
      continue
    }
    const isOwn = recorded?.model === model
    const logged = isOwn && recorded.provider !== undefined ? endpointAt(policy, model, recorded.provider) : undefined
    const host = logged ?? firstHost
    const service = host === undefined ? undefined : { end: 'served' as const, served: host, attempts: [] }
    const caching = settleCall(caches, policy, call, service, isOwn ? 'before' : 'after')
    // A price does not depend on the host that is assumed: the catalogue's own rows of the model.
    costs.set(
      call.call,
      isOwn ? recordedMoney(policy, call, recorded) : modelledCall(policy, call, { model, provider: undefined }, caching?.served, false),
    )
  }
  return costs
}
