import type { PriceBucket, Prices } from '../policy/core.ts'
import type { Usage } from '../trace/record.ts'
import { partsIn } from '../trace/usage-parts.ts'

/** What a call is charged for, each token and each piece in one row; rows of nothing are left out. */
export type Counted = readonly (readonly [row: PriceBucket, count: number])[]

/** Tokens of the prompt, and all that is charged by the piece. `images`: those of the whole prompt. */
export function countedInput(usage: Usage, images: number): Counted {
  return some([
    ['input', usage.uncachedInput - partsIn(usage, 'uncachedInput')],
    ['cache-read', usage.cacheRead - partsIn(usage, 'cacheRead')],
    ['cache-write', usage.cacheWriteOther],
    ['cache-write-5min', usage.cacheWrite5m],
    ['cache-write-1h', usage.cacheWrite1h],
    ['audio-input', usage.audioInput],
    ['audio-cache-read', usage.audioCacheRead],
    ['image-input', usage.imageInput],
    ['image-cache-read', usage.imageCacheRead],
    ['video-input', usage.videoInput],
    ['image', images],
    ['generated-image', usage.generatedImages],
    ['web-search', usage.webSearches],
    ['request', 1],
  ])
}

/** Tokens of the reply. */
export function countedOutput(usage: Usage): Counted {
  return some([
    ['output', usage.output - partsIn(usage, 'output')],
    ['reasoning', usage.reasoning],
    ['audio-output', usage.audioOutput],
    ['image-output', usage.imageOutput],
    ['video-output', usage.videoOutput],
  ])
}

function some(rows: readonly (readonly [row: PriceBucket, count: number | undefined])[]): Counted {
  const found: [PriceBucket, number][] = []
  for (const [row, count] of rows) if (count !== undefined && count > 0) found.push([row, count])
  return found
}

/** Tokens of images and images: a list prices one or the other, and never both. */
export interface ImageCounts {
  readonly inputTokens: number
  readonly outputTokens: number
  readonly generated: number
}

export function imageCounts(usage: Usage): ImageCounts {
  return {
    inputTokens: (usage.imageInput ?? 0) + (usage.imageCacheRead ?? 0),
    outputTokens: usage.imageOutput ?? 0,
    generated: usage.generatedImages ?? 0,
  }
}

/**
 * Pico-dollars of one of this row: every price that may hold, the likeliest first. None: the list
 * has no price for it. What has no row of its own costs
 * - reasoning what output costs; tokens of images and videos in the prompt what input costs;
 * - a cache write what input costs, and one of unknown lifetime what any write costs;
 * - a cache read what the same fresh tokens cost, or nothing;
 * - a search of unknown size what one of any size costs.
 */
export function ratesOf(prices: Prices, row: PriceBucket, images: ImageCounts): readonly bigint[] {
  const own = prices[row]
  switch (row) {
    case 'cache-read':
      return own === undefined ? readsAt(prices.input) : [own]
    case 'audio-cache-read':
      return own === undefined ? readsAt(prices['audio-input']) : [own]
    case 'image-cache-read':
      return own === undefined ? ratesOf(prices, 'cache-read', images) : [own]
    case 'cache-write': {
      const write = own ?? prices.input
      const short = prices['cache-write-5min'] ?? write
      return distinct([own ?? short, short, prices['cache-write-1h'] ?? write])
    }
    case 'cache-write-5min':
    case 'cache-write-1h':
      return distinct([own ?? prices['cache-write'] ?? prices.input])
    case 'reasoning':
      return distinct([own ?? prices.output])
    case 'image-input':
    case 'video-input':
      return distinct([own ?? prices.input])
    case 'image':
      return [images.inputTokens > 0 && prices['image-input'] !== undefined ? 0n : (own ?? 0n)]
    case 'image-output':
      if (own !== undefined) return [own]
      return prices['generated-image'] !== undefined && images.generated > 0 ? [0n] : []
    case 'generated-image':
      if (images.outputTokens > 0 && prices['image-output'] !== undefined) return [0n]
      return distinct([own])
    case 'web-search':
      if (own !== undefined) return [own]
      return distinct([
        prices['web-search-medium'],
        prices['web-search-low'],
        prices['web-search-high'],
      ])
    case 'request':
      return [own ?? 0n]
    case 'input':
    case 'output':
    case 'audio-input':
    case 'audio-output':
    case 'video-output':
    case 'web-search-low':
    case 'web-search-medium':
    case 'web-search-high':
      return distinct([own])
  }
}

function readsAt(fresh: bigint | undefined): readonly bigint[] {
  return distinct([fresh, fresh === undefined ? undefined : 0n])
}

function distinct(prices: readonly (bigint | undefined)[]): readonly bigint[] {
  return [...new Set(prices)].filter((price) => price !== undefined)
}
