import { TRACE_SCHEMA_VERSION } from '../../record.ts'
import type {
  AttemptRecord,
  CallRecord,
  EventRecord,
  Micros,
  PromptFacts,
  ReplyFacts,
  SessionRecord,
  TraceRecord,
  Usage,
} from '../../record.ts'
import type { ImportOptions } from '../importer.ts'
import { picoUsdOf } from '../pico-usd.ts'
import { textFacts } from '../text-facts.ts'
import type { Conversation } from './conversation.ts'
import type { CallDraft, Draft, FailedAttempt, ToolDraft } from './draft.ts'
import { isHousekeeping } from './survey.ts'
import type { LoggedUsage } from './usage.ts'

/**
 * The records of a conversation: its header, then calls and events in the order of the file,
 * without copies. `calls` is how many this session has already; one without a call gives nothing.
 */
export function recordsOf(
  conversation: Conversation,
  calls: number,
  options: ImportOptions,
): readonly TraceRecord[] {
  const own = conversation.drafts.filter((draft) => !draft.copy)
  const [first] = own.filter((draft) => draft.kind === 'call')
  if (first === undefined) return []
  const records: TraceRecord[] = calls === 0 ? [headerOf(conversation, first, options)] : []
  let call = calls
  for (const draft of own) {
    if (draft.kind !== 'call') {
      records.push(eventOf(conversation, draft, call + 1))
      continue
    }
    call += 1
    const change = modelChangeOf(conversation, draft, call)
    if (change !== undefined) records.push(change)
    records.push(callOf(conversation, draft, call, options))
  }
  return records
}

function headerOf(
  { identity, version, drafts }: Conversation,
  { provenance }: CallDraft,
  { phraseLists }: ImportOptions,
): SessionRecord {
  const withheld = drafts.some((draft) => draft.kind === 'call' && draft.thinkingWithheld)
  const digests = (phraseLists ?? []).map((list) => list.digest)
  return {
    record: 'session',
    schema: TRACE_SCHEMA_VERSION,
    session: identity.session,
    ...(identity.parent === undefined ? {} : { parent: identity.parent }),
    sidechain: identity.parent !== undefined,
    source: { format: 'claude-code', ...(version === undefined ? {} : { version }) },
    ...(digests.length > 0 ? { phraseLists: digests } : {}),
    ...(withheld ? { withheld: { thinking: true } } : {}),
    // Of its calls on its own account Claude Code logs those that repeat a conversation, no others.
    signals: { housekeeping: isHousekeeping(identity.session) },
    provenance,
  }
}

// --- events

function eventOf(
  { identity }: Conversation,
  draft: Exclude<Draft, CallDraft>,
  beforeCall: number,
): EventRecord {
  const { provenance, atMicros } = draft
  const common = {
    record: 'event',
    session: identity.session,
    beforeCall,
    ...(atMicros === undefined ? {} : { atMicros }),
    provenance,
  } as const
  if (draft.kind === 'model-change') {
    return { ...common, event: 'model-change', model: draft.model, by: 'person' }
  }
  const { tokensBefore, tokensAfter, trigger, billed } = draft
  return {
    ...common,
    event: 'compaction',
    ...(tokensBefore === undefined ? {} : { tokensBefore }),
    ...(tokensAfter === undefined ? {} : { tokensAfter }),
    ...(trigger === undefined ? {} : { trigger }),
    billed,
  }
}

function modelChangeOf(
  { identity }: Conversation,
  { modelChange, model, prompt, provenance }: CallDraft,
  beforeCall: number,
): EventRecord | undefined {
  if (modelChange === undefined || model === undefined) return undefined
  return {
    record: 'event',
    session: identity.session,
    beforeCall,
    ...(prompt.startMicros === undefined ? {} : { atMicros: prompt.startMicros }),
    event: 'model-change',
    model,
    ...(modelChange.byPerson ? { by: 'person' } : {}),
    provenance,
  }
}

// --- calls

function callOf(
  { identity }: Conversation,
  draft: CallDraft,
  call: number,
  options: ImportOptions,
): CallRecord {
  const { id, end, prompt, model, endMicros, provenance } = draft
  const served = end === 'served'
  const usage = draft.usage === undefined || isFree(draft) ? undefined : usageOf(draft, draft.usage)
  const picoUsd = draft.costUsd === undefined ? undefined : picoUsdOf(draft.costUsd)
  const attempts = attemptsOf(draft)
  const start = startOf(draft)
  return {
    record: 'call',
    session: identity.session,
    call,
    turn: prompt.turn,
    ...(id === undefined ? {} : { id }),
    ...(start === undefined ? {} : { startMicros: start }),
    ...(endMicros === undefined ? {} : { endMicros }),
    ...(start === undefined && endMicros === undefined ? {} : { timeQuality: 'derived' as const }),
    ...(model === undefined ? {} : { requested: draft.refusals[0] ?? model }),
    ...(served && model !== undefined ? { served: { model, ...placeOf(draft) } } : {}),
    prompt: promptOf(draft),
    ...(usage === undefined ? {} : { usage }),
    ...(picoUsd === undefined ? {} : { cost: { picoUsd, source: 'estimate' as const } }),
    ...(attempts.length > 0 ? { attempts } : {}),
    end,
    ...(served && draft.replyLogged ? { reply: replyOf(draft, options) } : {}),
    provenance,
  }
}

/** A request that the model refused before it had said anything is not billed. */
function isFree({ stopReason, usage }: CallDraft): boolean {
  return stopReason === 'refusal' && usage?.output === 0
}

function startOf({ prompt, endMicros }: CallDraft): Micros | undefined {
  const { startMicros } = prompt
  const after = startMicros !== undefined && endMicros !== undefined && startMicros > endMicros
  return after ? undefined : startMicros
}

function placeOf({ provider, usage }: CallDraft): {
  readonly provider?: string
  readonly region?: string
  readonly serviceTier?: string
} {
  return {
    ...(provider === undefined ? {} : { provider }),
    ...(usage?.region === undefined ? {} : { region: usage.region }),
    ...(usage?.serviceTier === undefined ? {} : { serviceTier: usage.serviceTier }),
  }
}

function promptOf({ prompt, usage }: CallDraft): PromptFacts {
  const { user, newImages, contextImages, planMode } = prompt
  return {
    ...(usage === undefined ? {} : { tokens: promptTokens(usage) }),
    ...(user === undefined ? {} : { user }),
    ...(newImages === undefined ? {} : { newImages }),
    ...(contextImages === undefined ? {} : { contextImages }),
    ...(planMode === undefined ? {} : { signals: { 'plan-mode': planMode } }),
  }
}

function promptTokens(usage: LoggedUsage): number {
  const { uncachedInput, cacheRead, cacheWrite5m, cacheWrite1h, cacheWriteOther } = usage
  return uncachedInput + cacheRead + cacheWrite5m + cacheWrite1h + cacheWriteOther
}

/** More characters than any tokenizer packs into a token. */
const charsPerToken = 6

function usageOf(draft: CallDraft, usage: LoggedUsage): Usage {
  const { uncachedInput, cacheRead, cacheWrite5m, cacheWrite1h, cacheWriteOther } = usage
  const { output, reasoning, webSearches } = usage
  const chars = lengthOf(draft.visible) + lengthOf(draft.thinking) + draft.argumentChars
  const partial = draft.stopReason === undefined || chars > charsPerToken * output
  return {
    uncachedInput,
    cacheRead,
    cacheWrite5m,
    cacheWrite1h,
    ...(cacheWriteOther > 0 ? { cacheWriteOther } : {}),
    output: output - (reasoning ?? 0),
    ...(reasoning === undefined ? {} : { reasoning }),
    ...(webSearches > 0 ? { webSearches } : {}),
    outputQuality: partial ? 'lower-bound' : 'exact',
  }
}

function lengthOf(texts: readonly string[]): number {
  return texts.reduce((sum, text) => sum + text.length, 0)
}

/**
 * Failed tries and the one that served. The log gives the end of a failed try and the pause after
 * it. The client asks the same model each time, at the house that answers in the end; where that one
 * refused, the house asks others, of whom nothing is told but their names.
 */
function attemptsOf(draft: CallDraft): readonly AttemptRecord[] {
  const { failedAttempts, refusals, provider, prompt, end, endMicros } = draft
  if (failedAttempts.length + refusals.length === 0) return []
  const house = provider === undefined ? {} : { provider }
  const model = refusals[0] ?? draft.model
  const place = model === undefined ? house : { model, ...house }
  const attempts: AttemptRecord[] = []
  let start = prompt.startMicros
  for (const attempt of failedAttempts) {
    attempts.push({ ...place, ...span(start, attempt.endMicros), ...failureOf(attempt) })
    const { endMicros: failedAt, waitMicros } = attempt
    start = failedAt === undefined || waitMicros === undefined ? undefined : failedAt + waitMicros
  }
  for (const refuser of refusals) attempts.push({ model: refuser, ...house, errorClass: 'content-policy' })
  if (refusals.length > 0) start = undefined
  const served = draft.model === undefined ? {} : { model: draft.model }
  if (end === 'served') attempts.push({ ...served, ...placeOf(draft), ...span(start, endMicros) })
  return attempts
}

function span(start: Micros | undefined, end: Micros | undefined): AttemptRecord {
  const ordered = start === undefined || end === undefined || start <= end
  return {
    ...(start !== undefined && ordered ? { startMicros: start } : {}),
    ...(end === undefined ? {} : { endMicros: end }),
  }
}

function failureOf({ failure, retryAfterMicros, waitMicros }: FailedAttempt): AttemptRecord {
  return {
    ...(failure.status === undefined ? {} : { status: failure.status }),
    errorClass: failure.errorClass,
    ...(retryAfterMicros === undefined ? {} : { retryAfterMicros }),
    ...(waitMicros === undefined ? {} : { waitedMicros: waitMicros }),
  }
}

// --- replies

function replyOf(draft: CallDraft, options: ImportOptions): ReplyFacts {
  const visible = joined(draft.visible)
  const thinking = joined(draft.thinking)
  return {
    text: visible === undefined ? null : textFacts(visible, options),
    ...(draft.thinkingWithheld
      ? {}
      : { thinking: thinking === undefined ? null : textFacts(thinking, options) }),
    tools: draft.tools.map(toolOf),
    ...(draft.stopReason === undefined ? {} : { finish: draft.stopReason }),
  }
}

/** Blank blocks are no text: some versions begin a reply with two line feeds. */
function joined(blocks: readonly string[]): string | undefined {
  const texts = blocks.filter((block) => block.trim() !== '')
  return texts.length === 0 ? undefined : texts.join('\n')
}

function toolOf({ name, signature, failed, result }: ToolDraft): NonNullable<ReplyFacts['tools']>[number] {
  return {
    name,
    ...(signature === undefined ? {} : { signature }),
    ...(failed === undefined ? {} : { failed }),
    ...(result === undefined ? {} : { result }),
  }
}
