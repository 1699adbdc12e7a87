import type { PromptFacts, ReplyFacts, ToolFacts } from '../record.ts'
import type { ImportOptions } from './importer.ts'
import { asList, asObject, asString } from './json.ts'
import type { JsonObject } from './json.ts'
import { known } from './known.ts'
import { textFacts } from './text-facts.ts'
import { canonicalArguments, toolSignature } from './tool-signature.ts'

/** The words of a message's content: a text, or parts of which the texts are joined by a line feed. */
export function messageText(content: unknown): string {
  if (typeof content === 'string') return content
  return (asList(content) ?? []).flatMap((part) => textOf(part) ?? []).join('\n')
}

const textTypes: ReadonlySet<unknown> = new Set(['text', 'input_text', 'output_text', undefined])

function textOf(part: unknown): string | undefined {
  if (typeof part === 'string') return part
  const object = asObject(part)
  if (object === undefined || !textTypes.has(object['type'])) return undefined
  return asString(object['text']) ?? asString(object['content'])
}

const imageTypes: ReadonlySet<unknown> = new Set(['image', 'image_url', 'input_image'])

/** Parts of other kinds say what they are. */
function isImage(part: JsonObject | undefined): boolean {
  const inline = asObject(part?.['inlineData'] ?? part?.['inline_data'])
  const kind = asString(inline?.['mimeType'] ?? inline?.['mime_type'])
  return imageTypes.has(part?.['type']) || part?.['modality'] === 'image' || kind?.startsWith('image/') === true
}

export function imagesIn(content: unknown): number {
  let images = 0
  for (const part of asList(content) ?? []) {
    const object = asObject(part)
    if (isImage(object)) images += 1
    else if (object?.['type'] === 'tool_result') images += imagesIn(object['content'])
  }
  return images
}

type Prompt = Pick<PromptFacts, 'user' | 'newImages' | 'contextImages'>

/** What a whole prompt tells: it holds the history, so turns and images need no other call. */
export interface PromptReading {
  /** Undefined, like the images, where the messages hold no message of the person: not the whole prompt. */
  readonly turn: number | undefined
  readonly facts: Prompt
}

export function promptFacts(messages: readonly unknown[], options: ImportOptions): PromptReading {
  let turn = 0
  let contextImages = 0
  let newImages = 0
  let words: string | undefined
  for (const message of messages) {
    const object = asObject(message)
    const content = object?.['content'] ?? object?.['parts']
    const role = object?.['role']
    const images = imagesIn(content)
    contextImages += images
    newImages += images
    if (role === 'assistant' || role === 'model') {
      words = undefined
      newImages = 0
    } else if (role === 'user' && !onlyToolResults(content)) {
      turn += 1
      words = messageText(content)
    }
  }
  if (turn === 0) return { turn: undefined, facts: {} }
  const user = words === undefined ? undefined : textFacts(words, options)
  return { turn, facts: known({ user, newImages, contextImages }) }
}

function onlyToolResults(content: unknown): boolean {
  const parts = asList(content) ?? []
  return parts.length > 0 && parts.every((part) => {
    const object = asObject(part)
    return resultTypes.has(object?.['type']) || object?.['functionResponse'] !== undefined
  })
}

const resultTypes: ReadonlySet<unknown> = new Set(['tool_result', 'tool_call_response', 'tool-result'])

/**
 * One message of a model: OpenAI's, Anthropic's or OpenTelemetry's shape. With `toolsUnknown` the log
 * keeps its words alone.
 */
export function replyFacts(
  message: JsonObject,
  options: ImportOptions,
  toolsUnknown = false,
): ReplyFacts {
  const content = message['content'] ?? message['parts']
  const visible = messageText(content)
  const told = asString(message['reasoning_content']) ?? asString(message['reasoning'])
  const blocks = (asList(content) ?? []).map(asObject)
  const thoughts = blocks.flatMap((block) => thoughtOf(block) ?? [])
  const thinking = told ?? (thoughts.length > 0 ? thoughts.join('\n') : undefined)
  const calls = asList(message['tool_calls']) ?? asList(asObject(message['additional_kwargs'])?.['tool_calls'])
  const tools = [
    ...(calls ?? []).flatMap(toolOf),
    ...blocks.filter((block) => toolTypes.has(block?.['type'])).flatMap(toolOf),
  ]
  return known({
    text: visible.trim() === '' ? (toolsUnknown ? undefined : null) : textFacts(visible, options),
    thinking: thinking === undefined || thinking === '' ? undefined : textFacts(thinking, options),
    tools: toolsUnknown ? undefined : tools,
  })
}

const toolTypes: ReadonlySet<unknown> = new Set(['tool_use', 'tool_call'])

function thoughtOf(block: JsonObject | undefined): string | undefined {
  const thinking = asString(block?.['thinking'])
  if (thinking !== undefined || block?.['type'] !== 'reasoning') return thinking
  return asString(block['content']) ?? asString(block['text'])
}

function toolOf(call: unknown): ToolFacts[] {
  const object = asObject(call)
  const inner = asObject(object?.['function']) ?? object
  const name = asString(inner?.['name'])
  if (inner === undefined || name === undefined) return []
  const input = argumentsOf(inner['arguments'] ?? inner['input'] ?? inner['args'])
  const signature = input === undefined ? undefined : toolSignature(name, input)
  // Logs that tell the result with the call; no interface of a provider does.
  const failed = typeof object?.['failed'] === 'boolean' ? object['failed'] : undefined
  return [known({ name, signature, failed })]
}

/** JSON in a string, or the value itself. */
export function argumentsOf(value: unknown): string | undefined {
  if (value === undefined) return undefined
  if (typeof value !== 'string') return canonicalArguments(value)
  try {
    return canonicalArguments(JSON.parse(value))
  } catch {
    return canonicalArguments(value)
  }
}
