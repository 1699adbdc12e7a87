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
  readonly calls: () => Iterable<LoggedCall>
}

export function sessionFile(): SessionFile {
  let session: string | undefined
  let beforeMicros: number | undefined
  const calls = new Map<string, Written>()
  // What stands before each call, for its turn and the words of the person.
  let history: JsonObject[] = []
  // Where in it each message stands.
  let places = new Map<string, number>()
  const remember = (id: string, message: JsonObject): void => {
    if (places.has(id)) return
    places.set(id, history.length)
    history.push(message)
  }
  /** The person went back to before this message; the calls after it were made all the same. */
  const rewind = (id: string | undefined): void => {
    const kept = (id === undefined ? undefined : places.get(id)) ?? 0
    history = history.slice(0, kept)
    places = new Map([...places].filter(([, place]) => place < kept))
  }
  const takeMessage = (message: JsonObject | undefined, line: number): string => {
    const type = asString(message?.['type'])
    const id = asName(message?.['id'])
    if (message === undefined || type === undefined || id === undefined) return 'no message'
    const endMicros = microsOfTime(message['timestamp'])
    const startMicros = beforeMicros !== undefined && endMicros !== undefined && beforeMicros <= endMicros ? beforeMicros : undefined
    beforeMicros = endMicros ?? beforeMicros
    if (type === 'user') remember(id, userMessage(message['content']))
    if (type !== 'gemini') return `message: ${knownTypes.has(type) ? type : 'other'}`
    const before = calls.get(id)
    if (before === undefined && asObject(message['tokens']) === undefined) return 'message: gemini without tokens'
    // Written again when its tools have ended; what it does not tell again stands.
    const whole = { ...before?.message, ...message }
    const place = before?.place ?? { line, session, id, startMicros, endMicros }
    calls.set(id, { message: whole, place, history, told: before?.told ?? history.length })
    remember(id, { role: 'model', content: '' })
    return before === undefined ? 'message: call' : 'message: call, written again'
  }
  return {
    take: (object, line) => {
      const messages = asList(object['messages'])
      if (object['sessionId'] !== undefined && object['projectHash'] !== undefined) {
        session = asName(object['sessionId']) ?? session
        beforeMicros = undefined
        rewind(undefined)
        return ['chat', ...(messages ?? []).map((message) => takeMessage(asObject(message), line))]
      }
      if (session === undefined) return undefined
      const change = asObject(object['$set'])
      const whole = asList(change?.['messages'])
      // All messages, in place of those before.
      if (object['$rewindTo'] !== undefined || whole !== undefined) rewind(asName(object['$rewindTo']))
      if (change === undefined && object['$rewindTo'] === undefined) return [takeMessage(object, line)]
      return ['change of a chat', ...(whole ?? []).map((message) => takeMessage(asObject(message), line))]
    },
    *calls() {
      for (const { message, place, history: all, told } of calls.values()) {
        yield { ...callOf(message, place), messages: all.slice(0, told) }
      }
    },
  }
}

const knownTypes: ReadonlySet<string> = new Set(['user', 'info', 'error', 'warning'])

type Place = Pick<LoggedCall, 'line' | 'session' | 'id' | 'startMicros' | 'endMicros'>

interface Written {
  readonly message: JsonObject
  readonly place: Place
  /** Of its chat, and how much of it stood before. */
  readonly history: readonly JsonObject[]
  readonly told: number
}

/** Results of tools come as a message of the person. */
function userMessage(content: unknown): JsonObject {
  const parts = (asList(content) ?? []).map(asObject)
  const results = parts.length > 0 && parts.every((part) => part?.['functionResponse'] !== undefined)
  if (results) return { role: 'tool', content: '' }
  const shown = parts.map((part) => (part?.['inlineData'] === undefined ? part : { type: 'image' }))
  return { role: 'user', content: typeof content === 'string' ? content : shown }
}

function callOf(message: JsonObject, place: Place): LoggedCall {
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
        const { status } = tool ?? {}
        const ended = status === 'success' || status === 'error' || status === 'cancelled'
        return { name: tool?.['name'], arguments: tool?.['args'], ...(ended ? { failed: status !== 'success' } : {}) }
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
