import { sha256 } from '@noble/hashes/sha2.js'
import { keyBytes } from '../../policy/draw.ts'

const words = 2 ** 32

/**
 * `count` indices in [0, `below`), each as likely as any other, from a generator of their own that the
 * key seeds. The same key, the same indices, whatever was drawn before. `below` is at least 1 and at
 * most 2³².
 */
export function keyedIndices(key: readonly (string | number)[], count: number, below: number): Uint32Array {
  const next = sfc32(sha256(keyBytes(key)))
  // Words from here on would make the lower indices likelier.
  const limit = words - (words % below)
  const indices = new Uint32Array(count)
  for (let at = 0; at < count; at += 1) {
    let word = next()
    while (word >= limit) word = next()
    indices[at] = word % below
  }
  return indices
}

/**
 * Chris Doty-Humphrey's small fast counter, 32 bits (PractRand). A hash for every word would be as
 * good and ten times slower; nothing is decided by these words.
 */
function sfc32(seed: Uint8Array): () => number {
  const view = new DataView(seed.buffer, seed.byteOffset, seed.byteLength)
  let [a, b, c, counter] = [view.getInt32(0), view.getInt32(4), view.getInt32(8), 1]
  const next = (): number => {
    const word = (a + b + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = ((c << 21) | (c >>> 11)) + word | 0
    return word >>> 0
  }
  for (let round = 0; round < 12; round += 1) next()
  return next
}
