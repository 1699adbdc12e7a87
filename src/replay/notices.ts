import type { Policy } from '../policy/core.ts'
import { dayOf } from '../policy/catalogue-queries.ts'
import { firstPriceDay } from '../policy/first-prices.ts'
import { controlModels } from './always.ts'
import { unknownHealth } from './recorded-health.ts'
import { dateOfDay } from './day.ts'
import type { IdentityCounts } from './identity.ts'
import type { Identity } from './result/replay.ts'
import type { Totals } from './result/totals.ts'
import { groupThousands } from './thousands.ts'

export interface NoticeFacts {
  readonly policy: Policy
  readonly totals: Totals
  readonly identity: Identity
  readonly counts: IdentityCounts
  /** The policy of `--recorded`. */
  readonly named: string | undefined
  readonly servedModels: ReadonlySet<string>
  readonly sharedState: readonly string[]
  /** Sessions without a wall clock. */
  readonly undated: number
}

/** What a reader must know before any number, most important first. */
export function noticesOf(facts: NoticeFacts): readonly string[] {
  return [
    ...classifierNotice(facts),
    ...identityNotice(facts),
    ...uncounted(facts),
    ...undetermined(facts),
    ...lowerBounds(facts),
    ...notYetPriced(facts),
    ...undatedSessions(facts),
    ...openHosts(facts),
  ]
}

/** The health of a host between an answer and a failure is run both ways; only one of the runs can be shown whole. */
function openHosts({ totals }: NoticeFacts): readonly string[] {
  const calls = totals.assumed[unknownHealth] ?? 0
  if (calls === 0) return []
  const asks = calls === 1 ? '1 call asks a host that may have been down' : `${grouped(calls)} calls ask hosts that may have been down`
  return [`${asks} then: attempts and availability are of two runs, all other figures of the one in which such hosts answer`]
}

/** A policy that stands on a classifier, over a log that never had one. */
function classifierNotice({ policy, totals, servedModels }: NoticeFacts): readonly string[] {
  const { sessions, sessionsWithVerdict } = totals
  if (policy.classifiers.length === 0 || sessionsWithVerdict === sessions) return []
  const carry = `${grouped(sessionsWithVerdict)} of ${grouped(sessions)} sessions carry a classifier verdict`
  const [only, ...others] = [...servedModels].sort()
  const served = Object.keys(totals.decisions.noRoute).length === 0
  const missed = policy.classifiers.some(({ name }) => Object.hasOwn(totals.decisions.missing, name))
  if (sessionsWithVerdict > 0) {
    // Some sessions never ask: only a verdict that was wanted is missed.
    return missed ? [`${carry}: where one is missing, choices that need it are undetermined`] : []
  }
  if (only !== undefined && others.length === 0 && served) return [`${carry}: the result equals always-${only}`]
  return [missed ? `${carry}: choices that need one are undetermined` : `${carry}, and no choice asks for one`]
}

function identityNotice({ identity, counts, named, totals }: NoticeFacts): readonly string[] {
  const [absent] = Object.entries(counts.absentPolicies).sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
  if (identity.form !== 'policy' && absent !== undefined) {
    const [name, sessions] = absent
    if (named !== undefined) {
      return [
        `policy \`${name}\` decided ${grouped(sessions)} of ${grouped(totals.sessions)} sessions by their headers,` +
          ` and not \`${named}\`, which \`--recorded\` names: the policy that decided has another name or another meaning`,
      ]
    }
    return [
      `policy \`${name}\` decided ${grouped(sessions)} of ${grouped(totals.sessions)} sessions and is not at hand:` +
        ` \`--recorded FILE\` with it tells whether it is understood; until then nothing here says what a change of it would have done`,
    ]
  }
  if (identity.form !== 'policy') {
    return ['the router behind this log is not known: nothing here says what a change of its policy would have done']
  }
  return counts.otherSessions === 0
    ? []
    : [`${grouped(counts.otherSessions)} sessions were not decided by \`${identity.policy}\`: what decided them is not known`]
}

function uncounted({ policy, totals }: NoticeFacts): readonly string[] {
  const lists = Object.keys(totals.uncountedPhrases).sort()
  if (lists.length === 0) return []
  const sessions = Object.values(totals.uncountedPhrases).reduce((most, each) => Math.max(most, each), 0)
  const names = lists.map((name) => `\`${name}\``).join(', ')
  return [
    `the phrases ${names} were not counted in ${grouped(sessions)} of ${grouped(totals.sessions)} sessions, so they` +
      ` are unknown there: \`reroute import FORMAT LOGS --for FILE\` with the file of \`${policy.name ?? ''}\` counts them`,
  ]
}

/** Models of the catalogue that had no price yet when this was recorded. */
function notYetPriced({ policy, totals }: NoticeFacts): readonly string[] {
  const { dated } = totals
  if (dated === undefined) return []
  const { cheapest, strongest } = controlModels(policy) ?? {}
  const asked = new Set([...Object.keys(totals.unpriced), ...Object.keys(totals.policyUnpriced), cheapest, strongest])
  const late = policy.models.flatMap(({ name, prices }) => {
    const first = firstPriceDay(prices)
    return asked.has(name) && first !== undefined && first > dayOf(dated.firstMicros) ? [`\`${name}\` ${dateOfDay(first)}`] : []
  })
  return late.length === 0
    ? []
    : [`no price yet on days of this log, first ones: ${late.join(', ')}: \`--first-prices\` takes them for all days, as an assumption`]
}

function undatedSessions({ totals, sharedState, undated }: NoticeFacts): readonly string[] {
  if (undated === 0 || sharedState.length === 0) return []
  const have = undated === 1 ? 'has' : 'have'
  return [
    `${grouped(undated)} of ${grouped(totals.sessions)} sessions ${have} no wall clock: nothing of what others do (${sharedState.join(', ')}) is seen there`,
  ]
}

function grouped(count: number): string {
  return groupThousands(String(count))
}

function undetermined({ totals }: NoticeFacts): readonly string[] {
  const { undetermined: count, missing } = totals.decisions
  if (count === 0) return []
  const names = Object.entries(missing)
    .sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
    .map(([name, calls]) => `${name} ${grouped(calls)}`)
  return [`${grouped(count)} ${count === 1 ? 'decision is' : 'decisions are'} undetermined, for the log does not tell: ${names.join(', ')}`]
}

function lowerBounds({ totals }: NoticeFacts): readonly string[] {
  const { lowerBoundOutputs, callsWithUsage } = totals.tokens
  if (lowerBoundOutputs === 0) return []
  return [
    `the log cuts the output tokens of ${grouped(lowerBoundOutputs)} of ${grouped(callsWithUsage)} calls short: their output cost is a lower bound`,
  ]
}
