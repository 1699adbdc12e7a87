import type { LoggedCost, Usage } from '../../src/trace/record.ts'

/** Pico-dollars a token. */
interface Prices {
  readonly input: bigint
  readonly output: bigint
  readonly cacheRead: bigint
  readonly cacheWrite5m: bigint
  readonly cacheWrite1h: bigint
  readonly cacheWriteOther: bigint
}

/** A million tokens at $1 is 1,000,000 pico-dollars a token. */
const opus: Prices = {
  input: 5_000_000n,
  output: 25_000_000n,
  cacheRead: 500_000n,
  cacheWrite5m: 6_250_000n,
  cacheWrite1h: 10_000_000n,
  cacheWriteOther: 6_250_000n,
}

/** Writing its cache costs nothing extra, so no write is ever logged. */
const kimi: Prices = {
  input: 960_000n,
  output: 4_000_000n,
  cacheRead: 160_000n,
  cacheWrite5m: 0n,
  cacheWrite1h: 0n,
  cacheWriteOther: 0n,
}

const minimax: Prices = {
  input: 300_000n,
  output: 1_200_000n,
  cacheRead: 60_000n,
  cacheWrite5m: 375_000n,
  cacheWrite1h: 375_000n,
  cacheWriteOther: 375_000n,
}

const gptMini: Prices = {
  input: 750_000n,
  output: 4_500_000n,
  cacheRead: 75_000n,
  cacheWrite5m: 0n,
  cacheWrite1h: 0n,
  cacheWriteOther: 0n,
}

/** By model, or by `model at provider` where a host asks its own price. */
const prices: ReadonlyMap<string, Prices> = new Map([
  ['claude-opus-4-7', opus],
  ['kimi-k2.6', kimi],
  ['kimi-k2.6 at fireworks', { ...kimi, input: 950_000n }],
  ['minimax-m2.7', minimax],
  ['gpt-5.4-mini', gptMini],
])

/** What the gateway of a generated trace bills: the list prices of June 2026, to the pico-dollar. */
export function gatewayBill(model: string, provider: string, usage: Usage): LoggedCost {
  const price = prices.get(`${model} at ${provider}`) ?? prices.get(model)
  if (price === undefined) throw new Error(`no price for ${model}`)
  const total =
    BigInt(usage.uncachedInput) * price.input +
    BigInt(usage.cacheRead) * price.cacheRead +
    BigInt(usage.cacheWrite5m) * price.cacheWrite5m +
    BigInt(usage.cacheWrite1h) * price.cacheWrite1h +
    BigInt(usage.cacheWriteOther ?? 0) * price.cacheWriteOther +
    BigInt(usage.output + (usage.reasoning ?? 0)) * price.output
  return { picoUsd: total.toString(), source: 'gateway' }
}
