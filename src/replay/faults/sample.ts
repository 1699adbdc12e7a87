import { drawMillionths } from '../../policy/draw.ts'
import type { Fault } from '../../trace/faults/fault.ts'
import { quantiles } from './quantiles.ts'
import type { Span } from './trace-span.ts'

export const presets = ['openai-api', 'chatgpt', 'anthropic-api'] as const

export type Preset = (typeof presets)[number]

/** The provider that a preset is about, by the names of the shipped catalogue. */
export const providerOfPreset: { readonly [preset in Preset]: string } = {
  'openai-api': 'openai',
  chatgpt: 'openai',
  'anthropic-api': 'anthropic',
}

export interface FaultSample {
  readonly preset: Preset
  readonly provider: string
  readonly seed: string
  /** The clock that `horizon` and the faults are on. */
  readonly clock: Fault['clock']
  readonly horizon: Span
}

const second = 1_000_000

/** Long enough before the horizon that it does not matter how the process began: two mean gaps of the slowest. */
const runInMicros = 30 * 86_400 * second

/**
 * Incidents of one provider over a horizon: a time without one, an incident, and so on, each length drawn
 * from the published distribution of the preset and each incident from a class of severity. A function
 * of its arguments alone. What reaches over the ends of the horizon is cut there.
 *
 * Durations and gaps: self-reported status data of July 2023 to August 2024 (`docs/faults.md`). They
 * say when an incident was open, not how many requests failed: the classes are assumed.
 */
export function sampleFaults(sample: FaultSample): readonly Fault[] {
  const { preset, provider, seed, horizon } = sample
  const draw = (what: string, incident: number): number =>
    drawMillionths([seed, 'fault-sample', preset, provider, what, incident])
  const faults: Fault[] = []
  let at = horizon.fromMicros - runInMicros
  for (let incident = 1; at < horizon.untilMicros; incident += 1) {
    const begins = at + quantile(quantiles[preset].gaps, draw('gap', incident)) * second
    const ends = begins + quantile(quantiles[preset].durations, draw('duration', incident)) * second
    const from = Math.max(begins, horizon.fromMicros)
    const until = Math.min(ends, horizon.untilMicros)
    if (from < until) {
      const name = `${preset}@${provider}-${faults.length + 1}`
      faults.push(faultOf(sample, name, { fromMicros: from, untilMicros: until }, draw('class', incident), draw('share', incident)))
    }
    at = ends
  }
  return faults
}

/** Between the two quantiles that enclose a draw, in whole seconds. */
function quantile(table: readonly number[], millionths: number): number {
  const classes = table.length - 1
  const scaled = millionths * classes
  const at = Math.trunc(scaled / 1_000_000)
  const [low, high] = [table[at] ?? 0, table[at + 1] ?? 0]
  return low + Math.trunc(((high - low) * (scaled - at * 1_000_000)) / 1_000_000)
}

interface Severity {
  /** Of a million incidents. */
  readonly millionths: number
  readonly error: { readonly errorClass: string; readonly status: number }
  readonly percent: { readonly least: number; readonly most: number }
}

/** Elevated errors, a partial outage, a major one. */
const severities: readonly Severity[] = [
  { millionths: 600_000, error: { errorClass: 'server', status: 500 }, percent: { least: 5, most: 30 } },
  { millionths: 300_000, error: { errorClass: 'overloaded', status: 529 }, percent: { least: 50, most: 50 } },
  { millionths: 100_000, error: { errorClass: 'unavailable', status: 503 }, percent: { least: 95, most: 95 } },
]

function faultOf(
  { provider, clock }: FaultSample,
  id: string,
  { fromMicros, untilMicros }: Span,
  classDraw: number,
  shareDraw: number,
): Fault {
  const { error, percent } = severityOf(classDraw)
  const wide = percent.most - percent.least + 1
  return {
    id,
    hits: [{ provider }],
    clock,
    fromMicros,
    untilMicros,
    ...error,
    failurePercent: percent.least + Math.trunc((wide * shareDraw) / 1_000_000),
  }
}

function severityOf(draw: number): Severity {
  let before = 0
  for (const severity of severities) {
    before += severity.millionths
    if (draw < before) return severity
  }
  throw new Error('the classes of severity are not all of them')
}
