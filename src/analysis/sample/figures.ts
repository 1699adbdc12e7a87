import type { Feature, FeatureKind, SessionSummary } from './summary.ts'
import type { Sample } from './choose.ts'

export interface Traffic {
  readonly sessions: number
  readonly calls: number
  /** Of calls whose recorded cost is known. */
  readonly picoUsd: bigint
  readonly callsWithoutCost: number
}

/** How much a sample is, and how much it stands for. */
export interface SampleFigures {
  readonly corpus: Traffic
  readonly sample: Traffic
  /** Each session of the sample as often as it stands for others: an estimate of `corpus`. */
  readonly weighted: Traffic
  readonly forCoverage: number
  readonly coverage: readonly {
    readonly kind: FeatureKind
    readonly kept: number
    readonly of: number
    readonly lost: readonly string[]
  }[]
  readonly strata: number
  readonly strataKept: number
  readonly sessionsStoodForByNone: number
}

const kinds: readonly FeatureKind[] = ['rule', 'switch', 'end', 'error', 'stop', 'divergence']

export function figuresOf(summaries: readonly SessionSummary[], sample: Sample): SampleFigures {
  const chosen = [...sample.sessions.values()]
  const one = summaries.map((summary) => ({ summary, times: 1 }))
  return {
    corpus: trafficOf(one),
    sample: trafficOf(chosen.map(({ summary }) => ({ summary, times: 1 }))),
    weighted: trafficOf(
      chosen.map(({ summary, standsForSessions }) => ({ summary, times: standsForSessions })),
    ),
    forCoverage: chosen.filter(({ because }) => because === 'coverage').length,
    coverage: kinds
      .map((kind) => {
        const named = (features: readonly Feature[]): readonly string[] =>
          features.filter((feature) => feature.kind === kind).map(({ name }) => name)
        const [kept, lost] = [named(sample.kept), named(sample.lost)]
        return { kind, kept: kept.length, of: kept.length + lost.length, lost }
      })
      .filter((each) => each.of > 0),
    strata: sample.strata,
    strataKept: sample.strataKept,
    sessionsStoodForByNone: sample.sessionsStoodForByNone,
  }
}

function trafficOf(parts: readonly { readonly summary: SessionSummary; readonly times: number }[]): Traffic {
  const sum = (of: (summary: SessionSummary) => number): number =>
    parts.reduce((total, { summary, times }) => total + of(summary) * times, 0)
  return {
    sessions: sum(() => 1),
    calls: sum(({ calls }) => calls),
    picoUsd: parts.reduce((total, { summary, times }) => total + summary.picoUsd * BigInt(times), 0n),
    callsWithoutCost: sum(({ callsWithoutCost }) => callsWithoutCost),
  }
}
