/** Attempts counted towards one trigger, oldest first. */
export interface AttemptWindow {
  /** When a fixed window began: with its first attempt. */
  readonly sinceMicros: number | undefined
  readonly attempts: readonly { readonly atMicros: number; readonly failed: boolean }[]
}

export const emptyWindow: AttemptWindow = { sinceMicros: undefined, attempts: [] }

/**
 * The window after one more attempt. A sliding one holds what is younger than its width; a fixed one
 * ends as long after its first attempt, and the next attempt begins another.
 */
export function withAttempt(
  window: AttemptWindow,
  shape: { readonly kind: 'fixed' | 'sliding'; readonly withinMicros: number },
  attempt: AttemptWindow['attempts'][number],
): AttemptWindow {
  const { atMicros } = attempt
  const isYoung = (micros: number): boolean => atMicros - micros < shape.withinMicros
  if (shape.kind === 'sliding') {
    const young = window.attempts.filter((each) => isYoung(each.atMicros))
    return { sinceMicros: undefined, attempts: [...young, attempt] }
  }
  const { sinceMicros } = window
  return sinceMicros !== undefined && isYoung(sinceMicros)
    ? { sinceMicros, attempts: [...window.attempts, attempt] }
    : { sinceMicros: atMicros, attempts: [attempt] }
}
