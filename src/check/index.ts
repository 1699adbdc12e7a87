import type { Diagnostic } from '../language/diagnostic.ts'
import type { Source } from '../language/source.ts'
import type { Policy } from '../policy/core.ts'
import { findings } from './accept.ts'
import type { Check } from './accept.ts'
import { checkBlocks } from './block-checks.ts'
import { checkBandGaps } from './band-gaps.ts'
import { checkDescendingLadders } from './descending-ladders.ts'
import { checkEmptyTests } from './empty-tests.ts'
import { checkFallbackCircles } from './fallback-circles.ts'
import { checkHiddenCharacters } from './hidden-characters.ts'
import { checkIdleLines } from './idle-lines.ts'
import { checkKeptModels } from './kept-models.ts'
import { checkMemories } from './memories.ts'
import { checkMissingEndpoints } from './missing-endpoints.ts'
import { checkMissingPrices } from './missing-prices.ts'
import { checkSelfFallbacks } from './self-fallbacks.ts'
import { withoutSuppressed } from './suppressions.ts'
import { checkUnreachableCounts } from './unreachable-counts.ts'
import { checkUnused } from './unused.ts'
import { checkUnusedWeights } from './unused-weights.ts'

/** Every static check of a policy, in the order of their codes. */
export const checks: readonly Check[] = [
  checkBlocks,
  checkEmptyTests,
  checkMissingPrices,
  checkDescendingLadders,
  checkMemories,
  checkUnused,
  checkKeptModels,
  checkMissingEndpoints,
  checkUnreachableCounts,
  checkSelfFallbacks,
  checkBandGaps,
  checkUnusedWeights,
  checkIdleLines,
  checkFallbackCircles,
]

/**
 * What looks wrong in a policy that is well formed, by place. `sources` are the files it was read
 * from: what stands in comments and texts is looked at there, and `// allow RT0317: why` is heeded.
 */
export function check(policy: Policy, sources: readonly Source[] = []): readonly Diagnostic[] {
  const found = findings((accept) => {
    for (const run of checks) run(policy, accept)
    for (const source of sources) checkHiddenCharacters(source, accept)
  })
  const rank = new Map(sources.map((source, index) => [source.name, index]))
  return [...withoutSuppressed(found, sources)].sort(
    (left, right) =>
      (rank.get(left.location.source.name) ?? 0) - (rank.get(right.location.source.name) ?? 0) ||
      left.location.span.start - right.location.span.start,
  )
}
