import type { TraceFile } from '../files.ts'
import type { AttemptRecord } from '../record.ts'
import { failureOfException } from './exception-class.ts'
import { answerIn } from './exchange.ts'
import { importerOfCalls } from './importer-of-calls.ts'
import type { Calls } from './importer-of-calls.ts'
import type { Importer } from './importer.ts'
import { onlySuffixes } from './input-files.ts'
import { microsOfTime } from './instant.ts'
import { asList, asName, asNumber, asObject, asString, unquoted } from './json.ts'
import type { JsonObject } from './json.ts'
import { known } from './known.ts'
import type { LoggedCall } from './logged-call.ts'
import { picoUsdOf } from './pico-usd.ts'
import { readProviderUsage } from './provider-usage.ts'
import type { CountsReading } from './provider-usage.ts'
import { readRows } from './read-rows.ts'
import type { ReadingContext } from './session-draft.ts'

/** LiteLLM's logging payloads and its spend log rows. */
export const litellm: Importer = importerOfCalls({
  format: 'litellm',
  detect,
  everyLineAlone: true,
  refusal: onlySuffixes(['json', 'jsonl', 'ndjson', 'csv'], 'no JSON and no CSV'),
  readCalls,
})

async function readCalls(file: TraceFile, calls: Calls, { tally }: ReadingContext): Promise<void> {
  await readRows(file, tally, (row, line, part) => {
    const kind = kindOf(row)
    if (kind === 'call') calls.add(callOf(row, line), part)
    return kind
  }, numbers)
}

/** Of the columns of its table. */
const numbers: ReadonlySet<string> = new Set([
  'spend', 'total_tokens', 'prompt_tokens', 'completion_tokens', 'request_duration_ms',
])

const conversations =
  /^a?(?:completion|text_completion|responses|generate_content(?:_stream)?|anthropic_messages|stream_generate_content)$|^pass_through_endpoint$|^a?llm_passthrough_route$/

function kindOf(row: JsonObject): string {
  const name = row['request_id'] ?? row['id']
  if (name === undefined || !('call_type' in row || 'spend' in row)) return 'no row of a call'
  const type = asString(row['call_type']) ?? ''
  if (type !== '' && !conversations.test(type)) return 'not of a conversation'
  // Nobody else was asked: the gateway had the answer.
  if (row['cache_hit'] === true || row['cache_hit'] === 'True') return 'from the gateway cache'
  return 'call'
}

function callOf(row: JsonObject, line: number): LoggedCall {
  const metadata = objectOf(row['metadata'])
  const hidden = objectOf(row['hidden_params'])
  const response = objectOf(row['response'])
  // Where the host kept what was said before, the messages are not the whole prompt.
  const goesOn = typeof asObject(row['model_parameters'])?.['previous_response_id'] === 'string'
  const messages = goesOn ? undefined : listOf(row['messages'])
  const served = nonEmpty(row['model']) ?? nonEmpty(hidden?.['litellm_model_name'])
  const startMicros = microsOfTime(row['startTime'])
  const usage = usageIn(row, metadata, hidden, response)
  return {
    line,
    session: clientSession(row, metadata) ?? nonEmpty(row['session_id']) ?? nonEmpty(row['trace_id']),
    id: nonEmpty(row['request_id']) ?? nonEmpty(row['id']),
    startMicros,
    firstTokenMicros: microsOfTime(row['completionStartTime']),
    endMicros: microsOfTime(row['endTime']),
    requested: nonEmpty(metadata?.['original_model_group']) ?? nonEmpty(row['model_group']) ?? served,
    model: served,
    provider: nonEmpty(row['custom_llm_provider']),
    region: regionOf(row, usage),
    serviceTier: tierOf(usage, response),
    counts: countsOf(row, usage, metadata),
    cost: costOf(row['response_cost'] ?? row['spend']),
    failure: failureOf(row, metadata),
    attemptsBefore: attemptsOf(metadata),
    // Rows of a proxy that stores no words hold an empty object.
    messages: messages === undefined || messages.length === 0 ? undefined : messages,
    ...answerIn(response),
    signals: signalsOf(row, metadata),
  }
}

/**
 * Claude Code names its session in the id of the user, in two forms; most versions of the gateway give
 * every request a session of its own.
 */
function clientSession(row: JsonObject, metadata: JsonObject | undefined): string | undefined {
  const asked = asObject(metadata?.['requester_metadata'])?.['user_id']
  for (const user of [asString(row['end_user']), asString(asked)]) {
    const named = /_session_([0-9a-f-]{36})$/.exec(user ?? '')?.[1] ?? objectOf(user)?.['session_id']
    if (typeof named === 'string' && named !== '') return named
  }
  return undefined
}

function nonEmpty(value: unknown): string | undefined {
  return asName(value)
}

function objectOf(value: unknown): JsonObject | undefined {
  return asObject(unquoted(value))
}

function listOf(value: unknown): readonly unknown[] | undefined {
  return asList(unquoted(value))
}

function usageIn(
  row: JsonObject,
  metadata: JsonObject | undefined,
  hidden: JsonObject | undefined,
  response: JsonObject | undefined,
): JsonObject | undefined {
  const found = [metadata?.['usage_object'], hidden?.['usage_object'], response?.['usage']]
    .map(objectOf)
    .filter((usage) => usage !== undefined)
  const whole = found.find((usage) => {
    const reading = readProviderUsage(usage)
    return !reading.ok || reading.counts !== undefined
  })
  // Some versions keep the details alone there.
  const details = found.find((usage) => asObject(usage['prompt_tokens_details']) !== undefined)
  const { prompt_tokens, completion_tokens } = row
  return whole ?? (details === undefined ? undefined : { ...details, prompt_tokens, completion_tokens })
}

/** OpenAI processes in a region what is sent to the host of that region; Anthropic names it. */
function regionOf(row: JsonObject, usage: JsonObject | undefined): string | undefined {
  const geo = nonEmpty(usage?.['inference_geo'])
  if (geo !== undefined && geo !== 'not_available') return geo
  return /^https:\/\/([a-z]{2})\.api\.openai\.com(?:\/|$)/.exec(asString(row['api_base']) ?? '')?.[1]
}

/** Fast mode is sold like a tier. */
function tierOf(usage: JsonObject | undefined, response: JsonObject | undefined): string | undefined {
  const speed = nonEmpty(usage?.['speed'])
  if (speed !== undefined && speed !== 'standard') return speed
  return nonEmpty(usage?.['service_tier']) ?? nonEmpty(response?.['service_tier'])
}

/** The usage object tells the cached tokens; the columns of a row tell sums alone. */
function countsOf(
  row: JsonObject,
  usage: JsonObject | undefined,
  metadata: JsonObject | undefined,
): CountsReading {
  if (usage !== undefined) return apartWhereLarger(readProviderUsage(usage))
  const { prompt_tokens, completion_tokens } = row
  const cached = asObject(metadata?.['additional_usage_values'])
  return apartWhereLarger(
    readProviderUsage({
      ...cached,
      ...(prompt_tokens === undefined ? {} : { prompt_tokens }),
      ...(completion_tokens === undefined ? {} : { completion_tokens }),
    }),
  )
}

/** Of Anthropic's cached tokens older versions counted all beside the prompt's, others those written alone. */
function apartWhereLarger(reading: CountsReading): CountsReading {
  if (!reading.ok || reading.counts === undefined || !reading.counts.inputHoldsCached) return reading
  const { input, cacheRead = 0, cacheWrite5m = 0, cacheWrite1h = 0, cacheWriteOther = 0 } = reading.counts
  const written = cacheWrite5m + cacheWrite1h + cacheWriteOther
  if (cacheRead + written <= input) return reading
  const counts = cacheRead > input ? { inputHoldsCached: false } : { input: input + written }
  return { ok: true, counts: { ...reading.counts, ...counts } }
}

/** 0 where the gateway knows no price. */
function costOf(value: unknown): LoggedCall['cost'] {
  const dollars = asNumber(value)
  if (dollars === 0) return undefined
  const picoUsd = dollars === undefined ? undefined : picoUsdOf(dollars)
  return picoUsd === undefined ? undefined : { picoUsd, source: 'gateway' }
}

function failureOf(row: JsonObject, metadata: JsonObject | undefined): LoggedCall['failure'] {
  const status = asString(row['status']) ?? asString(metadata?.['status'])
  if (status !== 'failure') return undefined
  const error = objectOf(row['error_information']) ?? asObject(metadata?.['error_information'])
  const words = asString(error?.['error_message']) ?? asString(row['error_str'])
  return failureOfException(asString(error?.['error_class']), error?.['error_code'], words)
}

/** The gateway keeps the last few attempts that failed, without their times. */
function attemptsOf(metadata: JsonObject | undefined): readonly AttemptRecord[] {
  return (asList(metadata?.['previous_models']) ?? []).flatMap((value) => {
    const tried = asObject(value)
    if (tried === undefined) return []
    const words = asString(tried['exception_string'])
    const { status, errorClass } = failureOfException(asString(tried['exception_type']), undefined, words)
    return [known({ model: nonEmpty(tried['model_group']), status, errorClass })]
  })
}

function signalsOf(row: JsonObject, metadata: JsonObject | undefined): LoggedCall['signals'] {
  const tags = (listOf(row['request_tags']) ?? []).filter((tag) => typeof tag === 'string')
  const team = nonEmpty(metadata?.['user_api_key_team_alias']) ?? nonEmpty(row['team_id'])
  if (tags.length === 0 && team === undefined) return undefined
  return known({ tags: tags.length === 0 ? undefined : tags, team })
}

function detect(beginning: string): boolean {
  const [header = ''] = beginning.split('\n', 1)
  if (!/^\s*[[{]/.test(header)) {
    return ['request_id', 'call_type', 'spend'].every((name) => header.includes(name))
  }
  const has = (name: string): boolean => beginning.includes(`"${name}"`)
  return has('call_type') && (has('custom_llm_provider') || has('spend')) && (has('startTime') || has('request_id'))
}
