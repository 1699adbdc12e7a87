import type { SessionResult } from '../../replay/result/session.ts'
import type { RecordedSession } from '../../trace/session.ts'

/** What a sample should not lose; `name` is unique within its kind. */
export interface Feature {
  readonly kind: FeatureKind
  readonly name: string
}

/** `switch`: from one model to another; `stop`: why there was no route; `error`: an attempt's class. */
export type FeatureKind = 'rule' | 'switch' | 'end' | 'error' | 'stop' | 'divergence'

/** What a sampler keeps of one session. */
export interface SessionSummary {
  readonly session: string
  readonly calls: number
  /** Of calls whose recorded cost is known. */
  readonly picoUsd: bigint
  readonly callsWithoutCost: number
  /** The recorded model of most calls. */
  readonly model: string
  /** By `featureKey`, sorted. */
  readonly features: ReadonlyMap<string, Feature>
}

export function featureKey({ kind, name }: Feature): string {
  return `${kind} ${name}`
}

/** `result` is of the policy that is to be covered, in mode `frozen`, so that every call counts. */
export function summaryOf(session: RecordedSession, result: SessionResult): SessionSummary {
  const costs = result.calls.map(({ recordedCost }) => recordedCost.value)
  const known = costs.filter((cost) => cost !== null)
  const features = featuresOf(session, result)
    .map((feature): [string, Feature] => [featureKey(feature), feature])
    .toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
  return {
    session: session.session,
    calls: session.calls.length,
    picoUsd: known.reduce((sum, cost) => sum + cost, 0n),
    callsWithoutCost: costs.length - known.length,
    model: mostFrequent(result.calls.map(({ recorded }) => recorded?.model ?? 'unknown')),
    features: new Map(features),
  }
}

function featuresOf(session: RecordedSession, { calls, divergence }: SessionResult): readonly Feature[] {
  return [
    ...calls.flatMap(({ decision, end, recordedEnd, attempts }): Feature[] => [
      ...[decision.rule, ...decision.after].map((name): Feature => ({ kind: 'rule', name })),
      ...(decision.switched === undefined
        ? []
        : [{ kind: 'switch' as const, name: `${decision.switched.from} → ${decision.switched.to}` }]),
      ...(decision.noRoute === undefined ? [] : [{ kind: 'stop' as const, name: decision.noRoute.reason }]),
      { kind: 'end', name: end },
      { kind: 'end', name: `${recordedEnd} in the log` },
      ...attempts.flatMap(({ errorClass }) => errorsOf(errorClass)),
    ]),
    ...session.calls
      .flatMap((call) => call.attempts ?? [])
      .flatMap(({ errorClass }) => errorsOf(errorClass)),
    ...(divergence === undefined ? [] : [{ kind: 'divergence' as const, name: divergence.kind }]),
  ]
}

function errorsOf(name: string | undefined): readonly Feature[] {
  return name === undefined ? [] : [{ kind: 'error', name }]
}

/** Of equally frequent ones the first by name. */
function mostFrequent(names: readonly string[]): string {
  const counts = new Map<string, number>()
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1)
  const [first] = [...counts].toSorted(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
  return first?.[0] ?? 'unknown'
}
