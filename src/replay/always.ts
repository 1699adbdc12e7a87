import type { Expression, Policy } from '../policy/core.ts'
import { eachPart } from '../policy/walk.ts'
import type { CallRecord } from '../trace/record.ts'
import { modelledCall, recordedMoney } from './call-money.ts'
import { recordedPlace } from './recorded-place.ts'
import type { Money } from './result.ts'

/** The models of `cost(always M)` in the policy's expectations, sorted. */
export function alwaysModels(policy: Policy): readonly string[] {
  const models = new Set<string>()
  for (const { condition } of policy.expectations) {
    eachPart(condition, (part) => {
      const model = alwaysModelOf(part)
      if (model !== undefined) models.add(model)
    })
  }
  return [...models].sort()
}

export function alwaysModelOf(part: Expression): string | undefined {
  if (part.kind !== 'call' || part.function !== 'cost-always') return undefined
  const [model] = part.arguments
  return model?.kind === 'literal' && model.value !== null && model.value.kind === 'name'
    ? model.value.name
    : undefined
}

/** One call if this model had served every call: the log's own figure where it did, else modelled. */
export function alwaysMoney(policy: Policy, call: CallRecord, model: string): Money {
  const recorded = recordedPlace(policy, call)
  return recorded?.model === model || call.end !== 'served'
    ? recordedMoney(policy, call, recorded)
    : modelledCall(policy, call, { model, provider: undefined })
}
