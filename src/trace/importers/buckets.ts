import type { Usage } from '../record.ts'
import { partsIn, wholes } from '../usage-parts.ts'
import { known } from './known.ts'
import { promptTokensOf } from '../usage-sums.ts'

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
  readonly kinds?: LoggedKinds | undefined
}

/** What of the counts is no text, and what was made beside the text. */
export interface LoggedKinds {
  /** Of the whole prompt, cached or not, as the next two. */
  readonly audioInput?: number | undefined
  readonly imageInput?: number | undefined
  readonly videoInput?: number | undefined
  /** Of the cache reads, as the next one. */
  readonly audioCacheRead?: number | undefined
  readonly imageCacheRead?: number | undefined
  /** Of the visible output, as the next two. */
  readonly audioOutput?: number | undefined
  readonly imageOutput?: number | undefined
  readonly videoOutput?: number | undefined
  readonly generatedImages?: number | undefined
  readonly webSearches?: number | undefined
}

export type BucketReading =
  | { readonly ok: true; readonly usage: Usage; readonly promptTokens: number }
  | { readonly ok: false; readonly reason: string }

/** Disjoint buckets of counts that may lie in each other. Refuses a part larger than its whole. */
export function bucketsOf(counts: LoggedCounts): BucketReading {
  const { input, cacheRead = 0, cacheWrite5m = 0, cacheWrite1h = 0, cacheWriteOther = 0 } = counts
  const { output, reasoning } = counts
  const kindCounts: readonly (number | undefined)[] = Object.values(counts.kinds ?? {})
  const given = [input, cacheRead, cacheWrite5m, cacheWrite1h, cacheWriteOther, output, reasoning ?? 0]
    .concat(kindCounts.map((count) => count ?? 0))
  if (!given.every((count) => Number.isSafeInteger(count) && count >= 0)) {
    return refuse('a count is negative, a fraction or past 2^53')
  }
  const cached = cacheRead + cacheWrite5m + cacheWrite1h + cacheWriteOther
  const uncachedInput = counts.inputHoldsCached ? input - cached : input
  if (uncachedInput < 0) return refuse(`${cached} cached tokens in an input of ${input}`)
  const visible = counts.outputHoldsReasoning ? output - (reasoning ?? 0) : output
  if (visible < 0) return refuse(`${reasoning ?? 0} reasoning tokens in an output of ${output}`)
  const kinds = counts.kinds === undefined ? undefined : kindsOf(counts.kinds, uncachedInput)
  const usage: Usage = known({
    uncachedInput,
    cacheRead,
    cacheWrite5m,
    cacheWrite1h,
    cacheWriteOther: cacheWriteOther > 0 ? cacheWriteOther : undefined,
    output: visible,
    reasoning,
    ...kinds,
    outputQuality: counts.outputQuality ?? 'exact',
  })
  for (const whole of wholes) {
    const parts = partsIn(usage, whole)
    if (parts > usage[whole]) {
      return refuse(`${parts} tokens that are no text in ${usage[whole]} of \`${whole}\``)
    }
  }
  const promptTokens = promptTokensOf(usage)
  if (!Number.isSafeInteger(promptTokens)) return refuse('the input is past 2^53')
  return { ok: true, usage, promptTokens }
}

/**
 * Of what was not read from a cache: a log that does not say what its cache reads were of means text,
 * as long as there is so much fresh input. Nothing is left out: a count of 0 tells no more than none.
 */
function kindsOf(kinds: LoggedKinds, uncachedInput: number): Partial<Usage> {
  const { audioInput = 0, imageInput = 0, videoInput = 0, audioCacheRead = 0, imageCacheRead = 0 } = kinds
  const audio = Math.max(0, audioInput - audioCacheRead)
  const image = Math.max(0, imageInput - imageCacheRead)
  const freshAudio = Math.min(audio, uncachedInput)
  const freshImage = Math.min(image, uncachedInput - freshAudio)
  const some = (count: number | undefined): number | undefined => (count === 0 ? undefined : count)
  return known({
    audioInput: some(freshAudio),
    imageInput: some(freshImage),
    videoInput: some(Math.min(videoInput, uncachedInput - freshAudio - freshImage)),
    audioCacheRead: some(audioCacheRead + audio - freshAudio),
    imageCacheRead: some(imageCacheRead + image - freshImage),
    audioOutput: some(kinds.audioOutput),
    imageOutput: some(kinds.imageOutput),
    videoOutput: some(kinds.videoOutput),
    generatedImages: some(kinds.generatedImages),
    webSearches: some(kinds.webSearches),
  })
}

function refuse(reason: string): BucketReading {
  return { ok: false, reason: `usage: ${reason}` }
}
