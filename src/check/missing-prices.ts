import type { Check } from './accept.ts'
import { usedModels } from './used-models.ts'

/** Without a price a call's cost is unknown and adds nothing to any saving. */
export const checkMissingPrices: Check = (policy, accept) => {
  for (const model of usedModels(policy)) {
    const priced =
      model.prices.length > 0 || model.endpoints.some((endpoint) => endpoint.prices.length > 0)
    if (priced) continue
    accept('RT0312', model.location, `the model \`${model.name}\` has no price`, {
      help: 'write `price per 1M tokens { input $… output $… }`, or its cost stays unknown',
    })
  }
}
