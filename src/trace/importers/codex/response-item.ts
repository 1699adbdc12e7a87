import { asList, asObject, asString } from '../json.ts'
import type { JsonObject } from '../json.ts'
import { textFacts } from '../text-facts.ts'
import type { ImportOptions } from '../importer.ts'
import { canonicalArguments, toolSignature } from '../tool-signature.ts'
import { beginTurn } from './calls.ts'
import type { OpenCall, Rollout, ToolDraft } from './rollout.ts'

export interface LineContext {
  readonly line: number
  readonly micros: number | undefined
  readonly options: ImportOptions
}

/** Names of the calls that have no name of their own. */
const toolOfType: ReadonlyMap<string, string> = new Map([
  ['local_shell_call', 'local_shell'],
  ['web_search_call', 'web_search'],
  ['tool_search_call', 'tool_search'],
  ['image_generation_call', 'image_generation'],
])

/** Takes an item of the conversation, and says under what the line counts. */
export function takeItem(rollout: Rollout, item: JsonObject, context: LineContext): string {
  const type = asString(item['type']) ?? ''
  switch (type) {
    case 'message':
      return takeMessage(rollout, item, context)
    case 'reasoning': {
      const open = openCall(rollout, context)
      const texts = textsOf(item['content'])
      if (texts.length === 0) open.reasoningWithheld = true
      open.thinking.push(...texts)
      return 'item: reasoning'
    }
    case 'function_call':
    case 'custom_tool_call':
      addTool(rollout, item, asString(item['name']) ?? '', argumentsOf(item), context)
      return 'item: tool call'
    case 'function_call_output':
    case 'custom_tool_call_output':
    case 'local_shell_call_output':
      takeOutput(rollout, item, context)
      return 'item: tool result'
    default: {
      const name = toolOfType.get(type)
      if (name === undefined) return type === '' ? 'item: no type' : 'item: other'
      addTool(rollout, item, name, canonicalArguments(item['action'] ?? null), context)
      if (isSearch(type, item)) openCall(rollout, context).webSearches += 1
      return 'item: tool call'
    }
  }
}

/** Older versions name no action. */
function isSearch(type: string, item: JsonObject): boolean {
  const action = asString(asObject(item['action'])?.['type'])
  return type === 'web_search_call' && (action === undefined || action === 'search')
}

function openCall(rollout: Rollout, { line, micros }: LineContext): OpenCall {
  const { inputMicros } = rollout
  const early = inputMicros !== undefined && micros !== undefined && inputMicros > micros
  rollout.open ??= {
    line,
    startMicros: early ? undefined : inputMicros,
    endMicros: undefined,
    visible: [],
    thinking: [],
    reasoningWithheld: false,
    tools: [],
    toolId: undefined,
    webSearches: 0,
  }
  if (micros !== undefined) {
    rollout.open.endMicros = Math.max(rollout.open.endMicros ?? 0, micros)
  }
  return rollout.open
}

/** Openings of messages that the program wrote in the person's name. */
const additions = ['<environment_context>', '<user_instructions>', '<turn_aborted>', '# AGENTS.md']

function takeMessage(rollout: Rollout, item: JsonObject, context: LineContext): string {
  const role = asString(item['role'])
  const texts = textsOf(item['content'])
  if (role === 'assistant') {
    openCall(rollout, context).visible.push(...texts)
    return 'item: reply'
  }
  if (role !== 'user') return 'item: instructions'
  const text = texts.filter((one) => !additions.some((start) => one.trimStart().startsWith(start)))
  const images = (asList(item['content']) ?? []).filter(isImage).length
  rollout.inputMicros = context.micros ?? rollout.inputMicros
  if (text.length === 0 && images === 0) return 'item: context'
  rollout.newImages += images
  rollout.contextImages += images
  if (!rollout.messageEvents) {
    beginTurn(rollout, textFacts(text.join('\n'), context.options), context)
  }
  return 'item: user'
}

function isImage(part: unknown): boolean {
  return asObject(part)?.['type'] === 'input_image'
}

function textsOf(content: unknown): string[] {
  if (typeof content === 'string') return [content]
  return (asList(content) ?? []).flatMap((part) => {
    const text = asString(asObject(part)?.['text'])
    return text === undefined ? [] : [text]
  })
}

/** A tool's arguments are JSON in a string, or raw text. */
function argumentsOf(item: JsonObject): string | undefined {
  const text = asString(item['arguments'])
  if (text === undefined) return canonicalArguments(item['input'] ?? null)
  try {
    return canonicalArguments(JSON.parse(text))
  } catch {
    return canonicalArguments(text)
  }
}

function addTool(
  rollout: Rollout,
  item: JsonObject,
  name: string,
  input: string | undefined,
  context: LineContext,
): void {
  const tool: ToolDraft = input === undefined ? { name } : { name, signature: toolSignature(name, input) }
  const open = openCall(rollout, context)
  open.tools.push(tool)
  const id = asString(item['call_id']) ?? asString(item['id'])
  open.toolId ??= id
  if (id !== undefined) rollout.toolsById.set(id, tool)
}

function takeOutput(rollout: Rollout, item: JsonObject, { micros }: LineContext): void {
  const { counts } = rollout
  const id = asString(item['call_id'])
  const tool = id === undefined ? undefined : rollout.toolsById.get(id)
  rollout.inputMicros = micros ?? rollout.inputMicros
  const images = (asList(item['output']) ?? []).filter(isImage).length
  rollout.newImages += images
  rollout.contextImages += images
  counts.toolResults += 1
  if (tool === undefined) {
    counts.toolResultsWithoutCall += 1
    return
  }
  const failed = failedByOutput(item['output'])
  if (failed !== undefined) tool.failed = failed
  if (tool.failed === true) counts.toolFailures += 1
}

/** By exit code or the program's own word; undefined where the log tells neither. */
export function failedByOutput(output: unknown): boolean | undefined {
  const object = asObject(output) ?? objectIn(output)
  if (object !== undefined) {
    if (typeof object['success'] === 'boolean') return !object['success']
    const code = asObject(object['metadata'])?.['exit_code']
    if (typeof code === 'number') return code !== 0
    return failedByOutput(asString(object['output']) ?? asString(object['content']))
  }
  if (typeof output !== 'string') return undefined
  // What the command itself printed comes after this line.
  const head = output.slice(0, 4096).split(/\n(?:Output|Total output lines):/, 1)[0] ?? ''
  const code = /^(?:Process exited with code|Exit code:) (-?\d+)$/m.exec(head)?.[1]
  return code === undefined ? undefined : Number(code) !== 0
}

function objectIn(output: unknown): JsonObject | undefined {
  if (typeof output !== 'string' || !output.startsWith('{')) return undefined
  try {
    return asObject(JSON.parse(output))
  } catch {
    return undefined
  }
}
