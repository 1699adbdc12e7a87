/**
 * What happens at one instant, in this order: a fault that ends, a fault that begins, a bucket that is
 * refilled, a response, a timer, a request that arrives, an attempt that is sent. The first three need
 * no event of their own: intervals are half-open, and what time alone changes is worked out when asked.
 */
export const eventClasses = ['fault-end', 'fault-start', 'refill', 'response', 'timer', 'arrival', 'dispatch'] as const

export type EventClass = (typeof eventClasses)[number]

/** What an activity waits for, on the virtual clock. Without a clock only durations count, from 0. */
export interface Wait {
  readonly for: Exclude<EventClass, 'fault-end' | 'fault-start' | 'refill'>
  readonly atMicros: number
}

/**
 * Something that takes virtual time: it yields what it waits for and goes on when that has come.
 * Whoever drives it decides what else happens meanwhile.
 */
export type Activity<T> = Generator<Wait, T, undefined>

/** Drives an activity to its end with nothing else in its world: each wait is over at once. */
export function runThrough<T>(activity: Activity<T>): T {
  for (;;) {
    const step = activity.next()
    if (step.done === true) return step.value
  }
}
