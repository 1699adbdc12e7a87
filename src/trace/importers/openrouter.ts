import type { TraceFile } from '../files.ts'
import type { AttemptRecord } from '../record.ts'
import { countReader } from './count-reader.ts'
import { failureOfException } from './exception-class.ts'
import { importerOfCalls } from './importer-of-calls.ts'
import type { Calls } from './importer-of-calls.ts'
import type { Importer } from './importer.ts'
import { onlySuffixes } from './input-files.ts'
import { durationMicros, microsOfTime } from './instant.ts'
import { asList, asName, asNumber, asObject, asString } from './json.ts'
import type { JsonObject } from './json.ts'
import { known } from './known.ts'
import type { LoggedCall } from './logged-call.ts'
import { picoUsdOf } from './pico-usd.ts'
import type { LoggedKinds } from './buckets.ts'
import type { CountsReading } from './provider-usage.ts'
import { countIn, numberIn, readCsv, truthIn } from './read-csv.ts'
import type { Cell } from './read-csv.ts'
import { readRows } from './read-rows.ts'
import type { ReadingContext } from './session-draft.ts'

/** OpenRouter's answers of `/generation` and its activity CSV. */
export const openrouter: Importer = importerOfCalls({
  format: 'openrouter',
  detect,
  everyLineAlone: true,
  refusal: onlySuffixes(['csv', 'json', 'jsonl'], 'no export'),
  readCalls,
})

async function readCalls(file: TraceFile, calls: Calls, { tally }: ReadingContext): Promise<void> {
  if (/\.csv(\.gz|\.zst)?$/.test(file.name)) {
    await readCsv(file, tally, (names) => {
      if (names.has('date') && names.has('requests')) {
        calls.problem(1, 'sums of a day: no calls can be told from them')
        return undefined
      }
      if (!names.has('generation_id')) return undefined
      return (cell, line) => {
        calls.add(callOfRow(cell, line))
        return 'call'
      }
    })
  } else {
    await readRows(file, tally, (generation, line, part) => {
      if (asName(generation['id']) === undefined || !('tokens_prompt' in generation)) return 'no generation'
      calls.add(callOfGeneration(generation, line), part)
      return 'call'
    })
  }
}

/** Bills go by the counts of the model's own tokenizer; the others are made comparable. */
function callOfGeneration(generation: JsonObject, line: number): LoggedCall {
  const { count: read, firstBad } = countReader()
  const count = (name: string): number | undefined => read(generation, name)
  const created = microsOfTime(generation['created_at'])
  const took = durationMicros(generation['generation_time'], 1_000)
  const status = asObject(asList(generation['provider_responses'])?.at(-1))?.['status']
  const attempts = (asList(generation['provider_responses']) ?? []).map(asObject)
  const failedAll = attempts.length > 0 && attempts.every((one) => !served(one?.['status']))
  const model = asName(generation['model'])
  const counts = countsOf(
    count('native_tokens_prompt') ?? count('tokens_prompt'),
    count('native_tokens_cached'),
    count('native_tokens_completion') ?? count('tokens_completion'),
    count('native_tokens_reasoning'),
    {
      imageOutput: count('native_tokens_completion_images'),
      generatedImages: (count('native_tokens_completion_images') ?? 0) > 0 ? count('num_media_completion') : undefined,
    },
  )
  const bad = firstBad()
  return {
    line,
    session: asName(generation['session_id']),
    id: asName(generation['id']),
    startMicros: created,
    endMicros: created === undefined || took === undefined ? undefined : created + took,
    timeQuality: 'derived',
    requested: asName(generation['router']) ?? model,
    model,
    provider: asName(generation['provider_name']),
    region: asName(generation['data_region']),
    serviceTier: asName(generation['service_tier']),
    counts: bad === undefined ? counts : { ok: false, reason: `usage: \`${bad}\` is not a count` },
    cost: costOf(
      asNumber(generation['total_cost']) ?? asNumber(generation['usage']),
      generation['is_byok'] === true ? asNumber(generation['upstream_inference_cost']) : undefined,
    ),
    cancelled: generation['cancelled'] === true,
    failure: failedAll ? failureOfException(undefined, status, undefined) : undefined,
    attemptsBefore: attempts.slice(0, -1).flatMap((one) => attemptOf(one)),
    finish: asString(generation['native_finish_reason']) ?? asString(generation['finish_reason']),
  }
}

function served(status: unknown): boolean {
  return typeof status === 'number' && status >= 200 && status < 300
}

function attemptOf(response: JsonObject | undefined): AttemptRecord[] {
  if (response === undefined || served(response['status'])) return []
  const { status, errorClass } = failureOfException(undefined, response['status'], undefined)
  const model = asName(response['model_permaslug'])
  return [known({ provider: asName(response['provider_name']), model, status, errorClass })]
}

function callOfRow(cell: Cell, line: number): LoggedCall {
  const startMicros = microsOfTime(cell('created_at'))
  const took = durationMicros(numberIn(cell('generation_time_ms')), 1_000)
  const first = durationMicros(numberIn(cell('time_to_first_token_ms')), 1_000)
  const model = variantOf(cell('model_permaslug'), cell('variant'))
  return {
    line,
    session: undefined,
    id: cell('generation_id'),
    startMicros,
    firstTokenMicros: startMicros === undefined || first === undefined ? undefined : startMicros + first,
    endMicros: startMicros === undefined || took === undefined ? undefined : startMicros + took,
    timeQuality: 'derived',
    requested: model,
    model,
    provider: cell('provider_name'),
    counts: countsOf(
      countIn(cell('tokens_prompt')),
      countIn(cell('tokens_cached')),
      countIn(cell('tokens_completion')),
      countIn(cell('tokens_reasoning')),
    ),
    cost: costOf(numberIn(cell('cost_total')), numberIn(cell('byok_usage_inference'))),
    cancelled: truthIn(cell('cancelled')),
    finish: cell('finish_reason_raw') ?? cell('finish_reason_normalized'),
  }
}

function countsOf(
  input: number | undefined,
  cacheRead: number | undefined,
  output: number | undefined,
  reasoning: number | undefined,
  kinds?: LoggedKinds,
): CountsReading {
  if (input === undefined) return { ok: false, reason: 'usage: the prompt tokens are not a count' }
  return {
    ok: true,
    counts: {
      input,
      inputHoldsCached: true,
      cacheRead,
      output: output ?? 0,
      outputHoldsReasoning: true,
      reasoning,
      outputQuality: output === undefined ? 'lower-bound' : 'exact',
      kinds,
    },
  }
}

/** Variants that are sold at prices of their own; the others only choose a host. */
const soldApart: ReadonlySet<string> = new Set(['free', 'thinking', 'extended', 'beta'])

function variantOf(model: string | undefined, variant: string | undefined): string | undefined {
  return model === undefined || variant === undefined || !soldApart.has(variant) ? model : `${model}:${variant}`
}

/** With a key of one's own the host is paid apart, by what the gateway reckons, and its own bill is a fee. */
function costOf(dollars: number | undefined, paidApart: number | undefined): LoggedCall['cost'] {
  const picoUsd = dollars === undefined ? undefined : picoUsdOf(dollars)
  if (picoUsd === undefined) return undefined
  const apart = paidApart === undefined || paidApart === 0 ? undefined : picoUsdOf(paidApart)
  return apart === undefined
    ? { picoUsd, source: 'gateway' }
    : { picoUsd: String(BigInt(picoUsd) + BigInt(apart)), source: 'estimate' }
}

function detect(beginning: string): boolean {
  const [first = ''] = beginning.split('\n', 1)
  const row = first.includes('generation_id') && first.includes('model_permaslug') && !first.trimStart().startsWith('{')
  return row || (beginning.includes('"native_tokens_prompt"') && beginning.includes('"provider_name"'))
}
