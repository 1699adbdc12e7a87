import type { Usage } from './record.ts'

/** Tokens of the whole prompt: uncached, read from and written to caches. */
export function promptTokensOf(usage: Usage): number {
  return (
    usage.uncachedInput +
    usage.cacheRead +
    usage.cacheWrite5m +
    usage.cacheWrite1h +
    (usage.cacheWriteOther ?? 0)
  )
}

/** Tokens of the reply, reasoning included. */
export function outputTokensOf(usage: Usage): number {
  return usage.output + (usage.reasoning ?? 0)
}

/** Tokens in every bucket. */
export function allTokensOf(usage: Usage): number {
  return promptTokensOf(usage) + outputTokensOf(usage)
}
