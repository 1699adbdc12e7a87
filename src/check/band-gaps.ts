import type { Check } from './accept.ts'

/** Words of a scorer's scale that none of its bands gives. */
export const checkBandGaps: Check = (policy, accept) => {
  for (const { name, bands, location } of policy.scorers) {
    if (bands === undefined) continue
    const words = policy.scales.find((scale) => scale.name === bands.scale)?.words ?? []
    const missing = words.filter((word) => !bands.bands.some((band) => band.word === word))
    if (missing.length === 0) continue
    accept(
      'RT0323',
      location,
      `no band of \`${name}\` gives ${missing.map((word) => `\`${word}\``).join(', ')}`,
      {
        help: `every word of \`${bands.scale}\` has a band, or the scale is shorter`,
      },
    )
  }
}
