import { inputTokens } from '../merge.ts'
import type { Usage } from '../record.ts'
import { known } from './known.ts'

/** Counts as a log gives them, and how the log means them. */
export interface LoggedCounts {
  readonly input: number
  /** Whether `input` holds the cached tokens too. */
  readonly inputHoldsCached: boolean
  readonly cacheRead?: number | undefined
  readonly cacheWrite5m?: number | undefined
  readonly cacheWrite1h?: number | undefined
  /** Written with a lifetime that the log does not tell. */
  readonly cacheWriteOther?: number | undefined
  readonly output: number
  readonly reasoning?: number | undefined
  /** Whether `output` holds the reasoning too. */
  readonly outputHoldsReasoning: boolean
  readonly outputQuality?: Usage['outputQuality']
}

export type BucketReading =
  | { readonly ok: true; readonly usage: Usage; readonly promptTokens: number }
  | { readonly ok: false; readonly reason: string }

/** Disjoint buckets of counts that may lie in each other. Refuses a part larger than its whole. */
export function bucketsOf(counts: LoggedCounts): BucketReading {
  const { input, cacheRead = 0, cacheWrite5m = 0, cacheWrite1h = 0, cacheWriteOther = 0 } = counts
  const { output, reasoning } = counts
  const given = [input, cacheRead, cacheWrite5m, cacheWrite1h, cacheWriteOther, output, reasoning ?? 0]
  if (!given.every((count) => Number.isSafeInteger(count) && count >= 0)) {
    return refuse('a count is negative, a fraction or past 2^53')
  }
  const cached = cacheRead + cacheWrite5m + cacheWrite1h + cacheWriteOther
  const uncachedInput = counts.inputHoldsCached ? input - cached : input
  if (uncachedInput < 0) return refuse(`${cached} cached tokens in an input of ${input}`)
  const visible = counts.outputHoldsReasoning ? output - (reasoning ?? 0) : output
  if (visible < 0) return refuse(`${reasoning ?? 0} reasoning tokens in an output of ${output}`)
  const usage: Usage = known({
    uncachedInput,
    cacheRead,
    cacheWrite5m,
    cacheWrite1h,
    cacheWriteOther: cacheWriteOther > 0 ? cacheWriteOther : undefined,
    output: visible,
    reasoning,
    outputQuality: counts.outputQuality ?? 'exact',
  })
  const promptTokens = inputTokens(usage)
  if (!Number.isSafeInteger(promptTokens)) return refuse('the input is past 2^53')
  return { ok: true, usage, promptTokens }
}

function refuse(reason: string): BucketReading {
  return { ok: false, reason: `usage: ${reason}` }
}
