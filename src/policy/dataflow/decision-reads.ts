import type { Block, Choice, Effect, Policy, Rule } from '../core.ts'
import { modelNamed, poolNamed } from '../catalogue-queries.ts'
import type { Decision } from '../decision.ts'
import { servePlan } from '../line-up.ts'
import { fitting, ladderReads, nothingRead, priceReads, reading, readsOf, together } from './reads.ts'
import type { Reads } from './reads.ts'

/**
 * What this decision may have read that an earlier choice can change: filters and budgets, the guards
 * of its block up to the rule that chose, that rule's choice, what hides tools, and the line-up of
 * the model it chose. An over-approximation: every branch of what was asked counts as read.
 */
export function decisionReads(policy: Policy, decision: Decision): Reads {
  const { block, rule, after, reason, model, profile } = decision
  const key = JSON.stringify([block, rule, after, reason, model ?? null, profile ?? null])
  const byDecision = known.get(policy) ?? new Map<string, Reads>()
  known.set(policy, byDecision)
  const found = byDecision.get(key) ?? readsOfDecision(policy, decision)
  byDecision.set(key, found)
  return found
}

const known = new WeakMap<Policy, Map<string, Reads>>()

function readsOfDecision(policy: Policy, decision: Decision): Reads {
  const { always, blocks, restarting } = partsOf(policy)
  const block = blocks[decision.block]
  const begunAnew = decision.reason === 'forced' || decision.after.some((rule) => restarting.has(rule))
  const rules = begunAnew ? [block?.whole, blocks.start?.whole] : [block?.until(decision.rule)]
  const { model } = decision
  return together([
    always,
    ...rules.map((each) => each ?? nothingRead),
    fitting(['current', ...(model === undefined ? [] : [{ model }])]),
    model === undefined ? nothingRead : servingReads(policy, model, decision.profile),
  ])
}

interface PolicyParts {
  /** Read by every decision. */
  readonly always: Reads
  readonly blocks: { readonly [moment in 'start' | 'turn' | 'call']?: BlockReads }
  /** Rules that restart. */
  readonly restarting: ReadonlySet<string>
}

interface BlockReads {
  readonly whole: Reads
  /** Guards and effects of the rules up to this one, and its choice. */
  until(rule: string): Reads
}

const parts = new WeakMap<Policy, PolicyParts>()

function partsOf(policy: Policy): PolicyParts {
  const found = parts.get(policy)
  if (found !== undefined) return found
  const { start, turn, call } = policy.blocks
  const blockOf = (block: Block | undefined): BlockReads | undefined =>
    block === undefined ? undefined : blockReads(policy, block)
  const made: PolicyParts = {
    always: together([
      ...policy.filters.flatMap(({ where, when }) => [
        readsOf(policy, where),
        when === undefined ? nothingRead : readsOf(policy, when),
      ]),
      ...policy.hides.map((hide) => readsOf(policy, hide.when)),
      policy.budgets.some(({ actions }) => actions.some(({ action }) => action.kind !== 'alert'))
        ? reading('used', 'serving')
        : nothingRead,
    ]),
    blocks: Object.fromEntries(
      Object.entries({ start: blockOf(start), turn: blockOf(turn), call: blockOf(call) }).filter(
        ([, block]) => block !== undefined,
      ),
    ),
    restarting: new Set(
      [turn, call].flatMap((block) =>
        block === undefined
          ? []
          : [...block.rules, block.otherwise].filter(restarts).map((rule) => rule.name),
      ),
    ),
  }
  parts.set(policy, made)
  return made
}

function restarts({ choice }: Rule): boolean {
  const leads = (each: Choice | undefined): boolean =>
    each !== undefined && (each.kind === 'restart' || ('else' in each && leads(each.else)))
  return leads(choice)
}

function blockReads(policy: Policy, block: Block): BlockReads {
  const rules = [...block.rules, block.otherwise].map((rule) => ({
    name: rule.name,
    asked: together([
      rule.guard === undefined ? nothingRead : readsOf(policy, rule.guard),
      ...rule.effects.map((effect) => effectReads(policy, effect)),
    ]),
    chosen: choiceReads(policy, rule.choice),
  }))
  const until = new Map<string, Reads>()
  let asked = nothingRead
  for (const rule of rules) {
    asked = together([asked, rule.asked])
    if (!until.has(rule.name)) until.set(rule.name, together([asked, rule.chosen]))
  }
  const whole = together([asked, ...rules.map((rule) => rule.chosen)])
  return { whole, until: (rule) => until.get(rule) ?? whole }
}

function effectReads(policy: Policy, effect: Effect): Reads {
  return effect.kind === 'raise' ? readsOf(policy, effect.value) : nothingRead
}

function choiceReads(policy: Policy, choice: Choice | undefined): Reads {
  switch (choice?.kind) {
    case undefined:
    case 'keep':
    case 'restart':
    case 'stop':
      return nothingRead
    case 'use': {
      const { model } = choice
      const literal = model.kind === 'literal' && model.value !== null && model.value.kind === 'name'
      const fitted = literal
        ? ({ model: model.value.name } as const)
        : model.kind === 'fact' && (model.fact === 'requested' || model.fact === 'current')
          ? model.fact
          : 'any'
      return together([
        readsOf(policy, model),
        fitting([fitted]),
        profileReads(policy, choice.profile),
        choiceReads(policy, choice.else),
      ])
    }
    case 'choose': {
      const { ranking, where } = choice
      const models = poolNamed(policy, choice.pool)?.models.map((each) => each.model) ?? []
      const byRelative =
        ranking.kind !== 'cheapest' ||
        ranking.by === 'relative' ||
        (ranking.by === undefined && models.every((name) => modelNamed(policy, name)?.relative !== undefined))
      return together([
        fitting(models.map((model) => ({ model }))),
        where === undefined ? nothingRead : readsOf(policy, where),
        ranking.kind === 'highest' || ranking.kind === 'lowest' ? readsOf(policy, ranking.value) : nothingRead,
        byRelative ? nothingRead : priceReads(policy, models),
        ranking.kind === 'cheapest' && ranking.by === 'expected' ? reading('context.length', 'reply') : nothingRead,
        ranking.kind === 'weighted' && ranking.per === 'turn' ? reading('turn', 'reply') : nothingRead,
        profileReads(policy, choice.profile),
        choiceReads(policy, choice.else),
      ])
    }
    case 'upgrade-to':
    case 'downgrade-to':
      return together([fitting([{ model: choice.model }]), choiceReads(policy, choice.else)])
    case 'upgrade-via':
      return together([ladderReads(policy, choice.ladder), choiceReads(policy, choice.else)])
  }
}

/** A profile's `require` decides whether a model that it is named with may be chosen. */
function profileReads(policy: Policy, name: string | undefined): Reads {
  const profile = policy.profiles.find((each) => each.name === name)
  return together((profile?.lines.require ?? []).map((condition) => readsOf(policy, condition)))
}

/** What the order of a model's hosts goes by. Where a session last was is in its state. */
function servingReads(policy: Policy, model: string, profile: string | undefined): Reads {
  const plan = servePlan(policy, model, profile)
  const byTraffic = plan.strategy !== undefined && !['shuffle', 'price-weighted'].includes(plan.strategy.name)
  return together([
    ...[...(plan.prefer ?? []), ...(plan.require ?? [])].map((condition) => readsOf(policy, condition)),
    plan.orderBy === 'price' || plan.strategy?.name === 'price-weighted' ? priceReads(policy, [model]) : nothingRead,
    byTraffic ? reading(`strategy ${plan.strategy?.name ?? ''}`, 'serving') : nothingRead,
    plan.sticky?.lifetime === undefined ? nothingRead : reading('now', 'serving'),
  ])
}
