import type { AttemptRecord, CallRecord, LoggedCost, PromptFacts, ReplyFacts } from '../record.ts'
import { bucketsOf } from './buckets.ts'
import { promptFacts, replyFacts } from './chat-messages.ts'
import { endOfError } from '../error-class.ts'
import type { LoggedFailure } from './error-class.ts'
import type { ImportOptions } from './importer.ts'
import type { JsonObject } from './json.ts'
import { known } from './known.ts'
import type { CountsReading } from './provider-usage.ts'
import type { DraftItem } from './session-draft.ts'

/** One call as a gateway or a tracer logs it: alone, with its own session, in no order. */
export interface LoggedCall {
  readonly line: number
  /** Undefined: the log does not tell, and the call is a session of its own. */
  readonly session: string | undefined
  /** Unique in this format. Undefined: copies cannot be told. */
  readonly id: string | undefined
  /** What its copies share, where that is not its id. */
  readonly copyKey?: string | undefined
  readonly startMicros: number | undefined
  readonly firstTokenMicros?: number | undefined
  readonly endMicros: number | undefined
  readonly timeQuality?: CallRecord['timeQuality']
  readonly requested: string | undefined
  readonly model: string | undefined
  readonly provider?: string | undefined
  readonly region?: string | undefined
  readonly serviceTier?: string | undefined
  readonly counts: CountsReading
  readonly cost?: LoggedCost | undefined
  /** Of the last attempt; absent: it served. */
  readonly failure?: LoggedFailure | undefined
  readonly cancelled?: boolean
  /** Failed attempts before the last. */
  readonly attemptsBefore?: readonly AttemptRecord[]
  /** In the whole prompt, of a call whose messages are not kept. */
  readonly images?: number | undefined
  /** The whole prompt as messages, history included. */
  readonly messages?: readonly unknown[] | undefined
  readonly reply?: JsonObject | undefined
  /** The reply's words are all that the log keeps of it. */
  readonly toolsUnknown?: boolean
  readonly finish?: string | undefined
  readonly signals?: PromptFacts['signals']
}

export interface CallContext {
  /** Of the file and the place in it: names calls that have no name. */
  readonly place: string
  /** The same, by what the file begins with: equal in copies of the file under other names. */
  readonly samePlace: string
  readonly format: string
  readonly options: ImportOptions
  readonly problem: (line: number, reason: string) => void
}

export interface SessionItem {
  readonly session: string
  readonly item: DraftItem
}

export function sessionItem(call: LoggedCall, context: CallContext): SessionItem {
  const { line, id, startMicros, firstTokenMicros, endMicros, requested, model } = call
  const { options, problem, format, place } = context
  if (!call.counts.ok) problem(line, call.counts.reason)
  const counts = call.counts.ok ? call.counts.counts : undefined
  const buckets = counts === undefined ? undefined : bucketsOf(counts)
  if (buckets !== undefined && !buckets.ok) problem(line, buckets.reason)
  // No prompt is empty: a log that says so counts nothing.
  const usage = buckets?.ok === true && buckets.promptTokens > 0 ? buckets : undefined
  const prompt = call.messages === undefined ? undefined : promptFacts(call.messages, options)
  const end = endOf(call)
  const ordered = startMicros === undefined || endMicros === undefined || startMicros <= endMicros
  if (!ordered) problem(line, 'ends before it starts: its start is unknown')
  const start = ordered ? startMicros : undefined
  const timed = start !== undefined || endMicros !== undefined
  const { provider, region, serviceTier } = call
  const attempts = attemptsOf(call, start)
  return {
    session: call.session ?? `${format}/${id ?? place}`,
    item: {
      kind: 'call',
      line,
      identity: identityOf(call, context),
      facts: known({
        turn: prompt?.turn,
        id,
        startMicros: start,
        firstTokenMicros: within(firstTokenMicros, start, endMicros),
        endMicros,
        timeQuality: timed ? (call.timeQuality ?? ('exact' as const)) : undefined,
        requested: requested ?? model,
        served:
          end === 'served' && model !== undefined
            ? known({ model, provider, region, serviceTier })
            : undefined,
        prompt: known({
          tokens: usage?.promptTokens,
          // A call that stands alone brings all its images.
          newImages: call.images,
          contextImages: call.images,
          ...prompt?.facts,
          signals: call.signals,
        }),
        usage: answered(call, usage?.usage),
        cost: call.cost,
        attempts: attempts.length === 0 ? undefined : attempts,
        end,
        reply: end === 'served' ? replyOf(call, usage?.usage.reasoning, options) : undefined,
      }),
    },
  }
}

/** What was asked in vain is a prompt of that size, and no usage: nothing was answered. */
function answered({ failure }: LoggedCall, usage: CallRecord['usage']): CallRecord['usage'] {
  const nothing = usage !== undefined && usage.output + (usage.reasoning ?? 0) === 0
  return failure !== undefined && nothing ? undefined : usage
}

/** Calls of a session that have no name are told by their place: a copy of a file has the same ones. */
function identityOf({ session, id, copyKey = id }: LoggedCall, { samePlace }: CallContext): string | undefined {
  if (copyKey !== undefined) return `call ${copyKey}`
  return session === undefined ? undefined : `place ${samePlace}`
}

function endOf({ failure, cancelled }: LoggedCall): CallRecord['end'] {
  if (cancelled === true) return 'cancelled'
  return failure === undefined ? 'served' : endOfError(failure.errorClass)
}

/** Only where something failed; a call that served at once needs no list. */
function attemptsOf(call: LoggedCall, startMicros: number | undefined): readonly AttemptRecord[] {
  const { attemptsBefore = [], failure, model, requested, provider, endMicros } = call
  if (attemptsBefore.length === 0 && failure === undefined) return []
  const alone = attemptsBefore.length === 0
  const last: AttemptRecord = known({
    model: model ?? requested,
    provider,
    startMicros: alone ? startMicros : undefined,
    endMicros,
    status: failure?.status,
    errorClass: failure?.errorClass,
  })
  return [...attemptsBefore, last]
}

function replyOf(
  { reply, finish, toolsUnknown }: LoggedCall,
  reasoning: number | undefined,
  options: ImportOptions,
): ReplyFacts | undefined {
  if (reply === undefined) return finish === undefined ? undefined : { finish }
  const facts = replyFacts(reply, options, toolsUnknown)
  const thinking = facts.thinking ?? (reasoning === 0 ? null : undefined)
  // Tools that the model asked for stand nowhere, or in words that this does not read.
  const unread = facts.tools?.length === 0 && finish !== undefined && /tool|function/.test(finish)
  return known({ ...facts, tools: unread ? undefined : facts.tools, thinking, finish })
}

/** A first token outside the call, or at its very end (a reply that was not streamed), tells nothing. */
function within(
  micros: number | undefined,
  start: number | undefined,
  end: number | undefined,
): number | undefined {
  if (micros === undefined || start === undefined || end === undefined) return undefined
  return micros >= start && micros < end ? micros : undefined
}
