import { escapeTerminal } from './escape.ts'
import { formatCount, plural } from './number.ts'
import { field, type Screen } from './terminal/layout.ts'

/** What a pseudonymised trace still holds, for whoever must decide whether it may be shared. */
export interface PseudonymFacts {
  readonly output: string
  readonly policies: readonly string[]
  readonly sessions: number
  readonly calls: number
  readonly sessionIds: 'hashed' | 'kept'
  readonly keptIds: readonly string[]
  readonly times: 'shifted' | 'kept'
  readonly keptTimes: readonly string[]
  /** Models and providers that no policy names. */
  readonly unlistedNames: number
  readonly pausesRedrawn: boolean
}

export function pseudonymScreen(facts: PseudonymFacts, screen: Screen): string {
  const { style } = screen
  const policies = facts.policies.map((name) => `\`${name}\``).join(', ')
  const shown = (reasons: readonly string[]): string => escapeTerminal(reasons.join('; '))
  const taken = `${plural(facts.sessions, 'session')}, ${plural(facts.calls, 'call')}`
  const lines = [
    style.strong(`${taken} to ${escapeTerminal(facts.output)}`),
    ...field(screen, 'decisions', `the same as before for ${escapeTerminal(policies)}`),
    ...(facts.sessionIds === 'hashed'
      ? field(screen, 'session ids', 'hashed; the key is gone')
      : field(screen, 'session ids', `kept in clear: ${shown(facts.keptIds)}`, style.warn)),
    ...(facts.times === 'shifted'
      ? field(screen, 'times', 'moved into the future by one random amount; the time between calls stays')
      : field(screen, 'times', `kept: ${shown(facts.keptTimes)}`, style.warn)),
    ...(facts.unlistedNames === 0
      ? []
      : field(
          screen,
          'models and hosts',
          `${formatCount(facts.unlistedNames)} that no policy names have become \`unlisted-…\`: their prices are unknown from now on`,
        )),
    ...(facts.pausesRedrawn
      ? field(screen, 'retries', 'jittered pauses are drawn anew: a call that fails close to its deadline may end otherwise')
      : []),
    ...field(screen, 'stays', 'lengths, token counts, costs, tool failures and the shape of sessions: docs/privacy.md'),
  ]
  return `${lines.join('\n')}\n`
}
