import type { Guard } from '../../policy/core.ts'
import { matchesError } from '../error-class.ts'
import { restMicros } from './cooldown.ts'
import { counted } from './triggers.ts'
import type { EndedAttempt, Windows } from './triggers.ts'

/**
 * closed → (tripped) → open → (`lasts` later) → half-open → (its probes succeed) → closed, or
 * (a probe fails) → open again. With `probes 0` it closes by time alone.
 */
export type BreakerState =
  | { readonly phase: 'closed'; readonly windows: Windows }
  /** Exclusive. */
  | { readonly phase: 'open'; readonly untilMicros: number }
  /** Its probes are the attempts that began since. */
  | { readonly phase: 'half-open'; readonly sinceMicros: number; readonly begun: number; readonly succeeded: number }

export const closed: BreakerState = { phase: 'closed', windows: [] }

/** One probe where the policy names no number. */
function probesOf(guard: Guard): number {
  return guard.probes ?? 1
}

/** What time alone makes of it. */
export function breakerAt(guard: Guard, state: BreakerState, nowMicros: number): BreakerState {
  if (state.phase !== 'open' || nowMicros < state.untilMicros) return state
  return probesOf(guard) === 0 ? closed : { phase: 'half-open', sinceMicros: state.untilMicros, begun: 0, succeeded: 0 }
}

export function lets(guard: Guard, state: BreakerState, nowMicros: number): boolean {
  const now = breakerAt(guard, state, nowMicros)
  return now.phase === 'closed' || (now.phase === 'half-open' && now.begun < probesOf(guard))
}

/** An attempt begins: in half-open it is a probe. */
export function breakerBegins(guard: Guard, state: BreakerState, nowMicros: number): BreakerState {
  const now = breakerAt(guard, state, nowMicros)
  return now.phase === 'half-open' ? { ...now, begun: now.begun + 1 } : now
}

export function breakerAfter(guard: Guard, state: BreakerState, attempt: EndedAttempt): BreakerState {
  const now = breakerAt(guard, state, attempt.atMicros)
  switch (now.phase) {
    case 'open':
      return now
    case 'closed': {
      if (attempt.brokenOff) return now
      const [windows, tripped] = counted(guard, now.windows, attempt)
      return tripped ? opened(guard, attempt) : { phase: 'closed', windows }
    }
    case 'half-open': {
      const { error } = attempt
      // Sent before the breaker opened: it is no probe.
      if (attempt.begunMicros < now.sinceMicros) return now
      if (attempt.brokenOff) return givenBack(now)
      if (error === undefined) {
        const succeeded = now.succeeded + 1
        return succeeded >= probesOf(guard) ? closed : { ...now, succeeded }
      }
      if (guard.trips.some((trip) => matchesError(trip.on, error))) return opened(guard, attempt)
      // An error that no trigger lists says nothing of the host: the probe is free again.
      return givenBack(now)
    }
  }
}

function givenBack(state: Extract<BreakerState, { phase: 'half-open' }>): BreakerState {
  return { ...state, begun: Math.max(0, state.begun - 1) }
}

function opened(guard: Guard, attempt: EndedAttempt): BreakerState {
  return { phase: 'open', untilMicros: attempt.atMicros + restMicros(guard, attempt) }
}
