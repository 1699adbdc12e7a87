import { modelNamed, priceCard } from '../../policy/catalogue-queries.ts'
import type { PriceMoment } from '../../policy/catalogue-queries.ts'
import type { Endpoint, Policy } from '../../policy/core.ts'

/**
 * What a call of a test costs at the host that served it: its prompt at list price, the part that is
 * said to be cached at the cache's. A test says nothing of outputs, so they cost nothing. Pico-dollars.
 */
export function testCallCost(
  policy: Policy,
  served: Endpoint,
  moment: PriceMoment,
  cachedTokens: number,
): bigint {
  const cards = served.prices.length > 0 ? served.prices : (modelNamed(policy, served.model)?.prices ?? [])
  const rows = priceCard(cards, moment)?.picoUsd
  if (rows === undefined) return 0n
  const tokens = moment.promptTokens ?? 0
  const cached = Math.min(cachedTokens, tokens)
  const input = rows.input ?? 0n
  const read = rows['cache-read'] ?? input
  return BigInt(tokens - cached) * input + BigInt(cached) * read + (rows.request ?? 0n)
}
