import type { Conclusion } from '../policy/decision.ts'
import type { Service } from './serve.ts'

/** How a call ended, for the state of its session; without a service it had no route. */
export function conclusionOf(service: Service | undefined, atMicros: number | undefined): Conclusion {
  const served = service?.end === 'served' ? service.served : undefined
  return {
    end: service?.end ?? 'no-route',
    served: served && {
      model: served.model,
      provider: served.provider,
      region: served.region ?? undefined,
      account: served.account ?? undefined,
    },
    failedOver: service?.failedOver ?? false,
    adopted: service?.adopted,
    atMicros,
  }
}
