import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Guard } from '../../../src/policy/core.ts'
import { breakerAfter, breakerAt, breakerBegins, closed, lets } from '../../../src/replay/serving/breaker.ts'
import type { BreakerState } from '../../../src/replay/serving/breaker.ts'
import { cooldownAfter, isCooling, restless } from '../../../src/replay/serving/cooldown.ts'
import type { CooldownState } from '../../../src/replay/serving/cooldown.ts'
import { counted } from '../../../src/replay/serving/triggers.ts'
import type { EndedAttempt, Windows } from '../../../src/replay/serving/triggers.ts'

const second = 1_000_000

type Trip = Guard['trips'][number]

function guard(trigger: Trip['trigger'], rest: Partial<Guard> & Partial<Pick<Trip, 'on' | 'unlessAlone'>> = {}): Guard {
  const { on, unlessAlone = false, ...lines } = rest
  return {
    trips: [{ trigger, on, unlessAlone }],
    lastsMicros: 5 * second,
    honoursRetryAfter: false,
    scope: undefined,
    window: 'sliding',
    probes: undefined,
    allDown: 'fail',
    ...lines,
  }
}

const after = (count: number, seconds: number): Trip['trigger'] => ({
  kind: 'failures',
  count,
  withinMicros: seconds * second,
})

const share = (percent: number, atLeast: number, strict: boolean): Trip['trigger'] => ({
  kind: 'share',
  strict,
  millionths: percent * 10_000,
  atLeast,
  withinMicros: 60 * second,
})

function attempt(atSeconds: number, errorClass?: string, more: Partial<EndedAttempt> = {}): EndedAttempt {
  const error = errorClass === undefined ? undefined : { errorClass, status: undefined }
  return { begunMicros: atSeconds * second, atMicros: atSeconds * second, brokenOff: false, error, retryAfterMicros: undefined, alone: false, ...more }
}

/** At which of the attempts a guard trips, by index. `F` fails, `x` fails otherwise, `.` answers. */
function trips(of: Guard, attempts: string, stepSeconds = 1): readonly number[] {
  let windows: Windows = []
  return [...attempts].flatMap((sign, index) => {
    const error = sign === 'F' ? 'server' : sign === 'x' ? 'auth' : undefined
    const [next, tripped] = counted(of, windows, attempt(index * stepSeconds, error))
    windows = next
    return tripped ? [index] : []
  })
}

describe('triggers', () => {
  it.each<[string, Guard, string, number, readonly number[]]>([
    ['the third failure', guard(after(3, 60)), 'FFF', 1, [2]],
    ['tripping empties the count', guard(after(2, 60)), 'FFFFF', 1, [1, 3]],
    ['only failures of the list', guard(after(2, 60), { on: ['server'] }), 'FxxF', 1, [3]],
    ['a sliding window forgets what is as old as it is wide', guard(after(2, 10)), 'FF', 10, []],
    ['and not what is younger', guard(after(2, 10)), 'FF', 9, [1]],
    ['a fixed window ends as long after its first failure', guard(after(3, 10), { window: 'fixed' }), 'FFFFF', 5, []],
    ['a sliding one would have tripped', guard(after(3, 11)), 'FFFFF', 5, [2]],
    ['three of five', guard(share(50, 5, true)), '.F.FF', 1, [4]],
    ['four of four are too few', guard(share(50, 5, true)), 'FFFF', 1, []],
    ['and a success does not judge', guard(share(50, 5, true)), 'FFFF.', 1, []],
    ['exactly half is not above half', guard(share(50, 5, true)), '...FFF', 1, []],
    ['exactly half is from half on', guard(share(50, 5, false)), '...FFF', 1, [5]],
    ['another error counts among the attempts alone', guard(share(50, 4, false), { on: ['server'] }), 'xxFF', 1, [3]],
  ])('%s', (_, of, attempts, step, expected) => {
    expect(trips(of, attempts, step)).toEqual(expected)
  })

  it('count by the calendar: from one midnight on, or by the clock where there is no date', () => {
    const of = guard(after(2, 60), { window: 'calendar' })
    const tripsAt = (first: number, second_: number, date: (at: number) => number | undefined): boolean => {
      const at = (seconds: number): EndedAttempt => attempt(seconds, 'server', { dateMicros: date(seconds) })
      return counted(of, counted(of, [], at(first))[0], at(second_))[1]
    }
    const undated = (): undefined => undefined
    expect([tripsAt(0, 59, undated), tripsAt(59, 60, undated), tripsAt(60, 119, undated)]).toEqual([true, false, true])
    // The clock begins at 12:00:30.
    const dated = (at: number): number => Date.UTC(2026, 5, 8, 12, 0, 30) * 1000 + at * second
    expect([tripsAt(0, 29, dated), tripsAt(29, 30, dated), tripsAt(30, 89, dated)]).toEqual([true, false, true])
  })

  it('spare a host that is alone, and count it all the same', () => {
    const of = guard(after(2, 60), { unlessAlone: true })
    const [windows, tripped] = counted(of, counted(of, [], attempt(0, 'server'))[0], attempt(1, 'server', { alone: true }))
    expect(tripped).toBe(false)
    expect(counted(of, windows, attempt(2, 'server'))[1]).toBe(true)
  })

  it('law: a sliding and a fixed window of no end agree', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('F', '.', 'x'), { maxLength: 30 }), fc.integer({ min: 1, max: 5 }), (signs, count) => {
        const text = signs.join('')
        expect(trips(guard(after(count, 10_000)), text)).toEqual(trips(guard(after(count, 10_000), { window: 'fixed' }), text))
      }),
    )
  })
})

describe('a cooldown', () => {
  const atOnce = guard({ kind: 'at-once' }, { on: ['rate-limit'] })

  it('rests from the failure on, and is over that long after it', () => {
    const state = cooldownAfter(atOnce, restless, attempt(10, 'rate-limit'))
    expect([10, 14.999999, 15].map((at) => isCooling(state, at * second))).toEqual([true, true, false])
  })

  it('takes no notice of an error that it does not list', () => {
    expect(isCooling(cooldownAfter(atOnce, restless, attempt(10, 'server')), 10 * second)).toBe(false)
  })

  it.each([
    [true, 30, [true, true]],
    [true, 1, [false, false]],
    [false, 30, [true, false]],
  ])('honours retry-after: %s, %d s', (honoursRetryAfter, seconds, cooling) => {
    const of = { ...atOnce, honoursRetryAfter }
    const state = cooldownAfter(of, restless, attempt(0, 'rate-limit', { retryAfterMicros: seconds * second }))
    expect([2, 29].map((at) => isCooling(state, at * second))).toEqual(cooling)
  })

  it('law: an attempt never ends a rest that has begun', () => {
    const attempts = fc.array(fc.record({ gap: fc.nat(9), error: fc.constantFrom('rate-limit', 'server', undefined), asks: fc.option(fc.nat(40), { nil: undefined }) }))
    fc.assert(
      fc.property(attempts, (list) => {
        let state: CooldownState = restless
        let at = 0
        for (const { gap, error, asks } of list) {
          at += gap
          const before = state.untilMicros ?? -Infinity
          const retryAfterMicros = asks === undefined ? undefined : asks * second
          state = cooldownAfter({ ...atOnce, honoursRetryAfter: true }, state, attempt(at, error, { retryAfterMicros }))
          expect(state.untilMicros ?? -Infinity).toBeGreaterThanOrEqual(before)
        }
      }),
    )
  })
})

describe('a breaker', () => {
  const two = guard(after(2, 60), { on: ['server'], probes: 2 })
  const opened = breakerAfter(two, breakerAfter(two, closed, attempt(0, 'server')), attempt(1, 'server'))

  it('opens, half-opens when its time is over, and closes when every probe has succeeded', () => {
    expect(opened).toEqual({ phase: 'open', untilMicros: 6 * second })
    expect([5.999999, 6].map((at) => lets(two, opened, at * second))).toEqual([false, true])
    const probing = breakerBegins(two, breakerBegins(two, opened, 6 * second), 6 * second)
    expect(lets(two, probing, 6 * second)).toBe(false)
    const one = breakerAfter(two, probing, attempt(7))
    expect(one.phase).toBe('half-open')
    expect(breakerAfter(two, one, attempt(8))).toEqual(closed)
  })

  it('opens again when a probe fails, and gives it back for an error that says nothing of the host', () => {
    const probing = breakerBegins(two, opened, 6 * second)
    expect(breakerAfter(two, probing, attempt(7, 'server'))).toEqual({ phase: 'open', untilMicros: 12 * second })
    expect(breakerAfter(two, probing, attempt(7, 'context-window'))).toEqual({ phase: 'half-open', sinceMicros: 6 * second, begun: 0, succeeded: 0 })
  })

  it('is not moved by an attempt that was sent before it opened, nor by one that was broken off', () => {
    const probing = breakerBegins(two, opened, 6 * second)
    expect(breakerAfter(two, probing, attempt(7, 'server', { begunMicros: 5 * second }))).toEqual(probing)
    expect(breakerAfter(two, probing, attempt(7, undefined, { begunMicros: 5 * second }))).toEqual(probing)
    expect(breakerAfter(two, probing, attempt(7, undefined, { brokenOff: true }))).toMatchObject({ begun: 0, succeeded: 0 })
  })

  it('closes by time alone without probes; one probe where none is written', () => {
    expect(breakerAt({ ...two, probes: 0 }, opened, 6 * second)).toEqual(closed)
    const { probes: _, ...bare } = two
    const probing = breakerBegins({ ...bare, probes: undefined }, opened, 6 * second)
    expect(lets({ ...bare, probes: undefined }, probing, 6 * second)).toBe(false)
  })

  it('law: it never lets more probes begin than it has, and an open one lets nobody through', () => {
    const steps = fc.array(fc.record({ gap: fc.nat(8), error: fc.constantFrom('server', 'auth', undefined) }), { maxLength: 60 })
    fc.assert(
      fc.property(steps, (list) => {
        let state: BreakerState = closed
        let at = 0
        const wrong: string[] = []
        for (const { gap, error } of list) {
          at += gap
          const passes = lets(two, state, at * second)
          const before = breakerAt(two, state, at * second)
          if (passes !== (before.phase === 'closed' || (before.phase === 'half-open' && before.begun < 2))) wrong.push(before.phase)
          if (!passes) continue
          state = breakerBegins(two, state, at * second)
          if (state.phase === 'half-open' && state.begun > 2) wrong.push('too many probes')
          state = breakerAfter(two, state, attempt(at, error))
        }
        expect(wrong).toEqual([])
      }),
    )
  })
})
