import { microsOfTime } from '../instant.ts'
import { asList, asName, asObject, asString } from '../json.ts'
import type { JsonObject } from '../json.ts'
import { countReader } from '../count-reader.ts'
import type { LoggedCall } from '../logged-call.ts'
import type { CountsReading } from '../provider-usage.ts'

/** Chats as Gemini CLI keeps them: one document with its messages, or a message a line after a header. */
export interface SessionFile {
  /** Says under what each thing in an object counts; undefined: this is no part of a chat. */
  readonly take: (object: JsonObject, line: number) => readonly string[] | undefined
  /** A message that was written again stands as it was last. */
  readonly calls: () => readonly LoggedCall[]
}

export function sessionFile(): SessionFile {
  let session: string | undefined
  let beforeMicros: number | undefined
  const calls = new Map<string, LoggedCall>()
  const takeMessage = (message: JsonObject | undefined, line: number): string => {
    const type = asString(message?.['type'])
    const id = asName(message?.['id'])
    if (message === undefined || type === undefined || id === undefined) return 'no message'
    const endMicros = microsOfTime(message['timestamp'])
    const startMicros = beforeMicros !== undefined && endMicros !== undefined && beforeMicros <= endMicros ? beforeMicros : undefined
    beforeMicros = endMicros ?? beforeMicros
    if (type !== 'gemini') return `message: ${knownTypes.has(type) ? type : 'other'}`
    if (asObject(message['tokens']) === undefined) return 'message: gemini without tokens'
    const before = calls.get(id)
    calls.set(id, callOf(message, { line, session, id, startMicros: before?.startMicros ?? startMicros, endMicros }))
    return before === undefined ? 'message: call' : 'message: call, written again'
  }
  return {
    take: (object, line) => {
      const messages = asList(object['messages'])
      if (object['sessionId'] !== undefined && object['projectHash'] !== undefined) {
        session = asName(object['sessionId']) ?? session
        beforeMicros = undefined
        return ['chat', ...(messages ?? []).map((message) => takeMessage(asObject(message), line))]
      }
      if (session === undefined) return undefined
      return [object['$set'] === undefined && object['$rewindTo'] === undefined ? takeMessage(object, line) : 'change of a chat']
    },
    calls: () => [...calls.values()],
  }
}

const knownTypes: ReadonlySet<string> = new Set(['user', 'info', 'error', 'warning'])

function callOf(
  message: JsonObject,
  place: Pick<LoggedCall, 'line' | 'session' | 'id' | 'startMicros' | 'endMicros'>,
): LoggedCall {
  const model = asName(message['model'])
  return {
    ...place,
    timeQuality: 'derived',
    requested: model,
    model,
    provider: 'google',
    counts: countsOf(asObject(message['tokens'])),
    reply: {
      content: message['content'] ?? '',
      tool_calls: (asList(message['toolCalls']) ?? []).map((call) => {
        const tool = asObject(call)
        return { name: tool?.['name'], arguments: tool?.['args'] }
      }),
    },
  }
}

/** As the interface counts: cached tokens in the input, thoughts and tools apart. */
function countsOf(tokens: JsonObject | undefined): CountsReading {
  const { count, firstBad } = countReader()
  const input = count(tokens, 'input')
  const counts = {
    input: (input ?? 0) + (count(tokens, 'tool') ?? 0),
    inputHoldsCached: true,
    cacheRead: count(tokens, 'cached'),
    output: count(tokens, 'output') ?? 0,
    outputHoldsReasoning: false,
    reasoning: count(tokens, 'thoughts'),
  }
  const bad = firstBad()
  if (bad !== undefined) return { ok: false, reason: `usage: \`${bad}\` is not a count` }
  return { ok: true, counts: input === undefined ? undefined : counts }
}
