import type { AttemptRecord } from '../../src/trace/record.ts'
import { between, chance } from './draw.ts'

const second = 1_000_000
const day = 86_400 * second
/** 2026-06-15 00:00 UTC, a Monday. */
export const firstDay: number = 1_781_481_600 * second

/** When an administrator withdraws a model from everyone. */
export const withdrawal: { readonly atMicros: number; readonly model: 'kimi-k2.6' } = {
  atMicros: firstDay + 5 * day + 12 * 3_600 * second,
  model: 'kimi-k2.6',
}

export type PoolModel = 'claude-opus-4-7' | 'kimi-k2.6' | 'minimax-m2.7'

/** Hosts in the order that the gateway tries them. */
const hosts: { readonly [model in PoolModel]: readonly string[] } = {
  'claude-opus-4-7': ['anthropic', 'bedrock', 'vertex'],
  'kimi-k2.6': ['factory', 'fireworks', 'moonshot'],
  'minimax-m2.7': ['factory', 'fireworks', 'minimax'],
}

interface Outage {
  readonly providers: readonly string[]
  readonly from: number
  readonly to: number
  readonly status: number
  readonly errorClass: string
}

function outage(
  providers: readonly string[],
  dayNumber: number,
  hour: number,
  minutes: number,
  status: number,
  errorClass: string,
): Outage {
  const from = firstDay + dayNumber * day + hour * 3_600 * second
  return { providers, from, to: from + minutes * 60 * second, status, errorClass }
}

/** One overload, one host down, one hour in which every host of the open models was gone. */
const outages: readonly Outage[] = [
  outage(['anthropic'], 1, 10, 150, 529, 'overloaded'),
  outage(['factory'], 2, 13, 120, 503, 'unavailable'),
  outage(['factory', 'fireworks', 'minimax', 'moonshot'], 3, 15, 70, 503, 'unavailable'),
]

export interface Serving {
  readonly attempts: readonly AttemptRecord[]
  /** `undefined`: every host failed. */
  readonly provider: string | undefined
  readonly endMicros: number
}

/** Tries the hosts of a model in order: an overload is tried again once, then the next host. */
export function serve(
  model: PoolModel,
  start: number,
  latencyMicros: number,
  key: string,
): Serving {
  const attempts: AttemptRecord[] = []
  let clock = start
  for (const provider of hosts[model]) {
    for (const round of [1, 2]) {
      const failure = failureAt(provider, clock, `${key} ${round}`)
      const base = { model, provider, region: regionOf(provider), startMicros: clock }
      if (failure === undefined) {
        const endMicros = clock + latencyMicros
        return { attempts: [...attempts, { ...base, endMicros, status: 200 }], provider, endMicros }
      }
      const endMicros = clock + failure.latencyMicros
      const again = round === 1 && failure.status !== 429
      const waitedMicros = again ? 500_000 : 0
      attempts.push({
        ...base,
        endMicros,
        status: failure.status,
        errorClass: failure.errorClass,
        ...(failure.status === 429 ? { retryAfterMicros: failure.retryAfterMicros } : {}),
        waitedMicros,
      })
      clock = endMicros + waitedMicros
      if (!again) break
    }
  }
  return { attempts, provider: undefined, endMicros: clock }
}

export function regionOf(provider: string): string {
  return provider === 'minimax' || provider === 'moonshot' ? 'cn' : 'us'
}

interface Failure {
  readonly status: number
  readonly errorClass: string
  readonly latencyMicros: number
  readonly retryAfterMicros: number
}

function failureAt(provider: string, at: number, key: string): Failure | undefined {
  const timing = {
    latencyMicros: between(180_000, 950_000, key, provider, 'failed'),
    retryAfterMicros: between(2, 20, key, provider, 'retry-after') * second,
  }
  const fault = outages.find(
    ({ providers, from, to }) => providers.includes(provider) && from <= at && at < to,
  )
  if (fault !== undefined) return { ...timing, status: fault.status, errorClass: fault.errorClass }
  if (chance(1, key, provider, 'limited')) return { ...timing, status: 429, errorClass: 'rate-limit' }
  if (chance(1, key, provider, 'broken')) return { ...timing, status: 500, errorClass: 'server' }
  return undefined
}
