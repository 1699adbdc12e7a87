import type { Location } from '../language/source.ts'
import type { Expression } from '../policy/core.ts'
import type { Check } from './accept.ts'
import { neverHolds } from './diagram/idle-filters.ts'

/** Words of a scorer's scale that none of its bands gives, and bands that no sum of its signals falls into. */
export const checkBandGaps: Check = (policy, accept) => {
  for (const { name, bands, location } of policy.scorers) {
    if (bands === undefined) continue
    const empty = bands.bands.filter(({ word }) => neverHolds(policy, isBand(name, bands.scale, word, location)))
    if (empty.length > 0) {
      accept('RT0323', location, `no value of \`${name}\` falls into ${empty.map(({ word }) => `\`${word}\``).join(', ')}`, {
        help: 'its signals add up to less, or an earlier band takes what it could; move the borders',
      })
    }
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

/** `scorer.band is word` */
function isBand(scorer: string, scale: string, word: string, location: Location): Expression {
  const type = { kind: 'word', set: scale } as const
  return {
    kind: 'equal',
    location,
    type: { kind: 'truth' },
    negated: false,
    left: { kind: 'scorer-band', location, type, scorer },
    right: { kind: 'literal', location, type, value: { kind: 'name', name: word }, setting: undefined },
  }
}
