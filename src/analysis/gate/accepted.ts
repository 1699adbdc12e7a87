import type { Policy } from '../../policy/core.ts'
import { assumptionNames, withImplied } from '../../policy/assumption-names.ts'
import { levels } from '../../replay/money.ts'
import type { MoneySplit } from '../../replay/result/money.ts'
import type { CostChange } from '../diff/cost-change.ts'

/** An interval with what keeps it wide, strongest first. */
export interface Bounds {
  readonly lo: bigint | null
  readonly hi: bigint | null
  readonly decides: readonly string[]
}

/** Everything that some expectation of the policy is `assuming`. */
export function acceptedBy(policy: Policy): ReadonlySet<string> {
  return new Set(withImplied(policy.expectations.flatMap(({ assuming = [] }) => assuming)))
}

/** A change of money; what rests on an assumption that is not accepted has no bounds. */
export function boundsOfChange(change: CostChange, accepted: ReadonlySet<string>): Bounds {
  const modelled = Object.keys(change.assumed)
  const refused = modelled.filter((name) => !accepted.has(name))
  let [lo, hi]: [bigint | null, bigint | null] = [0n, 0n]
  for (const level of levels) {
    const part = change.parts[level]
    if (part === undefined) continue
    const open = level === 'modelled' && refused.length > 0
    lo = lo === null || part.lo === null || open ? null : lo + part.lo
    hi = hi === null || part.hi === null || open ? null : hi + part.hi
  }
  return {
    lo,
    hi,
    decides: [
      ...(refused.length > 0 ? refused.map(notAccepted) : modelled),
      ...Object.keys(change.unknown),
      ...(change.parts.bounded === undefined ? [] : ['outputs that the log cuts short']),
    ],
  }
}

export function notAccepted(name: string): string {
  return `${name} (accepted by no expectation)`
}

/** What a policy costs; the modelled part has no upper bound where an assumption that it is `on` is not accepted. */
export function boundsOfCost(
  frozen: MoneySplit,
  overhead: MoneySplit,
  accepted: ReadonlySet<string>,
  on: readonly string[] = [assumptionNames.sameTokens],
): { readonly lo: bigint; readonly hi: bigint | null } {
  let [lo, hi]: [bigint, bigint | null] = [0n, 0n]
  for (const [split, assumptions] of [
    [frozen, on],
    [overhead, [assumptionNames.declaredOverhead]],
  ] as const) {
    for (const level of levels) {
      const part = split.parts[level]
      if (part === undefined) continue
      const open = level === 'modelled' && !assumptions.every((name) => accepted.has(name))
      lo += open ? 0n : part.lo
      hi = hi === null || part.hi === null || open ? null : hi + part.hi
    }
  }
  return { lo, hi }
}
