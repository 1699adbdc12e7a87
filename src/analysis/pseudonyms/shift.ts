import type { Policy } from '../../policy/core.ts'
import { serveLinesOf } from './draws.ts'
import type { KeyedHash } from './keyed-hash.ts'
import { partsOfRules } from './vocabulary.ts'

/** The instants of a trace, in microseconds; `undefined`: it has none. */
export type Span = { readonly first: number; readonly last: number } | undefined

export type Shift =
  | { readonly kind: 'shifted'; readonly micros: number }
  /** Why times stay as they are, each reason with the policy's name. */
  | { readonly kind: 'kept'; readonly reasons: readonly string[] }

const microsPerMinute = 60_000_000
const minutesPerDay = 1_440
const microsPerDay = microsPerMinute * minutesPerDay

/** Ten years: further back than any log that is worth replaying. */
const mostDays = 3_650

/**
 * Every instant moves into the future by one random number of days and minutes. Calendar rules and
 * calendar budgets forbid that; so does a dated price, unless the trace begins after the last one.
 */
export function shiftOf(policies: readonly Policy[], span: Span, hash: KeyedHash): Shift {
  const reasons = policies.flatMap((policy) =>
    reasonsOf(policy, span).map((reason) => `${reason} (policy \`${policy.name ?? ''}\`)`),
  )
  if (reasons.length > 0) return { kind: 'kept', reasons }
  const draw = BigInt(`0x${hash('shift', '')}`)
  const days = Number(draw % BigInt(mostDays)) + 1
  const minutes = Number((draw / BigInt(mostDays)) % BigInt(minutesPerDay))
  const micros = days * microsPerDay + minutes * microsPerMinute
  if (span !== undefined && span.last + micros > Number.MAX_SAFE_INTEGER) {
    return { kind: 'kept', reasons: ['an instant of the trace is too late to be moved'] }
  }
  return { kind: 'shifted', micros }
}

function reasonsOf(policy: Policy, span: Span): readonly string[] {
  const { budgets, models, providers } = policy
  const endpoints = models.flatMap((model) => model.endpoints)
  const limits = [...providers, ...endpoints, ...serveLinesOf(policy)].flatMap((each) => each.limits ?? [])
  const days = [...models, ...endpoints]
    .flatMap(({ prices }) => prices.map(({ fromDay }) => fromDay))
    .filter((day) => day !== null)
  const begins = span === undefined ? Infinity : Math.floor(span.first / microsPerDay)
  return [
    ...(partsOfRules(policy).some(({ kind }) => kind === 'within-hours')
      ? ['a rule reads the clock and the calendar']
      : []),
    ...(budgets.some(({ window }) => window.kind === 'calendar') ? ['a budget runs by the calendar'] : []),
    // A minute of the clock stays a minute of the clock.
    ...(limits.some((limit) => limit.as === 'calendar-hour' || limit.as === 'calendar-day')
      ? ['a rate limit runs by the calendar']
      : []),
    ...(days.some((day) => day > begins) ? ['prices change by date while the trace runs, or after it'] : []),
  ]
}
