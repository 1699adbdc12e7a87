import type { TraceFile } from '../files.ts'
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
import { readProviderUsage } from './provider-usage.ts'
import type { CountsReading } from './provider-usage.ts'
import { readRows } from './read-rows.ts'
import type { ReadingContext } from './session-draft.ts'

/** Portkey's log export. */
export const portkey: Importer = importerOfCalls({
  format: 'portkey',
  detect,
  everyLineAlone: true,
  refusal: onlySuffixes(['json', 'jsonl', 'ndjson', 'csv'], 'no export'),
  readCalls,
})

/** Columns of an export as CSV. */
const numbers: ReadonlySet<string> = new Set([
  'req_units',
  'res_units',
  'total_units',
  'request_tokens',
  'response_tokens',
  'total_tokens',
  'cost',
  'response_time',
  'response_status_code',
  'status_code',
])

async function readCalls(file: TraceFile, calls: Calls, { tally }: ReadingContext): Promise<void> {
  await readRows(file, tally, (row, line, part) => {
    if (row['ai_model'] === undefined && row['ai_org'] === undefined && row['ai_provider'] === undefined) {
      return 'no log'
    }
    const call = callOf(row, line)
    if (row['cost'] !== undefined && row['cost'] !== null && call.cost === undefined && row['cost'] !== 0) {
      calls.problem(line, 'the cost is in no unit that is known: it is left out')
    }
    calls.add(call, part)
    return 'call'
  }, numbers)
}

function callOf(row: JsonObject, line: number): LoggedCall {
  const request = bodyOf(row['request'])
  const response = bodyOf(row['response'])
  const status = asNumber(row['response_status_code']) ?? asNumber(row['status_code'])
  const startMicros = microsOfTime(row['created_at'])
  const took = durationMicros(row['response_time'], 1_000)
  const error = asString(asObject(response?.['error'])?.['message'])
  const asked = asName(request?.['model'])
  const model = asName(row['ai_model']) ?? asName(response?.['model'])
  return {
    line,
    session: asName(row['trace_id']),
    id: asName(row['id']),
    startMicros,
    endMicros: startMicros === undefined || took === undefined ? undefined : startMicros + took,
    requested: asked ?? model,
    model,
    provider: asName(row['ai_org']) ?? asName(row['ai_provider']),
    counts: countsOf(row, response),
    cost: costOf(row),
    failure: status !== undefined && status >= 400 ? failureOfException(undefined, status, error) : undefined,
    messages: messagesIn(request),
    ...answerIn(response),
  }
}

/** A body may lie one deeper, beside its headers, or be text. */
function bodyOf(value: unknown): JsonObject | undefined {
  const object = asObject(unquoted(value))
  return asObject(object?.['body']) ?? object
}

/** The response tells the cached tokens; the columns tell sums alone. */
function countsOf(row: JsonObject, response: JsonObject | undefined): CountsReading {
  const told = readProviderUsage(response?.['usage'] ?? response?.['usageMetadata'])
  if (!told.ok || told.counts !== undefined) return told
  const prompt = row['req_units'] ?? row['request_tokens']
  const completion = row['res_units'] ?? row['response_tokens']
  return readProviderUsage({
    ...(prompt === undefined ? {} : { prompt_tokens: prompt }),
    ...(completion === undefined ? {} : { completion_tokens: completion }),
  })
}

/** Portkey's price list is in cents, so a cost counts only with a currency that says dollars. */
function costOf(row: JsonObject): LoggedCall['cost'] {
  const cost = asNumber(row['cost'])
  const currency = asString(row['cost_currency'])?.toUpperCase()
  if (cost === undefined || cost === 0 || currency !== 'USD') return undefined
  const picoUsd = picoUsdOf(cost)
  return picoUsd === undefined ? undefined : { picoUsd, source: 'estimate' }
}

function detect(beginning: string): boolean {
  const [first = ''] = beginning.split('\n', 1)
  const header = first.trimStart().startsWith('{') ? [] : first.split(',').map((name) => name.trim())
  const has = (name: string): boolean => header.includes(name) || beginning.includes(`"${name}"`)
  return (has('ai_org') || has('ai_provider')) && (has('response_status_code') || has('req_units') || has('status_code'))
}
