import { assumptionNames } from '../policy/assumption-names.ts'
import { sameTokens } from './call-money.ts'
import { cancelledAnyway, healthyBetween, unclassifiedError, unknownHealth, untriedHealthy } from './recorded-health.ts'
import type { ReplayResult, Totals } from './result.ts'

const texts: ReadonlyMap<string, string> = new Map([
  [untriedHealthy, 'a host that the log of a session never tried answers'],
  [healthyBetween, 'a host answers where its session’s log has answers of it and no failure on either side'],
  [unknownHealth, 'between the last failure of a host and its first answer, or the other way round, it is not known whether it would have answered'],
  [cancelledAnyway, 'a call that the person broke off is broken off wherever it goes'],
  [unclassifiedError, 'a call that failed without an error in the log failed as `unavailable` or, if denied, as `permission`'],
])

/** The named assumptions that some figure or some call of this run rests on. */
export function assumptionsOf(totals: Totals): ReplayResult['assumptions'] {
  const { overhead, frozen } = totals.money
  return [
    ...(frozen.parts.modelled === undefined
      ? []
      : [
          {
            name: sameTokens,
            text:
              'from a divergence on a call keeps its logged tokens, a factor of 4 either way; cached ones stay' +
              ' cached, for the cache that a switch loses is not charged',
          },
          {
            name: 'recorded-starts',
            text: 'from a divergence on a call starts when it did in the log, and reads what the log holds',
          },
        ]),
    ...(overhead.parts.modelled === undefined
      ? []
      : [{ name: assumptionNames.declaredOverhead, text: 'classifiers and compactions that the log does not hold cost what the policy declares' }]),
    ...Object.keys(totals.assumed).map((name) => ({ name, text: texts.get(name) ?? name })),
  ]
}
