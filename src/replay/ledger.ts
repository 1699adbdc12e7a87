import { leavesOf, levels } from './money.ts'
import type { Level, Money, MoneyPart, MoneySplit } from './result/money.ts'

/** Sums of money by level: a commutative monoid under `mergeSplits`, with `emptySplit` for nought. */
export const emptySplit: MoneySplit = { parts: {} }

/** One call's money as a split. A call with several parts of one level counts once in it. */
export function splitOf(money: Money): MoneySplit {
  const parts: { [level in Level]?: MoneyPart } = {}
  for (const leaf of leavesOf(money)) {
    const before = parts[leaf.level]
    const part = partOf(leaf)
    parts[leaf.level] = before === undefined ? part : { ...addParts(before, part), calls: 1 }
  }
  return { parts }
}

function partOf({ value, lo, hi, level }: Money): MoneyPart {
  if (level === 'unknown' || value === null || lo === null) return { value: 0n, lo: 0n, hi: null, calls: 1 }
  return { value, lo, hi, calls: 1 }
}

function addParts(left: MoneyPart, right: MoneyPart): MoneyPart {
  return {
    value: left.value + right.value,
    lo: left.lo + right.lo,
    hi: left.hi === null || right.hi === null ? null : left.hi + right.hi,
    calls: left.calls + right.calls,
  }
}

export function mergeSplits(left: MoneySplit, right: MoneySplit): MoneySplit {
  const parts: { [level in Level]?: MoneyPart } = {}
  for (const level of levels) {
    const [a, b] = [left.parts[level], right.parts[level]]
    const part = a === undefined ? b : b === undefined ? a : addParts(a, b)
    if (part !== undefined) parts[level] = part
  }
  return { parts }
}

/** Every level's point figure; what is unknown adds nothing. */
export function valueOfSplit(split: MoneySplit): bigint {
  return levels.reduce((sum, level) => sum + (split.parts[level]?.value ?? 0n), 0n)
}

/** The interval of a whole split; `hi` is `null` where some part has no upper bound. */
export function boundsOfSplit(split: MoneySplit): { readonly lo: bigint; readonly hi: bigint | null } {
  return levels.reduce<{ lo: bigint; hi: bigint | null }>(
    ({ lo, hi }, level) => {
      const part = split.parts[level]
      if (part === undefined) return { lo, hi }
      return { lo: lo + part.lo, hi: hi === null || part.hi === null ? null : hi + part.hi }
    },
    { lo: 0n, hi: 0n },
  )
}
