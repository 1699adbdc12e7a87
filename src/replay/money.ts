import type { Level, Money } from './result/money.ts'

/** Strongest first; a total claims no more than its weakest part. */
export const levels: readonly Level[] = [
  'observed',
  're-priced',
  'bounded',
  'estimated',
  'modelled',
  'unknown',
]

export function weaker(left: Level, right: Level): Level {
  return levels.indexOf(left) >= levels.indexOf(right) ? left : right
}

/** Known to the last digit. */
export function exactMoney(
  level: 'observed' | 're-priced',
  picoUsd: bigint,
  basis: string,
): Money {
  return { value: picoUsd, lo: picoUsd, hi: picoUsd, level, basis }
}

/** Between what is proved and what is possible; `hi` is `null` where nothing limits it. */
export function boundedMoney(lo: bigint, hi: bigint | null, basis: string): Money {
  return { value: lo, lo, hi, level: 'bounded', basis }
}

export function unknownMoney(basis: string): Money {
  return { value: null, lo: null, hi: null, level: 'unknown', basis }
}

/** A figure that rests on a named assumption, with its interval. */
export function modelledMoney(
  value: bigint,
  lo: bigint,
  hi: bigint | null,
  assumption: string,
): Money {
  return { value, lo, hi, level: 'modelled', basis: assumption }
}

/** The parts of one level that a money is made of. */
export function leavesOf(money: Money): readonly Money[] {
  return money.parts === undefined ? [money] : money.parts.flatMap(leavesOf)
}

/** Several figures as one: sums of every bound, the weakest level, and the parts kept. */
export function together(parts: readonly Money[]): Money {
  const leaves = parts.flatMap(leavesOf)
  const [first, ...others] = leaves
  if (first === undefined) return exactMoney('observed', 0n, 'nothing')
  if (others.length === 0) return first
  return {
    value: sum(leaves.map((leaf) => leaf.value)),
    lo: sum(leaves.map((leaf) => leaf.lo)),
    hi: sum(leaves.map((leaf) => leaf.hi)),
    level: leaves.map((leaf) => leaf.level).reduce(weaker),
    basis: [...new Set(leaves.map((leaf) => leaf.basis))].join('; '),
    parts: leaves,
  }
}

function sum(amounts: readonly (bigint | null)[]): bigint | null {
  return amounts.reduce((total, amount) => (total === null || amount === null ? null : total + amount), 0n)
}
