import { endOfError } from '../../error-class.ts'
import { failureOfText } from '../error-class.ts'
import { asCount, asName, asNumber, asObject, asString } from '../json.ts'
import type { JsonObject } from '../json.ts'
import { known } from '../known.ts'
import type { DraftItem } from '../session-draft.ts'
import { textFacts } from '../text-facts.ts'
import type { AttemptRecord } from '../../record.ts'
import { beginTurn, closeCounted, closeFailed, closeUncounted } from './calls.ts'
import type { LineContext } from './response-item.ts'
import { addEvent } from './rollout.ts'
import type { Rollout } from './rollout.ts'
import { grownBy, readCounts, sameCounts } from './usage.ts'

export interface EventContext extends LineContext {
  readonly onProblem: (reason: string) => void
  readonly onUnknown: (type: unknown) => void
}

/** Told again by items of the conversation, or of no weight for a replay. */
const silent: ReadonlySet<string> = new Set([
  'agent_message',
  'agent_reasoning',
  'agent_reasoning_raw_content',
  'agent_reasoning_section_break',
  'background_event',
  'collab_agent_interaction_begin',
  'collab_agent_interaction_end',
  'collab_agent_spawn_begin',
  'collab_agent_spawn_end',
  'collab_close_begin',
  'collab_close_end',
  'collab_resume_begin',
  'collab_resume_end',
  'collab_waiting_begin',
  'collab_waiting_end',
  'deprecation_notice',
  'dynamic_tool_call_request',
  'dynamic_tool_call_response',
  'entered_review_mode',
  'exec_command_begin',
  'exited_review_mode',
  'guardian_assessment',
  'hook_completed',
  'hook_started',
  'image_generation_begin',
  'image_generation_end',
  'item_completed',
  'item_started',
  'mcp_tool_call_begin',
  'patch_apply_begin',
  'plan_update',
  'task_started',
  'shutdown_complete',
  'sub_agent_activity',
  'thread_goal_updated',
  'thread_name_updated',
  'thread_rolled_back',
  'turn_complete',
  'turn_diff',
  'turn_started',
  'undo_completed',
  'view_image_tool_call',
  'warning',
  'web_search_begin',
  'web_search_end',
])

/** Takes an event, and says under what the line counts. */
export function takeEvent(rollout: Rollout, event: JsonObject, context: EventContext): string {
  const type = asString(event['type'])
  switch (type) {
    case 'token_count':
      return takeTokenCount(rollout, asObject(event['info']), context)
    case 'user_message': {
      beginTurn(rollout, textFacts(asString(event['message']) ?? '', context.options), context)
      rollout.messageEvents = true
      return 'event: user message'
    }
    case 'turn_aborted':
      closeUncounted(rollout, 'cancelled', context)
      return 'event: turn aborted'
    case 'exec_command_end':
    case 'patch_apply_end':
    case 'mcp_tool_call_end':
      takeToolEnd(rollout, event)
      return 'event: tool end'
    case 'context_compacted':
      compact(rollout, context)
      return 'event: compaction'
    case 'error':
      takeError(rollout, event, context)
      return 'event: error'
    case 'task_complete': {
      // Told by an event of its own, or here alone.
      const error = asObject(event['error'])
      if (error !== undefined && !rollout.failedTurn) takeError(rollout, error, context)
      return error === undefined ? 'event: other' : 'event: error'
    }
    case 'stream_error':
      rollout.failedAttempts.push(attemptOf(rollout, event, undefined, context))
      return 'event: failed attempt'
    case 'model_reroute':
      rollout.rerouted = asName(event['to_model']) ?? rollout.rerouted
      return 'event: reroute'
    case 'thread_settings_applied': {
      const settings = asObject(event['thread_settings'])
      rollout.serviceTier = asName(settings?.['service_tier']) ?? rollout.serviceTier
      return 'event: settings'
    }
    default:
      if (type === undefined || !silent.has(type)) context.onUnknown(type)
      return type !== undefined && silent.has(type) ? 'event: other' : 'event: unknown type'
  }
}

function takeTokenCount(
  rollout: Rollout,
  info: JsonObject | undefined,
  context: EventContext,
): string {
  if (info === undefined) return 'token count: rate limits only'
  const total = readCounts(info['total_token_usage'])
  const given = readCounts(info['last_token_usage'])
  if (total === undefined && given === undefined) {
    context.onProblem('usage: no counts in a `token_count`')
    closeUncounted(rollout, 'served', context)
    return 'token count: unreadable'
  }
  // After a compaction the program tells an estimate of the new prompt, and no call.
  const estimate = (given ?? total)?.input === 0 && (total === undefined || total.input <= (rollout.total?.input ?? 0))
  if (estimate) {
    rollout.total = total ?? rollout.total
    return 'token count: estimate'
  }
  if (isInherited(rollout, total, given)) {
    rollout.total = total
    return 'token count: inherited'
  }
  const repeated = total === undefined ? false : sameCounts(total, rollout.total)
  // A usage record of the same call stood before; its total may hold summaries that this one leaves out.
  const recorded = rollout.open === undefined && sameCounts(given, rollout.last)
  if (repeated || (recorded && (rollout.recordDue || total === undefined))) {
    rollout.total = total ?? rollout.total
    rollout.recordDue = false
    return 'token count: repeated'
  }
  rollout.recordDue = false
  const grown = total === undefined ? undefined : grownBy(total, rollout.total)
  const before = rollout.total
  rollout.total = total ?? rollout.total
  const counts = given ?? grown
  if (counts === undefined) return 'token count: unreadable'
  rollout.last = counts
  const unlogged = grown !== undefined && before !== undefined && grown.input > counts.input
  if (unlogged) {
    context.onProblem(
      `the total grew by ${grown.input} input tokens, this call has ${counts.input}: calls are missing`,
    )
  }
  const problem = closeCounted(rollout, { counts, total, responseId: undefined }, context)
  if (problem !== undefined) context.onProblem(problem)
  return 'token count: call'
}

/** A fork may begin with where its original stood, and none of its words. */
function isInherited(
  { original, open, total: before }: Rollout,
  total: Counts | undefined,
  given: Counts | undefined,
): boolean {
  if (original === undefined || open !== undefined || before !== undefined) return false
  return total !== undefined && given !== undefined && total.input > given.input
}

/** The newest versions tell each response by its id. */
export function takeUsageRecord(rollout: Rollout, record: JsonObject, context: EventContext): string {
  const counts = readCounts(record['usage'])
  const responseId = asName(record['response_id'])
  if (counts === undefined) {
    context.onProblem('usage: no counts in a `token_usage_record`')
    return 'usage record: unreadable'
  }
  const total = readCounts(record['thread_token_usage'])
  const last = rollout.items.at(-1)
  const stood = rollout.open === undefined && sameCounts(counts, rollout.last) && last?.kind === 'call'
  if (stood && last.facts.id === undefined && responseId !== undefined) {
    // The event of the same call stood before: the record gives it its name.
    rollout.items[rollout.items.length - 1] = {
      ...last,
      identity: `response ${responseId}`,
      facts: { ...last.facts, id: responseId },
    }
    return 'usage record: named'
  }
  rollout.last = counts
  rollout.total = total ?? (rollout.total === undefined ? counts : added(rollout.total, counts))
  const problem = closeCounted(rollout, { counts, total, responseId }, context)
  if (problem !== undefined) context.onProblem(problem)
  rollout.recordDue = true
  if (responseId !== undefined && responseId === rollout.summaryId) billCompaction(rollout)
  return 'usage record: call'
}

/** The newest call is the summary of the compaction before it. */
function billCompaction(rollout: Rollout): void {
  rollout.summaryId = undefined
  const [event, call] = rollout.items.slice(-2)
  if (event?.kind !== 'event' || event.facts.event !== 'compaction' || call?.kind !== 'call') return
  const billed = { ...event, facts: { ...event.facts, billed: true } }
  rollout.items.splice(-2, 2, summaryOf(rollout, call), billed)
}

/** The call as one that the program made for itself: the person's message is for the call after it. */
function summaryOf(rollout: Rollout, call: DraftItem & { kind: 'call' }): DraftItem {
  const { user, ...prompt } = call.facts.prompt
  if (user !== undefined) {
    rollout.firstOfTurn = true
    rollout.message = user ?? undefined
  }
  const marked = { ...prompt, signals: { ...prompt.signals, housekeeping: true } }
  return { ...call, facts: { ...call.facts, prompt: marked } }
}

type Counts = NonNullable<Rollout['total']>

function added(total: Counts, counts: Counts): Counts {
  return {
    input: total.input + counts.input,
    cached: total.cached + counts.cached,
    written: total.written + counts.written,
    output: total.output + counts.output,
    reasoning: total.reasoning + counts.reasoning,
  }
}

function takeToolEnd(rollout: Rollout, event: JsonObject): void {
  const id = asString(event['call_id'])
  const tool = id === undefined ? undefined : rollout.toolsById.get(id)
  if (tool === undefined) return
  const code = asNumber(event['exit_code'])
  const success = event['success']
  const result = asObject(event['result'])
  if (code !== undefined) tool.failed = code !== 0
  else if (typeof success === 'boolean') tool.failed = !success
  else if (result !== undefined) {
    // Of an MCP server: what it answered, or that it could not be asked.
    const answer = asObject(result['Ok']) ?? result
    tool.failed = result['Err'] !== undefined || answer['isError'] === true || answer['is_error'] === true
  }
}

/**
 * The line of a compaction, or the event that stands for it where there is none. Where the summarising
 * call was counted it stands before: counts of which the file holds no word.
 */
export function compact(rollout: Rollout, { line, micros }: LineContext, summary?: string): void {
  const last = rollout.items.at(-1)
  if (rollout.open === undefined && last?.kind === 'event' && last.facts.event === 'compaction') return
  const billed =
    rollout.open === undefined &&
    last?.kind === 'call' &&
    (rollout.unsaid || (summary !== undefined && last.facts.id === summary))
  if (billed) rollout.items[rollout.items.length - 1] = summaryOf(rollout, last)
  else rollout.summaryId = summary
  const tokensBefore = rollout.last?.input
  const identity = JSON.stringify([rollout.session, 'compaction', micros ?? line])
  addEvent(
    rollout,
    line,
    identity,
    known({ event: 'compaction' as const, billed, tokensBefore, atMicros: micros }),
  )
  rollout.contextImages = 0
  rollout.newImages = 0
}

const classOfKind: ReadonlyMap<string, string> = new Map([
  ['context_window_exceeded', 'context-window'],
  ['usage_limit_exceeded', 'rate-limit'],
  ['server_overloaded', 'overloaded'],
  ['http_connection_failed', 'unavailable'],
  ['response_stream_connection_failed', 'unavailable'],
  ['response_stream_disconnected', 'cut-off'],
  ['response_too_many_failed_attempts', 'unavailable'],
  ['internal_server_error', 'server'],
  ['unauthorized', 'auth'],
  ['bad_request', 'invalid-request'],
])

function takeError(rollout: Rollout, event: JsonObject, context: EventContext): void {
  const attempt = attemptOf(rollout, event, rollout.inputMicros, context)
  closeFailed(rollout, attempt, endOfError(attempt.errorClass), context)
  rollout.failedTurn = true
}

function attemptOf(
  { model, provider }: Rollout,
  event: JsonObject,
  startMicros: number | undefined,
  { micros }: EventContext,
): AttemptRecord & { readonly errorClass: string } {
  const info = event['codex_error_info']
  const [kind, detail] =
    typeof info === 'string' ? [info, undefined] : (Object.entries(asObject(info) ?? {})[0] ?? [])
  const status = asCount(asObject(detail)?.['http_status_code'])
  const spoken = failureOfText(asString(event['message']) ?? '', status, undefined)
  const errorClass = (kind === undefined ? undefined : classOfKind.get(kind)) ?? spoken.errorClass
  return known({ model, provider, startMicros, endMicros: micros, status: spoken.status, errorClass })
}
