import { asCount, asName, asObject } from '../json.ts'
import type { JsonObject } from '../json.ts'

/** The counts of one line as the provider means them: `input` excludes everything cached. */
export interface LoggedUsage {
  readonly uncachedInput: number
  readonly cacheRead: number
  readonly cacheWrite5m: number
  readonly cacheWrite1h: number
  readonly cacheWriteOther: number
  /** All output, reasoning included. */
  readonly output: number
  readonly reasoning: number | undefined
  readonly serviceTier: string | undefined
  readonly region: string | undefined
}

export type UsageReading =
  | { readonly ok: true; readonly usage: LoggedUsage | undefined }
  | { readonly ok: false; readonly reason: string }

/** A line without usage is no error; one with a count that is none leaves the usage unknown. */
export function readUsage(value: unknown): UsageReading {
  const logged = asObject(value)
  if (logged === undefined) return { ok: true, usage: undefined }
  const counts = new Map<string, number>()
  for (const name of countNames) {
    const count = countOf(logged, name)
    if (count === undefined) return { ok: false, reason: `usage: \`${name}\` is not a count` }
    counts.set(name, count)
  }
  const missing = requiredNames.find((name) => (logged[name] ?? undefined) === undefined)
  if (missing !== undefined) return { ok: false, reason: `usage: \`${missing}\` is missing` }
  const writes = counts.get('cache_creation_input_tokens') ?? 0
  const split = cacheSplit(asObject(logged['cache_creation']), writes)
  if (split === undefined) return { ok: false, reason: 'usage: `cache_creation` does not add up' }
  const output = counts.get('output_tokens') ?? 0
  const reasoning = asCount(asObject(logged['output_tokens_details'])?.['thinking_tokens'])
  return {
    ok: true,
    usage: {
      uncachedInput: counts.get('input_tokens') ?? 0,
      cacheRead: counts.get('cache_read_input_tokens') ?? 0,
      ...split,
      output,
      reasoning: reasoning !== undefined && reasoning <= output ? reasoning : undefined,
      serviceTier: tierOf(logged),
      region: regionOf(logged['inference_geo']),
    },
  }
}

const requiredNames = ['input_tokens', 'output_tokens'] as const
const countNames = [
  ...requiredNames,
  'cache_creation_input_tokens',
  'cache_read_input_tokens',
] as const

/** Absent and null are 0; undefined where it is no count. */
function countOf(logged: JsonObject, name: string): number | undefined {
  return asCount(logged[name] ?? 0)
}

type Split = Pick<LoggedUsage, 'cacheWrite5m' | 'cacheWrite1h' | 'cacheWriteOther'>

/** Lines older than the split wrote five-minute caches; what a split leaves out may be any. */
function cacheSplit(split: JsonObject | undefined, writes: number): Split | undefined {
  if (split === undefined) return { cacheWrite5m: writes, cacheWrite1h: 0, cacheWriteOther: 0 }
  const cacheWrite5m = countOf(split, 'ephemeral_5m_input_tokens')
  const cacheWrite1h = countOf(split, 'ephemeral_1h_input_tokens')
  if (cacheWrite5m === undefined || cacheWrite1h === undefined) return undefined
  const cacheWriteOther = writes - cacheWrite5m - cacheWrite1h
  return cacheWriteOther < 0 ? undefined : { cacheWrite5m, cacheWrite1h, cacheWriteOther }
}

/** Fast mode is sold like a tier: at its own price, with a cache of its own. */
function tierOf(logged: JsonObject): string | undefined {
  const speed = asName(logged['speed'])
  return speed === undefined || speed === 'standard' ? asName(logged['service_tier']) : speed
}

function regionOf(value: unknown): string | undefined {
  const region = asName(value)
  return region === 'not_available' ? undefined : region
}
