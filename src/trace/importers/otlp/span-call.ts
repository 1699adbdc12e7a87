import { failureOfException } from '../exception-class.ts'
import { durationMicros } from '../instant.ts'
import { asCount, asList, asName, asNumber, asObject, asString, eitherCase, unquoted } from '../json.ts'
import type { JsonObject } from '../json.ts'
import type { LoggedCall } from '../logged-call.ts'
import { picoUsdOf } from '../pico-usd.ts'
import type { CountsReading } from '../provider-usage.ts'
import { firstOf, hexId, microsOfNanos } from './attributes.ts'
import type { Attributes } from './attributes.ts'
import { names } from './names.ts'

export interface Span {
  readonly line: number
  readonly traceId: string | undefined
  readonly spanId: string | undefined
  readonly parentId: string | undefined
  readonly name: string
  readonly startMicros: number | undefined
  readonly endMicros: number | undefined
  readonly failed: boolean
  readonly message: string | undefined
  readonly attributes: Attributes
  readonly resource: Attributes
}

export function readSpan(span: JsonObject, attributes: Attributes, resource: Attributes, line: number): Span {
  const status = asObject(span['status'])
  const code = status?.['code']
  return {
    line,
    traceId: hexId(eitherCase(span, 'traceId')),
    spanId: hexId(eitherCase(span, 'spanId')),
    parentId: hexId(eitherCase(span, 'parentSpanId')),
    name: asString(span['name']) ?? '',
    startMicros: microsOfNanos(eitherCase(span, 'startTimeUnixNano')),
    endMicros: microsOfNanos(eitherCase(span, 'endTimeUnixNano')),
    failed: code === 2 || code === 'STATUS_CODE_ERROR',
    message: asString(status?.['message']),
    attributes,
    resource,
  }
}

export type SpanKind = 'call' | 'tool' | 'agent' | 'embedding' | 'other'

const callOperations: ReadonlySet<unknown> = new Set([
  'chat',
  'completion',
  'generate_content',
  'text_completion',
])

/** Whether a span asks a model. One around it may carry the same counts. */
export function spanKind({ attributes }: Span): SpanKind {
  const operation = firstOf(attributes, names.operation)
  if (callOperations.has(operation)) return 'call'
  if (operation === 'execute_tool' || operation === 'tool') return 'tool'
  if (operation === 'embeddings') return 'embedding'
  if (operation === 'invoke_agent' || operation === 'create_agent') return 'agent'
  const kind = attributes.get('openinference.span.kind')
  if (kind === 'LLM') return 'call'
  if (kind !== undefined) return kind === 'TOOL' ? 'tool' : kind === 'AGENT' ? 'agent' : 'other'
  const vercel = asString(attributes.get('ai.operationId'))
  if (vercel === 'ai.toolCall') return 'tool'
  if (vercel?.startsWith('ai.embed') === true) return 'embedding'
  const counted =
    firstOf(attributes, names.input) !== undefined || firstOf(attributes, names.output) !== undefined
  return counted && firstOf(attributes, names.requested) !== undefined ? 'call' : 'other'
}

export function callOfSpan(span: Span): LoggedCall {
  const { attributes, resource, startMicros, traceId, spanId } = span
  const requested = asName(firstOf(attributes, names.requested))
  const responseId = asName(firstOf(attributes, names.responseId))
  const errorType = asString(firstOf(attributes, names.errorType))
  const requestId = asName(attributes.get('request_id'))
  const failed = span.failed || errorType !== undefined || attributes.get('success') === false
  const finish = firstOf(attributes, names.finish)
  const session = sessionOf(attributes, resource)
  return {
    line: span.line,
    session: session ?? (traceId === undefined ? undefined : `trace/${traceId}`),
    id: traceId === undefined || spanId === undefined ? responseId : `${traceId}/${spanId}`,
    // Claude Code tells the same call by an event too.
    ...(requestId?.startsWith('req_') === true ? { copyKey: requestId } : {}),
    startMicros,
    firstTokenMicros: firstToken(span),
    endMicros: span.endMicros,
    requested,
    model: asName(firstOf(attributes, names.served)) ?? requested,
    provider: asName(firstOf(attributes, names.provider)),
    region: asName(firstOf(attributes, names.region)),
    serviceTier: asName(firstOf(attributes, names.serviceTier)),
    counts: countsOf(attributes),
    cost: costOf(attributes),
    failure: failed
      ? failureOfException(errorType, firstOf(attributes, names.status), span.message)
      : undefined,
    messages: messagesIn(firstOf(attributes, names.inputMessages)),
    reply: replyIn(attributes),
    finish: asString(asList(finish)?.[0]) ?? asString(finish),
  }
}

/** Of Claude Code's agents each has a conversation of its own within the session. */
export function sessionOf(attributes: Attributes, resource: Attributes): string | undefined {
  const session = asName(firstOf(attributes, names.session)) ?? asName(firstOf(resource, names.session))
  const agent = asName(attributes.get('agent_id'))
  return session === undefined || agent === undefined ? session : `${session}/agent-${agent}`
}

function firstToken({ attributes, startMicros }: Span): number | undefined {
  const after =
    durationMicros(firstOf(attributes, names.firstTokenSeconds), 1_000_000) ??
    durationMicros(firstOf(attributes, names.firstTokenMillis), 1_000)
  return after === undefined || startMicros === undefined ? undefined : startMicros + after
}

/**
 * The convention counts cached tokens in the input and reasoning in the output. Some instrumentations
 * pass on a provider's counts apart: told by a part larger than its whole, or by the total.
 */
export function countsOf(attributes: Attributes): CountsReading {
  const read = new Map<string, number>()
  for (const name of [...wholeCounts, ...kindCounts]) {
    const value = firstOf(attributes, names[name])
    if (value === undefined) continue
    const count = typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value
    if (typeof count !== 'number' || !Number.isSafeInteger(count) || count < 0) {
      return { ok: false, reason: `usage: \`${name}\` is not a count` }
    }
    read.set(name, count)
  }
  const input = read.get('input')
  const output = read.get('output')
  if (input === undefined && output === undefined) return { ok: true, counts: undefined }
  const apart = cachedApartBy(attributes)
  const reasoning = read.get('reasoning')
  const cacheRead = apart?.cacheRead ?? read.get('cacheRead') ?? 0
  const cacheWrite = apart?.cacheWrite ?? read.get('cacheWrite') ?? 0
  const cached = cacheRead + cacheWrite
  const rest = (read.get('total') ?? 0) - (input ?? 0) - (output ?? 0)
  const cachedApart = apart !== undefined || cached > (input ?? 0) || (cached > 0 && rest === cached)
  const reasoningApart = reasoning !== undefined && reasoning > 0 && (reasoning > (output ?? 0) || rest === reasoning)
  return {
    ok: true,
    counts: {
      input: input ?? 0,
      inputHoldsCached: !cachedApart,
      cacheRead,
      cacheWriteOther: cacheWrite,
      output: output ?? 0,
      outputHoldsReasoning: !reasoningApart,
      reasoning,
      outputQuality: output === undefined ? 'lower-bound' : 'exact',
      kinds: Object.fromEntries(kindCounts.map((name) => [name, read.get(name)])),
    },
  }
}

interface CachedApart {
  readonly cacheRead: number | undefined
  readonly cacheWrite: number | undefined
}

/**
 * Who counts cached tokens beside the input whatever the numbers: Claude Code, by its own names, and
 * the AI SDK before version 6 of Anthropic's models, which tells cache writes in the provider's words
 * alone. Undefined: the convention holds.
 */
function cachedApartBy(attributes: Attributes): CachedApart | undefined {
  const told = { cacheRead: undefined, cacheWrite: undefined }
  const plain = attributes.has('input_tokens') && !attributes.has('gen_ai.usage.input_tokens')
  if (plain && (attributes.has('cache_read_tokens') || attributes.has('cache_creation_tokens'))) return told
  const sdk = attributes.has('ai.operationId') || attributes.has('ai.model.provider')
  const newer = [...attributes.keys()].some((name) => name.startsWith('ai.usage.inputTokenDetails.'))
  const provider = asString(attributes.get('ai.model.provider')) ?? ''
  if (!sdk || newer || !/anthropic|bedrock/.test(provider)) return undefined
  const metadata = asObject(unquoted(attributes.get('ai.response.providerMetadata')))
  const words = asObject(metadata?.['anthropic']) ?? asObject(metadata?.['bedrock'])
  const usage = asObject(words?.['usage'])
  return {
    cacheRead:
      asCount(usage?.['cache_read_input_tokens']) ??
      asCount(usage?.['cacheReadInputTokens']) ??
      asCount(words?.['cacheReadInputTokens']),
    cacheWrite:
      asCount(usage?.['cache_creation_input_tokens']) ??
      asCount(usage?.['cacheWriteInputTokens']) ??
      asCount(words?.['cacheCreationInputTokens']),
  }
}

const wholeCounts = ['input', 'output', 'total', 'cacheRead', 'cacheWrite', 'reasoning'] as const
const kindCounts = ['audioInput', 'imageInput', 'videoInput', 'audioCacheRead', 'audioOutput'] as const

export function costOf(attributes: Attributes): LoggedCall['cost'] {
  const dollars = asNumber(firstOf(attributes, names.cost))
  const picoUsd = dollars === undefined ? undefined : picoUsdOf(dollars)
  return picoUsd === undefined ? undefined : { picoUsd, source: 'estimate' }
}

/** Messages as structured attributes, or as JSON in a string. */
function messagesIn(value: unknown): readonly unknown[] | undefined {
  if (typeof value !== 'string') return asList(value)
  try {
    return asList(JSON.parse(value))
  } catch {
    return undefined
  }
}

function replyIn(attributes: Attributes): JsonObject | undefined {
  const [message] = messagesIn(firstOf(attributes, names.outputMessages)) ?? []
  const told = asObject(message)
  if (told !== undefined) return told
  const text = asString(attributes.get('ai.response.text'))
  const calls = messagesIn(attributes.get('ai.response.toolCalls'))
  if (text === undefined && calls === undefined) return undefined
  return {
    content: text ?? '',
    tool_calls: (calls ?? []).map((call) => {
      const object = asObject(call)
      return { name: object?.['toolName'], arguments: object?.['input'] ?? object?.['args'] }
    }),
  }
}
