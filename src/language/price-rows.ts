const tokenRows = [
  'input',
  'output',
  'reasoning',
  'cache-read',
  'cache-write',
  'cache-write-5min',
  'cache-write-1h',
  'audio-input',
  'audio-cache-read',
  'audio-output',
  'image-input',
  'image-cache-read',
  'image-output',
  'video-input',
  'video-output',
] as const

const pieceRows = [
  'image',
  'generated-image',
  'web-search',
  'web-search-low',
  'web-search-medium',
  'web-search-high',
  'request',
] as const

export type PriceBucket = (typeof tokenRows)[number] | (typeof pieceRows)[number]

/** What a price list may price, in the order in which a person reads one. */
export const priceRows: readonly PriceBucket[] = [...tokenRows, ...pieceRows]

const pieces: ReadonlySet<PriceBucket> = new Set(pieceRows)

/** Whether its price is of one piece; of the others it is of tokens. */
export function isPerPiece(row: PriceBucket): boolean {
  return pieces.has(row)
}
