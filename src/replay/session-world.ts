import { sessionDraws } from '../policy/draw.ts'
import type { Endpoint } from '../policy/core.ts'
import type { World } from '../policy/decision.ts'
import type { EventRecord } from '../trace/record.ts'
import { isHealthError } from './error-class.ts'
import type { Attempt } from './result.ts'

export interface WorldSources {
  readonly seed: string
  readonly session: string
  /** Attempts of this session so far, in order. */
  readonly attempts: readonly Attempt[]
  readonly faults: readonly Extract<EventRecord, { event: 'fault' }>[]
  /** A fault of a script held there within [from, to). */
  readonly scripted?: ((endpoint: Endpoint, from: number, to: number) => boolean) | undefined
  readonly nowMicros: number | undefined
  /** What the session's caches hold. */
  readonly warm: World['warm']
  readonly cachedTokens: World['cachedTokens']
}

/**
 * What a router standing here could have seen: this session's own failed attempts, faults that have
 * begun, what caches hold. The account's budgets are not simulated: they are unspent.
 */
export function sessionWorld(sources: WorldSources): World {
  const { seed, session, attempts, faults, nowMicros, warm, cachedTokens } = sources
  return {
    outage: (endpoint, windowMicros) => {
      const failed = attempts.filter(
        (each) =>
          each.provider === endpoint.provider &&
          each.model === endpoint.model &&
          each.errorClass !== undefined &&
          isHealthError(each.errorClass),
      )
      const held = faults.filter((fault) => fault.provider === endpoint.provider)
      const from = (nowMicros ?? 0) - windowMicros
      if (nowMicros !== undefined && sources.scripted?.(endpoint, from, nowMicros) === true) return true
      if (failed.length === 0 && held.length === 0) return false
      if (nowMicros === undefined) return undefined
      const within = (micros: number | undefined): boolean =>
        micros !== undefined && from <= micros && micros < nowMicros
      return (
        failed.some((each) => within(each.endMicros)) ||
        held.some((each) => (each.atMicros ?? -Infinity) < nowMicros && from < (each.untilMicros ?? Infinity))
      )
    },
    warm,
    cachedTokens,
    usedMillionths: () => undefined,
    spentPicoUsd: () => 0n,
    drawMillionths: sessionDraws(seed, session),
  }
}
