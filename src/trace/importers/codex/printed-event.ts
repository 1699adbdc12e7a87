import { failureOfText } from '../error-class.ts'
import { asName, asObject, asString } from '../json.ts'
import type { JsonObject } from '../json.ts'
import { known } from '../known.ts'
import { takeEvent } from './event-message.ts'
import type { EventContext } from './event-message.ts'
import { takeItem } from './response-item.ts'
import type { Rollout } from './rollout.ts'

/**
 * An event as `codex exec --json` printed it before version 0.44: those of a rollout, and in place of
 * the items of the conversation events that tell of them. Says under what the line counts.
 */
export function takePrinted(rollout: Rollout, event: JsonObject, context: EventContext): string {
  switch (event['type']) {
    case 'session_configured': {
      const session = asName(event['session_id'])
      if (session !== undefined && !rollout.sessionNamed) {
        rollout.session = session
        rollout.sessionNamed = true
      }
      rollout.model = asName(event['model']) ?? rollout.model
      return 'session header'
    }
    case 'agent_message':
      return takeItem(rollout, { type: 'message', role: 'assistant', content: asString(event['message']) ?? '' }, context)
    case 'agent_reasoning':
      return takeItem(rollout, { type: 'reasoning' }, context)
    case 'agent_reasoning_raw_content':
      return takeItem(rollout, { type: 'reasoning', content: asString(event['text']) ?? '' }, context)
    case 'stream_error': {
      const { status, errorClass } = failureOfText(asString(event['message']) ?? '', undefined, undefined)
      const { model, provider } = rollout
      rollout.failedAttempts.push(known({ model, provider, status, errorClass }))
      return 'event: failed attempt'
    }
    case 'exec_command_begin':
      return takeTool(rollout, event, 'shell', { command: event['command'] ?? null }, context)
    case 'patch_apply_begin':
      return takeTool(rollout, event, 'apply_patch', event['changes'] ?? null, context)
    case 'mcp_tool_call_begin': {
      const asked = asObject(event['invocation']) ?? event
      return takeTool(rollout, event, asName(asked['tool']) ?? 'mcp', asked['arguments'] ?? null, context)
    }
    case 'exec_command_end':
    case 'patch_apply_end':
    case 'mcp_tool_call_end': {
      const told = takeEvent(rollout, event, context)
      takeItem(rollout, { type: 'function_call_output', call_id: event['call_id'] }, context)
      return told
    }
    case 'token_count': {
      // The oldest tell the counts of the one answer, without an envelope.
      const alone = event['info'] === undefined && event['input_tokens'] !== undefined
      return takeEvent(rollout, alone ? { type: 'token_count', info: { last_token_usage: event } } : event, context)
    }
    default:
      return takeEvent(rollout, event, context)
  }
}

function takeTool(rollout: Rollout, event: JsonObject, name: string, input: unknown, context: EventContext): string {
  return takeItem(rollout, { type: 'custom_tool_call', name, input, call_id: event['call_id'] }, context)
}
