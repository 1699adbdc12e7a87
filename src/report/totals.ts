import type { Totals } from '../replay/result/totals.ts'

/** Recorded calls that count: those outside a selection are decided too, and count in no figure. */
export function selectedCalls({ calls }: Totals): number {
  return Object.values(calls.skipped).reduce((left, skipped) => left - skipped, calls.recorded)
}
