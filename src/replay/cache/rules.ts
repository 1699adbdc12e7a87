import { endpointAt, modelNamed } from '../../policy/catalogue-queries.ts'
import type { Policy, PriceCard } from '../../policy/core.ts'

/** How the catalogue says that an endpoint caches prompts. */
export interface CacheRules {
  /** Ascending; a write asks for one of them. */
  readonly lifetimesMicros: readonly number[]
  /** A shorter prompt is not cached. */
  readonly minimumTokens: number
  /** Prefixes are kept in blocks of so many tokens. */
  readonly stepTokens: number
  /** A read begins the lifetime anew; without it only a write does. */
  readonly refreshedOnUse: boolean
  /**
   * `marked`: writes have a price of their own, and what is new is written up to the last mark.
   * `automatic`: the provider caches as it sees fit and charges new tokens as input.
   */
  readonly kind: 'marked' | 'automatic'
  /** `false`: the catalogue prices reads there and does not say how long a prefix is kept. */
  readonly isDeclared: boolean
}

const undeclared: CacheRules = {
  lifetimesMicros: [300_000_000],
  minimumTokens: 1_024,
  stepTokens: 1,
  refreshedOnUse: true,
  kind: 'automatic',
  isDeclared: false,
}

/** `undefined`: the catalogue prices no cache reads there, so nothing is known of them. */
export function cacheRulesAt(
  policy: Policy,
  model: string,
  provider: string | undefined,
): CacheRules | undefined {
  const entry = modelNamed(policy, model)
  if (entry === undefined) return undefined
  const endpoint = provider === undefined ? undefined : endpointAt(policy, model, provider)
  const cards = endpoint?.prices ?? entry.prices
  if (!cards.some((card) => card.picoUsd['cache-read'] !== undefined)) return undefined
  const cache = endpoint?.cache ?? entry.cache
  const kind = cards.some(pricesWrites) ? 'marked' : 'automatic'
  if (cache === undefined || cache.lifetimesMicros.length === 0) return { ...undeclared, kind }
  return {
    lifetimesMicros: cache.lifetimesMicros.toSorted((a, b) => a - b),
    minimumTokens: cache.minimumTokens,
    stepTokens: Math.max(1, cache.stepTokens),
    refreshedOnUse: cache.refreshedOnUse,
    kind,
    isDeclared: true,
  }
}

function pricesWrites({ picoUsd }: PriceCard): boolean {
  return (
    picoUsd['cache-write'] !== undefined ||
    picoUsd['cache-write-5min'] !== undefined ||
    picoUsd['cache-write-1h'] !== undefined
  )
}

/** The longest lifetime on offer that is not longer than the one asked for; else the shortest. */
export function lifetimeFor(rules: CacheRules, askedMicros: number | undefined): number {
  const [shortest = 0] = rules.lifetimesMicros
  if (askedMicros === undefined) return shortest
  return rules.lifetimesMicros.filter((each) => each <= askedMicros).at(-1) ?? shortest
}
