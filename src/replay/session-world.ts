import { sessionDraws } from '../policy/draw.ts'
import type { Endpoint } from '../policy/core.ts'
import type { World } from '../policy/decision.ts'
import type { EventRecord } from '../trace/record.ts'
import type { HealthFailures } from './serving/health-failures.ts'
import type { AccountState } from './session/spending.ts'

export interface WorldSources {
  readonly seed: string
  readonly session: string
  readonly failures: HealthFailures
  readonly faults: readonly Extract<EventRecord, { event: 'fault' }>[]
  /** A fault of a script held there within [from, to). */
  readonly scripted?: ((endpoint: Endpoint, from: number, to: number) => boolean) | undefined
  readonly nowMicros: number | undefined
  /** What the session's caches hold. */
  readonly warm: World['warm']
  readonly cachedTokens: World['cachedTokens']
  readonly spending: readonly AccountState[]
  /** What was spent is read at this bound; absent: at its value. */
  readonly bound?: 'lo' | 'hi'
}

/**
 * What a router standing here could have seen: attempts that have failed, faults that have begun, what
 * has been charged, what caches hold.
 */
export function sessionWorld(sources: WorldSources): World {
  const { seed, session, failures, faults, nowMicros, warm, cachedTokens, spending, bound = 'value' } = sources
  const account = (budget: string, provider: string | undefined): AccountState | undefined =>
    spending.find((each) => each.budget === budget && each.provider === provider)
  return {
    outage: (endpoint, windowMicros) => {
      const held = faults.filter((fault) => fault.provider === endpoint.provider)
      const from = (nowMicros ?? 0) - windowMicros
      if (nowMicros !== undefined && sources.scripted?.(endpoint, from, nowMicros) === true) return true
      if (!failures.any(endpoint) && held.length === 0) return false
      if (nowMicros === undefined) return undefined
      return (
        failures.within(endpoint, from, nowMicros) ||
        held.some((each) => (each.atMicros ?? -Infinity) < nowMicros && from < (each.untilMicros ?? Infinity))
      )
    },
    warm,
    cachedTokens,
    usedMillionths: (budget, provider) => {
      const found = account(budget, provider)
      return found?.used(found.spent[bound])
    },
    spentPicoUsd: (budget) => {
      const found = account(budget, undefined)
      return found?.spent[bound] ?? found?.spent.value ?? 0n
    },
    drawMillionths: sessionDraws(seed, session),
  }
}
