/** How often a policy or a model succeeded somewhere else: a point handed in, with its source. */
export interface OutcomePoint {
  readonly of: { readonly kind: 'policy' | 'model'; readonly name: string }
  readonly successes: number
  /** At least 1. */
  readonly sessions: number
  /** Where the point comes from, as whoever hands it in says. */
  readonly source: string
}

export function pointOf(
  points: readonly OutcomePoint[],
  kind: OutcomePoint['of']['kind'],
  name: string,
): OutcomePoint | undefined {
  return points.find(({ of }) => of.kind === kind && of.name === name)
}
