import type { TraceFile } from '../files.ts'
import { countReader } from './count-reader.ts'
import { failureOfException } from './exception-class.ts'
import { answerIn, messagesIn } from './exchange.ts'
import { importerOfCalls } from './importer-of-calls.ts'
import type { Calls } from './importer-of-calls.ts'
import type { Importer } from './importer.ts'
import { onlySuffixes } from './input-files.ts'
import { durationMicros, microsOfTime } from './instant.ts'
import { asName, asNumber, asObject, asString, unquoted } from './json.ts'
import type { JsonObject } from './json.ts'
import type { LoggedCall } from './logged-call.ts'
import { picoUsdOf } from './pico-usd.ts'
import type { CountsReading } from './provider-usage.ts'
import { readRows } from './read-rows.ts'
import type { ReadingContext } from './session-draft.ts'

/** Helicone's requests, as its query interface answers and its exporter writes them. */
export const helicone: Importer = importerOfCalls({
  format: 'helicone',
  detect,
  everyLineAlone: true,
  refusal: onlySuffixes(['json', 'jsonl', 'ndjson', 'csv'], 'no export'),
  readCalls,
})

/** Columns of the exporter's CSV. */
const numbers: ReadonlySet<string> = new Set([
  'response_status',
  'prompt_tokens',
  'completion_tokens',
  'total_tokens',
  'prompt_cache_read_tokens',
  'prompt_cache_write_tokens',
  'reasoning_tokens',
  'latency',
  'delay_ms',
  'time_to_first_token',
  'cost',
  'cost_usd',
  'costUSD',
])

async function readCalls(file: TraceFile, calls: Calls, { tally }: ReadingContext): Promise<void> {
  await readRows(file, tally, (row, line, part) => {
    const kind = kindOf(row)
    if (kind === 'call') calls.add(callOf(row, line), part)
    return kind
  }, numbers)
}

function kindOf(row: JsonObject): string {
  const named = row['request_id'] !== undefined || row['response_id'] !== undefined
  if (!named || row['request_created_at'] === undefined) return 'no request'
  // Nobody else was asked.
  if (row['cache_enabled'] === true && asName(row['cache_reference_id']) !== undefined) {
    return 'from the gateway cache'
  }
  if (row['response_status'] === -2) return 'pending'
  return 'call'
}

/** Internal states stand below 0. */
const cancelledStatus = -3

function callOf(row: JsonObject, line: number): LoggedCall {
  const status = asNumber(row['response_status'])
  const startMicros = microsOfTime(row['request_created_at'])
  const took = durationMicros(row['delay_ms'] ?? row['latency'], 1_000)
  const first = durationMicros(row['time_to_first_token'], 1_000)
  const request = bodyOf(row['request_body'])
  const response = bodyOf(row['response_body'])
  const properties = bodyOf(row['request_properties'])
  const requested = asName(row['request_model']) ?? asName(request?.['model'])
  const failed = status !== undefined && status !== cancelledStatus && (status < 0 || status >= 400)
  const message = asString(asObject(response?.['error'])?.['message'])
  return {
    line,
    session: asName(properties?.['Helicone-Session-Id']),
    id: asName(row['request_id']) ?? asName(row['response_id']),
    // The CSV leaves out the request's.
    copyKey: asName(row['response_id']) ?? asName(row['request_id']),
    startMicros,
    firstTokenMicros: startMicros === undefined || first === undefined ? undefined : startMicros + first,
    endMicros:
      startMicros === undefined || took === undefined
        ? microsOfTime(row['response_created_at'])
        : startMicros + took,
    requested,
    model: asName(row['response_model']) ?? asName(row['model_override']) ?? asName(row['model']) ?? requested,
    provider: asName(row['provider']),
    counts: countsOf(row),
    cost: costOf(asNumber(row['costUSD']) ?? asNumber(row['cost_usd']) ?? asNumber(row['cost'])),
    cancelled: status === cancelledStatus,
    failure: failed ? failureOfException(undefined, status < 0 ? undefined : status, message) : undefined,
    messages: messagesIn(request),
    ...answerIn(response),
  }
}

/** In the CSV objects are text, whose quotes the exporter doubles once too often. */
function bodyOf(value: unknown): JsonObject | undefined {
  return asObject(unquoted(value)) ?? asObject(unquoted(asString(value)?.replaceAll('""', '"')))
}

/** Columns exclude each other, but for reasoning, which is part of the completion. */
function countsOf(row: JsonObject): CountsReading {
  const { count, firstBad } = countReader()
  const input = count(row, 'prompt_tokens')
  const output = count(row, 'completion_tokens')
  const cacheRead = count(row, 'prompt_cache_read_tokens')
  const cacheWriteOther = count(row, 'prompt_cache_write_tokens')
  const reasoning = count(row, 'reasoning_tokens')
  const audioInput = count(row, 'prompt_audio_tokens')
  const audioOutput = count(row, 'completion_audio_tokens')
  const bad = firstBad()
  if (bad !== undefined) return { ok: false, reason: `usage: \`${bad}\` is not a count` }
  if (input === undefined && output === undefined) return { ok: true, counts: undefined }
  return {
    ok: true,
    counts: {
      input: input ?? 0,
      inputHoldsCached: false,
      cacheRead,
      cacheWriteOther,
      output: output ?? 0,
      outputHoldsReasoning: true,
      reasoning,
      outputQuality: output === undefined ? 'lower-bound' : 'exact',
      kinds: { audioInput, audioOutput },
    },
  }
}

/** Reckoned from Helicone's price list. */
function costOf(dollars: number | undefined): LoggedCall['cost'] {
  const picoUsd = dollars === undefined || dollars === 0 ? undefined : picoUsdOf(dollars)
  return picoUsd === undefined ? undefined : { picoUsd, source: 'estimate' }
}

function detect(beginning: string): boolean {
  const [first = ''] = beginning.split('\n', 1)
  const header = first.replaceAll('"', '').split(',').map((name) => name.trim())
  if (header.includes('response_id') && header.includes('request_created_at')) return true
  return beginning.includes('"request_created_at"') && /"(response_status|delay_ms|request_properties)"/.test(beginning)
}
