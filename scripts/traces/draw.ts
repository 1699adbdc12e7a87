/**
 * An integer from 0 to `below` - 1 that depends on its key alone (FNV-1a, mixed). Changing one
 * session of a generated trace leaves every other session as it was.
 */
export function draw(below: number, ...key: readonly (string | number)[]): number {
  return Number((BigInt(hash(key.join('\u0000'))) * BigInt(below)) >> 32n)
}

/** True in `percent` of the keys. */
export function chance(percent: number, ...key: readonly (string | number)[]): boolean {
  return draw(100, ...key) < percent
}

/** An integer from `from` to `to`, both included. */
export function between(from: number, to: number, ...key: readonly (string | number)[]): number {
  return from + draw(to - from + 1, ...key)
}

export function pick<T>(items: readonly T[], ...key: readonly (string | number)[]): T {
  return items[draw(items.length, ...key)] as T
}

function hash(text: string): number {
  let state = 0x811c9dc5
  for (let at = 0; at < text.length; at += 1) {
    state = Math.imul(state ^ text.charCodeAt(at), 0x01000193)
  }
  state = Math.imul(state ^ (state >>> 16), 0x85ebca6b)
  state = Math.imul(state ^ (state >>> 13), 0xc2b2ae35)
  return (state ^ (state >>> 16)) >>> 0
}
