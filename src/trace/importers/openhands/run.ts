import { messageText } from '../chat-messages.ts'
import { microsOfTime } from '../instant.ts'
import { asList, asName, asNumber, asObject, asString } from '../json.ts'
import type { JsonObject } from '../json.ts'

/** What one response of the model said, in the shape of a chat message. */
export interface Said {
  readonly message: JsonObject
  readonly finish: string | undefined
}

export interface Turn {
  readonly turn: number
  /** The person's words, on the first call of the turn. */
  readonly message: string | undefined
}

export interface Condensation {
  readonly line: number
  readonly id: string
  readonly atMicros: number | undefined
  /** Of the newest response before it. */
  readonly after: string | undefined
}

export interface Snapshot {
  readonly metrics: JsonObject
  readonly line: number
}

/** One run, event by event. */
export interface Run {
  /** Of the conversation's state; a list of events names none. */
  id: string | undefined
  /** The newest of each model in use, for they only ever grow; the agent's own alone in older versions. */
  readonly metrics: Map<string, Snapshot>
  /** Several actions may come from one response. */
  readonly said: Map<string, Said>
  readonly turns: Map<string, Turn>
  readonly failedTools: Map<string, boolean>
  readonly condensations: Condensation[]
  lastResponse: string | undefined
  turn: number
  message: string | undefined
}

export function beginRun(): Run {
  return {
    id: undefined,
    metrics: new Map(),
    said: new Map(),
    turns: new Map(),
    failedTools: new Map(),
    condensations: [],
    lastResponse: undefined,
    turn: 0,
    message: undefined,
  }
}

export function usagesIn(metrics: JsonObject | undefined): readonly unknown[] {
  return asList(metrics?.['token_usages']) ?? []
}

export function takeMetrics(run: Run, metrics: JsonObject | undefined, line: number, use = 'agent'): void {
  if (metrics === undefined || usagesIn(metrics).length < usagesIn(run.metrics.get(use)?.metrics).length) return
  run.metrics.set(use, { metrics, line })
}

/** The newer versions' statistics of a conversation: metrics by what each model is used for. */
export function takeStatistics(run: Run, holder: JsonObject, line: number): boolean {
  const inner = asObject(holder['stats']) ?? asObject(holder['conversation_stats']) ?? holder
  const uses = asObject(inner['usage_to_metrics'])
  if (uses === undefined) return false
  for (const [use, metrics] of Object.entries(uses)) takeMetrics(run, asObject(metrics), line, use)
  return true
}

/** Takes an event of either generation, and says under what it counts. */
export function takeEvent(run: Run, event: JsonObject | undefined, line: number): string {
  if (event === undefined) return 'no event'
  if (takeStatistics(run, event, line)) {
    run.id = asName(event['id']) ?? run.id
    return 'state'
  }
  const source = asString(event['source'])
  if (source === undefined) return 'no event'
  const value = asObject(event['value'])
  if (value !== undefined) takeStatistics(run, value, line)
  takeMetrics(run, asObject(event['llm_metrics']), line)
  takeResult(run, event)
  const condensed = event['kind'] === 'Condensation' || event['action'] === 'condensation'
  if (condensed) {
    const { lastResponse } = run
    run.condensations.push({ line, id: String(event['id'] ?? ''), atMicros: microsOfTime(event['timestamp']), after: lastResponse })
    return 'event: condensation'
  }
  if (source === 'user') {
    run.turn += 1
    run.message = wordsOf(event)
    return 'event: user'
  }
  takeResponse(run, event)
  return source === 'agent' || source === 'environment' ? `event: ${source}` : 'event: other'
}

function wordsOf(event: JsonObject): string {
  const message = asObject(event['llm_message'])
  if (message !== undefined) return messageText(message['content'])
  return asString(asObject(event['args'])?.['content']) ?? asString(event['message']) ?? ''
}

function takeResponse(run: Run, event: JsonObject): void {
  const response = asObject(asObject(event['tool_call_metadata'])?.['model_response'])
  const id = asName(response?.['id']) ?? asName(event['llm_response_id'])
  if (id === undefined) return
  run.lastResponse = id
  const before = run.said.get(id)
  if (before === undefined) {
    run.turns.set(id, { turn: run.turn, message: run.message })
    run.message = undefined
  }
  if (response === undefined) run.said.set(id, withEvent(before, event))
  else if (before === undefined) {
    const choice = asObject(asList(response['choices'])?.[0])
    run.said.set(id, { message: asObject(choice?.['message']) ?? {}, finish: asString(choice?.['finish_reason']) })
  }
}

/** An event of the newer versions tells one action of a response; the thought stands in the first. */
function withEvent(before: Said | undefined, event: JsonObject): Said {
  const message = asObject(event['llm_message'])
  if (message !== undefined) return { message, finish: undefined }
  const { content, reasoning_content, tool_calls } = before?.message ?? {}
  const call = asObject(event['tool_call'])
  const named = {
    id: event['tool_call_id'] ?? call?.['id'],
    function: {
      name: asName(call?.['name']) ?? asName(event['tool_name']),
      arguments: call?.['arguments'] ?? asObject(call?.['function'])?.['arguments'] ?? event['action'],
    },
  }
  return {
    message: {
      content: [...(asList(content) ?? []), ...(asList(event['thought']) ?? [])],
      reasoning_content: reasoning_content ?? asString(event['reasoning_content']),
      tool_calls: [...(asList(tool_calls) ?? []), named],
    },
    finish: undefined,
  }
}

/** Whether a tool failed: by its exit code or the program's own word. */
function takeResult(run: Run, event: JsonObject): void {
  const id = asName(event['tool_call_id']) ?? asName(asObject(event['tool_call_metadata'])?.['tool_call_id'])
  if (id === undefined) return
  const observation = asObject(event['observation'])
  const extras = asObject(event['extras'])
  const code =
    asNumber(observation?.['exit_code']) ??
    asNumber(asObject(observation?.['metadata'])?.['exit_code']) ??
    asNumber(asObject(extras?.['metadata'])?.['exit_code'])
  const refused = event['kind'] === 'AgentErrorEvent' || event['kind'] === 'UserRejectObservation' || event['observation'] === 'error'
  if (refused || observation?.['is_error'] === true) run.failedTools.set(id, true)
  // -1: the command still runs.
  else if (code !== undefined && code !== -1) run.failedTools.set(id, code !== 0)
  else if (observation?.['is_error'] === false && code === undefined) run.failedTools.set(id, false)
}
