import type { LoggedCounts, LoggedKinds } from './buckets.ts'
import { countReader } from './count-reader.ts'
import type { Count } from './count-reader.ts'
import { asList, asObject } from './json.ts'
import type { JsonObject } from './json.ts'

export type CountsReading =
  | { readonly ok: true; readonly counts: LoggedCounts | undefined }
  | { readonly ok: false; readonly reason: string }

/**
 * The usage object of a provider's answer, in the shapes of OpenAI's two interfaces, Anthropic's,
 * Gemini's, and of gateways that speak the first. No usage is no error; a count that is none is.
 */
export function readProviderUsage(value: unknown): CountsReading {
  const usage = asObject(value)
  if (usage === undefined) return { ok: true, counts: undefined }
  const { count, firstBad } = countReader()
  const counts = countsOf(usage, count)
  const bad = firstBad()
  return bad === undefined
    ? { ok: true, counts }
    : { ok: false, reason: `usage: \`${bad}\` is not a count` }
}

function countsOf(usage: JsonObject, count: Count): LoggedCounts | undefined {
  if ('promptTokenCount' in usage || 'candidatesTokenCount' in usage) return geminiCounts(usage, count)
  const chat = 'prompt_tokens' in usage || 'completion_tokens' in usage
  const input = chat ? count(usage, 'prompt_tokens') : count(usage, 'input_tokens')
  const output = chat ? count(usage, 'completion_tokens') : count(usage, 'output_tokens')
  if (input === undefined && output === undefined) return undefined
  const inputDetails = asObject(usage[chat ? 'prompt_tokens_details' : 'input_tokens_details'])
  const outputDetails = asObject(usage[chat ? 'completion_tokens_details' : 'output_tokens_details'])
  // Anthropic's own shape counts apart what it read from and wrote to caches.
  const apart = !chat && ('cache_read_input_tokens' in usage || 'cache_creation_input_tokens' in usage)
  const cacheRead = firstPositive(
    count(inputDetails, 'cached_tokens'),
    count(usage, 'cache_read_input_tokens'),
    count(usage, 'prompt_cache_hit_tokens'),
  )
  const writes = cacheWrites(usage, inputDetails, count)
  const reasoning = count(outputDetails, 'reasoning_tokens') ?? count(outputDetails, 'thinking_tokens')
  const cached = (cacheRead ?? 0) + writes.cacheWrite5m + writes.cacheWrite1h + writes.cacheWriteOther
  const beside = (count(usage, 'total_tokens') ?? 0) - (input ?? 0) - (output ?? 0)
  const both = cached + (reasoning ?? 0)
  return {
    input: input ?? 0,
    // Some hosts count a part beside its whole: their total says so.
    inputHoldsCached: !apart && (cached === 0 || (beside !== cached && beside !== both)),
    cacheRead,
    ...writes,
    output: output ?? 0,
    outputHoldsReasoning: reasoning === undefined || reasoning === 0 || (beside !== reasoning && beside !== both),
    reasoning,
    outputQuality: output === undefined ? 'lower-bound' : 'exact',
    kinds: kindsOf(usage, inputDetails, outputDetails, count),
  }
}

/** Details of a prompt hold its cached tokens too; searches are counted in one place of three. */
function kindsOf(
  usage: JsonObject,
  input: JsonObject | undefined,
  output: JsonObject | undefined,
  count: Count,
): LoggedKinds {
  const cached = asObject(input?.['cached_tokens_details'])
  return {
    audioInput: count(input, 'audio_tokens'),
    imageInput: count(input, 'image_tokens'),
    videoInput: count(input, 'video_tokens'),
    audioCacheRead: count(cached, 'audio_tokens'),
    imageCacheRead: count(cached, 'image_tokens'),
    audioOutput: count(output, 'audio_tokens'),
    imageOutput: count(output, 'image_tokens'),
    videoOutput: count(output, 'video_tokens'),
    webSearches:
      count(asObject(usage['server_tool_use']), 'web_search_requests') ??
      count(input, 'web_search_requests') ??
      count(usage, 'num_search_queries'),
  }
}

/** Gateways write one count under several names, and 0 under those that they do not fill. */
function firstPositive(...counts: readonly (number | undefined)[]): number | undefined {
  return counts.find((one) => one !== undefined && one > 0) ?? counts.find((one) => one !== undefined)
}

interface CacheWrites {
  readonly cacheWrite5m: number
  readonly cacheWrite1h: number
  readonly cacheWriteOther: number
}

function cacheWrites(usage: JsonObject, details: JsonObject | undefined, count: Count): CacheWrites {
  const split = asObject(usage['cache_creation']) ?? asObject(details?.['cache_creation_token_details'])
  const writes =
    firstPositive(
      count(usage, 'cache_creation_input_tokens'),
      count(details, 'cache_creation_tokens'),
      count(details, 'cache_write_tokens'),
    ) ?? 0
  const cacheWrite5m = count(split, 'ephemeral_5m_input_tokens') ?? 0
  const cacheWrite1h = count(split, 'ephemeral_1h_input_tokens') ?? 0
  const rest = Math.max(0, writes - cacheWrite5m - cacheWrite1h)
  return { cacheWrite5m, cacheWrite1h, cacheWriteOther: rest }
}

function geminiCounts(usage: JsonObject, count: Count): LoggedCounts {
  return {
    input: (count(usage, 'promptTokenCount') ?? 0) + (count(usage, 'toolUsePromptTokenCount') ?? 0),
    inputHoldsCached: true,
    cacheRead: count(usage, 'cachedContentTokenCount'),
    output: count(usage, 'candidatesTokenCount') ?? 0,
    outputHoldsReasoning: false,
    reasoning: count(usage, 'thoughtsTokenCount'),
    kinds: {
      audioInput: ofModality(usage, 'promptTokensDetails', 'AUDIO', count),
      imageInput: ofModality(usage, 'promptTokensDetails', 'IMAGE', count),
      videoInput: ofModality(usage, 'promptTokensDetails', 'VIDEO', count),
      audioCacheRead: ofModality(usage, 'cacheTokensDetails', 'AUDIO', count),
      imageCacheRead: ofModality(usage, 'cacheTokensDetails', 'IMAGE', count),
      audioOutput: ofModality(usage, 'candidatesTokensDetails', 'AUDIO', count),
      imageOutput: ofModality(usage, 'candidatesTokensDetails', 'IMAGE', count),
      videoOutput: ofModality(usage, 'candidatesTokensDetails', 'VIDEO', count),
    },
  }
}

/** A list of counts, one for each kind of content. */
function ofModality(usage: JsonObject, list: string, modality: string, count: Count): number | undefined {
  for (const entry of asList(usage[list]) ?? []) {
    const detail = asObject(entry)
    if (detail?.['modality'] === modality) return count(detail, 'tokenCount')
  }
  return undefined
}
