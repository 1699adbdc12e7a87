import type { Check } from './accept.ts'

/** A climb that steps down in tier, on a ladder that does not say so. */
export const checkDescendingLadders: Check = (policy, accept) => {
  const words = policy.scales.find((scale) => scale.name === 'tier')?.words ?? []
  const rank = (name: string): number => {
    const tier = policy.models.find((model) => model.name === name)?.tier
    return tier === undefined || tier === null ? -1 : words.indexOf(tier)
  }
  for (const ladder of policy.ladders) {
    if (ladder.mayDescend) continue
    for (const climb of ladder.climbs) {
      for (const [index, step] of climb.entries()) {
        const above = climb[index + 1]?.find((upper) =>
          step.some((lower) => rank(upper) >= 0 && rank(lower) > rank(upper)),
        )
        const below =
          above === undefined ? undefined : step.find((lower) => rank(lower) > rank(above))
        if (above === undefined || below === undefined) continue
        accept(
          'RT0313',
          ladder.location,
          `the ladder \`${ladder.name}\` descends from \`${below}\` to \`${above}\`, a lower tier`,
          {
            help: `turn the step round, or write \`ladder ${ladder.name} may descend\``,
          },
        )
      }
    }
  }
}
