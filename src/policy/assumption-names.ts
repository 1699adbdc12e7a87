/**
 * Assumptions that a replay makes of itself, without an `assume` of the policy. An expectation whose
 * figures may rest on one says so: `expect cheaper: cost <= $2 assuming same-tokens`.
 */
export const assumptionNames = {
  /** A call past a divergence keeps its logged tokens, whatever model it goes to. */
  sameTokens: 'same-tokens',
  /** Another host of the log's model answers as the log's did, so the tokens of a call are the logged ones. */
  sameAnswers: 'same-answers',
  /** What a call past a divergence reads from prompt caches. */
  promptCaches: 'prompt-caches',
  /** A policy's own compaction is one call that reads the context and writes what is left of it. */
  oneSummary: 'one-summary',
  /** Classifiers and compactions that the log does not hold cost what the policy declares. */
  declaredOverhead: 'declared-overhead',
  /** A model has its first price before that price's first day, too. */
  firstPrices: 'first-prices',
  /** A host that the log never tried answers. */
  untriedHealthy: 'untried-healthy',
  /** A host answers where the log has answers of it, and no failure on either side. */
  healthyBetween: 'healthy-between',
  /** The log has a failure of this host on one side and none on the other. */
  unknownHealth: 'unknown-health',
} as const

export const replayAssumptions: readonly string[] = Object.values(assumptionNames)

/** Who takes the logged tokens for those of another model takes them for those of another host. */
export function withImplied(accepted: readonly string[]): readonly string[] {
  return accepted.includes(assumptionNames.sameTokens) ? [...accepted, assumptionNames.sameAnswers] : accepted
}
