/**
 * Time zones of `hours`, in rules of today's law: the core has no zone database. Another zone is
 * written as a fixed offset, `+05:30`. A zone whose law changes in the years of the logs, as
 * Vancouver's did in 2026, has no rule here.
 */
type DaylightSaving = 'none' | 'europe' | 'america' | 'australia' | 'new-zealand'

interface Zone {
  readonly standardMinutes: number
  readonly saving: DaylightSaving
}

const zones: ReadonlyMap<string, Zone> = new Map(
  (
    [
      [0, 'none', 'UTC Etc/UTC GMT Atlantic/Reykjavik Africa/Accra'],
      [0, 'europe', 'Europe/London Europe/Dublin Europe/Lisbon'],
      [
        60,
        'europe',
        'Europe/Amsterdam Europe/Berlin Europe/Brussels Europe/Budapest Europe/Copenhagen ' +
          'Europe/Madrid Europe/Oslo Europe/Paris Europe/Prague Europe/Rome Europe/Stockholm ' +
          'Europe/Vienna Europe/Warsaw Europe/Zurich Europe/Luxembourg Europe/Zagreb',
      ],
      [60, 'none', 'Africa/Lagos'],
      [120, 'europe', 'Europe/Athens Europe/Bucharest Europe/Helsinki Europe/Kyiv Europe/Sofia Europe/Tallinn Europe/Vilnius Europe/Riga'],
      [120, 'none', 'Africa/Johannesburg'],
      [180, 'none', 'Europe/Istanbul Europe/Moscow Africa/Nairobi Asia/Riyadh'],
      [240, 'none', 'Asia/Dubai'],
      [330, 'none', 'Asia/Kolkata'],
      [420, 'none', 'Asia/Bangkok Asia/Jakarta Asia/Ho_Chi_Minh'],
      [480, 'none', 'Asia/Shanghai Asia/Singapore Asia/Hong_Kong Asia/Taipei Asia/Manila Australia/Perth'],
      [540, 'none', 'Asia/Tokyo Asia/Seoul'],
      [600, 'none', 'Australia/Brisbane'],
      [600, 'australia', 'Australia/Sydney Australia/Melbourne Australia/Hobart'],
      [720, 'new-zealand', 'Pacific/Auckland'],
      [-180, 'none', 'America/Sao_Paulo America/Buenos_Aires'],
      [-300, 'none', 'America/Bogota America/Lima'],
      [-300, 'america', 'America/New_York America/Toronto America/Detroit'],
      [-360, 'america', 'America/Chicago'],
      [-360, 'none', 'America/Mexico_City'],
      [-420, 'america', 'America/Denver'],
      [-420, 'none', 'America/Phoenix'],
      [-480, 'america', 'America/Los_Angeles'],
      [-540, 'america', 'America/Anchorage'],
      [-600, 'none', 'Pacific/Honolulu'],
    ] as const
  ).flatMap(([standardMinutes, saving, names]) =>
    names.split(' ').map((name): [string, Zone] => [name, { standardMinutes, saving }]),
  ),
)

export const zoneNames: readonly string[] = [...zones.keys()]

const minutesPerDay = 1440

/** Minutes that local time is ahead of UTC; `undefined`: the zone is not known. */
export function offsetMinutes(zone: string, nowMicros: number): number | undefined {
  const fixed = /^([+-])(\d\d):(\d\d)$/.exec(zone)
  if (fixed !== null) {
    const minutes = Number(fixed[2]) * 60 + Number(fixed[3])
    return fixed[1] === '-' ? -minutes : minutes
  }
  const found = zones.get(zone)
  if (found === undefined) return undefined
  const minute = Math.floor(nowMicros / 60_000_000)
  return found.standardMinutes + (inSummer(found, minute) ? 60 : 0)
}

/** Local day of the week (0 is Monday) and minute of the day. */
export function localTime(
  zone: string,
  nowMicros: number,
): { readonly weekday: number; readonly minute: number } | undefined {
  const offset = offsetMinutes(zone, nowMicros)
  if (offset === undefined) return undefined
  const minutes = Math.floor(nowMicros / 60_000_000) + offset
  const day = Math.floor(minutes / minutesPerDay)
  return { weekday: weekdayOf(day), minute: minutes - day * minutesPerDay }
}

function inSummer(zone: Zone, minute: number): boolean {
  const year = yearOf(Math.floor((minute + zone.standardMinutes) / minutesPerDay))
  const standard = zone.standardMinutes
  // Each edge as an instant in minutes UTC.
  switch (zone.saving) {
    case 'none':
      return false
    case 'europe':
      return (
        minute >= sunday(year, 3, 'last') * minutesPerDay + 60 &&
        minute < sunday(year, 10, 'last') * minutesPerDay + 60
      )
    case 'america':
      return (
        minute >= sunday(year, 3, 2) * minutesPerDay + 120 - standard &&
        minute < sunday(year, 11, 1) * minutesPerDay + 60 - standard
      )
    case 'australia':
      return (
        minute >= sunday(year, 10, 1) * minutesPerDay + 120 - standard ||
        minute < sunday(year, 4, 1) * minutesPerDay + 120 - standard
      )
    case 'new-zealand':
      return (
        minute >= sunday(year, 9, 'last') * minutesPerDay + 120 - standard ||
        minute < sunday(year, 4, 1) * minutesPerDay + 120 - standard
      )
  }
}

/** The day (since 1970-01-01) of the n-th or the last Sunday of a month. */
function sunday(year: number, month: number, which: number | 'last'): number {
  if (which === 'last') {
    const last = dayNumber(month === 12 ? year + 1 : year, month === 12 ? 1 : month + 1, 1) - 1
    return last - ((weekdayOf(last) + 1) % 7)
  }
  const first = dayNumber(year, month, 1)
  return first + (6 - weekdayOf(first)) + 7 * (which - 1)
}

function weekdayOf(day: number): number {
  // 1970-01-01 was a Thursday.
  return (((day + 3) % 7) + 7) % 7
}

/** Days since 1970-01-01 of a date of the Gregorian calendar. */
export function dayNumber(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year
  const era = Math.floor(y / 400)
  const ofEra = y - era * 400
  const ofYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1
  return era * 146_097 + ofEra * 365 + Math.floor(ofEra / 4) - Math.floor(ofEra / 100) + ofYear - 719_468
}

function yearOf(day: number): number {
  const guess = 1970 + Math.floor(day / 366)
  for (let year = guess; ; year += 1) if (dayNumber(year + 1, 1, 1) > day) return year
}
