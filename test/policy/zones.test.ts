import { describe, expect, it } from 'vitest'
import { dayNumber, localTime, offsetMinutes, zoneNames } from '../../src/policy/zones.ts'

function micros(text: string): number {
  return Date.parse(text) * 1000
}

describe('zones', () => {
  it.each([
    ['UTC', '2026-07-01T00:00Z', 0],
    ['Europe/Berlin', '2026-03-29T00:59Z', 60],
    ['Europe/Berlin', '2026-03-29T01:00Z', 120],
    ['Europe/Berlin', '2026-10-25T00:59Z', 120],
    ['Europe/Berlin', '2026-10-25T01:00Z', 60],
    ['America/New_York', '2026-03-08T06:59Z', -300],
    ['America/New_York', '2026-03-08T07:00Z', -240],
    ['America/New_York', '2026-11-01T05:59Z', -240],
    ['America/New_York', '2026-11-01T06:00Z', -300],
    ['Australia/Sydney', '2026-04-04T15:59Z', 660],
    ['Australia/Sydney', '2026-04-04T16:00Z', 600],
    ['Pacific/Auckland', '2026-09-26T14:00Z', 780],
    ['Asia/Kolkata', '2026-06-01T00:00Z', 330],
    ['+05:45', '2026-06-01T00:00Z', 345],
    ['Mars/Olympus', '2026-06-01T00:00Z', undefined],
  ])('%s at %s', (zone, instant, minutes) => {
    expect(offsetMinutes(zone, micros(instant))).toBe(minutes)
  })

  // Years gone by: what a platform says of the coming ones depends on how new its tables are.
  it('agrees with the platform in every zone, on every 5th day of two years', () => {
    const from = micros('2024-01-01T00:30Z')
    for (const zone of zoneNames) {
      const clock = new Intl.DateTimeFormat('en-GB', {
        timeZone: zone, weekday: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23',
      })
      for (let day = 0; day < 730; day += 5) {
        const now = from + day * 86_400_000_000
        const parts = Object.fromEntries(clock.formatToParts(now / 1000).map(({ type, value }) => [type, value]))
        const weekday = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'].indexOf(parts['weekday'] ?? '')
        const minute = Number(parts['hour']) * 60 + Number(parts['minute'])
        expect([zone, day, localTime(zone, now)]).toEqual([zone, day, { weekday, minute }])
      }
    }
  })

  it('counts days as the calendar does', () => {
    for (const date of ['1969-12-31', '1970-01-01', '2000-02-29', '2026-03-01', '2100-03-01']) {
      const [year = 0, month = 0, day = 0] = date.split('-').map(Number)
      expect(dayNumber(year, month, day)).toBe(Date.parse(date) / 86_400_000)
    }
  })
})
