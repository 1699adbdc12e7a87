import type { Location } from '../../language/source.ts'
import type { Baseline } from './baseline.ts'

export type GateVerdict = 'pass' | 'fail' | 'undecided'

/** A figure that a check looked at; a bound that is not known is `null`. */
export type Figure =
  | { readonly kind: 'money'; readonly lo: bigint | null; readonly hi: bigint | null; readonly of: bigint | undefined }
  | { readonly kind: 'share'; readonly loMillionths: bigint; readonly hiMillionths: bigint }
  | { readonly kind: 'count'; readonly count: number; readonly of: number }
  | { readonly kind: 'text'; readonly text: string }

export interface GateCheck {
  /** `cost change`, `expect cheaper`. */
  readonly name: string
  readonly asked: string
  readonly found: Figure
  readonly verdict: GateVerdict
  /** Of one that is undecided: the assumptions and gaps that decide it. Of a failed one: examples. */
  readonly decides: readonly string[]
  /** Where a policy asks for it. */
  readonly location: Location | undefined
}

export interface GateResult {
  readonly verdict: GateVerdict
  readonly checks: readonly GateCheck[]
  /** Assumptions that the new policy accepts, by `assuming`. */
  readonly assuming: readonly string[]
  /** What was compared with, where no old policy was at hand. */
  readonly baseline: Baseline | undefined
}

/** One failure fails all; one that is undecided leaves all undecided; nothing evaluated is a failure. */
export function verdictOf(checks: readonly GateCheck[]): GateVerdict {
  if (checks.length === 0 || checks.some(({ verdict }) => verdict === 'fail')) return 'fail'
  return checks.some(({ verdict }) => verdict === 'undecided') ? 'undecided' : 'pass'
}

/**
 * Whether something that lies between two bounds is at most 0: all of it, none of it, or nobody
 * knows. A bound that is `null` is not known.
 */
export function atMostZero(lo: bigint | null, hi: bigint | null): GateVerdict {
  if (hi !== null && hi <= 0n) return 'pass'
  return lo !== null && lo > 0n ? 'fail' : 'undecided'
}
