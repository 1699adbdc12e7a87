import type { Check } from './accept.ts'
import { choiceChain, rulesOf } from './used-models.ts'

/** Weights of a pool that no weighted choice draws from. */
export const checkUnusedWeights: Check = (policy, accept) => {
  const drawn = new Set<string>()
  for (const choice of rulesOf(policy).flatMap((rule) => choiceChain(rule.choice))) {
    if (choice.kind === 'choose' && choice.ranking.kind === 'weighted') drawn.add(choice.pool)
  }
  for (const { name, models, location } of policy.pools) {
    if (drawn.has(name) || models.every(({ weight }) => weight === 1)) continue
    accept('RT0324', location, `nothing draws from \`${name}\` by its weights`, {
      help: 'draw with `choose weighted per session from …`, or take the weights out',
    })
  }
}
