import type { Policy } from '../../policy/core.ts'
import type { SessionState } from '../../policy/decision.ts'
import { observe, startSession } from '../../policy/session-state.ts'
import { expressionsOf } from '../../policy/walk.ts'
import type { DecidedCall } from '../../replay/hosts.ts'

/**
 * Follows a session as the old policy left it, in a shape in which both policies can decide: what
 * came with the calls is kept as far back as either looks, and what the old policy decided stands
 * beside what only the new one has a name for.
 */
export interface OldStates {
  /** `old` and `next` are the same recorded call, which `served` tells the end of. */
  readonly follow: (old: DecidedCall, next: DecidedCall, served: boolean) => SessionState
}

export function followOldStates(older: Policy, newer: Policy, session: string): OldStates {
  const observer = observerOf(older, newer)
  let state = startSession(observer, session)
  let previousServed: boolean | undefined
  return {
    follow: (old, next, served) => {
      state = overlaid(observe(observer, state, { ...next.input, previousServed }), old.begun, next.begun)
      previousServed = served
      return state
    },
  }
}

/** What a policy decides of later calls; all else of a state comes with the calls. */
function overlaid(seen: SessionState, old: SessionState, next: SessionState): SessionState {
  return {
    ...seen,
    kind: old.kind,
    requested: old.requested,
    requestedFixed: old.requestedFixed,
    choice: old.choice,
    lastChoice: old.lastChoice,
    memories: { ...next.memories, ...old.memories },
    fired: { ...next.fired, ...old.fired },
    events: old.events,
    lastServed: old.lastServed,
    sticky: old.sticky,
  }
}

/** The new policy, looking back as far as the old one does as well. */
function observerOf(older: Policy, newer: Policy): Policy {
  const looks = expressionsOf(older).map((condition) => ({
    name: '',
    when: undefined,
    mode: 'always' as const,
    condition,
    location: condition.location,
  }))
  return { ...newer, invariants: [...newer.invariants, ...looks] }
}
