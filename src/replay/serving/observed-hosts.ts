import type { Endpoint, Policy } from '../../policy/core.ts'
import type { LimitMoment } from './rate-limit.ts'
import { scopeKey } from './scope-key.ts'
import type { HostView } from './strategies.ts'
import type { EndedAttempt } from './triggers.ts'

/** What strategies look at: latencies, tokens and running attempts of each host. */
export interface ObservedHosts {
  begins(host: Endpoint): void
  ends(host: Endpoint, attempt: EndedAttempt, promptTokens: number): void
  at(now: LimitMoment): HostView['observed']
}

interface Seen {
  readonly atMicros: number
  /** `undefined`: broken off, so it took no measure of the host. */
  readonly latencyMicros: number | undefined
  readonly tokens: number
}

interface Host {
  seen: Seen[]
  running: number
}

const windows: ReadonlyMap<string, number> = new Map([
  ['sliding', 60_000_000],
  ['calendar-minute', 60_000_000],
  ['calendar-hour', 3_600_000_000],
  ['calendar-day', 86_400_000_000],
])

const watching: ReadonlySet<string> = new Set(['latency', 'least-busy', 'lowest-usage'])

/** Attempts that are kept of each host; no strategy needs more. */
const longestMemory = 10_000

/** Where no strategy of the policy looks at them, nothing is kept. */
export function observedHosts(policy: Policy): ObservedHosts {
  const hosts = new Map<string, Host>()
  const watched = [...policy.serving, ...policy.profiles].some(({ lines }) => watching.has(lines.strategy?.name ?? ''))
  const of = (endpoint: Endpoint): Host => {
    const key = scopeKey('endpoint', endpoint)
    const host = hosts.get(key) ?? { seen: [], running: 0 }
    hosts.set(key, host)
    return host
  }
  return {
    begins: (endpoint) => {
      if (watched) of(endpoint).running += 1
    },
    ends: (endpoint, { begunMicros, atMicros, error, brokenOff }, tokens) => {
      if (!watched) return
      const host = of(endpoint)
      host.running -= 1
      const took = atMicros - begunMicros
      // Where nobody knows how long a host takes to answer, the catalogue says it.
      const latencyMicros = error === undefined ? Math.max(took, endpoint.latencyMicros ?? 0) : took
      host.seen.push({ atMicros, latencyMicros: brokenOff ? undefined : latencyMicros, tokens })
      if (host.seen.length > 2 * longestMemory) host.seen = host.seen.slice(-longestMemory)
    },
    at: ({ atMicros: nowMicros, dateMicros }) => ({
      samples: (endpoint, most, forgetMicros) => newest(of(endpoint).seen, most, nowMicros - (forgetMicros ?? Infinity)),
      inFlight: (endpoint) => of(endpoint).running,
      usedTokens: (endpoint, window) => {
        const width = windows.get(window) ?? 60_000_000
        const from = nowMicros - (window === 'sliding' ? width - 1 : (dateMicros ?? nowMicros) % width)
        return usedSince(of(endpoint).seen, from)
      },
    }),
  }
}

/** Latencies of the newest attempts that ended after an instant, oldest first. */
function newest(seen: readonly Seen[], most: number, afterMicros: number): readonly number[] {
  const found: number[] = []
  for (let at = seen.length - 1; at >= 0 && found.length < most; at -= 1) {
    const each = seen[at]
    if (each === undefined || each.atMicros <= afterMicros) break
    if (each.latencyMicros !== undefined) found.push(each.latencyMicros)
  }
  return found.reverse()
}

function usedSince(seen: readonly Seen[], fromMicros: number): number {
  let tokens = 0
  for (let at = seen.length - 1; at >= 0; at -= 1) {
    const each = seen[at]
    if (each === undefined || each.atMicros < fromMicros) break
    tokens += each.tokens
  }
  return tokens
}
