import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { RateLimit } from '../../../src/policy/core.ts'
import { afterTaking, hasRoom } from '../../../src/replay/serving/rate-limit.ts'
import type { LimitState } from '../../../src/replay/serving/rate-limit.ts'

const second = 1_000_000

function limit(as: string | null, count = 3): RateLimit {
  return { count, of: 'calls', perMicros: 60 * second, as }
}

/** Which of the calls, one at each second named, find room; those that do are taken. */
function taken(of: RateLimit, seconds: readonly number[]): readonly number[] {
  let state: LimitState | undefined
  return seconds.filter((at) => {
    const moment = { atMicros: at * second, dateMicros: undefined }
    if (!hasRoom(of, state, moment, 1)) return false
    state = afterTaking(of, state, moment, 1)
    return true
  })
}

describe('a limit of three a minute', () => {
  it.each<[string | null, readonly number[], readonly number[]]>([
    [null, [0, 10, 20, 30, 59, 60, 61, 70], [0, 10, 20, 60, 70]],
    ['sliding', [0, 10, 20, 59, 60, 69, 70], [0, 10, 20, 60, 70]],
    ['fixed', [10, 20, 30, 40, 69, 70, 71, 72, 73], [10, 20, 30, 70, 71, 72]],
    ['calendar-minute', [50, 55, 59, 59.5, 60, 61, 62, 63], [50, 55, 59, 60, 61, 62]],
    ['token-bucket', [0, 0, 0, 0, 19, 20, 21, 40, 100, 100, 100, 100], [0, 0, 0, 20, 40, 100, 100, 100]],
    ['calendar-hour', [0, 60, 120, 180, 3_600], [0, 60, 120, 3_600]],
  ])('as %s', (as, at, expected) => {
    expect(taken(limit(as), at)).toEqual(expected)
  })

  it('goes by the date where there is one', () => {
    const of = limit('calendar-minute', 1)
    const state = afterTaking(of, undefined, { atMicros: 0, dateMicros: 59 * second }, 1)
    expect(hasRoom(of, state, { atMicros: second, dateMicros: 60 * second }, 1)).toBe(true)
    expect(hasRoom(of, state, { atMicros: 0.5 * second, dateMicros: 59.5 * second }, 1)).toBe(false)
  })

  it('has no room for more at once than it holds', () => {
    for (const as of [null, 'fixed', 'token-bucket', 'calendar-minute']) {
      expect(hasRoom(limit(as), undefined, { atMicros: 0, dateMicros: undefined }, 4)).toBe(false)
      expect(hasRoom(limit(as), undefined, { atMicros: 0, dateMicros: undefined }, 3)).toBe(true)
    }
  })

  it('law: no period of a sliding window holds more than the limit, nor any of a bucket more than twice', () => {
    const gaps = fc.array(fc.nat(25), { maxLength: 60 })
    fc.assert(
      fc.property(gaps, fc.integer({ min: 1, max: 5 }), fc.constantFrom('sliding', 'token-bucket', 'fixed'), (list, count, as) => {
        let now = 0
        const at = taken(limit(as, count), list.map((gap) => (now += gap)))
        for (const from of at) {
          const within = at.filter((each) => each >= from && each < from + 60).length
          expect(within).toBeLessThanOrEqual(as === 'sliding' ? count : 2 * count)
        }
      }),
    )
  })
})
