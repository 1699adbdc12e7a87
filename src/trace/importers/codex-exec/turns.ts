import { endOfError } from '../../error-class.ts'
import type { AttemptRecord, CallRecord, ReplyFacts, ToolFacts } from '../../record.ts'
import { codexUsage, countsKey, grownBy, readCounts } from '../codex/usage.ts'
import type { CodexCounts } from '../codex/usage.ts'
import { failureOfText } from '../error-class.ts'
import type { ConversationCounts, ImportOptions } from '../importer.ts'
import { asObject, asString } from '../json.ts'
import type { JsonObject } from '../json.ts'
import { known } from '../known.ts'
import { noCounts } from '../session-draft.ts'
import type { DraftItem } from '../session-draft.ts'
import { textFacts } from '../text-facts.ts'
import { toolFacts } from './items.ts'
import { totalBefore } from './totals.ts'

interface OpenTurn {
  readonly visible: string[]
  reasoned: boolean
  readonly tools: Map<string, ToolFacts>
}

/** One thread as one file tells it, event by event. */
export interface Thread {
  readonly session: string
  /** Of all files; undefined: those of this one alone are known. */
  readonly totals: readonly CodexCounts[] | undefined
  readonly seen: CodexCounts[]
  readonly items: DraftItem[]
  turn: number
  open: OpenTurn
  failedAttempts: AttemptRecord[]
  /** The words of the last error, which the turn's end repeats. */
  lastError: string | undefined
  readonly counts: { -readonly [name in keyof ConversationCounts]: number }
}

export interface EventContext {
  readonly line: number
  readonly options: ImportOptions
  readonly onProblem: (reason: string) => void
  readonly onUnknown: (type: unknown) => void
}

export function beginThread(session: string, totals: readonly CodexCounts[] | undefined): Thread {
  return {
    session,
    totals,
    seen: [],
    items: [],
    turn: 0,
    open: emptyTurn(),
    failedAttempts: [],
    lastError: undefined,
    counts: { ...noCounts },
  }
}

function emptyTurn(): OpenTurn {
  return { visible: [], reasoned: false, tools: new Map() }
}

/** What the thread told. A turn that the file does not end had attempts of which no call is known. */
export function endOfThread({ session, turn, items, counts, failedAttempts }: Thread): {
  readonly session: string
  readonly items: readonly DraftItem[]
  readonly counts: ConversationCounts
  readonly unfinishedAttempts: number
} {
  const messagesWithoutCall = Math.max(0, turn - items.length)
  return { session, items, counts: { ...counts, messagesWithoutCall }, unfinishedAttempts: failedAttempts.length }
}

/** Takes an event, and says under what the line counts. */
export function takeEvent(thread: Thread, event: JsonObject, context: EventContext): string {
  const type = asString(event['type'])
  switch (type) {
    case 'turn.started':
      thread.turn += 1
      thread.counts.messages += 1
      thread.open = emptyTurn()
      return 'turn: begun'
    case 'turn.completed':
      return completeTurn(thread, event, context)
    case 'turn.failed': {
      const words = asString(asObject(event['error'])?.['message']) ?? ''
      failTurn(thread, words, context)
      return 'turn: failed'
    }
    case 'item.started':
    case 'item.updated':
      takeItem(thread, asObject(event['item']), context)
      return 'item: begun'
    case 'item.completed':
      return takeItem(thread, asObject(event['item']), context)
    case 'error':
      takeError(thread, asString(event['message']) ?? '')
      return 'error'
    default:
      context.onUnknown(type)
      return 'unknown type'
  }
}

/** Takes an item in any of its states, and says under what its last one counts. */
function takeItem(thread: Thread, item: JsonObject | undefined, context: EventContext): string {
  // Before 0.44 an item's type was called otherwise.
  const type = asString(item?.['type']) ?? asString(item?.['item_type'])
  const { open } = thread
  switch (type) {
    case 'agent_message':
    case 'assistant_message':
      open.visible.push(asString(item?.['text']) ?? '')
      return 'item: reply'
    case 'reasoning':
      open.reasoned = true
      return 'item: reasoning'
    case 'error':
      return 'item: warning'
    case 'todo_list':
      return 'item: other'
    default: {
      const tool = item === undefined || type === undefined ? undefined : toolFacts(type, item)
      if (tool === undefined) {
        context.onUnknown(type)
        return 'item: unknown type'
      }
      open.tools.set(asString(item?.['id']) ?? String(open.tools.size), tool)
      return 'item: tool'
    }
  }
}

/** The program says each failed try before it makes the next one, and the last one twice. */
function takeError(thread: Thread, words: string): void {
  thread.lastError = words
  if (/^Reconnecting\b|\bretrying\b/i.test(words)) {
    const { status, errorClass } = failureOfText(words, undefined, undefined)
    thread.failedAttempts.push(known({ status, errorClass }))
  }
}

function completeTurn(thread: Thread, event: JsonObject, context: EventContext): string {
  const total = readCounts(event['usage'])
  const reading = total === undefined ? undefined : codexUsage(ofTurn(thread, total))
  if (total === undefined) context.onProblem('usage: no counts in a `turn.completed`')
  else if (reading?.ok === false) context.onProblem(reading.reason)
  if (total !== undefined) thread.seen.push(total)
  const usage = reading?.ok === true ? reading : undefined
  addTurn(thread, context, {
    identity: total === undefined ? undefined : JSON.stringify([thread.session, countsKey(total)]),
    promptTokens: usage?.promptTokens,
    usage: usage?.usage,
    end: 'served',
    attempts: thread.failedAttempts.length === 0 ? undefined : [...thread.failedAttempts, {}],
    reply: replyOf(thread.open, usage?.usage.reasoning, context.options),
  })
  return 'turn: sum of its calls'
}

/** A turn's own counts: what the thread's total grew by. */
function ofTurn({ totals, seen }: Thread, total: CodexCounts): CodexCounts {
  return grownBy(total, totalBefore(total, totals ?? seen))
}

function failTurn(thread: Thread, words: string, context: EventContext): void {
  const { status, errorClass } = failureOfText(words === '' ? (thread.lastError ?? '') : words, undefined, undefined)
  addTurn(thread, context, {
    identity: undefined,
    promptTokens: undefined,
    usage: undefined,
    end: endOfError(errorClass),
    attempts: [...thread.failedAttempts, known({ status, errorClass })],
    reply: undefined,
  })
}

interface TurnFacts {
  readonly identity: string | undefined
  readonly promptTokens: number | undefined
  readonly usage: CallRecord['usage']
  readonly end: CallRecord['end']
  readonly attempts: readonly AttemptRecord[] | undefined
  readonly reply: ReplyFacts | undefined
}

function addTurn(thread: Thread, { line }: EventContext, turn: TurnFacts): void {
  const tools = [...thread.open.tools.values()]
  thread.counts.toolResults += tools.filter(({ failed }) => failed !== undefined).length
  thread.counts.toolFailures += tools.filter(({ failed }) => failed === true).length
  thread.items.push({
    kind: 'call',
    line,
    identity: turn.identity,
    facts: known({
      turn: Math.max(1, thread.turn),
      timeQuality: 'daily' as const,
      prompt: known({ tokens: turn.promptTokens }),
      usage: turn.usage,
      attempts: turn.attempts,
      end: turn.end,
      reply: turn.reply,
    }),
  })
  thread.failedAttempts = []
  thread.lastError = undefined
  thread.open = emptyTurn()
}

/** Reasoning is printed as a summary, which is not what the model thought. */
function replyOf({ visible, reasoned, tools }: OpenTurn, reasoning: number | undefined, options: ImportOptions): ReplyFacts {
  const text = visible.filter((one) => one.trim() !== '')
  return known({
    text: text.length === 0 ? null : textFacts(text.join('\n'), options),
    thinking: !reasoned && reasoning === 0 ? null : undefined,
    tools: [...tools.values()],
  })
}
