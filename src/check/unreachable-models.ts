import type { Choice, Policy, Rule } from '../policy/core.ts'
import type { Location } from '../language/source.ts'
import { poolNamed } from '../policy/catalogue-queries.ts'
import type { Accept } from './accept.ts'
import { attempt, isUndecided } from './diagram/blocks.ts'
import type { BlockDiagram } from './diagram/blocks.ts'
import { coverOf } from './diagram/cover.ts'
import { no, yes } from './diagram/leaves.ts'
import { outcomesOf } from './diagram/outcomes.ts'
import { leafAt, samplePoints } from './diagram/samples.ts'
import { choiceChain, rulesOf } from './used-models.ts'

/** A model that a pool or a rule names and that no decision can choose. */
export function checkUnreachableModels(policy: Policy, diagrams: readonly BlockDiagram[], accept: Accept): void {
  const fallbacks = new Set(
    [...policy.serving, ...policy.profiles].flatMap(({ lines }) => (lines.fallbacks ?? []).flatMap(({ to }) => to)),
  )
  for (const [model, { location, of }] of namedModels(policy)) {
    const hosts = policy.models.find(({ name }) => name === model)?.endpoints ?? []
    // A model that nobody serves is reported as that.
    if (fallbacks.has(model) || hosts.length === 0) continue
    const chosen = diagrams.map((diagram) => attempt(() => canBeChosen(diagram, model)))
    if (chosen.some((each) => each === true || isUndecided(each))) continue
    accept('RT0304', location, `no decision can choose \`${model}\`${of}`, {
      help: 'mend what keeps it out, or take it out of there',
    })
  }
}

/** Models that rules name, themselves or by a pool, with the place that names them first. */
function namedModels(policy: Policy): ReadonlyMap<string, { readonly location: Location; readonly of: string }> {
  const named = new Map<string, { readonly location: Location; readonly of: string }>()
  const name = (model: string, location: Location, of: string): void => {
    if (!named.has(model)) named.set(model, { location, of })
  }
  for (const rule of rulesOf(policy)) {
    for (const choice of choiceChain(rule.choice)) {
      if (choice.kind === 'choose') {
        const pool = poolNamed(policy, choice.pool)
        for (const { model } of pool?.models ?? []) {
          name(model, pool?.location ?? rule.location, ` of the pool \`${choice.pool}\``)
        }
      }
      const target = targetOf(choice)
      if (target !== undefined) name(target, rule.location, `, which \`${rule.name}\` names`)
    }
  }
  return named
}

function targetOf(choice: Choice): string | undefined {
  if (choice.kind === 'upgrade-to' || choice.kind === 'downgrade-to') return choice.model
  if (choice.kind !== 'use' || choice.model.kind !== 'literal') return undefined
  return choice.model.value?.kind === 'name' ? choice.model.value.name : undefined
}

const samples = 16

function canBeChosen(diagram: BlockDiagram, model: string): boolean {
  const { space, rules, feasible } = diagram
  const before: number[] = []
  for (const { rule, guard, frame } of rules) {
    if (rule.choice === undefined) continue
    if (mayName(diagram.policy, rule, model)) {
      const chosen = space.bind(outcomesOf(rule, frame, model), (number) => {
        const leaf = space.leaves.at(number)
        return space.constant(leaf.kind === 'outcome' && leaf.outcome.model === model ? yes : no)
      })
      const target = space.and(space.and(guard, chosen), feasible)
      const seen = samplePoints(diagram, target, samples).some((point) =>
        before.every((earlier) => leafAt(diagram, earlier, point) !== yes),
      )
      if (seen || coverOf(diagram, target, before) === undefined) return true
    }
    before.push(guard)
  }
  return false
}

/** Whether the choice can come to the model at all, before anything is worked out. */
function mayName(policy: Policy, rule: Rule, model: string): boolean {
  return choiceChain(rule.choice).some((choice) => {
    if (choice.kind === 'choose') return poolNamed(policy, choice.pool)?.models.some((each) => each.model === model)
    if (choice.kind === 'use' && choice.model.kind !== 'literal') return true
    return choice.kind === 'upgrade-via' || targetOf(choice) === model
  })
}
