import { bucketsOf } from '../buckets.ts'
import type { BucketReading } from '../buckets.ts'
import { asCount, asObject } from '../json.ts'

/** `input` holds the cached tokens and those written to a cache, `output` the reasoning. */
export interface CodexCounts {
  readonly input: number
  readonly cached: number
  readonly written: number
  readonly output: number
  readonly reasoning: number
}

/** Undefined where a count is none; absent counts are 0, for older versions know fewer. */
export function readCounts(value: unknown): CodexCounts | undefined {
  const logged = asObject(value)
  if (logged === undefined) return undefined
  const count = (name: string): number => asCount(logged[name] ?? 0) ?? Number.NaN
  const counts = {
    input: count('input_tokens'),
    cached: count('cached_input_tokens'),
    written: count('cache_write_input_tokens'),
    output: count('output_tokens'),
    reasoning: count('reasoning_output_tokens'),
  }
  return Object.values(counts).every((one) => !Number.isNaN(one)) ? counts : undefined
}

/** What the totals grew by; a total that shrank was counted anew. */
export function grownBy(total: CodexCounts, before: CodexCounts | undefined): CodexCounts {
  if (before === undefined || total.input < before.input || total.output < before.output) return total
  return {
    input: total.input - before.input,
    cached: Math.max(0, total.cached - before.cached),
    written: Math.max(0, total.written - before.written),
    output: total.output - before.output,
    reasoning: Math.max(0, total.reasoning - before.reasoning),
  }
}

export function sameCounts(a: CodexCounts | undefined, b: CodexCounts | undefined): boolean {
  return a !== undefined && b !== undefined && countsKey(a) === countsKey(b)
}

export function countsKey({ input, cached, written, output, reasoning }: CodexCounts): string {
  return [input, cached, written, output, reasoning].join(' ')
}

export function codexUsage({ input, cached, written, output, reasoning }: CodexCounts): BucketReading {
  return bucketsOf({
    input,
    inputHoldsCached: true,
    cacheRead: cached,
    cacheWriteOther: written,
    output,
    reasoning,
    outputHoldsReasoning: true,
  })
}
