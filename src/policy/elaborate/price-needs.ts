import type { Choice, Policy, Rule } from '../core.ts'
import type { Location } from '../../language/source.ts'
import { listed } from './context.ts'
import type { Context } from './context.ts'

/** `choose cheapest` compares prices: every model of its pool must have what is compared. */
export function requirePrices(context: Context, policy: Policy): void {
  const seen = new Set<Rule>()
  for (const block of [policy.blocks.start, policy.blocks.turn, policy.blocks.call]) {
    for (const rule of block === undefined ? [] : [...block.rules, block.otherwise]) {
      if (seen.has(rule) || rule.choice === undefined) continue
      seen.add(rule)
      requireInChoice(context, policy, rule.choice, rule.location)
    }
  }
}

function requireInChoice(
  context: Context,
  policy: Policy,
  choice: Choice,
  location: Location,
): void {
  if (choice.kind === 'choose' && choice.ranking.kind === 'cheapest') {
    const { by } = choice.ranking
    const members = policy.pools.find((pool) => pool.name === choice.pool)?.models ?? []
    const models = members.flatMap((member) =>
      policy.models.filter((model) => model.name === member.model),
    )
    const withoutRelative = models.filter((model) => model.relative === undefined)
    const withoutPrice = models.filter((model) => model.prices.length === 0)
    const relative = by === 'relative' || (by === undefined && withoutRelative.length === 0)
    const lacking = relative ? withoutRelative : withoutPrice
    if (lacking.length > 0) {
      context.report(
        'RT0218',
        location,
        `\`cheapest\` cannot be told in \`${choice.pool}\`: ${listed(
          lacking.map((model) => model.name),
          'and',
        )} ${lacking.length === 1 ? 'has' : 'have'} no ${relative ? '`relative`' : 'price'}`,
        {
          help: relative
            ? 'write `relative 1.0x` in each model, or `cheapest by list`'
            : 'write `price per 1M tokens { input $… output $… }` in each model',
          related: lacking.slice(0, 4).map((model) => ({
            location: model.location,
            message: `\`${model.name}\` is declared here`,
          })),
        },
      )
    }
  }
  if ('else' in choice && choice.else !== undefined)
    requireInChoice(context, policy, choice.else, location)
}
