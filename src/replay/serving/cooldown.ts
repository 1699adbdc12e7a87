import type { Guard } from '../../policy/core.ts'
import { counted } from './triggers.ts'
import type { EndedAttempt, Windows } from './triggers.ts'

/** A host that may rest: what it has been counted with, and until when it rests. */
export interface CooldownState {
  readonly windows: Windows
  /** Exclusive. */
  readonly untilMicros: number | undefined
}

export const restless: CooldownState = { windows: [], untilMicros: undefined }

export function isCooling({ untilMicros }: CooldownState, nowMicros: number): boolean {
  return untilMicros !== undefined && nowMicros < untilMicros
}

/**
 * Tripped, the host rests from the end of the attempt on: for `lasts`, or, with `honours retry-after`,
 * for as long as the host itself asked for. A later end replaces an earlier one, never the other way.
 */
export function cooldownAfter(
  guard: Guard,
  state: CooldownState,
  attempt: EndedAttempt,
): CooldownState {
  if (attempt.brokenOff) return state
  const [windows, tripped] = counted(guard, state.windows, attempt)
  if (!tripped) return { ...state, windows }
  const lasts = restMicros(guard, attempt)
  return { windows, untilMicros: Math.max(state.untilMicros ?? -Infinity, attempt.atMicros + lasts) }
}

/** How long a guard that an attempt has tripped leaves its host out. */
export function restMicros(guard: Guard, { retryAfterMicros }: EndedAttempt): number {
  const asked = guard.honoursRetryAfter ? retryAfterMicros : undefined
  return asked ?? guard.lastsMicros ?? 0
}
