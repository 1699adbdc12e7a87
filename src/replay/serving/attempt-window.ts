import type { Guard } from '../../policy/core.ts'

/** Attempts counted towards one trigger, oldest first. */
export interface AttemptWindow {
  /** When a fixed window began: with its first attempt; a calendar one: with its period of the date. */
  readonly sinceMicros: number | undefined
  readonly attempts: readonly { readonly atMicros: number; readonly failed: boolean }[]
}

export const emptyWindow: AttemptWindow = { sinceMicros: undefined, attempts: [] }

/**
 * The window after one more attempt. A sliding one holds what is younger than its width; a fixed one
 * ends as long after its first attempt, and the next attempt begins another; a calendar one is the period of
 * its width, counted from midnight UTC, that the attempt's date is in, or by the clock's own where there is none.
 */
export function withAttempt(
  window: AttemptWindow,
  shape: { readonly kind: Guard['window']; readonly withinMicros: number },
  attempt: AttemptWindow['attempts'][number],
  dateMicros?: number,
): AttemptWindow {
  const { atMicros } = attempt
  const isYoung = (micros: number): boolean => atMicros - micros < shape.withinMicros
  if (shape.kind === 'sliding') {
    const young = window.attempts.filter((each) => isYoung(each.atMicros))
    return { sinceMicros: undefined, attempts: [...young, attempt] }
  }
  const { sinceMicros } = window
  if (shape.kind === 'calendar') {
    const date = dateMicros ?? atMicros
    const period = date - (date % shape.withinMicros)
    return { sinceMicros: period, attempts: [...(period === sinceMicros ? window.attempts : []), attempt] }
  }
  return sinceMicros !== undefined && isYoung(sinceMicros)
    ? { sinceMicros, attempts: [...window.attempts, attempt] }
    : { sinceMicros: atMicros, attempts: [attempt] }
}
