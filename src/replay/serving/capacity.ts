import type { Dedicated, Endpoint, Policy, RateLimit, ServeLines } from '../../policy/core.ts'
import type { FleetCall } from './fleet.ts'
import type { LimitMoment } from './rate-limit.ts'
import { scopeKey } from './scope-key.ts'

/** The provider's for all its models together; an endpoint's and a `serve` line's for each host alone. */
export function limitsOf(
  policy: Policy,
  host: Endpoint,
  plan: ServeLines,
): readonly { readonly limit: RateLimit; readonly key: string }[] {
  const provider = policy.providers.find((each) => each.name === host.provider)
  const own = scopeKey('endpoint', host)
  return [
    ...(provider?.limits ?? []).map((limit) => ({ limit, key: scopeKey('provider', host) })),
    ...[...host.limits, ...(plan.limits ?? [])].map((limit) => ({ limit, key: own })),
  ]
}

/** A call's tokens are those of its prompt: its output is not known before it is over. */
export function amountOf({ promptTokens }: FleetCall, limit: RateLimit): number {
  return limit.of === 'calls' ? 1 : promptTokens
}

export function dedicatedAt({ dedicated }: ServeLines, host: Endpoint): Dedicated | undefined {
  return dedicated?.find((each) => each.provider === host.provider)
}

const buckets = new WeakMap<Dedicated, RateLimit>()

/** Dedicated capacity is a bucket that refills evenly; `undefined`: it has no end. */
export function bucketOf(dedicated: Dedicated): RateLimit | undefined {
  const { capacityTokens, perMicros } = dedicated
  if (capacityTokens === undefined || perMicros === undefined) return undefined
  const bucket = buckets.get(dedicated) ?? { count: capacityTokens, of: 'tokens', perMicros, as: 'token-bucket' }
  buckets.set(dedicated, bucket)
  return bucket
}

export function momentOf({ dateOffsetMicros }: FleetCall, atMicros: number): LimitMoment {
  return {
    atMicros,
    dateMicros: dateOffsetMicros === undefined ? undefined : atMicros + dateOffsetMicros,
  }
}
