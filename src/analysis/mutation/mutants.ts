import type { Location } from '../../language/source.ts'
import type { Block, Choice, Effect, Exact, Expression, Policy, Rule } from '../../policy/core.ts'
import { eachPart } from '../../policy/walk.ts'
import { conditionText, literalText } from '../coverage/condition-text.ts'
import { boundaryOf, conditionsOf } from '../coverage/points.ts'
import type { Comparable } from './equivalence.ts'
import { replaceBlock, replacePart, replaceRule } from './rewrite.ts'
import { blocksOf, rulePlace, sitesOf } from './sites.ts'
import { servingMutants } from './serving-mutants.ts'
import type { Site } from './sites.ts'

export type MutationKind =
  | 'swap rules'
  | 'drop condition'
  | 'negate'
  | 'move threshold'
  | 'change target'
  | 'drop effect'
  | 'drop filter'
  | 'drop line'
  | 'drop class'
  | 'swap groups'
  | 'swap weights'

/** A policy with one small mistake in it. */
export interface Mutant {
  readonly kind: MutationKind
  /** Where, by name: `rule stuck`. */
  readonly place: string
  readonly location: Location
  /** What was changed, in a few words. */
  readonly change: string
  readonly policy: Policy
  /** `undefined`: nothing here can be proved equivalent. */
  readonly comparable?: Comparable
}

/** One mistake each: rules and what they read, then serving, each in the order of the policy; the same policy gives the same mutants. */
export function mutantsOf(policy: Policy): readonly Mutant[] {
  return [
    ...sitesOf(policy).flatMap(inExpression),
    ...droppedFilters(policy),
    ...blocksOf(policy).flatMap(({ title, block }) => [
      ...swapped(policy, title, block),
      ...[...block.rules, block.otherwise].flatMap((rule) => [
        ...retargeted(policy, title, block, rule),
        ...withoutEffects(policy, title, block, rule),
      ]),
    ]),
    ...servingMutants(policy),
  ]
}

// --- in expressions

function inExpression(site: Site): readonly Mutant[] {
  const found: Mutant[] = []
  const conditions = new Set(conditionsOf(site.expression))
  eachPart(site.expression, (part) => {
    const change = (kind: MutationKind, what: string, by: Expression): void => {
      const whole = replacePart(site.expression, part, by)
      const comparable = site.guards && ({ kind: 'guard', ...site.guards, guard: whole } as const)
      found.push({
        kind,
        place: site.place,
        location: part.location,
        change: what,
        policy: site.put(whole),
        ...(comparable && { comparable }),
      })
    }
    if (part.kind === 'logical') {
      for (const operand of part.operands) {
        const rest = part.operands.filter((each) => each !== operand)
        const [only] = rest
        const by = rest.length === 1 && only !== undefined ? only : { ...part, operands: rest }
        change('drop condition', `without \`${conditionText(operand)}\``, by)
      }
    }
    if (!conditions.has(part)) return
    const text = conditionText(part)
    change('negate', `\`${text}\` negated`, { ...part, kind: 'not', operand: part })
    for (const by of moved(part)) change('move threshold', `\`${text}\` becomes \`${conditionText(by)}\``, by)
  })
  return found
}

/** A fixed number of a comparison one step up and one step down. */
function moved(condition: Expression): readonly Expression[] {
  const boundary = boundaryOf(condition)
  if (boundary === undefined || (condition.kind !== 'order' && condition.kind !== 'equal')) return []
  const { at, step, unit } = boundary
  const sides = [step, -step].map((by): Exact => ({
    numerator: at.numerator + by * at.denominator,
    denominator: at.denominator,
  }))
  return sides.map((value) => {
    const side = condition.left.kind === 'literal' ? 'left' : 'right'
    const literal: Expression = {
      kind: 'literal',
      location: condition[side].location,
      type: condition[side].type,
      value: { kind: 'number', unit, value },
      setting: undefined,
    }
    return { ...condition, [side]: literal }
  })
}

// --- filters

function droppedFilters(policy: Policy): readonly Mutant[] {
  const kind = 'drop filter'
  return [
    ...policy.filters.map((filter): Mutant => ({
      kind,
      place: `filter ${filter.name}`,
      location: filter.location,
      change: 'without the filter',
      policy: { ...policy, filters: policy.filters.filter((each) => each !== filter) },
    })),
    ...policy.hides.map((hide): Mutant => ({
      kind,
      place: `hide ${hide.name}`,
      location: hide.location,
      change: 'the tool is never hidden',
      policy: { ...policy, hides: policy.hides.filter((each) => each !== hide) },
    })),
  ]
}

// --- rules

function swapped(policy: Policy, title: string, block: Block): readonly Mutant[] {
  return block.rules.slice(1).flatMap((rule, index) => {
    const before = block.rules[index]
    if (before === undefined) return []
    const rules = block.rules.map((each) => (each === rule ? before : each === before ? rule : each))
    return [{
      kind: 'swap rules',
      place: rulePlace(rule, title),
      location: rule.location,
      change: `\`${rule.name}\` stands before \`${before.name}\``,
      policy: replaceBlock(policy, block, { ...block, rules }),
      comparable: { kind: 'swap', block, first: before, second: rule },
    }]
  })
}

function withoutEffects(policy: Policy, title: string, block: Block, rule: Rule): readonly Mutant[] {
  return rule.effects.map((effect) => ({
    kind: 'drop effect',
    place: rulePlace(rule, title),
    location: rule.location,
    change: `without \`${effectText(effect)}\``,
    policy: replaceRule(policy, block, rule, {
      ...rule,
      effects: rule.effects.filter((each) => each !== effect),
    }),
  }))
}

function effectText(effect: Effect): string {
  switch (effect.kind) {
    case 'remind':
    case 'alert':
      return `${effect.kind} ${JSON.stringify(effect.text)}`
    case 'add':
      return `add ${effect.count} to ${effect.memory}`
    case 'raise':
      return `raise ${effect.memory} to ${conditionText(effect.value)}`
    case 'set':
    case 'reset':
    case 'pin':
    case 'release':
      return `${effect.kind} ${effect.memory}`
  }
}

function retargeted(policy: Policy, title: string, block: Block, rule: Rule): readonly Mutant[] {
  const { choice } = rule
  if (choice === undefined) return []
  return retargetedChoices(policy, choice).map(({ by, change }) => ({
    kind: 'change target',
    place: rulePlace(rule, title),
    location: rule.location,
    change,
    policy: replaceRule(policy, block, rule, { ...rule, choice: by }),
  }))
}

interface Retargeted {
  readonly by: Choice
  readonly change: string
}

/** Each model that a choice names, exchanged for its neighbour in a pool or in the catalogue. */
function retargetedChoices(policy: Policy, choice: Choice): readonly Retargeted[] {
  const found: Retargeted[] = []
  const target = targetOf(choice)
  const other = target === undefined ? undefined : neighbour(policy, target)
  if (target !== undefined && other !== undefined) {
    found.push({ by: withTarget(choice, other), change: `\`${target}\` becomes \`${other}\`` })
  }
  if ('else' in choice && choice.else !== undefined) {
    for (const { by, change } of retargetedChoices(policy, choice.else)) {
      found.push({ by: { ...choice, else: by }, change: `in its else, ${change}` })
    }
  }
  return found
}

function targetOf(choice: Choice): string | undefined {
  if (choice.kind === 'upgrade-to' || choice.kind === 'downgrade-to') return choice.model
  if (choice.kind !== 'use' || choice.model.kind !== 'literal') return undefined
  return literalText(choice.model.value, choice.model.type)
}

function withTarget(choice: Choice, model: string): Choice {
  if (choice.kind === 'upgrade-to' || choice.kind === 'downgrade-to') return { ...choice, model }
  if (choice.kind !== 'use') return choice
  const literal: Expression = {
    kind: 'literal',
    location: choice.model.location,
    type: choice.model.type,
    value: { kind: 'name', name: model },
    setting: undefined,
  }
  return { ...choice, model: literal, at: undefined }
}

function neighbour(policy: Policy, model: string): string | undefined {
  const pool = policy.pools.find(({ models }) => models.length > 1 && models.some((each) => each.model === model))
  const names = pool?.models.map((each) => each.model) ?? policy.models.map(({ name }) => name)
  const others = names.filter((name) => name !== model)
  return names[names.indexOf(model) + 1] ?? others[0]
}
