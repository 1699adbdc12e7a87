import type { Endpoint } from '../../policy/core.ts'
import { scopeKey } from './scope-key.ts'
import type { HostView } from './strategies.ts'
import type { EndedAttempt } from './triggers.ts'

/** What strategies look at: latencies, tokens and running attempts of each host. */
export interface ObservedHosts {
  begins(host: Endpoint, atMicros: number): void
  ends(host: Endpoint, attempt: EndedAttempt, promptTokens: number): void
  at(nowMicros: number): NonNullable<HostView['observed']>
}

interface Seen {
  readonly atMicros: number
  readonly latencyMicros: number
  readonly tokens: number
}

interface Host {
  readonly seen: Seen[]
  readonly running: number[]
}

/** Attempts that are kept of each host; no strategy needs more. */
const longestMemory = 10_000

const windows: ReadonlyMap<string, number> = new Map([
  ['sliding', 60_000_000],
  ['calendar-minute', 60_000_000],
  ['calendar-hour', 3_600_000_000],
  ['calendar-day', 86_400_000_000],
])

export function observedHosts(): ObservedHosts {
  const hosts = new Map<string, Host>()
  const of = (endpoint: Endpoint): Host => {
    const key = scopeKey('endpoint', endpoint)
    const host = hosts.get(key) ?? { seen: [], running: [] }
    hosts.set(key, host)
    return host
  }
  return {
    begins: (endpoint, atMicros) => {
      of(endpoint).running.push(atMicros)
    },
    ends: (endpoint, { atMicros, error }, tokens) => {
      const { seen, running } = of(endpoint)
      const took = atMicros - (running.shift() ?? atMicros)
      // Time stands still while a host answers; the catalogue says how long it takes.
      const latencyMicros = error === undefined ? Math.max(took, endpoint.latencyMicros ?? 0) : took
      seen.push({ atMicros, latencyMicros, tokens })
      if (seen.length > longestMemory) seen.shift()
    },
    at: (nowMicros) => ({
      samples: (endpoint, most, forgetMicros) =>
        of(endpoint)
          .seen.filter((each) => nowMicros - each.atMicros < (forgetMicros ?? Infinity))
          .slice(-most)
          .map((each) => each.latencyMicros),
      inFlight: (endpoint) => of(endpoint).running.length,
      usedTokens: (endpoint, window) => {
        const width = windows.get(window) ?? 60_000_000
        const from = window === 'sliding' ? nowMicros - width + 1 : nowMicros - (nowMicros % width)
        return of(endpoint)
          .seen.filter((each) => each.atMicros >= from)
          .reduce((sum, each) => sum + each.tokens, 0)
      },
    }),
  }
}
