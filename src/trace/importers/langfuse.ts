import type { TraceFile } from '../files.ts'
import { failureOfException } from './exception-class.ts'
import { answerIn } from './exchange.ts'
import { importerOfCalls } from './importer-of-calls.ts'
import type { Calls } from './importer-of-calls.ts'
import type { Importer } from './importer.ts'
import { onlySuffixes } from './input-files.ts'
import { durationMicros, microsOfUtc } from './instant.ts'
import { asList, asName, asObject, asString, eitherCase, unquoted } from './json.ts'
import type { JsonObject } from './json.ts'
import { known } from './known.ts'
import { langfuseCounts } from './langfuse/usage.ts'
import type { LoggedCall } from './logged-call.ts'
import { above } from './outer-spans.ts'
import { readExport, rowsIn } from './read-rows.ts'
import { scaledDecimal } from './scaled-decimal.ts'
import type { ReadingContext } from './session-draft.ts'

/** Langfuse's exports, answers of its interface, and batches sent to it. */
export const langfuse: Importer = importerOfCalls({
  format: 'langfuse',
  detect,
  refusal: onlySuffixes(['json', 'jsonl', 'ndjson', 'csv'], 'no JSON and no CSV'),
  readCalls,
})

interface Held {
  readonly observation: JsonObject
  readonly line: number
  readonly trace: string | undefined
  readonly categories: string[]
  readonly at: number
}

async function readCalls(file: TraceFile, calls: Calls, { tally }: ReadingContext): Promise<void> {
  const held: Held[] = []
  const parents = new Map<string, string>()
  const sessions = new Map<string, string>()

  const takeTrace = (trace: JsonObject): string => {
    const id = asName(trace['id'])
    const session = asName(eitherCase(trace, 'sessionId'))
    if (id !== undefined && session !== undefined) sessions.set(id, session)
    return 'trace'
  }
  const takeObservation = (
    observation: JsonObject,
    line: number,
    around: string | undefined,
    categories: string[],
  ): void => {
    const trace = asName(eitherCase(observation, 'traceId')) ?? around
    const id = asName(observation['id'])
    const parent = asName(eitherCase(observation, 'parentObservationId'))
    if (id !== undefined && parent !== undefined) parents.set(id, parent)
    const kind = asString(observation['type']) ?? 'GENERATION'
    const asks = isCall(observation, kind)
    if (asks) held.push({ observation, line, trace, categories, at: categories.length })
    const name = knownTypes.has(kind) ? kind.toLowerCase() : 'of another type'
    categories.push(asks ? 'call' : `${name}${kind === 'GENERATION' ? ' without usage' : ''}`)
  }

  const takeDocument = (document: JsonObject, line: number, categories: string[]): void => {
    const trace = asObject(document['trace'])
    const observations = asList(document['observations'])
    const batch = asList(document['batch'])
    if (batch !== undefined) {
      for (const event of batch.map(asObject)) {
        const body = asObject(event?.['body'])
        const type = asString(event?.['type']) ?? ''
        if (body !== undefined && /^(generation|span|observation)-/.test(type)) {
          takeObservation({ ...body, type: typeOfEvent(type, body) }, line, undefined, categories)
        } else categories.push(body !== undefined && type === 'trace-create' ? takeTrace(body) : 'event of another type')
      }
    } else if (observations !== undefined) {
      const own = trace ?? document
      categories.push(takeTrace(own))
      for (const one of observations.map(asObject)) {
        // A list of traces names its observations and does not hold them.
        if (one === undefined) categories.push('no observation')
        else takeObservation(one, line, asName(own['id']), categories)
      }
    } else if ('type' in document && ('startTime' in document || 'start_time' in document)) {
      takeObservation(document, line, undefined, categories)
    } else {
      const isTrace = 'id' in document && ('sessionId' in document || 'session_id' in document)
      categories.push(isTrace ? takeTrace(document) : 'no observation')
    }
  }

  await readExport(
    file,
    tally,
    numbers,
    (whole, line) => {
      const categories: string[] = []
      for (const document of rowsIn(whole)) {
        if (document === undefined) categories.push('no observation')
        else takeDocument(document, line, categories)
      }
      return categories
    },
    () => {
      const outer = above(held.map(({ observation }) => asName(observation['id']) ?? ''), parents)
      for (const [index, { observation, line, trace, categories, at }] of held.entries()) {
        if (outer.has(asName(observation['id']) ?? '')) {
          categories[at] = 'around a call'
          continue
        }
        const own = asName(eitherCase(observation, 'sessionId'))
        const session = own ?? (trace === undefined ? undefined : (sessions.get(trace) ?? `trace/${trace}`))
        calls.add(callOf(observation, line, session), index)
      }
    },
  )
}

/** Of the columns of its tables. */
const numbers: ReadonlySet<string> = new Set(['latency', 'total_cost', 'totalCost', 'time_to_first_token', 'timeToFirstToken'])

const knownTypes: ReadonlySet<string> = new Set([
  'GENERATION', 'SPAN', 'EVENT', 'AGENT', 'TOOL', 'CHAIN', 'RETRIEVER', 'EVALUATOR', 'EMBEDDING', 'GUARDRAIL',
])

function typeOfEvent(event: string, body: JsonObject): string {
  return asString(body['type']) ?? event.replace(/-.*$/, '').toUpperCase()
}

function isCall(observation: JsonObject, kind: string): boolean {
  if (kind === 'EMBEDDING') return false
  const usage = usageOf(observation)
  const counted = usage !== undefined && Object.values(usage).some((count) => count !== null)
  return counted || (kind === 'GENERATION' && observation['level'] === 'ERROR')
}

function usageOf(observation: JsonObject): JsonObject | undefined {
  const details = unquoted(eitherCase(observation, 'usageDetails'))
  const object = asObject(details)
  if (object !== undefined && Object.keys(object).length > 0) return object
  const old = asObject(unquoted(observation['usage'])) ?? {}
  if (old['unit'] === 'CHARACTERS') return undefined
  // Every observation has these; 0 where nothing was counted.
  const sums = observation['inputUsage'] === 0 ? undefined : observation
  const input = old['input'] ?? old['promptTokens'] ?? eitherCase(observation, 'promptTokens') ?? sums?.['inputUsage']
  const output = old['output'] ?? old['completionTokens'] ?? eitherCase(observation, 'completionTokens') ?? sums?.['outputUsage']
  const total = old['total'] ?? old['totalTokens'] ?? eitherCase(observation, 'totalTokens') ?? sums?.['totalUsage']
  return input === undefined && output === undefined ? undefined : known({ input, output, total })
}

function callOf(observation: JsonObject, line: number, session: string | undefined): LoggedCall {
  const startMicros = microsOfUtc(eitherCase(observation, 'startTime'))
  const after = durationMicros(eitherCase(observation, 'timeToFirstToken'), 1_000_000)
  const firstTokenMicros =
    microsOfUtc(eitherCase(observation, 'completionStartTime')) ??
    (startMicros === undefined || after === undefined ? undefined : startMicros + after)
  const model =
    asName(observation['model']) ??
    asName(eitherCase(observation, 'providedModelName'))
  const words = asString(eitherCase(observation, 'statusMessage'))
  return {
    line,
    session,
    id: asName(observation['id']),
    startMicros,
    firstTokenMicros,
    endMicros: microsOfUtc(eitherCase(observation, 'endTime')),
    requested: model,
    model,
    provider: providerOf(unquoted(observation['metadata'])),
    counts: langfuseCounts(usageOf(observation)),
    cost: costOf(observation),
    failure: observation['level'] === 'ERROR' ? failureOfException(undefined, undefined, words) : undefined,
    messages: messagesIn(observation['input']),
    ...replyIn(observation['output']),
  }
}

/** Langfuse reckons the cost from its own prices, or takes what the client reckoned. */
function costOf(observation: JsonObject): LoggedCall['cost'] {
  const details = asObject(unquoted(eitherCase(observation, 'costDetails')))
  const old = asObject(unquoted(observation['usage']))
  const told = [
    eitherCase(observation, 'totalCost'),
    details?.['total'],
    eitherCase(observation, 'calculatedTotalCost'),
    old?.['totalCost'],
  ]
  // A database writes its decimals as text.
  const picoUsd = told.map((dollars) => scaledDecimal(String(dollars), 12)).find((cost) => cost !== undefined)
  return picoUsd === undefined || picoUsd === 0n ? undefined : { picoUsd: picoUsd.toString(), source: 'estimate' }
}

function providerOf(metadata: unknown): string | undefined {
  const object = asObject(metadata)
  const attributes = asObject(object?.['attributes'])
  const told =
    attributes?.['gen_ai.provider.name'] ?? attributes?.['gen_ai.system'] ?? object?.['ls_provider']
  return asName(told)
}

/** Whatever the instrumentation kept; only a list of messages tells turns and images. */
function messagesIn(input: unknown): readonly unknown[] | undefined {
  const value = unquoted(input)
  const list = asList(value) ?? asList(asObject(value)?.['messages'])
  const speaks = list?.some((message) => typeof asObject(message)?.['role'] === 'string')
  return speaks === true ? list : undefined
}

function replyIn(output: unknown): Pick<LoggedCall, 'reply' | 'toolsUnknown' | 'finish'> {
  const value = unquoted(output)
  const object = asObject(asList(value)?.[0]) ?? asObject(value)
  if (object === undefined) {
    const words = typeof output === 'string' && output !== 'None' && asList(value) === undefined ? output : ''
    return words === '' ? {} : { reply: { content: words }, toolsUnknown: true }
  }
  const answer = answerIn(object)
  if (answer.reply?.['role'] !== undefined) return answer
  const choice = asObject(asList(object['choices'])?.[0]) ?? object
  const message = asObject(choice['message']) ?? choice
  const content = message['content'] ?? message['parts']
  const finish = asString(choice['finish_reason'])
  const readable = typeof content === 'string' || Array.isArray(content) || Array.isArray(message['tool_calls'])
  return readable && message['role'] !== undefined
    ? { reply: message, finish }
    : { finish }
}

function detect(beginning: string): boolean {
  const [header = ''] = beginning.split('\n', 1)
  if (!/^\s*[[{]/.test(header)) {
    return /\btrace_?id\b/i.test(header) && /\b(usage_?details|provided_?model_?name|parent_?observation_?id)\b/i.test(header)
  }
  const has = (name: string): boolean => beginning.includes(`"${name}"`)
  const observed =
    (has('observations') || has('parentObservationId') || has('parent_observation_id')) &&
    (has('traceId') || has('trace_id') || has('trace') || has('sessionId'))
  const sent = has('batch') && /"type":\s*"(trace|generation|span)-create"/.test(beginning)
  return observed || sent
}
