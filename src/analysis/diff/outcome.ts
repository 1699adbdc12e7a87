import type { End } from '../../check/diagram/leaves.ts'
import { choiceChain, rulesOf } from '../../check/used-models.ts'
import type { Policy } from '../../policy/core.ts'
import type { Decision, SessionState } from '../../policy/decision.ts'
import { memoryAt } from '../../policy/memory.ts'
import { clockOf } from '../../policy/session-state.ts'
import type { CallInput } from '../../policy/decision.ts'
import { sinceOf } from '../../policy/facts.ts'
import type { Difference } from './meaning.ts'
import type { Followed } from './steps.ts'

/** Without profiles and hosts that are asked for, to keep a model is to choose it again. */
export function choosesModelsOnly(policies: readonly Policy[]): boolean {
  return policies.every((policy) =>
    rulesOf(policy)
      .flatMap((rule) => choiceChain(rule.choice))
      .every((choice) => !('profile' in choice && choice.profile !== undefined) && !('at' in choice && choice.at !== undefined)),
  )
}

/** Whether two ends choose the same in the same way, whatever is said and by whom. */
export function sameChoice(one: End, other: End, plain: boolean): boolean {
  return choiceKey(one, plain) === choiceKey(other, plain)
}

/** And say the same after a restart. */
export function sameEnd(one: End, other: End, plain: boolean): boolean {
  const says = (end: End): string => (end.again?.says ?? []).join('\n')
  return sameChoice(one, other, plain) && one.once === other.once && says(one) === says(other)
}

function choiceKey({ to, once, again }: End, plain: boolean): string {
  // What is not remembered leaves the choice that stood, unless a restart has dropped it.
  const dropped = again !== undefined && (once || to.kind === 'none')
  switch (to.kind) {
    case 'model':
      return JSON.stringify([to.model, to.kept && !plain ? 'kept' : [to.profile, to.at], dropped])
    case 'ranked':
      return JSON.stringify([to.by, to.profile, dropped])
    case 'again':
      return 'again'
    case 'none':
      return JSON.stringify(['no route', to.stop ? to.reason : '', dropped])
  }
}

/** In the policy's own words; with these models where a ranking leaves it open which one. */
export function endText({ to, once, again }: End, ranked: readonly string[] = to.kind === 'ranked' ? to.models : []): string {
  const after = again === undefined ? '' : 'restart, '
  const only = once && to.kind !== 'none' ? 'for this call ' : ''
  switch (to.kind) {
    case 'model': {
      if (to.kept) return `${only}keep`
      const at = to.at === undefined ? '' : ` at ${to.at}`
      const profile = to.profile === undefined ? '' : ` with ${to.profile}`
      return `${after}${only}${to.model}${at}${profile}`
    }
    case 'ranked':
      return `${after}${only}${to.shown}${ranked.length === 0 ? '' : `: ${ranked.join(', ')}`}`
    case 'again':
      return `${only}restart`
    case 'none':
      return to.stop ? `${after}stop ${JSON.stringify(to.reason)}` : `${after}no route, ${to.reason}`
  }
}

/** What one policy made of a call. */
export interface Made {
  readonly policy: Policy
  readonly decision: Decision
  /** After the decision. */
  readonly state: SessionState
}

/** In what two decisions of the same call differ, and what they leave behind. */
export function differencesOf(older: Made, newer: Made, input: CallInput, followed: Followed): readonly Difference[] {
  const [one, other] = [older.decision, newer.decision]
  const found = new Set<Difference>()
  const asked = (each: Decision): string => JSON.stringify([each.model, each.profile, each.at])
  const left = ({ state }: Made): string | undefined => state.choice?.model
  const stopped = ({ decision, policy }: Made): string => ownReason(policy, decision)
  if (asked(one) !== asked(other) || left(older) !== left(newer) || stopped(older) !== stopped(newer)) found.add('choice')
  if (one.model !== undefined && other.model !== undefined && one.forThisCall !== other.forThisCall) found.add('this call only')
  if (one.reminders.join('\n') !== other.reminders.join('\n')) found.add('reminders')
  if (one.alerts.join('\n') !== other.alerts.join('\n')) found.add('alerts')
  if ([...one.hiddenTools].sort().join('\n') !== [...other.hiddenTools].sort().join('\n')) found.add('tools')
  if (one.model === other.model && one.model !== undefined) {
    const both = followed.hosts.filter(({ model }) => model === one.model).map(({ provider }) => provider)
    const passing = ({ endpoints }: Decision): string => endpoints.filter((host) => both.includes(host)).join('\n')
    if (passing(one) !== passing(other)) found.add('hosts')
  }
  const memory = ({ policy, state }: Made): string =>
    JSON.stringify([
      followed.memories.map((name) => memoryAt(policy, state, name, clockOf(input))),
      followed.sincesOfBoth.map(({ query }) => sinceOf(state, input, query) ?? 'unknown'),
    ])
  if (memory(older) !== memory(newer)) found.add('memory')
  return [...found]
}

/** The reason of a `stop`, or of a budget; nothing where nobody could be chosen. */
function ownReason(policy: Policy, { noRoute, model }: Decision): string {
  if (model !== undefined) return ''
  const reason = noRoute?.reason ?? ''
  const stops = [
    ...rulesOf(policy).flatMap((rule) => choiceChain(rule.choice)).flatMap((choice) => (choice.kind === 'stop' ? [choice.reason] : [])),
    ...policy.budgets.flatMap(({ actions }) => actions.flatMap(({ action }) => (action.kind === 'stop' ? [action.text] : []))),
  ]
  return stops.includes(reason) ? `stop ${reason}` : 'no route'
}
