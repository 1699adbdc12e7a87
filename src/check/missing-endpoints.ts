import type { Check } from './accept.ts'
import { usedModels } from './used-models.ts'

/** A model that nobody serves is never a candidate. */
export const checkMissingEndpoints: Check = (policy, accept) => {
  for (const model of usedModels(policy)) {
    if (model.endpoints.length > 0) continue
    accept('RT0319', model.location, `nobody serves the model \`${model.name}\``, {
      help: 'write `served-by [provider]`: without a host it can never be chosen',
    })
  }
}
