import type { PriceBucket } from '../../policy/core.ts'

/** In the order in which a person reads a price list. */
export const bucketOrder: readonly PriceBucket[] = [
  'input',
  'output',
  'reasoning',
  'cache-read',
  'cache-write',
  'cache-write-5min',
  'cache-write-1h',
  'image',
  'request',
]

/** Whether its price is of one piece; of the others it is of tokens. */
export function isPerPiece(bucket: PriceBucket): boolean {
  return bucket === 'image' || bucket === 'request'
}

/** Decimals of a price to the pico-dollar: of a million tokens, or of one piece. */
export function decimalsOf(bucket: PriceBucket): number {
  return isPerPiece(bucket) ? 12 : 6
}
