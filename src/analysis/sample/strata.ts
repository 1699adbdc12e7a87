import type { SessionSummary } from './summary.ts'

/** Sessions of one model and one quarter of all sessions by calls. */
export interface Stratum {
  readonly model: string
  /** 1 is the quarter with the fewest calls. */
  readonly quartile: number
  readonly sessions: readonly SessionSummary[]
}

/** Every session in one stratum, in the order in which they came; strata by model and quartile. */
export function strataOf(summaries: readonly SessionSummary[]): readonly Stratum[] {
  const quartile = quartileOf(summaries.map(({ calls }) => calls))
  const strata = new Map<string, { model: string; quartile: number; sessions: SessionSummary[] }>()
  for (const summary of summaries) {
    const at = quartile(summary.calls)
    const key = `${at} ${summary.model}`
    const known = strata.get(key)
    if (known === undefined) strata.set(key, { model: summary.model, quartile: at, sessions: [summary] })
    else known.sessions.push(summary)
  }
  return [...strata.values()].toSorted(
    (a, b) => (a.model < b.model ? -1 : a.model > b.model ? 1 : 0) || a.quartile - b.quartile,
  )
}

/** Equal sizes are in one quarter, so that quarters may differ in length. */
function quartileOf(sizes: readonly number[]): (size: number) => number {
  const sorted = sizes.toSorted((a, b) => a - b)
  const limits = [1, 2, 3].map((part) => sorted[Math.ceil((sorted.length * part) / 4) - 1] ?? 0)
  return (size) => 1 + limits.filter((limit) => size > limit).length
}
