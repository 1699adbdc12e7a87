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
  const directives = [...policy.serving, ...policy.profiles].flatMap(({ lines, location }) =>
    ofLines(lines).map((directive) => ({ directive, location })),
  )
  return directives.map((each) => ({ ...each, reason: reasons[each.directive] }))
}

const reasons = {
  'retry picks other-key': 'a log does not tell which key was used',
  'timeout of recorded answers': 'not every log tells how long a first token and its pauses took',
} as const

type Directive = keyof typeof reasons

function ofLines({ retry, timeoutMicros }: ServeLines): readonly Directive[] {
  const cuts = timeoutMicros?.firstToken !== undefined || timeoutMicros?.idle !== undefined
  return [
    ...(retry?.picks === 'other-key' ? (['retry picks other-key'] as const) : []),
    ...(cuts ? (['timeout of recorded answers'] as const) : []),
  ]
}
