import { hmac } from '@noble/hashes/hmac.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'

/**
 * HMAC-SHA-256 of a text for one purpose, 96 bits in lower-case hex. Whoever does not have the key
 * can neither go back nor try texts out; one key gives one hash, so that references stay together.
 */
export type KeyedHash = (purpose: string, text: string) => string

/** `key`: at least 16 random bytes, new for every output and kept nowhere. */
export function keyedHash(key: Uint8Array): KeyedHash {
  if (key.length < 16) throw new RangeError('a key of fewer than 16 bytes can be tried out')
  return (purpose, text) => {
    const message = utf8ToBytes(`${purpose.length}:${purpose}${escaped(text)}`)
    return bytesToHex(hmac(sha256, key, message).subarray(0, 12))
  }
}

/** A lone surrogate has no UTF-8 of its own; two different texts must not have one hash. */
function escaped(text: string): string {
  return JSON.stringify(text)
}
