import type { TraceFile } from '../files.ts'
import { failureOfException } from './exception-class.ts'
import { importerOfCalls } from './importer-of-calls.ts'
import type { Calls } from './importer-of-calls.ts'
import type { Importer } from './importer.ts'
import { onlySuffixes } from './input-files.ts'
import { durationMicros, microsOfUtc } from './instant.ts'
import { asList, asName, asNumber, asObject, asString, unquoted } from './json.ts'
import type { JsonObject } from './json.ts'
import { langfuseCounts } from './langfuse/usage.ts'
import type { LoggedCall } from './logged-call.ts'
import { above } from './outer-spans.ts'
import { picoUsdOf } from './pico-usd.ts'
import { readDocuments } from './read-documents.ts'
import type { ReadingContext } from './session-draft.ts'

/** Langfuse's exports, answers of its interface, and batches sent to it. */
export const langfuse: Importer = importerOfCalls({
  format: 'langfuse',
  detect,
  refusal: onlySuffixes(['json', 'jsonl', 'ndjson'], 'no JSON'),
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
    const session = asName(field(trace, 'sessionId', 'session_id'))
    if (id !== undefined && session !== undefined) sessions.set(id, session)
    return 'trace'
  }
  const takeObservation = (
    observation: JsonObject,
    line: number,
    around: string | undefined,
    categories: string[],
  ): void => {
    const trace = asName(field(observation, 'traceId', 'trace_id')) ?? around
    const id = asName(observation['id'])
    const parent = asName(field(observation, 'parentObservationId', 'parent_observation_id'))
    if (id !== undefined && parent !== undefined) parents.set(id, parent)
    const kind = asString(observation['type']) ?? 'GENERATION'
    const asks = isCall(observation, kind)
    if (asks) held.push({ observation, line, trace, categories, at: categories.length })
    const name = knownTypes.has(kind) ? kind.toLowerCase() : 'of another type'
    categories.push(asks ? 'call' : `${name}${kind === 'GENERATION' ? ' without usage' : ''}`)
  }

  await readDocuments(
    file,
    tally,
    (document, line) => {
      const categories: string[] = []
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
        return categories
      }
      if (observations !== undefined) {
        const own = trace ?? document
        categories.push(takeTrace(own))
        for (const one of observations.map(asObject)) {
          if (one === undefined) categories.push('no observation')
          else takeObservation(one, line, asName(own['id']), categories)
        }
        return categories
      }
      if ('type' in document && ('startTime' in document || 'start_time' in document)) {
        takeObservation(document, line, undefined, categories)
        return categories
      }
      const isTrace = 'id' in document && ('sessionId' in document || 'session_id' in document)
      return [isTrace ? takeTrace(document) : 'no observation']
    },
    () => {
      const outer = above(held.map(({ observation }) => asName(observation['id']) ?? ''), parents)
      for (const [index, { observation, line, trace, categories, at }] of held.entries()) {
        if (outer.has(asName(observation['id']) ?? '')) {
          categories[at] = 'around a call'
          continue
        }
        const own = asName(field(observation, 'sessionId', 'session_id'))
        const session = own ?? (trace === undefined ? undefined : (sessions.get(trace) ?? `trace/${trace}`))
        calls.add(callOf(observation, line, session), index)
      }
    },
  )
}

const knownTypes: ReadonlySet<string> = new Set([
  'GENERATION', 'SPAN', 'EVENT', 'AGENT', 'TOOL', 'CHAIN', 'RETRIEVER', 'EVALUATOR', 'EMBEDDING', 'GUARDRAIL',
])

function typeOfEvent(event: string, body: JsonObject): string {
  return asString(body['type']) ?? event.replace(/-.*$/, '').toUpperCase()
}

/** The exports of a database say it in lower case with underscores. */
function field(object: JsonObject, camel: string, snake: string): unknown {
  return object[camel] ?? object[snake]
}

function isCall(observation: JsonObject, kind: string): boolean {
  if (kind === 'EMBEDDING') return false
  const usage = usageOf(observation)
  const counted = usage !== undefined && Object.values(usage).some((count) => count !== null)
  return counted || (kind === 'GENERATION' && observation['level'] === 'ERROR')
}

function usageOf(observation: JsonObject): JsonObject | undefined {
  const details = unquoted(field(observation, 'usageDetails', 'usage_details'))
  const object = asObject(details)
  if (object !== undefined && Object.keys(object).length > 0) return object
  const old = asObject(observation['usage'])
  if (old === undefined || old['unit'] === 'CHARACTERS') return undefined
  const { input, output, total } = old
  return input === undefined && output === undefined ? undefined : { input, output, total }
}

function callOf(observation: JsonObject, line: number, session: string | undefined): LoggedCall {
  const startMicros = microsOfUtc(field(observation, 'startTime', 'start_time'))
  const after = durationMicros(field(observation, 'timeToFirstToken', 'time_to_first_token'), 1_000_000)
  const firstTokenMicros =
    microsOfUtc(field(observation, 'completionStartTime', 'completion_start_time')) ??
    (startMicros === undefined || after === undefined ? undefined : startMicros + after)
  const model =
    asName(observation['model']) ??
    asName(field(observation, 'providedModelName', 'provided_model_name'))
  const words = asString(field(observation, 'statusMessage', 'status_message'))
  return {
    line,
    session,
    id: asName(observation['id']),
    startMicros,
    firstTokenMicros,
    endMicros: microsOfUtc(field(observation, 'endTime', 'end_time')),
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
  const details = asObject(unquoted(field(observation, 'costDetails', 'cost_details')))
  const old = asObject(observation['usage'])
  const dollars =
    asNumber(field(observation, 'totalCost', 'total_cost')) ??
    asNumber(details?.['total']) ??
    asNumber(old?.['totalCost'])
  const picoUsd = dollars === undefined || dollars === 0 ? undefined : picoUsdOf(dollars)
  return picoUsd === undefined ? undefined : { picoUsd, source: 'estimate' }
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
  const has = (name: string): boolean => beginning.includes(`"${name}"`)
  const observed =
    (has('observations') || has('parentObservationId') || has('parent_observation_id')) &&
    (has('traceId') || has('trace_id') || has('trace') || has('sessionId'))
  const sent = has('batch') && /"type":\s*"(trace|generation|span)-create"/.test(beginning)
  return observed || sent
}
