import { known } from '../known.ts'
import { textFacts } from '../text-facts.ts'
import type { ImportOptions } from '../importer.ts'
import type { AttemptRecord, CallRecord, ReplyFacts, TextFacts } from '../../record.ts'
import { addEvent } from './rollout.ts'
import type { OpenCall, Rollout } from './rollout.ts'
import { codexUsage, countsKey } from './usage.ts'
import type { CodexCounts } from './usage.ts'

interface At {
  readonly line: number
  readonly micros: number | undefined
  readonly options: ImportOptions
}

/** The person's message; it begins a turn. */
export function beginTurn(rollout: Rollout, message: TextFacts, at: At): void {
  closeUncounted(rollout, 'served', at)
  const toldAgain = rollout.message !== undefined && !rollout.messageEvents
  if (!toldAgain) {
    if (rollout.message !== undefined) rollout.counts.messagesWithoutCall += 1
    rollout.counts.messages += 1
    rollout.turn += 1
  }
  rollout.firstOfTurn = true
  rollout.failedTurn = false
  rollout.rerouted = undefined
  rollout.message = message
  rollout.inputMicros = at.micros ?? rollout.inputMicros
}

export interface Counted {
  readonly counts: CodexCounts
  readonly responseId: string | undefined
  /** The running total, which tells one call of a session from the next. */
  readonly total: CodexCounts | undefined
}

/** Ends the call that the counts tell of. Undefined: fine; else why its usage is unknown. */
export function closeCounted(rollout: Rollout, counted: Counted, at: At): string | undefined {
  const reading = codexUsage(counted.counts)
  const identity =
    counted.responseId === undefined
      ? callIdentity(rollout, counted)
      : `response ${counted.responseId}`
  addCall(rollout, {
    at,
    identity,
    id: counted.responseId,
    end: 'served',
    usage: reading.ok ? reading.usage : undefined,
    promptTokens: reading.ok ? reading.promptTokens : undefined,
    noReasoning: reading.ok && counted.counts.reasoning === 0,
  })
  return reading.ok ? undefined : reading.reason
}

/** Such a name is given once, by whatever host. */
const ownToolId = /^\w{20,}$/

/**
 * A fork repeats the counts of its original, whose session it names; before 2026 it names none, and
 * the names of tool calls tell its copies.
 */
function callIdentity(rollout: Rollout, { counts, total }: Counted): string {
  const toolId = rollout.open?.toolId
  if (toolId !== undefined && ownToolId.test(toolId)) return JSON.stringify(['tool', toolId])
  const session = rollout.copied ? (rollout.original ?? rollout.session) : rollout.session
  const sum = total === undefined ? rollout.items.length : countsKey(total)
  return JSON.stringify([session, sum, countsKey(counts)])
}

/** Ends a call of which the model's words are known and no counts. */
export function closeUncounted(rollout: Rollout, end: 'served' | 'cancelled', at: At): void {
  if (rollout.open === undefined && rollout.failedAttempts.length === 0) return
  const line = rollout.open?.line ?? at.line
  addCall(rollout, {
    at,
    identity: JSON.stringify([rollout.session, 'line', line, rollout.open?.endMicros ?? at.micros ?? null]),
    id: undefined,
    end: rollout.open === undefined ? 'cancelled' : end,
    usage: undefined,
    promptTokens: undefined,
    noReasoning: false,
  })
}

/** A call that failed for good. */
export function closeFailed(
  rollout: Rollout,
  attempt: AttemptRecord,
  end: 'exhausted' | 'denied',
  at: At,
): void {
  rollout.failedAttempts.push(attempt)
  addCall(rollout, {
    at,
    identity: JSON.stringify([rollout.session, 'failed', at.line, at.micros ?? null]),
    id: undefined,
    end,
    usage: undefined,
    promptTokens: undefined,
    noReasoning: false,
  })
}

interface Ending {
  readonly at: At
  readonly identity: string
  readonly id: string | undefined
  readonly end: CallRecord['end']
  readonly usage: CallRecord['usage']
  readonly promptTokens: number | undefined
  readonly noReasoning: boolean
}

function addCall(rollout: Rollout, ending: Ending): void {
  const { at, end, usage } = ending
  const { open, model, rerouted, provider, serviceTier, planMode, failedAttempts } = rollout
  const servedBy = rerouted ?? model
  const served = end === 'served'
  const startMicros = open === undefined ? undefined : open.startMicros
  const endMicros = open?.endMicros ?? at.micros
  const line = open?.line ?? at.line
  noteModel(rollout, line, startMicros)
  rollout.items.push({
    kind: 'call',
    line,
    identity: ending.identity,
    copied: rollout.copied,
    facts: known({
      turn: rollout.turn,
      id: ending.id,
      startMicros,
      endMicros,
      timeQuality: endMicros === undefined ? undefined : ('derived' as const),
      requested: model,
      served: served && servedBy !== undefined ? known({ model: servedBy, provider, serviceTier }) : undefined,
      prompt: known({
        tokens: ending.promptTokens,
        user: rollout.firstOfTurn ? (rollout.message ?? null) : undefined,
        newImages: rollout.newImages,
        contextImages: rollout.forkedFrom === undefined ? rollout.contextImages : undefined,
        signals: planMode === undefined ? undefined : { 'plan-mode': planMode },
      }),
      usage: withSearches(usage, open),
      attempts: failedAttempts.length === 0 ? undefined : attemptsOf(rollout, served, endMicros),
      end,
      reply: served ? replyOf(open, ending.noReasoning, at.options) : undefined,
    }),
  })
  rollout.firstOfTurn = false
  rollout.message = undefined
  rollout.newImages = 0
  rollout.failedAttempts = []
  rollout.unsaid = open === undefined && usage !== undefined
  rollout.open = undefined
}

function withSearches(usage: CallRecord['usage'], open: OpenCall | undefined): CallRecord['usage'] {
  const webSearches = open?.webSearches ?? 0
  return usage === undefined || webSearches === 0 ? usage : { ...usage, webSearches }
}

function attemptsOf(rollout: Rollout, served: boolean, endMicros: number | undefined): AttemptRecord[] {
  const { failedAttempts, model, provider } = rollout
  if (!served) return failedAttempts
  return [...failedAttempts, known({ model, provider, endMicros })]
}

function noteModel(rollout: Rollout, line: number, atMicros: number | undefined): void {
  const { model, calledModel } = rollout
  rollout.calledModel = model ?? calledModel
  if (model === undefined || calledModel === undefined || model === calledModel) return
  const identity = JSON.stringify([rollout.session, 'model', line, model])
  addEvent(rollout, line, identity, known({ event: 'model-change' as const, model, atMicros }))
}

function replyOf(open: OpenCall | undefined, noReasoning: boolean, options: ImportOptions): ReplyFacts {
  // Counts without an item: the file leaves out what was said.
  if (open === undefined) return {}
  const { visible, thinking, reasoningWithheld, tools } = open
  const thought = thinking.length > 0 ? textFacts(thinking.join('\n'), options) : undefined
  const text = visible.filter((one) => one.trim() !== '')
  return known({
    text: text.length === 0 ? null : textFacts(text.join('\n'), options),
    thinking: reasoningWithheld ? undefined : (thought ?? (noReasoning ? null : undefined)),
    tools,
  })
}
