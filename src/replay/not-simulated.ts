import type { Policy, ServeLines } from '../policy/core.ts'
import type { Location } from '../language/source.ts'

/** A directive that a replay does not act on, where it stands, and why. */
export interface NotSimulated {
  readonly directive: string
  readonly location: Location
  readonly reason: string
}

/** Everything that a policy asks for and a replay leaves out: listed, never silently ignored. */
export function notSimulated(policy: Policy): readonly NotSimulated[] {
  const listed = (directive: Directive, location: Location): NotSimulated => ({
    directive,
    location,
    reason: reasons[directive],
  })
  return [
    ...[...policy.serving, ...policy.profiles].flatMap(({ lines, location }) =>
      ofLines(lines).map((directive) => listed(directive, location)),
    ),
    ...policy.budgets.map(({ location }) => listed('budget', location)),
    ...policy.providers
      .filter((provider) => provider.limits.length > 0)
      .map(({ location }) => listed('limit', location)),
    ...policy.models
      .filter((model) => model.endpoints.some((endpoint) => endpoint.limits.length > 0))
      .map(({ location }) => listed('limit', location)),
  ]
}

/** Sessions share a host: what one meets depends on all, in one order of events. */
const shared = 'other sessions change it too, and sessions are replayed one by one'

const reasons = {
  cooldown: shared,
  breaker: shared,
  limit: shared,
  dedicated: shared,
  'strategy latency': shared,
  'strategy least-busy': shared,
  'strategy lowest-usage': shared,
  budget: 'the account is shared between sessions, and some costs are known between bounds only',
  'retry picks other-key': 'a log does not tell which key was used',
  'timeout of recorded answers': 'not every log tells how long a first token and its pauses took',
} as const

type Directive = keyof typeof reasons

function ofLines(lines: ServeLines): readonly Directive[] {
  const { strategy, timeoutMicros } = lines
  const cuts = timeoutMicros?.firstToken !== undefined || timeoutMicros?.idle !== undefined
  return [
    ...only('cooldown', lines.cooldown !== undefined),
    ...only('breaker', lines.breaker !== undefined),
    ...only('dedicated', lines.dedicated !== undefined),
    ...only('limit', lines.limits !== undefined),
    ...strategyOf(strategy?.name),
    ...only('retry picks other-key', lines.retry?.picks === 'other-key'),
    ...only('timeout of recorded answers', cuts),
  ]
}

function only(directive: Directive, isWritten: boolean): readonly Directive[] {
  return isWritten ? [directive] : []
}

/** `shuffle` and `price-weighted` are draws by what the policy says, whoever else is served. */
function strategyOf(name: NonNullable<ServeLines['strategy']>['name'] | undefined): readonly Directive[] {
  switch (name) {
    case undefined:
    case 'shuffle':
    case 'price-weighted':
      return []
    default:
      return [`strategy ${name}`]
  }
}
