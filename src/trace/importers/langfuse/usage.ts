import { asCount } from '../json.ts'
import type { JsonObject } from '../json.ts'
import type { CountsReading } from '../provider-usage.ts'

/** Names of the parts, as Langfuse writes them and as they survive from instrumentations. */
const cacheReads = ['input_cached_tokens', 'input_cache_read', 'input_cache_read_tokens', 'cache_read', 'cacheReadInputTokens', 'input_cached', 'cache_read_input_tokens', 'prompt_details.cache_read', 'cached_tokens']
const cacheWrites = ['input_cache_creation', 'input_cache_creation_tokens', 'input_cache_write', 'input_cache_write_tokens', 'cache_write_input_tokens', 'cacheCreationInputTokens', 'cache_creation_input_tokens', 'prompt_details.cache_write']
const cacheWrites5m = ['input_cache_creation_5m', 'input_ephemeral_5m_input_tokens', 'ephemeral_5m_input_tokens']
const cacheWrites1h = ['input_cache_creation_1h', 'input_ephemeral_1h_input_tokens', 'ephemeral_1h_input_tokens']
const reasonings = ['output_reasoning_tokens', 'output_reasoning', 'reasoning_tokens', 'completion_details.reasoning']
const audioInputs = ['input_audio_tokens', 'input_audio']
const audioOutputs = ['output_audio_tokens', 'output_audio']
const imageInputs = ['input_image_tokens', 'input_image']
const imageOutputs = ['output_image_tokens', 'output_image']
const inputs = ['input', 'input_tokens', 'prompt_tokens', 'promptTokens']
const outputs = ['output', 'output_tokens', 'completion_tokens', 'completionTokens']

/**
 * Langfuse takes cached tokens and the like out of `input`, and reasoning out of `output`. Parts that
 * came past it still lie inside: then `input` and `output` alone make the total.
 */
export function langfuseCounts(logged: JsonObject | undefined): CountsReading {
  if (logged === undefined) return { ok: true, counts: undefined }
  const usage = Object.fromEntries(Object.entries(logged).map(([name, count]) => [name, plainCount(count)]))
  const bad = Object.entries(usage).find(([, count]) => count !== null && asCount(count) === undefined)
  if (bad !== undefined) return { ok: false, reason: `usage: \`${bad[0].slice(0, 60)}\` is not a count` }
  const first = (names: readonly string[]): number | undefined =>
    names.map((name) => asCount(usage[name])).find((count) => count !== undefined)
  const input = first(inputs)
  const output = first(outputs)
  if (input === undefined && output === undefined) {
    return { ok: false, reason: 'usage: neither `input` nor `output`' }
  }
  const named = new Set([...inputs, ...outputs, ...cacheReads, ...cacheWrites, ...cacheWrites5m, ...cacheWrites1h, ...reasonings])
  const others = (start: string): number =>
    Object.entries(usage)
      .filter(([name]) => name.startsWith(start) && !named.has(name))
      .reduce((sum, [, count]) => sum + (asCount(count) ?? 0), 0)
  const [cacheWrite5m, cacheWrite1h, writes] = [first(cacheWrites5m) ?? 0, first(cacheWrites1h) ?? 0, first(cacheWrites) ?? 0]
  const total = asCount(usage['total'])
  const inside = total !== undefined && total === (input ?? 0) + (output ?? 0)
  return {
    ok: true,
    counts: {
      // Audio, images and the like are input and output too.
      input: (input ?? 0) + (inside ? 0 : others('input_')),
      inputHoldsCached: inside,
      cacheRead: first(cacheReads) ?? 0,
      cacheWrite5m,
      cacheWrite1h,
      // LangChain gives the sum beside its parts.
      cacheWriteOther: writes === cacheWrite5m + cacheWrite1h ? 0 : writes,
      output: (output ?? 0) + (inside ? 0 : others('output_')),
      outputHoldsReasoning: inside,
      reasoning: first(reasonings),
      outputQuality: output === undefined ? 'lower-bound' : 'exact',
      kinds: {
        audioInput: first(audioInputs),
        imageInput: first(imageInputs),
        audioOutput: first(audioOutputs),
        imageOutput: first(imageOutputs),
      },
    },
  }
}

/** A database writes its 64-bit integers as text. */
function plainCount(value: unknown): unknown {
  return typeof value === 'string' && /^\d{1,16}$/.test(value) ? Number(value) : value
}
