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
