import { ladderNamed, listPrice, modelNamed, poolNamed, rankOf } from '../policy/catalogue-queries.ts'
import type { Choice, Expression, Policy } from '../policy/core.ts'
import { eachPart } from '../policy/walk.ts'

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

/** What a policy is held against: always the cheapest, always the strongest model that it may choose. */
export interface ControlModels {
  readonly cheapest: string
  readonly strongest: string
}

/** `undefined`: it chooses no model by name that has a price. */
export function controlModels(policy: Policy): ControlModels | undefined {
  const priced = [...choosableModels(policy)].flatMap((name) => {
    const model = modelNamed(policy, name)
    const price = listPrice(model?.prices ?? [], undated)
    return model === undefined || typeof price !== 'bigint'
      ? []
      : [{ name, price, tier: rankOf(policy, 'tier', model.tier ?? '') ?? 0 }]
  })
  const [first] = priced
  if (first === undefined) return undefined
  const cheapest = priced.reduce((best, each) => (each.price < best.price ? each : best), first)
  const strongest = priced.reduce(
    (best, each) =>
      each.tier > best.tier || (each.tier === best.tier && each.price > best.price) ? each : best,
    first,
  )
  return { cheapest: cheapest.name, strongest: strongest.name }
}

const undated = { nowMicros: undefined, promptTokens: 0, serviceTier: undefined }

/** Models of the pools and ladders that its rules choose from, and those that they name. */
export function choosableModels(policy: Policy): ReadonlySet<string> {
  const { start, turn, call } = policy.blocks
  const rules = [start, turn, call].flatMap((block) => (block === undefined ? [] : [...block.rules, block.otherwise]))
  return new Set(rules.flatMap((rule) => (rule.choice === undefined ? [] : namedIn(policy, rule.choice))))
}

function namedIn(policy: Policy, choice: Choice): readonly string[] {
  const otherwise = 'else' in choice && choice.else !== undefined ? namedIn(policy, choice.else) : []
  switch (choice.kind) {
    case 'use': {
      const { model } = choice
      const named = model.kind === 'literal' && model.value !== null && model.value.kind === 'name'
      return [...(named ? [model.value.name] : []), ...otherwise]
    }
    case 'choose':
      return [...(poolNamed(policy, choice.pool)?.models.map((each) => each.model) ?? []), ...otherwise]
    case 'upgrade-to':
    case 'downgrade-to':
      return [choice.model, ...otherwise]
    case 'upgrade-via':
      return [...(ladderNamed(policy, choice.ladder)?.climbs.flat(2) ?? []), ...otherwise]
    case 'keep':
    case 'restart':
    case 'stop':
      return []
  }
}
