import type { TraceFile } from '../files.ts'
import { importerOfCalls } from './importer-of-calls.ts'
import type { Calls } from './importer-of-calls.ts'
import type { Importer } from './importer.ts'
import { onlySuffixes } from './input-files.ts'
import { durationMicros } from './instant.ts'
import { asCount, asList, asName, asObject, asString, eitherCase } from './json.ts'
import type { JsonObject } from './json.ts'
import type { LoggedCall } from './logged-call.ts'
import { above } from './outer-spans.ts'
import { microsOfNanos, readAttributes } from './otlp/attributes.ts'
import type { Attributes } from './otlp/attributes.ts'
import { callOfSpan, costOf, countsOf, readSpan, sessionOf, spanKind } from './otlp/span-call.ts'
import type { Span } from './otlp/span-call.ts'
import type { CountsReading } from './provider-usage.ts'
import { writtenSpan } from './otlp/written-span.ts'
import { readDocuments } from './read-documents.ts'
import type { ReadingContext } from './session-draft.ts'

/** OpenTelemetry's spans and log records about generative models, in OTLP's JSON form. */
export const otlp: Importer = importerOfCalls({
  format: 'otlp',
  detect,
  refusal: onlySuffixes(['json', 'jsonl', 'ndjson', 'otlp'], 'no JSON'),
  readCalls,
})

/** A span with the place where its category stands until all parents are known. */
interface Held {
  readonly span: Span
  readonly categories: string[]
  readonly at: number
}

async function readCalls(file: TraceFile, calls: Calls, { tally }: ReadingContext): Promise<void> {
  const held: Held[] = []
  /** Calls that events tell of. Their spans tell more, so they come after them. */
  const details: Span[] = []
  const parents = new Map<string, string>()
  await readDocuments(
    file,
    tally,
    (document, line) => {
      const categories: string[] = []
      for (const { span, attributes, resource } of spansIn(document)) {
        const read = readSpan(span, attributes, resource, line)
        const kind = spanKind(read)
        if (read.spanId !== undefined && read.parentId !== undefined) {
          parents.set(keyOf(read.traceId, read.spanId), keyOf(read.traceId, read.parentId))
        }
        if (kind === 'call') held.push({ span: read, categories, at: categories.length })
        categories.push(`span: ${kind}`)
      }
      for (const [index, { record, attributes, resource }] of recordsIn(document).entries()) {
        if (tellsDetails(record, attributes)) {
          details.push(spanOfRecord(record, attributes, resource, line))
          categories.push('log: call')
          continue
        }
        const { category, call } = readRecord(record, attributes, resource, line)
        categories.push(category)
        if (call !== undefined) calls.add(call, index)
      }
      return categories
    },
    () => {
      const around = above(held.map(({ span }) => keyOf(span.traceId, span.spanId)), parents)
      for (const [index, { span, categories, at }] of held.entries()) {
        if (around.has(keyOf(span.traceId, span.spanId))) categories[at] = 'span: around a call'
        else calls.add(callOfSpan(span), index)
      }
      for (const [index, span] of details.entries()) calls.add(callOfSpan(span), held.length + index)
    },
  )
}

function keyOf(traceId: string | undefined, spanId: string | undefined): string {
  return `${traceId ?? ''}/${spanId ?? ''}`
}

interface Placed {
  readonly attributes: Attributes
  readonly resource: Attributes
}

function spansIn(document: JsonObject): readonly (Placed & { readonly span: JsonObject })[] {
  const written = writtenSpan(document)
  if (written !== undefined) return [written]
  return (asList(eitherCase(document, 'resourceSpans')) ?? []).flatMap((value) => {
    const group = asObject(value)
    const resource = readAttributes(asObject(group?.['resource'])?.['attributes'])
    const scopes = asList(eitherCase(group, 'scopeSpans')) ?? asList(eitherCase(group, 'instrumentationLibrarySpans')) ?? []
    return scopes.flatMap((scope) =>
      (asList(asObject(scope)?.['spans']) ?? []).flatMap((one) => {
        const span = asObject(one)
        if (span === undefined) return []
        return [{ span, attributes: readAttributes(span['attributes']), resource }]
      }),
    )
  })
}

function recordsIn(document: JsonObject): readonly (Placed & { readonly record: JsonObject })[] {
  return (asList(eitherCase(document, 'resourceLogs')) ?? []).flatMap((value) => {
    const group = asObject(value)
    const resource = readAttributes(asObject(group?.['resource'])?.['attributes'])
    return (asList(eitherCase(group, 'scopeLogs')) ?? []).flatMap((scope) =>
      (asList(eitherCase(asObject(scope), 'logRecords')) ?? []).flatMap((one) => {
        const record = asObject(one)
        if (record === undefined) return []
        return [{ record, attributes: readAttributes(record['attributes']), resource }]
      }),
    )
  })
}

/** The convention's event about one request, which an instrumentation writes beside its span or in its place. */
function tellsDetails(record: JsonObject, attributes: Attributes): boolean {
  const name = asString(eitherCase(record, 'eventName')) ?? asString(attributes.get('event.name'))
  return name === 'gen_ai.client.inference.operation.details'
}

/** It is written when the answer is there, and shares its ids with the span. */
function spanOfRecord(record: JsonObject, attributes: Attributes, resource: Attributes, line: number): Span {
  return {
    ...readSpan(record, attributes, resource, line),
    startMicros: undefined,
    endMicros: microsOfNanos(eitherCase(record, 'timeUnixNano')) ?? microsOfNanos(eitherCase(record, 'observedTimeUnixNano')),
  }
}

/** Events of agents' own telemetry that tell of one call each. */
const callEvents: readonly {
  readonly name: RegExp
  /** An attribute without which it is none. */
  readonly counts: string
}[] = [
  // Claude Code's; Anthropic's counts stand apart.
  { name: /(^|\.)api_request$/, counts: 'input_tokens' },
  // Codex's, of the end of a stream; the parts lie in their wholes.
  { name: /(^|\.)(sse_event|websocket\.event|websocket_event)$/, counts: 'input_token_count' },
  // Gemini CLI's and its descendants'.
  { name: /(^|\.)api_response$/, counts: 'input_token_count' },
]

function readRecord(
  record: JsonObject,
  attributes: Attributes,
  resource: Attributes,
  line: number,
): { readonly category: string; readonly call?: LoggedCall } {
  const body = asObject(record['body'])
  const name =
    asString(attributes.get('event.name')) ?? asString(eitherCase(record, 'eventName')) ?? asString(eitherCase(body, 'stringValue')) ?? ''
  if (/(^|\.)api_error$/.test(name)) return { category: 'log: failed attempt, not joined to a call' }
  const event = callEvents.find((one) => one.name.test(name))
  if (event === undefined || attributes.get(event.counts) === undefined) return { category: 'log: other' }
  const endMicros = microsOfNanos(eitherCase(record, 'timeUnixNano')) ?? microsOfNanos(eitherCase(record, 'observedTimeUnixNano'))
  const took = durationMicros(Number(attributes.get('duration_ms')), 1_000)
  const model = asName(attributes.get('model'))
  return {
    category: 'log: call',
    call: {
      line,
      session: sessionOf(attributes, resource),
      id: asName(attributes.get('request_id')),
      startMicros: endMicros === undefined || took === undefined ? undefined : endMicros - took,
      endMicros,
      requested: model,
      model,
      serviceTier: attributes.get('speed') === 'fast' ? 'fast' : undefined,
      counts: eventCounts(name, attributes),
      cost: costOf(attributes),
      signals: signalsOf(attributes.get('query_source') ?? attributes.get('role')),
    },
  }
}

/** Who asked: the person's conversation and its agents, or the program for itself; Claude Code's words and Gemini CLI's. */
function signalsOf(source: unknown): LoggedCall['signals'] {
  if (typeof source !== 'string') return undefined
  if (/^(repl_main_thread|sdk|agent|main|subagent)\b/.test(source)) return { housekeeping: false }
  const own = /^(compact|prompt_suggestion|session_memory|extract_memories|away_summary|agent_summary|generate_session_title|terminal_title|auto_dream|utility_\w+)$/
  return own.test(source) ? { housekeeping: true } : undefined
}

/** Of Gemini the thoughts and the tokens of tools stand beside output and input. */
function eventCounts(name: string, attributes: Attributes): CountsReading {
  const reading = countsOf(attributes)
  if (!reading.ok || reading.counts === undefined || !/(^|\.)api_response$/.test(name)) return reading
  const tools = asCount(Number(attributes.get('tool_token_count') ?? 0)) ?? 0
  return { ok: true, counts: { ...reading.counts, input: reading.counts.input + tools, outputHoldsReasoning: false } }
}

function detect(beginning: string): boolean {
  if (/"resource(Spans|Logs|_spans|_logs)"\s*:\s*\[/.test(beginning.slice(0, 4_096))) return true
  const script = /"spanId"\s*:\s*"/.test(beginning) && /"startTime"\s*:\s*\[\s*\d/.test(beginning)
  const python = /"span_id"\s*:\s*"0x/.test(beginning)
  return (script || python) && /"attributes"\s*:\s*\{/.test(beginning)
}
