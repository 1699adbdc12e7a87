import type { Source } from '../../language/source.ts'
import type { Quantity } from '../../language/syntax.ts'
import { at } from './context.ts'
import type { Report } from './context.ts'

export const daysOfWeek = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const

/** Days since 1970-01-01 of `2026-06-01`; the calendar is proleptic Gregorian. */
export function dayNumber(quantity: Quantity, source: Source, report: Report): number | undefined {
  const parts = /^(\d{4})-(\d{2})-(\d{2})$/.exec(quantity.raw)
  const day =
    quantity.token === 'date' && parts !== null
      ? daysSinceEpoch(Number(parts[1]), Number(parts[2]), Number(parts[3]))
      : undefined
  if (day === undefined) {
    report('RT0227', at(source, quantity), `\`${quantity.raw}\` is no day of the calendar`, {
      help: 'days are written `2026-06-01`',
    })
  }
  return day
}

export function daysSinceEpoch(year: number, month: number, day: number): number | undefined {
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0
  const lengths = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
  const length = lengths[month - 1]
  if (length === undefined || day < 1 || day > length) return undefined
  const previous = year - 1
  const leapDays =
    Math.floor(previous / 4) - Math.floor(previous / 100) + Math.floor(previous / 400)
  const before = lengths.slice(0, month - 1).reduce((sum, days) => sum + days, 0)
  // 719162 days lie before 1970-01-01.
  return previous * 365 + leapDays + before + day - 1 - 719_162
}

/** Minutes since midnight of `09:00`; `24:00` only where `end` allows it. */
export function clockMinute(
  quantity: Quantity,
  source: Source,
  report: Report,
  end = false,
): number | undefined {
  const parts = /^(\d{2}):(\d{2})$/.exec(quantity.raw)
  const minute = parts === null ? -1 : Number(parts[1]) * 60 + Number(parts[2])
  const fits =
    parts !== null && Number(parts[2]) < 60 && (minute < 1440 || (end && minute === 1440))
  if (fits) return minute
  report('RT0227', at(source, quantity), `\`${quantity.raw}\` is no time of day`, {
    help: 'times of day are written `09:00`',
  })
  return undefined
}

/** Microseconds since 1970 of `2026-06-08T22:30+02:00`; without an offset or `Z` it is refused. */
export function instantMicros(text: string): number | undefined {
  const parts =
    /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,6}))?)?(Z|[+-]\d{2}:\d{2})$/.exec(
      text,
    )
  if (parts === null) return undefined
  const day = daysSinceEpoch(Number(parts[1]), Number(parts[2]), Number(parts[3]))
  const hour = Number(parts[4])
  const minute = Number(parts[5])
  const second = Number(parts[6] ?? 0)
  if (day === undefined || hour > 23 || minute > 59 || second > 59) return undefined
  const offset = parts[8] ?? 'Z'
  const offsetMinutes =
    offset === 'Z'
      ? 0
      : (offset.startsWith('-') ? -1 : 1) *
        (Number(offset.slice(1, 3)) * 60 + Number(offset.slice(4)))
  const seconds = day * 86_400 + hour * 3_600 + minute * 60 + second - offsetMinutes * 60
  return seconds * 1_000_000 + Number((parts[7] ?? '').padEnd(6, '0'))
}

/** `UTC` or a name of the time zone database, by its shape alone. */
export function isZoneName(name: string): boolean {
  return name === 'UTC' || /^[A-Z][A-Za-z_-]+(?:\/[A-Z][A-Za-z0-9_+-]*){1,2}$/.test(name)
}
