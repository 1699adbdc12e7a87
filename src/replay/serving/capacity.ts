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

/** What an attempt takes when it is sent: its output is not known before it is over. */
export function sentAmount({ promptTokens }: FleetCall, { of }: RateLimit): number {
  switch (of) {
    case 'calls':
      return 1
    case 'tokens':
    case 'input tokens':
      return promptTokens
    case 'output tokens':
      return 0
  }
}

/** What its answer takes on top. */
export function answeredAmount(outputTokens: number, { of }: RateLimit): number {
  return of === 'tokens' || of === 'output tokens' ? outputTokens : 0
}

/** What must be left for an attempt to be sent: something, also where nobody knows how much it will take. */
export function neededAmount(call: FleetCall, limit: RateLimit): number {
  return Math.max(1, sentAmount(call, limit))
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
