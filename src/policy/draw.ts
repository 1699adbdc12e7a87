import { sha256 } from '@noble/hashes/sha2.js'
import { utf8ToBytes } from '@noble/hashes/utils.js'
import type { World } from './decision.ts'

const million = 1_000_000n

/**
 * A draw in [0, 1 000 000) that depends on its key and on nothing else: the same key, the same draw,
 * whatever was drawn before.
 *
 * The range is reached from 64 bits of SHA-256, so no value is likelier than another by more than
 * one part in 10¹³.
 */
export function drawMillionths(key: readonly (string | number)[]): number {
  const digest = sha256(keyBytes(key))
  let bits = 0n
  for (const byte of digest.subarray(0, 8)) bits = (bits << 8n) | BigInt(byte)
  return Number((bits * million) >> 64n)
}

/** The draws of one session's decisions: whoever runs it, the same seed draws the same. */
export function sessionDraws(seed: string, session: string): World['drawMillionths'] {
  return (purpose, ...key) => drawMillionths([seed, session, purpose, ...key])
}

/** Where a key falls among a million; salts make splits independent. No seed: production agrees. */
export function bucketMillionths(key: string, salt: string): number {
  return drawMillionths(['bucket', key, salt])
}

/** Every part with its type and length before it, so that no two keys have the same bytes. */
export function keyBytes(key: readonly (string | number)[]): Uint8Array {
  return utf8ToBytes(key.map((part) => `${typeof part === 'string' ? 's' : 'n'}${String(part).length}:${part}`).join(''))
}
