import { describe, expect, it } from 'vitest'
import { claudeCode } from '../../../src/trace/importers/claude-code.ts'
import { claudeResults } from '../../../src/trace/importers/claude-results.ts'
import { codex } from '../../../src/trace/importers/codex.ts'
import { helicone } from '../../../src/trace/importers/helicone.ts'
import type { Importer, ImportOptions } from '../../../src/trace/importers/importer.ts'
import { langfuse } from '../../../src/trace/importers/langfuse.ts'
import { litellm } from '../../../src/trace/importers/litellm.ts'
import { openrouter } from '../../../src/trace/importers/openrouter.ts'
import { otlp } from '../../../src/trace/importers/otlp.ts'
import { table } from '../../../src/trace/importers/table.ts'
import type { CallRecord } from '../../../src/trace/record.ts'
import { importLogFiles, jsonLines } from '../../support/import-logs.ts'

type Json = { readonly [key: string]: unknown }

async function only(importer: Importer, rows: readonly Json[], options: ImportOptions = {}): Promise<CallRecord> {
  const { calls, report } = await importLogFiles(importer, { 'log.jsonl': jsonLines([...rows]) }, options)
  expect(report.problems).toEqual([])
  const [call, ...others] = calls
  if (call === undefined || others.length > 0) throw new Error(`${calls.length} calls`)
  return call
}

/** A payload of LiteLLM with what the provider counted. */
const payload = (usage: Json, more: Json = {}): Json => ({
  request_id: 'r1',
  call_type: 'acompletion',
  custom_llm_provider: 'openai',
  model: 'm',
  startTime: 1,
  endTime: 2,
  spend: 0.01,
  metadata: { usage_object: usage },
  ...more,
})

describe('tokens that are no text', () => {
  it('lie in the prompt and the completion of OpenAI, those from the cache told apart or taken for text', async () => {
    const usage = {
      prompt_tokens: 100,
      completion_tokens: 50,
      prompt_tokens_details: { cached_tokens: 60, audio_tokens: 30, image_tokens: 5, cached_tokens_details: { audio_tokens: 10 } },
      completion_tokens_details: { reasoning_tokens: 8, audio_tokens: 40 },
    }
    expect((await only(litellm, [payload(usage)])).usage).toEqual({
      uncachedInput: 40,
      cacheRead: 60,
      cacheWrite5m: 0,
      cacheWrite1h: 0,
      output: 42,
      reasoning: 8,
      audioInput: 20,
      imageInput: 5,
      audioCacheRead: 10,
      audioOutput: 40,
      outputQuality: 'exact',
    })
    const mostlyCached = { ...usage, prompt_tokens_details: { cached_tokens: 90, audio_tokens: 30 } }
    expect((await only(litellm, [payload(mostlyCached)])).usage).toMatchObject({ audioInput: 10, audioCacheRead: 20 })
  })

  it('are lists of Gemini', async () => {
    const usage = {
      promptTokenCount: 1_000,
      cachedContentTokenCount: 300,
      candidatesTokenCount: 1_300,
      promptTokensDetails: [{ modality: 'TEXT', tokenCount: 500 }, { modality: 'AUDIO', tokenCount: 400 }, { modality: 'VIDEO', tokenCount: 100 }],
      cacheTokensDetails: [{ modality: 'AUDIO', tokenCount: 300 }],
      candidatesTokensDetails: [{ modality: 'IMAGE', tokenCount: 1_290 }],
    }
    expect((await only(litellm, [payload(usage)])).usage).toMatchObject({
      uncachedInput: 700,
      audioInput: 100,
      videoInput: 100,
      audioCacheRead: 300,
      output: 1_300,
      imageOutput: 1_290,
    })
  })

  it('leave the usage unknown where they are more than their whole', async () => {
    const { calls, report } = await importLogFiles(litellm, {
      'log.jsonl': jsonLines([payload({ prompt_tokens: 1, completion_tokens: 5, completion_tokens_details: { audio_tokens: 9 } })]),
    })
    expect(calls[0]?.usage).toBeUndefined()
    expect(report.problems.map(({ reason }) => reason)).toEqual(['usage: 9 tokens that are no text in 5 of `output`'])
  })

  it('are told by OpenRouter for generated images', async () => {
    const generation = {
      id: 'g1',
      model: 'm',
      tokens_prompt: 9,
      native_tokens_prompt: 10,
      native_tokens_completion: 1_300,
      native_tokens_completion_images: 1_290,
      num_media_completion: 1,
      provider_name: 'p',
    }
    expect((await only(openrouter, [generation])).usage).toMatchObject({ output: 1_300, imageOutput: 1_290, generatedImages: 1 })
  })

  it('are told by tracers', async () => {
    const attribute = (key: string, value: string | number): Json => ({
      key,
      value: typeof value === 'number' ? { intValue: String(value) } : { stringValue: value },
    })
    const attributes = [
      attribute('gen_ai.operation.name', 'chat'),
      attribute('gen_ai.request.model', 'm'),
      attribute('gen_ai.usage.input_tokens', 100),
      attribute('gen_ai.usage.output_tokens', 50),
      attribute('gen_ai.usage.audio.input_tokens', 70),
      attribute('gen_ai.usage.video.input_tokens', 20),
      attribute('gen_ai.usage.audio.output_tokens', 40),
    ]
    const span = { traceId: 'ab01', spanId: 'cd01', name: 'x', attributes }
    expect((await only(otlp, [{ resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] }])).usage).toMatchObject({
      uncachedInput: 100,
      audioInput: 70,
      videoInput: 20,
      audioOutput: 40,
    })
    const observation = { id: 'o1', traceId: 't1', type: 'GENERATION', model: 'm', startTime: '2026-01-01T00:00:00Z' }
    const usageDetails = { input: 30, input_audio_tokens: 70, output: 10, output_audio_tokens: 40, total: 150 }
    expect((await only(langfuse, [{ ...observation, usageDetails }])).usage).toMatchObject({
      uncachedInput: 100,
      audioInput: 70,
      output: 50,
      audioOutput: 40,
    })
    const request = {
      request_id: 'h1',
      request_created_at: '2026-01-01T00:00:00Z',
      response_status: 200,
      request_model: 'm',
      prompt_tokens: 100,
      prompt_audio_tokens: 70,
      completion_tokens: 50,
    }
    expect((await only(helicone, [request])).usage).toMatchObject({ uncachedInput: 100, audioInput: 70 })
  })

  it('are columns of a table', async () => {
    const mapping = {
      mapping: 1,
      columns: { id: 'id', model: 'model', input: 'in', output: 'out', audioInput: 'sound', webSearches: 'searches' },
    } as const
    const { calls } = await importLogFiles(table, { 'c.csv': 'id,model,in,out,sound,searches\na,m,100,9,70,2\n' }, { mapping })
    expect(calls[0]?.usage).toMatchObject({ uncachedInput: 100, audioInput: 70, webSearches: 2 })
  })
})

describe('searches that the provider made', () => {
  it('are counted by Anthropic in a transcript, in results and behind a gateway', async () => {
    const usage = { input_tokens: 10, output_tokens: 5, server_tool_use: { web_search_requests: 3, web_fetch_requests: 1 } }
    const reply = {
      type: 'assistant',
      uuid: 'u1',
      sessionId: 's1',
      timestamp: '2026-01-01T00:00:00.000Z',
      requestId: 'req_1',
      message: { id: 'msg_1', model: 'm', role: 'assistant', content: [], stop_reason: 'end_turn', usage },
    }
    expect((await only(claudeCode, [reply])).usage).toMatchObject({ webSearches: 3 })
    const result = {
      type: 'result',
      session_id: 's1',
      uuid: 'r1',
      modelUsage: { m: { inputTokens: 10, outputTokens: 5, webSearchRequests: 2, costUSD: 0.02 } },
    }
    expect((await only(claudeResults, [result])).usage).toMatchObject({ webSearches: 2 })
    expect((await only(litellm, [payload(usage)])).usage).toMatchObject({ webSearches: 3 })
  })

  it('are items of a rollout; opening a page is none', async () => {
    const row = (type: string, content: Json): Json => ({ timestamp: '2026-01-01T00:00:00.000Z', type, payload: content })
    const search = (action: Json): Json => row('response_item', { type: 'web_search_call', status: 'completed', action })
    const counts = { input_tokens: 10, cached_input_tokens: 0, output_tokens: 5, reasoning_output_tokens: 0, total_tokens: 15 }
    const call = await only(codex, [
      row('session_meta', { id: 's1', cli_version: '1.0.0', model_provider: 'openai' }),
      row('turn_context', { model: 'm' }),
      row('event_msg', { type: 'user_message', message: 'look' }),
      search({ type: 'search', query: 'a' }),
      search({ type: 'open_page', url: 'b' }),
      row('event_msg', { type: 'token_count', info: { total_token_usage: counts, last_token_usage: counts } }),
    ])
    expect(call.usage).toMatchObject({ webSearches: 1 })
  })
})

describe('where and how fast a request is served', () => {
  it('is told by the usage behind a gateway, or by the host that was asked', async () => {
    const anthropic = payload({ input_tokens: 10, output_tokens: 5, inference_geo: 'us', speed: 'fast' })
    expect((await only(litellm, [anthropic])).served).toMatchObject({ region: 'us', serviceTier: 'fast' })
    const openai = payload(
      { prompt_tokens: 10, completion_tokens: 5 },
      { api_base: 'https://eu.api.openai.com/v1/chat/completions', response: { service_tier: 'flex' } },
    )
    expect((await only(litellm, [openai])).served).toMatchObject({ region: 'eu', serviceTier: 'flex' })
  })
})
