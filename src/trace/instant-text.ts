/** What `microsOfInstantText` reads, for messages. */
export const instantExample = 'a day such as 2026-06-01 or an instant such as 2026-06-01T09:00Z'

const day = /^\d{4}-\d{2}-\d{2}$/
const instant = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2})(?::(\d{2})(?:\.(\d{1,6}))?)?(Z|[+-]\d{2}:\d{2})$/

/**
 * What a person writes for an instant: a day (its beginning, UTC) or an instant with its zone.
 * Microseconds since the epoch; `undefined`: it is neither.
 */
export function microsOfInstantText(text: string): number | undefined {
  if (day.test(text)) {
    const millis = Date.parse(text)
    // Date.parse takes 2026-02-30 for the second of March.
    const isReal = !Number.isNaN(millis) && new Date(millis).toISOString().startsWith(text)
    return isReal ? millis * 1000 : undefined
  }
  const match = instant.exec(text)
  if (match === null) return undefined
  const [, minute, second = '00', fraction = '', zone = 'Z'] = match
  const millis = Date.parse(`${minute}:${second}${zone}`)
  return Number.isNaN(millis) ? undefined : millis * 1000 + Number(fraction.padEnd(6, '0'))
}
