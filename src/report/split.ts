import type { Level, MoneyPart, MoneySplit } from '../replay/result/money.ts'

/** Strongest first. */
export const levels: readonly Level[] = ['observed', 're-priced', 'bounded', 'estimated', 'modelled', 'unknown']

export function partsOf(split: MoneySplit): readonly (readonly [level: Level, part: MoneyPart])[] {
  return levels.flatMap((level) => {
    const part = split.parts[level]
    return part === undefined ? [] : [[level, part] as const]
  })
}

export function valueOf(split: MoneySplit): bigint {
  return partsOf(split).reduce((sum, [, part]) => sum + part.value, 0n)
}

/** What is known to the last digit: the log's own numbers and exact arithmetic on them. */
export function exactOf(split: MoneySplit): bigint {
  return (split.parts.observed?.value ?? 0n) + (split.parts['re-priced']?.value ?? 0n)
}

/** Calls whose money is not known and which add nothing. */
export function unknownCalls(split: MoneySplit): number {
  return split.parts.unknown?.calls ?? 0
}

/** `hi` is `null` where some part has no upper bound. */
export function boundsOf(split: MoneySplit): { readonly lo: bigint; readonly hi: bigint | null } {
  return partsOf(split).reduce<{ lo: bigint; hi: bigint | null }>(
    ({ lo, hi }, [, part]) => ({
      lo: lo + part.lo,
      hi: hi === null || part.hi === null ? null : hi + part.hi,
    }),
    { lo: 0n, hi: 0n },
  )
}

/** The weakest level with a part; a total claims no more than that. */
export function weakestOf(split: MoneySplit): Level | undefined {
  return partsOf(split).at(-1)?.[0]
}
