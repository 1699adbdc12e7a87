import { asCount, asList, asName, asNumber, asObject, asString } from '../json.ts'
import type { JsonObject } from '../json.ts'
import { failureOfApiError, failureOfText } from '../error-class.ts'
import type { LoggedFailure } from '../error-class.ts'
import { readEnvelope } from './envelope.ts'
import type { Envelope } from './envelope.ts'
import { readUsage } from './usage.ts'
import type { UsageReading } from './usage.ts'
import { readQueued, readUserContent } from './user-content.ts'
import type { UserContent } from './user-content.ts'

/** One block of a reply as it was logged: a piece of one call. */
export interface ReplyPiece {
  readonly messageId: string | undefined
  readonly requestId: string | undefined
  readonly model: string | undefined
  readonly blocks: readonly JsonObject[]
  readonly usage: UsageReading
  readonly stopReason: string | undefined
  readonly costUsd: number | undefined
}

export type Body =
  | { readonly kind: 'reply'; readonly piece: ReplyPiece }
  /** The client's own last word about a call that failed. */
  | {
      readonly kind: 'failed-call'
      readonly id: string | undefined
      readonly failure: LoggedFailure
    }
  | {
      readonly kind: 'user'
      readonly content: UserContent
      readonly permissionMode: string | undefined
    }
  /** What the person wrote while the model worked, as the next request holds it. */
  | { readonly kind: 'queued'; readonly content: UserContent }
  /** What a command of the person printed, in versions that log it as the program's own line. */
  | { readonly kind: 'printed'; readonly text: string }
  | {
      readonly kind: 'failed-attempt'
      readonly failure: LoggedFailure
      readonly waitMicros: number | undefined
      readonly retryAfterMicros: number | undefined
    }
  | {
      readonly kind: 'compaction'
      readonly tokensBefore: number | undefined
      readonly tokensAfter: number | undefined
      readonly trigger: 'auto' | 'manual' | undefined
    }
  | { readonly kind: 'permission-mode'; readonly permissionMode: string | undefined }
  /** A line of a subagent inside its parent's file. */
  | { readonly kind: 'subagent'; readonly agent: string | undefined; readonly inner: JsonObject }
  /** Carries nothing that a trace holds. */
  | { readonly kind: 'nothing' }

export interface Row {
  /** What the line is counted as. */
  readonly category: string
  readonly envelope: Envelope
  readonly body: Body
}

/** Types of line without a place in a trace, counted under their own names. */
const silentTypes: ReadonlySet<string> = new Set([
  'progress',
  'summary',
  'file-history-snapshot',
  'queue-operation',
  'last-prompt',
  'ai-title',
  'custom-title',
  'agent-name',
  'agent-color',
  'agent-setting',
  'pr-link',
  'tag',
  'mode',
])

export const unknownType = 'unknown type'

export function readRow(row: JsonObject): Row {
  const type = asString(row['type'])
  const envelope = readEnvelope(row)
  const nothing = (category: string): Row => ({ category, envelope, body: { kind: 'nothing' } })
  switch (type) {
    case 'assistant':
      return readAssistant(row, envelope)
    case 'user': {
      const content = readUserContent(row)
      const permissionMode = asName(row['permissionMode'])
      const body: Body = { kind: 'user', content, permissionMode }
      return { category: `user: ${content.role}`, envelope, body }
    }
    case 'system':
      return readSystem(row, envelope)
    case 'permission-mode': {
      const permissionMode = asName(row['permissionMode'])
      return { category: type, envelope, body: { kind: 'permission-mode', permissionMode } }
    }
    case 'attachment': {
      const content = readQueued(row)
      if (content === undefined) return nothing(type)
      return { category: 'attachment: message', envelope, body: { kind: 'queued', content } }
    }
    case 'progress': {
      const data = asObject(row['data'])
      const inner = asObject(data?.['message'])
      if (data?.['type'] !== 'agent_progress' || inner === undefined) return nothing('progress')
      const agent = asName(data['agentId'])
      return { category: 'progress: subagent', envelope, body: { kind: 'subagent', agent, inner } }
    }
    default:
      return nothing(type !== undefined && silentTypes.has(type) ? type : unknownType)
  }
}

function readAssistant(row: JsonObject, envelope: Envelope): Row {
  const message = asObject(row['message'])
  const content = message?.['content']
  const whole = asString(content)
  const blocks =
    whole === undefined
      ? (asList(content) ?? []).map(asObject).filter((block) => block !== undefined)
      : [{ type: 'text', text: whole }]
  const model = asName(message?.['model'])
  const messageId = asName(message?.['id'])
  if (model === '<synthetic>' || row['isApiErrorMessage'] === true) {
    const text = blocks.map((block) => asString(block['text']) ?? '').join('\n')
    // The oldest versions have no mark for it.
    const failed = row['isApiErrorMessage'] === true || /^(?:API Error\b|Claude AI usage limit reached)/.test(text)
    if (!failed) return { category: 'assistant: synthetic', envelope, body: { kind: 'nothing' } }
    const failure = failureOfText(text, row['apiErrorStatus'], asString(row['error']))
    const body: Body = { kind: 'failed-call', id: messageId, failure }
    return { category: 'assistant: failed call', envelope, body }
  }
  const piece: ReplyPiece = {
    messageId,
    requestId: asName(row['requestId']) ?? asName(row['request_id']),
    model,
    blocks,
    usage: readUsage(message?.['usage']),
    stopReason: asName(message?.['stop_reason']),
    costUsd: asNumber(row['costUSD']),
  }
  return { category: 'assistant: reply', envelope, body: { kind: 'reply', piece } }
}

function readSystem(row: JsonObject, envelope: Envelope): Row {
  const subtype = asString(row['subtype'])
  if (subtype === 'api_error') {
    const error = asObject(row['error']) ?? {}
    const body: Body = {
      kind: 'failed-attempt',
      failure: failureOfApiError(error),
      waitMicros: scaled(row['retryInMs'], 1000),
      retryAfterMicros: retryAfter(asObject(error['headers'])),
    }
    return { category: 'system: failed attempt', envelope, body }
  }
  if (subtype === 'compact_boundary') {
    const facts = asObject(row['compactMetadata'])
    const trigger = facts?.['trigger']
    const body: Body = {
      kind: 'compaction',
      tokensBefore: asCount(facts?.['preTokens']),
      tokensAfter: asCount(facts?.['postTokens']),
      trigger: trigger === 'auto' || trigger === 'manual' ? trigger : undefined,
    }
    return { category: 'system: compaction', envelope, body }
  }
  const printed = subtype === 'local_command' ? asString(row['content']) : undefined
  if (printed !== undefined) {
    return { category: 'system: command', envelope, body: { kind: 'printed', text: printed } }
  }
  return { category: 'system: other', envelope, body: { kind: 'nothing' } }
}

/** Seconds, in a header; the form with a date is not used by the providers. */
function retryAfter(headers: JsonObject | undefined): number | undefined {
  const value = headers?.['retry-after']
  return typeof value === 'string' && /^\d+(\.\d+)?$/.test(value)
    ? scaled(Number(value), 1_000_000)
    : undefined
}

/** A duration in integer microseconds; undefined unless it is a number from 0. */
function scaled(value: unknown, micros: number): number | undefined {
  const number = asNumber(value)
  return number === undefined ? undefined : asCount(Math.round(number * micros))
}
