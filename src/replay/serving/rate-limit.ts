import type { RateLimit } from '../../policy/core.ts'

/** Where a limit stands, by the window that `as` names. */
export type LimitState =
  /** `sliding`, and a limit that names no window: what was taken within the last period. */
  | { readonly kind: 'sliding'; readonly taken: readonly { readonly atMicros: number; readonly amount: number }[] }
  /** `fixed`: a period from its first use on; calendar windows: the present one. */
  | { readonly kind: 'window'; readonly fromMicros: number; readonly amount: number }
  /** `token-bucket`: full at first; `missing` is what is not yet refilled, in units × period. */
  | { readonly kind: 'bucket'; readonly atMicros: number; readonly missing: bigint }

/** An instant on the virtual clock, and the date where there is one: calendar windows go by it. */
export interface LimitMoment {
  readonly atMicros: number
  readonly dateMicros: number | undefined
}

const calendarMicros: ReadonlyMap<string, number> = new Map([
  ['calendar-minute', 60_000_000],
  ['calendar-hour', 3_600_000_000],
  ['calendar-day', 86_400_000_000],
])

/** Whether `amount` more fits; `undefined` state: nothing has been taken yet. */
export function hasRoom(
  limit: RateLimit,
  state: LimitState | undefined,
  moment: LimitMoment,
  amount: number,
): boolean {
  const now = at(limit, state, moment)
  switch (now.kind) {
    case 'sliding':
      return now.taken.reduce((sum, each) => sum + each.amount, amount) <= limit.count
    case 'window':
      return now.amount + amount <= limit.count
    case 'bucket':
      return now.missing + BigInt(amount) * BigInt(limit.perMicros) <= full(limit)
  }
}

/** The state once `amount` has been taken, whether it fitted or not: what is over is owed. */
export function afterTaking(
  limit: RateLimit,
  state: LimitState | undefined,
  moment: LimitMoment,
  amount: number,
): LimitState {
  const now = at(limit, state, moment)
  switch (now.kind) {
    case 'sliding':
      return { kind: 'sliding', taken: [...now.taken, { atMicros: moment.atMicros, amount }] }
    case 'window':
      return { ...now, amount: now.amount + amount }
    case 'bucket':
      return { ...now, missing: now.missing + BigInt(amount) * BigInt(limit.perMicros) }
  }
}

/** What time alone makes of it. */
function at(limit: RateLimit, state: LimitState | undefined, moment: LimitMoment): LimitState {
  const { atMicros, dateMicros } = moment
  const { as, perMicros } = limit
  const calendar = as === null ? undefined : calendarMicros.get(as)
  if (calendar !== undefined) {
    // Without a date the clock's own minutes, hours and days.
    const date = dateMicros ?? atMicros
    const fromMicros = date - (date % calendar)
    const same = state?.kind === 'window' && state.fromMicros === fromMicros
    return same ? state : { kind: 'window', fromMicros, amount: 0 }
  }
  switch (as) {
    case 'fixed': {
      const same = state?.kind === 'window' && atMicros - state.fromMicros < perMicros
      return same ? state : { kind: 'window', fromMicros: atMicros, amount: 0 }
    }
    case 'token-bucket': {
      if (state?.kind !== 'bucket') return { kind: 'bucket', atMicros, missing: 0n }
      const refilled = BigInt(limit.count) * BigInt(atMicros - state.atMicros)
      const missing = state.missing > refilled ? state.missing - refilled : 0n
      return { kind: 'bucket', atMicros, missing }
    }
    default: {
      const taken = state?.kind === 'sliding' ? state.taken : []
      return { kind: 'sliding', taken: taken.filter((each) => atMicros - each.atMicros < perMicros) }
    }
  }
}

/** A whole bucket, in units × period, so that refilling stays in whole numbers. */
function full({ count, perMicros }: RateLimit): bigint {
  return BigInt(count) * BigInt(perMicros)
}
