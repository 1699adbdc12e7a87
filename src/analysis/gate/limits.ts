/** A share in millionths, below 0 for a saving that is asked for, or an amount in pico-dollars. */
export type CostLimit =
  | { readonly kind: 'share'; readonly millionths: bigint }
  | { readonly kind: 'money'; readonly picoUsd: bigint }

/** A number of calls or sessions, or a share of all in millionths. */
export type CountLimit =
  | { readonly kind: 'count'; readonly count: bigint }
  | { readonly kind: 'share'; readonly millionths: bigint }

/** What a command line demands of a change, beside what the policy expects of itself. */
export interface GateLimits {
  readonly maxCostChange?: CostLimit | undefined
  /** Calls that are decided differently, of all calls. */
  readonly maxFlips?: CountLimit | undefined
  readonly minAvailabilityMillionths?: bigint | undefined
  /** Calls that upgrade; a share is of sessions. */
  readonly maxUpgrades?: CountLimit | undefined
  /** No decision may differ, but by these rules. */
  readonly noDecisionMoves?: { readonly except: readonly string[] } | undefined
}

/** `2%`, `-2.5%`, `$5`, `-$0.50`; `undefined`: it is none of these. */
export function costLimit(text: string): CostLimit | undefined {
  const share = shareOf(text)
  if (share !== undefined) return { kind: 'share', millionths: share }
  const [, sign, whole, digits = ''] = /^(-?)\$(\d{1,12})(?:\.(\d{1,12}))?$/.exec(text) ?? []
  if (whole === undefined) return undefined
  const picoUsd = BigInt(whole) * 1_000_000_000_000n + BigInt(digits.padEnd(12, '0'))
  return { kind: 'money', picoUsd: sign === '-' ? -picoUsd : picoUsd }
}

/** `25`, `2%`, `0.5%`; `undefined`: it is none of these. */
export function countLimit(text: string): CountLimit | undefined {
  if (/^\d{1,15}$/.test(text)) return { kind: 'count', count: BigInt(text) }
  const share = shareOf(text)
  return share === undefined || share < 0n ? undefined : { kind: 'share', millionths: share }
}

/** Millionths of a percentage with up to four digits after the point. */
export function shareOf(text: string): bigint | undefined {
  const [, sign, whole, digits = ''] = /^(-?)(\d{1,6})(?:\.(\d{1,4}))?%$/.exec(text) ?? []
  if (whole === undefined) return undefined
  const millionths = BigInt(whole) * 10_000n + BigInt(digits.padEnd(4, '0'))
  return sign === '-' ? -millionths : millionths
}
