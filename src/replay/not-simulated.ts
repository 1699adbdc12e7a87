import type { Policy, ServeLines } from '../policy/core.ts'
import type { Location } from '../language/source.ts'

/** A directive that this replay does not act on, and where it stands. */
export interface NotSimulated {
  readonly directive: string
  readonly location: Location
}

/** Everything that a policy asks for and this replay leaves out: listed, never silently ignored. */
export function notSimulated(policy: Policy): readonly NotSimulated[] {
  return [
    ...[...policy.serving, ...policy.profiles].flatMap(({ lines, location }) =>
      ofLines(lines).map((directive) => ({ directive, location })),
    ),
    ...policy.budgets.map(({ location }) => ({ directive: 'budget', location })),
    ...policy.providers
      .filter((provider) => provider.limits.length > 0)
      .map(({ location }) => ({ directive: 'limit', location })),
    ...policy.models
      .filter((model) => model.endpoints.some((endpoint) => endpoint.limits.length > 0))
      .map(({ location }) => ({ directive: 'limit', location })),
  ]
}

function ofLines(lines: ServeLines): readonly string[] {
  const { strategy, timeoutMicros } = lines
  const cuts = timeoutMicros?.firstToken !== undefined || timeoutMicros?.idle !== undefined
  return [
    ...(lines.cooldown === undefined ? [] : ['cooldown']),
    ...(lines.breaker === undefined ? [] : ['breaker']),
    ...(lines.dedicated === undefined ? [] : ['dedicated']),
    ...(lines.limits === undefined ? [] : ['limit']),
    ...(strategy === undefined || strategy.name === 'shuffle' ? [] : [`strategy ${strategy.name}`]),
    ...(lines.retry?.picks === 'other-key' ? ['retry picks other-key'] : []),
    // A recorded answer is never cut: how long its first token and its pauses took is not in every log.
    ...(cuts ? ['timeout of recorded answers'] : []),
  ]
}
