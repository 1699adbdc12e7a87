import type { Claims } from '../analysis/claims/claims.ts'
import type { Exact } from '../policy/core.ts'
import { formatFactor } from './number.ts'

/** Factors as decimals of four digits. */
export function claimsData({ sensitivity, ...claims }: Claims): unknown {
  const decimal = (factor: Exact): string => formatFactor(factor, 4).slice(0, -1).replaceAll(',', '')
  return {
    ...claims,
    sensitivity: sensitivity.map(({ factor, flips, ...each }) => ({
      ...each,
      ...(factor === undefined
        ? {}
        : { factor: { lo: decimal(factor.lo), point: decimal(factor.point), hi: decimal(factor.hi) } }),
      flips: flips.kind === 'at' ? { ...flips, factor: decimal(flips.factor) } : flips,
    })),
  }
}
