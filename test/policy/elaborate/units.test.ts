import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { daysSinceEpoch, instantMicros, isZoneName } from '../../../src/policy/elaborate/calendar.ts'
import { small } from '../../support/policy-of.ts'

function settingOf(written: string): string {
  const value = small(`setting s = ${written}\non start { otherwise use big }`).settings[0]?.value
  if (value?.kind !== 'number') return 'no number'
  const { numerator, denominator } = value.value
  return `${value.unit} ${numerator}${denominator === 1n ? '' : `/${denominator}`}`
}

describe('quantities', () => {
  it.each([
    ['2_000', 'count 2000'],
    ['3M', 'count 3000000'],
    ['0.70', 'score 700000'],
    ['0.000001', 'score 1'],
    ['16k tokens', 'tokens 16000'],
    ['2k chars', 'chars 2000'],
    ['$0.96', 'money 960000000000'],
    ['$5 per 1M tokens', 'price 5000000'],
    ['$1 per 3 tokens', 'price 1000000000000/3'],
    ['60 tokens per 1s', 'rate 60'],
    ['90 tokens per 1min', 'rate 3/2'],
    ['250ms', 'duration 250000'],
    ['7d', 'duration 604800000000'],
    ['99.9%', 'share 999000'],
    ['1.67x', 'factor 167/100'],
  ])('reads %s', (written, expected) => {
    expect(settingOf(written)).toBe(expected)
  })
})

describe('the calendar', () => {
  it('counts the days of every date as the platform does', () => {
    fc.assert(
      fc.property(fc.integer({ min: -100_000, max: 1_000_000 }), (day) => {
        const date = new Date(day * 86_400_000)
        expect(daysSinceEpoch(date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate())).toBe(day)
      }),
    )
  })

  it('has no 30th of February', () => {
    expect(daysSinceEpoch(2026, 2, 29)).toBeUndefined()
    expect(daysSinceEpoch(2024, 2, 29)).toBe(19_782)
    expect(daysSinceEpoch(2026, 13, 1)).toBeUndefined()
  })

  it('reads instants with their offset, and no others', () => {
    expect(instantMicros('2026-06-08T22:30+02:00')).toBe(Date.UTC(2026, 5, 8, 20, 30) * 1000)
    expect(instantMicros('2026-06-08T20:30:15.5Z')).toBe(Date.UTC(2026, 5, 8, 20, 30, 15, 500) * 1000)
    expect(instantMicros('2026-06-08T20:30')).toBeUndefined()
    expect(instantMicros('2026-06-31T20:30Z')).toBeUndefined()
    expect(instantMicros('2026-06-08T24:30Z')).toBeUndefined()
  })

  it('knows a zone by its shape', () => {
    expect(['UTC', 'Europe/Berlin', 'America/Argentina/Ushuaia'].every(isZoneName)).toBe(true)
    expect(['', 'berlin', '+02:00', '../etc'].some(isZoneName)).toBe(false)
  })
})
