import { sha256 } from '@noble/hashes/sha2.js'
import { keyBytes } from '../../policy/draw.ts'

const words = 2 ** 32

/**
 * `count` indices in [0, `below`), each as likely as any other: SHA-256 over the key and a counter.
 * The same key, the same indices, whatever was drawn before. `below` is at least 1 and at most 2³².
 */
export function keyedIndices(
  key: readonly (string | number)[],
  count: number,
  below: number,
): readonly number[] {
  // Words from here on would make the lower indices likelier.
  const limit = words - (words % below)
  const indices: number[] = []
  for (let block = 0; indices.length < count; block += 1) {
    const digest = sha256(keyBytes([...key, block]))
    const view = new DataView(digest.buffer, digest.byteOffset, digest.byteLength)
    for (let at = 0; at < digest.byteLength && indices.length < count; at += 4) {
      const word = view.getUint32(at)
      if (word < limit) indices.push(word % below)
    }
  }
  return indices
}
