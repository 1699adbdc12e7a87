/** A whole number that is not known exactly: `lo ≤ value ≤ hi`. Tokens, or millionths of a share. */
export interface Range {
  readonly lo: number
  readonly value: number
  readonly hi: number
}

export function exactly(value: number): Range {
  return { lo: value, value, hi: value }
}

/** Applies what never falls as its argument rises, so that the order of the three stays. */
export function mapRange(range: Range, rising: (value: number) => number): Range {
  return { lo: rising(range.lo), value: rising(range.value), hi: rising(range.hi) }
}

export function atMost(range: Range, limit: number): Range {
  return mapRange(range, (value) => Math.min(value, limit))
}

/** The narrowest range that holds both; the value is the first one's. */
export function spanning(main: Range, other: Range): Range {
  return { lo: Math.min(main.lo, other.lo), value: main.value, hi: Math.max(main.hi, other.hi) }
}
