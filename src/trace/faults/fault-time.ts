import { instantExample, microsOfInstantText } from '../instant-text.ts'

const units: ReadonlyMap<string, number> = new Map([
  ['ms', 1_000],
  ['s', 1_000_000],
  ['min', 60_000_000],
  ['h', 3_600_000_000],
  ['d', 86_400_000_000],
])

/** A hundred years: beyond it is a typing mistake, and below it every sum stays exact. */
const longestMicros = 36_525 * 86_400_000_000

export const durationExample = 'a whole number with ms, s, min, h or d, such as 90s'

/** Microseconds of `90s`, `30min`, `24h`; `undefined`: it is no duration. */
export function durationOfText(text: string): number | undefined {
  const match = /^(\d{1,15})(ms|s|min|h|d)$/.exec(text)
  if (match === null) return undefined
  const micros = Number(match[1]) * (units.get(match[2] ?? '') ?? 0)
  return micros <= longestMicros ? micros : undefined
}

/** The shortest way to write a duration in whole milliseconds or more. */
export function textOfDuration(micros: number): string {
  const [unit, size] = [...units].toReversed().find(([, each]) => micros % each === 0) ?? ['ms', 1_000]
  return `${Math.trunc(micros / size)}${unit}`
}

export interface FaultInstant {
  readonly clock: 'dated' | 'offset'
  readonly micros: number
}

export const faultInstantExample: string = `${instantExample}, or \`+\` and a duration from the beginning of the trace, such as +90min`

export function faultInstantOf(text: string): FaultInstant | undefined {
  const offset = text.startsWith('+')
  const micros = offset ? durationOfText(text.slice(1)) : microsOfInstantText(text)
  return micros === undefined ? undefined : { clock: offset ? 'offset' : 'dated', micros }
}

export function textOfFaultInstant(clock: FaultInstant['clock'], micros: number): string {
  if (clock === 'offset') return `+${textOfDuration(micros)}`
  const seconds = new Date(Math.trunc(micros / 1_000_000) * 1000).toISOString().slice(0, -'.000Z'.length)
  const fraction = micros % 1_000_000
  return `${seconds}${fraction === 0 ? '' : `.${String(fraction).padStart(6, '0')}`}Z`
}
