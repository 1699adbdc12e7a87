import { asCount, asList, asName, asObject } from '../json.ts'
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
  readonly webSearches: number
  readonly serviceTier: string | undefined
  readonly region: string | undefined
  /** The passes of the model through one request, each with a prompt of its own. None: one. */
  readonly passes: readonly LoggedUsage[]
  /** Models that the provider asked on the way: billed beside the usage. */
  readonly advice: readonly SideCall[]
  /** What models said before they refused, and another answered: billed beside the usage. */
  readonly refused: readonly SideCall[]
}

/** What one request asked of another model than the one that answered. */
export interface SideCall {
  readonly model: string | undefined
  readonly usage: LoggedUsage
}

export type UsageReading =
  | { readonly ok: true; readonly usage: LoggedUsage | undefined }
  | { readonly ok: false; readonly reason: string }

/**
 * A line without usage is no error; one with a count that is none leaves the usage unknown. No
 * prompt is empty: hosts that count nothing, or only at the end, say 0.
 */
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
  const uncachedInput = counts.get('input_tokens') ?? 0
  const cacheRead = counts.get('cache_read_input_tokens') ?? 0
  const writes = counts.get('cache_creation_input_tokens') ?? 0
  const split = cacheSplit(asObject(logged['cache_creation']), writes)
  if (split === undefined) return { ok: false, reason: 'usage: `cache_creation` does not add up' }
  if (uncachedInput + cacheRead + writes === 0) return { ok: true, usage: undefined }
  const output = counts.get('output_tokens') ?? 0
  const reasoning = asCount(asObject(logged['output_tokens_details'])?.['thinking_tokens'])
  const usage = {
    uncachedInput,
    cacheRead,
    ...split,
    output,
    reasoning: reasoning !== undefined && reasoning <= output ? reasoning : undefined,
    webSearches: asCount(asObject(logged['server_tool_use'])?.['web_search_requests']) ?? 0,
    serviceTier: tierOf(logged),
    region: regionOf(logged['inference_geo']),
  }
  const iterations = iterationsOf(logged, usage)
  return iterations.ok ? { ok: true, usage: { ...usage, ...iterations } } : iterations
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

type Counts = Omit<LoggedUsage, 'passes' | 'advice' | 'refused'>
type Iterations =
  | ({ readonly ok: true } & Pick<LoggedUsage, 'passes' | 'advice' | 'refused'>)
  | { readonly ok: false; readonly reason: string }

/**
 * `iterations` tells what the provider did for one request. The usage is that of those of type
 * `message`, whose prompts some versions sum and others count once. With a `fallback_message` it is
 * that of those alone, and the others were refused: billed only where they had begun to answer.
 */
function iterationsOf(logged: JsonObject, whole: Counts): Iterations {
  const passes: LoggedUsage[] = []
  const advice: SideCall[] = []
  const refused: SideCall[] = []
  const entries = (asList(logged['iterations']) ?? []).map(asObject)
  const fellBack = entries.some((entry) => entry?.['type'] === 'fallback_message')
  const answering = fellBack ? 'fallback_message' : 'message'
  for (const entry of entries) {
    const type = entry?.['type']
    if (entry === undefined || !(type === answering || type === 'message' || type === 'advisor_message')) continue
    const { iterations: _, ...own } = entry
    const read = readUsage(own)
    if (!read.ok) return { ok: false, reason: `${read.reason}, in \`iterations\`` }
    if (read.usage === undefined) continue
    const { serviceTier, region } = whole
    const usage = { ...read.usage, serviceTier, region }
    const model = asName(entry['model'])
    if (type === answering) passes.push(usage)
    else if (type === 'advisor_message') advice.push({ model, usage: read.usage })
    else if (usage.output > 0) refused.push({ model, usage })
  }
  const output = passes.reduce((sum, pass) => sum + pass.output, 0)
  const isSplit = passes.length > 1 && output === whole.output
  return { ok: true, passes: isSplit ? withSearches(passes, whole.webSearches) : [], advice, refused }
}

/** Searches are counted for the request; what no pass tells is of the last one. */
function withSearches(passes: readonly LoggedUsage[], webSearches: number): readonly LoggedUsage[] {
  const told = passes.reduce((sum, pass) => sum + pass.webSearches, 0)
  const [last] = passes.slice(-1)
  if (last === undefined || told >= webSearches) return passes
  return passes.with(-1, { ...last, webSearches: last.webSearches + webSearches - told })
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
