const isoInstant =
  /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/

/** Microseconds since the epoch of an ISO 8601 instant that names its offset, else undefined. */
export function microsOfIso(text: unknown): number | undefined {
  if (typeof text !== 'string') return undefined
  const match = isoInstant.exec(text)
  if (match === null) return undefined
  const [, year, month, day, hour, minute, second, fraction = '', zone = 'Z'] = match
  const seconds = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}${zone}`)
  if (Number.isNaN(seconds)) return undefined
  return seconds * 1000 + Number(fraction.slice(0, 6).padEnd(6, '0'))
}
