import { exactly } from './range.ts'
import type { Range } from './range.ts'
import type { CacheRules } from './rules.ts'

/** What no catalogue says of a cache and no log shows before it happens. */
export interface CacheBehaviour {
  /**
   * Share of what would be found that is lost without a cause that a log shows (an edited message, a
   * changed mode, another machine), in millionths: at a call that begins a turn, at any other, and
   * where the log tells no turns. It holds for sums over many calls; one call finds all or little.
   */
  readonly lossAtTurn: Range
  readonly lossInTurn: Range
  readonly lossAtAnyCall: Range
  /** Tokens of tools and system prompt: what such a loss, or a compaction, leaves. */
  readonly base: Range
  /** Of `base`, the share found again after the lifetime because another session kept it warm. */
  readonly baseAfterExpiry: Range
  /** Tokens after the last mark, neither read nor written. */
  readonly tailTokens: number
  /** A prefix may answer past its lifetime by this share of it: instants in logs are often late. */
  readonly overrun: number
}

export interface CacheBehaviours {
  readonly marked: CacheBehaviour
  readonly automatic: CacheBehaviour
  /** A prompt below this share of the one before is a compaction, not an edited end; millionths. */
  readonly compactionBelow: number
}

export const million = 1_000_000

/**
 * Measured on public recordings, see `docs/caches.md`. Marked caches: 10,161 calls of Claude Code,
 * with the least and the most among eighths of the sessions. Automatic ones: 10,222 calls of
 * mini-SWE-agent at Gemini, between no loss and that of its worst pair of hosts, for other
 * providers were not measured.
 */
export const measuredBehaviours: CacheBehaviours = {
  marked: {
    lossAtTurn: { lo: 33_000, value: 83_000, hi: 169_000 },
    lossInTurn: { lo: 900, value: 2_500, hi: 6_700 },
    lossAtAnyCall: { lo: 3_600, value: 8_000, hi: 12_800 },
    base: { lo: 0, value: 18_300, hi: 34_000 },
    baseAfterExpiry: { lo: 0, value: 111_000, hi: 235_000 },
    tailTokens: 6,
    overrun: 50_000,
  },
  automatic: {
    lossAtTurn: { lo: 0, value: 43_000, hi: 300_000 },
    lossInTurn: { lo: 0, value: 43_000, hi: 300_000 },
    lossAtAnyCall: { lo: 0, value: 43_000, hi: 300_000 },
    base: exactly(0),
    baseAfterExpiry: exactly(0),
    tailTokens: 0,
    overrun: 0,
  },
  compactionBelow: 900_000,
}

export function behaviourOf(behaviours: CacheBehaviours, rules: CacheRules): CacheBehaviour {
  return behaviours[rules.kind]
}

/** The share lost at a call, by what the log says of turns. */
export function lossAt(behaviour: CacheBehaviour, beginsTurn: boolean | undefined): Range {
  if (beginsTurn === undefined) return behaviour.lossAtAnyCall
  return beginsTurn ? behaviour.lossAtTurn : behaviour.lossInTurn
}

/** The same cache, if it lost nothing without a cause. */
export function withoutLoss(behaviours: CacheBehaviours): CacheBehaviours {
  const of = (behaviour: CacheBehaviour): CacheBehaviour => ({
    ...behaviour,
    lossAtTurn: exactly(0),
    lossInTurn: exactly(0),
    lossAtAnyCall: exactly(0),
  })
  return { ...behaviours, marked: of(behaviours.marked), automatic: of(behaviours.automatic) }
}
