import type { Block, Choice, Model, Policy, Rule } from '../policy/core.ts'

/** Every block once, also where one is written for several moments. */
export function blocksOf(policy: Policy): readonly Block[] {
  const { start, turn, call } = policy.blocks
  return [...new Set([start, turn, call])].filter((block) => block !== undefined)
}

export function rulesOf(policy: Policy): readonly Rule[] {
  return blocksOf(policy).flatMap((block) => [...block.rules, block.otherwise])
}

/** A choice and every `else` of it. */
export function choiceChain(choice: Choice | undefined): readonly Choice[] {
  if (choice === undefined) return []
  return [choice, ...('else' in choice ? choiceChain(choice.else) : [])]
}

/** Models that rules or fallbacks name; `undefined`: one names a model by a signal, a state or what was requested. */
export function namedModels(policy: Policy): readonly Model[] | undefined {
  const choices = rulesOf(policy).flatMap((rule) => choiceChain(rule.choice))
  if (choices.some((choice) => choice.kind === 'use' && choice.model.kind !== 'literal')) return undefined
  const named = new Set(
    [...policy.serving, ...policy.profiles].flatMap(({ lines }) => (lines.fallbacks ?? []).flatMap(({ to }) => to)),
  )
  for (const choice of choices) {
    if (choice.kind === 'upgrade-to' || choice.kind === 'downgrade-to') named.add(choice.model)
    if (choice.kind === 'use' && choice.model.kind === 'literal' && choice.model.value?.kind === 'name') named.add(choice.model.value.name)
    if (choice.kind === 'upgrade-via') {
      for (const model of policy.ladders.find(({ name }) => name === choice.ladder)?.climbs.flat(2) ?? []) named.add(model)
    }
    if (choice.kind !== 'choose') continue
    for (const { model } of policy.pools.find(({ name }) => name === choice.pool)?.models ?? []) named.add(model)
  }
  return policy.models.filter(({ name }) => named.has(name))
}

/** Models that the policy can send a call to or asks for a verdict: named, not only in the catalogue. */
export function usedModels(policy: Policy): readonly Model[] {
  const used = new Set<string>()
  for (const pool of policy.pools) for (const { model } of pool.models) used.add(model)
  for (const ladder of policy.ladders) for (const model of ladder.climbs.flat(2)) used.add(model)
  for (const classifier of policy.classifiers) used.add(classifier.model)
  for (const { lines } of [...policy.serving, ...policy.profiles]) {
    for (const fallback of lines.fallbacks ?? []) for (const model of fallback.to) used.add(model)
  }
  for (const choice of rulesOf(policy).flatMap((rule) => choiceChain(rule.choice))) {
    if (choice.kind === 'upgrade-to' || choice.kind === 'downgrade-to') used.add(choice.model)
    if (choice.kind !== 'use' || choice.model.kind !== 'literal') continue
    if (choice.model.value?.kind === 'name') used.add(choice.model.value.name)
  }
  return policy.models.filter((model) => used.has(model.name))
}
