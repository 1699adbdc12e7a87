import { isPerPiece, type PriceBucket } from '../../language/price-rows.ts'

/** Decimals of a price to the pico-dollar: of a million tokens, or of one piece. */
export function decimalsOf(bucket: PriceBucket): number {
  return isPerPiece(bucket) ? 12 : 6
}
