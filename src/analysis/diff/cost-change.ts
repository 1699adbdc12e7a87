import { assumptionNames } from '../../policy/assumption-names.ts'
import { leavesOf, levels, weaker } from '../../replay/money.ts'
import type { CallResult } from '../../replay/result/call.ts'
import type { Level, Money } from '../../replay/result/money.ts'
import { transferFactor } from '../../replay/transfer.ts'
import { emptyTally, mergeTallies, tallyOf, type Tally } from '../../replay/tally.ts'

/**
 * How much more the new policy costs, in pico-dollars; below 0: less. `lo ≤ value ≤ hi`, and a bound
 * that is not known is `null`. `calls`: calls whose cost changes, or may, at this level.
 */
export interface ChangePart {
  readonly value: bigint
  readonly lo: bigint | null
  readonly hi: bigint | null
  readonly calls: number
}

/** A change split by level: a commutative monoid under `addChanges`. Levels without a part are absent. */
export interface CostChange {
  readonly parts: { readonly [level in Level]?: ChangePart }
  /** Assumptions that modelled parts rest on, by name: calls. */
  readonly assumed: Tally
  /** Why parts are unknown: calls. */
  readonly unknown: Tally
}

export const noChange: CostChange = { parts: {}, assumed: emptyTally, unknown: emptyTally }

/**
 * How far two replays of a session have gone alike up to a call: in all; but for hosts, so that the same
 * model was asked the same by both; or neither.
 */
export type Alike = 'served' | 'answered' | 'no'

/**
 * What one call costs more. Money that both replays put alike cancels, whatever is known of it, as
 * long as the session was served alike so far. While it differs in hosts alone, the same tokens are
 * priced twice, however many they are; past that, both are separate what-ifs.
 */
export function changeOfCall(old: CallResult, next: CallResult, goneAlike: Alike): CostChange {
  const alike = goneAlike === 'served'
  const calls =
    goneAlike === 'answered' && [old, next].every(({ policyCost }) => rests(policyCost, assumptionNames.sameTokens))
      ? ofSameTokens(old.policyCost, next.policyCost)
      : changeOfMoney(old.policyCost, next.policyCost, alike)
  const attempts = changeOfMoney(old.attemptsCost, next.attemptsCost, alike)
  const overhead = changeOfMoney(old.overheadCost, next.overheadCost, alike)
  const modelled = [old.policyCost, next.policyCost].filter(({ level }) => level === 'modelled')
  const isAnsweredAlike = modelled.length > 0 && modelled.every((money) => rests(money, assumptionNames.sameAnswers))
  const whole = [
    resting(attempts, isAnsweredAlike ? assumptionNames.sameAnswers : assumptionNames.sameTokens),
    resting(overhead, assumptionNames.declaredOverhead),
  ].reduce(addChanges, calls)
  // One call counts once in a level, though both of its moneys change.
  const parts = Object.fromEntries(
    Object.entries(whole.parts).map(([level, part]) => [level, { ...part, calls: 1 }]),
  )
  return { ...whole, parts }
}

function rests({ level, basis }: Money, assumption: string): boolean {
  return level === 'modelled' && basis === assumption
}

/** Both are a factor of their logged tokens' price, the same one whatever it is, up to `transferFactor`. */
function ofSameTokens(old: Money, next: Money): CostChange {
  const logged = ({ lo, hi }: Money): Pick<Money, 'lo' | 'hi'> => ({
    lo: lo === null ? null : lo * transfer,
    hi: hi === null ? null : (hi + transfer - 1n) / transfer,
  })
  const [from, to] = [logged(old), logged(next)]
  const [lo, hi] = [minus(to.lo, from.hi), minus(to.hi, from.lo)]
  const part: ChangePart = {
    value: (next.value ?? 0n) - (old.value ?? 0n),
    lo: lo === null ? null : lo < 0n ? lo * transfer : lo / transfer,
    hi: hi === null ? null : hi > 0n ? hi * transfer : hi / transfer,
    calls: 1,
  }
  if (part.value === 0n && part.lo === 0n && part.hi === 0n) return noChange
  return { parts: { modelled: part }, assumed: tallyOf([assumptionNames.sameTokens, assumptionNames.sameAnswers]), unknown: emptyTally }
}

const transfer = BigInt(transferFactor)

/** What is modelled of it rests on this, whatever its figures themselves were made of. */
function resting(change: CostChange, assumption: string): CostChange {
  return { ...change, assumed: change.parts.modelled === undefined ? emptyTally : tallyOf([assumption]) }
}

function changeOfMoney(before: Money | undefined, after: Money | undefined, alike: boolean): CostChange {
  if ((before === undefined && after === undefined) || (alike && sameMoney(before, after))) return noChange
  if (isExact(before) && isExact(after) && before.value === after.value) return noChange
  const level = weaker(before?.level ?? 'observed', after?.level ?? 'observed')
  const leaves = [before, after].flatMap((money) => (money === undefined ? [] : leavesOf(money)))
  const named = (of: Level): Tally =>
    tallyOf(new Set(leaves.filter((leaf) => leaf.level === of).map((leaf) => leaf.basis)))
  const [from, to] = [before ?? nothing, after ?? nothing]
  const known = from.value !== null && to.value !== null
  const part: ChangePart = known
    ? {
        value: (to.value ?? 0n) - (from.value ?? 0n),
        lo: minus(to.lo, from.hi),
        hi: minus(to.hi, from.lo),
        calls: 1,
      }
    : { value: 0n, lo: null, hi: null, calls: 1 }
  return { parts: { [level]: part }, assumed: named('modelled'), unknown: named('unknown') }
}

type KnownMoney = Pick<Money, 'value' | 'lo' | 'hi'>

const nothing: KnownMoney = { value: 0n, lo: 0n, hi: 0n }

function isExact(money: Money | undefined): money is Money & { readonly value: bigint } {
  return money !== undefined && (money.level === 'observed' || money.level === 're-priced')
}

function sameMoney(left: Money | undefined, right: Money | undefined): boolean {
  if (left === undefined || right === undefined) return left === right
  const [ones, others] = [leavesOf(left), leavesOf(right)]
  return (
    ones.length === others.length &&
    ones.every((one, at) => {
      const other = others[at]
      return (
        other !== undefined &&
        one.value === other.value &&
        one.lo === other.lo &&
        one.hi === other.hi &&
        one.level === other.level &&
        one.basis === other.basis
      )
    })
  )
}

function minus(left: bigint | null, right: bigint | null): bigint | null {
  return left === null || right === null ? null : left - right
}

export function addChanges(left: CostChange, right: CostChange): CostChange {
  const parts: { [level in Level]?: ChangePart } = {}
  for (const level of levels) {
    const [a, b] = [left.parts[level], right.parts[level]]
    const part = a === undefined ? b : b === undefined ? a : addParts(a, b)
    if (part !== undefined) parts[level] = part
  }
  return { parts, assumed: mergeTallies(left.assumed, right.assumed), unknown: mergeTallies(left.unknown, right.unknown) }
}

function addParts(left: ChangePart, right: ChangePart): ChangePart {
  const plus = (a: bigint | null, b: bigint | null): bigint | null => (a === null || b === null ? null : a + b)
  return {
    value: left.value + right.value,
    lo: plus(left.lo, right.lo),
    hi: plus(left.hi, right.hi),
    calls: left.calls + right.calls,
  }
}

/** The change as a whole: `level` is the weakest of its parts, `undefined` where nothing changes. */
export function wholeChange({ parts }: CostChange): ChangePart & { readonly level: Level | undefined } {
  return levels.reduce<ChangePart & { readonly level: Level | undefined }>(
    (whole, level) => {
      const part = parts[level]
      return part === undefined ? whole : { ...addParts(whole, part), level }
    },
    { value: 0n, lo: 0n, hi: 0n, calls: 0, level: undefined },
  )
}
