import { asList, asObject, asString } from './json.ts'
import type { JsonObject } from './json.ts'

/** What a provider answered, as one message. */
export interface Answer {
  readonly reply: JsonObject | undefined
  readonly finish: string | undefined
}

/** The body of an answer: OpenAI's two interfaces', Anthropic's or Gemini's. */
export function answerIn(response: JsonObject | undefined): Answer {
  const choice = asObject(asList(response?.['choices'])?.[0])
  if (choice !== undefined) return { reply: asObject(choice['message']), finish: asString(choice['finish_reason']) }
  const output = asList(response?.['output'])?.map(asObject)
  if (output !== undefined) return { reply: spokenIn(output), finish: asString(response?.['status']) }
  const candidate = asObject(asList(response?.['candidates'])?.[0])
  if (candidate !== undefined) {
    const parts = asList(asObject(candidate['content'])?.['parts']) ?? []
    return { reply: saidIn(parts.map(asObject)), finish: asString(candidate['finishReason']) }
  }
  const speaks = response?.['role'] === 'assistant' && response['content'] !== undefined
  return { reply: speaks ? response : undefined, finish: asString(response?.['stop_reason']) }
}

/** Items of the Responses interface: messages, thoughts and calls of tools beside each other. */
function spokenIn(items: readonly (JsonObject | undefined)[]): JsonObject {
  const messages = items.filter((item) => item?.['type'] === 'message')
  const thoughts = items.filter((item) => item?.['type'] === 'reasoning').flatMap((item) => asList(item?.['content']) ?? [])
  return {
    role: 'assistant',
    content: [
      ...thoughts.map((part) => ({ ...asObject(part), type: 'reasoning' })),
      ...messages.flatMap((item) => asList(item?.['content']) ?? []),
    ],
    tool_calls: items.filter((item) => item?.['type'] === 'function_call' || item?.['type'] === 'custom_tool_call'),
  }
}

/** Gemini's parts; a thought is marked and no words to the person. */
function saidIn(parts: readonly (JsonObject | undefined)[]): JsonObject {
  return {
    role: 'model',
    content: parts.flatMap((part) => {
      const text = asString(part?.['text'])
      if (text === undefined) return []
      return [part?.['thought'] === true ? { type: 'reasoning', text } : { type: 'text', text }]
    }),
    tool_calls: parts.flatMap((part) => asObject(part?.['functionCall']) ?? []),
  }
}

/** The whole prompt of a request; undefined where it goes on from an answer that the host kept. */
export function messagesIn(request: JsonObject | undefined): readonly unknown[] | undefined {
  const goesOn = typeof request?.['previous_response_id'] === 'string' || request?.['conversation'] !== undefined
  if (goesOn) return undefined
  const input = request?.['input']
  return asList(request?.['messages']) ?? asList(request?.['contents']) ?? (typeof input === 'string' ? [{ role: 'user', content: input }] : asList(input))
}
