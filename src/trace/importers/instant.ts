const isoInstant =
  /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/

/** Microseconds since the epoch of an ISO 8601 instant that names its offset, from 1970 on. */
export function microsOfIso(text: unknown): number | undefined {
  if (typeof text !== 'string') return undefined
  const match = isoInstant.exec(text)
  if (match === null) return undefined
  const [, year, month, day, hour, minute, second, fraction = '', zone = 'Z'] = match
  const millis = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}${zone}`)
  if (Number.isNaN(millis) || millis < 0) return undefined
  return millis * 1000 + Number(fraction.slice(0, 6).padEnd(6, '0'))
}

/** The same, where a log leaves the offset out and means UTC: `2025-01-24 09:20:46.847371`. */
export function microsOfUtc(text: unknown): number | undefined {
  if (typeof text !== 'string') return undefined
  const iso = text.trim().replace(' ', 'T').replace(/ ?UTC$/, 'Z').replace(/([+-]\d\d)$/, '$1:00')
  return microsOfIso(iso) ?? microsOfIso(`${iso}Z`)
}

/** Seconds since the epoch, as a JSON number. */
export function microsOfSeconds(value: unknown): number | undefined {
  if (typeof value !== 'number' || !(value > 0)) return undefined
  const micros = Math.round(value * 1_000_000)
  return Number.isSafeInteger(micros) ? micros : undefined
}

/** An instant in any of these forms. */
export function microsOfTime(value: unknown): number | undefined {
  return typeof value === 'number' ? microsOfSeconds(value) : microsOfUtc(value)
}

/** A duration in a unit of so many microseconds, in whole ones. */
export function durationMicros(value: unknown, unitMicros: number): number | undefined {
  if (typeof value !== 'number' || !(value >= 0)) return undefined
  const micros = Math.round(value * unitMicros)
  return Number.isSafeInteger(micros) ? micros : undefined
}
