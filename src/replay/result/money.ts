/** How much is known of a number, strongest first. */
export type Level = 'observed' | 're-priced' | 'bounded' | 'estimated' | 'modelled' | 'unknown'

/**
 * Money in pico-dollars with what may be claimed of it. `lo ≤ value ≤ hi`; a bound that is not known
 * is `null`, and so is the value of an unknown. `basis` names the log, the price card or the
 * assumption that it rests on. The value of something bounded is the part that the log proves, `lo`.
 */
export interface Money {
  readonly value: bigint | null
  readonly lo: bigint | null
  readonly hi: bigint | null
  readonly level: Level
  readonly basis: string
  /**
   * Where the money is of several levels: parts that add up to it exactly, each of one level; the
   * whole has the weakest. An input that the log tells exactly and an output that it cuts short are
   * two parts, so that a split by level still says how much is exact.
   */
  readonly parts?: readonly Money[]
}

/** A total, split by level; the parts add up to it exactly. Levels without a part are absent. */
export interface MoneySplit {
  readonly parts: { readonly [level in Level]?: MoneyPart }
}

/**
 * `calls`: calls with money of this level; one with several parts counts in each of their levels.
 * What is `unknown` adds nothing to the sums and is only counted.
 */
export interface MoneyPart {
  readonly value: bigint
  readonly lo: bigint
  /** `null`: unbounded above. */
  readonly hi: bigint | null
  readonly calls: number
}
