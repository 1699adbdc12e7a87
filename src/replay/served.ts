import { assumptionNames } from '../policy/assumption-names.ts'
import type { Totals } from './result/totals.ts'

/** That a host would have answered, where the log of a session does not show it. */
const hostAssumptions: readonly string[] = [assumptionNames.untriedHealthy, assumptionNames.healthyBetween]

/** Served, exhausted, denied or without a route: what a person broke off asked for nothing in the end. */
export function askedOf({ attempts, decisions }: Totals): number {
  const noRoute = Object.values(decisions.noRoute).reduce((sum, count) => sum + count, 0)
  return attempts.served + attempts.exhausted + attempts.denied + noRoute
}

/**
 * Calls that are served even if no host answered that is only assumed to, but by an assumption that
 * is accepted; and the assumptions that the others rest on.
 */
export function servedAtLeast(
  { attempts, assumed }: Totals,
  accepts: (assumption: string) => boolean,
): { readonly served: number; readonly assuming: readonly string[] } {
  const assuming = hostAssumptions.filter((name) => (assumed[name] ?? 0) > 0 && !accepts(name))
  const open = assuming.reduce((sum, name) => sum + (assumed[name] ?? 0), 0)
  return { served: Math.max(0, attempts.served - open), assuming }
}
