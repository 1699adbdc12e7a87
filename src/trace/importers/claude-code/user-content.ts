import { asList, asName, asObject, asString } from '../json.ts'
import type { JsonObject } from '../json.ts'
import { readEnvelope } from './envelope.ts'

export type UserRole =
  | 'message'
  | 'tool-result'
  | 'meta'
  | 'compact-summary'
  | 'command-echo'
  | 'interrupt'

export interface ToolResult {
  readonly id: string
  readonly failed: boolean
  /** Its texts, joined by line feeds. */
  readonly text: string
}

/** What a `user` line holds. Only one of role `message` is something that the person wrote. */
export interface UserContent {
  readonly role: UserRole
  /** Blocks joined by a line feed; what the program put in on its own is left out. */
  readonly text: string
  /** In the content and in the results of tools. */
  readonly images: number
  readonly results: readonly ToolResult[]
}

/** Openings of text that the program wrote after a command of the person. */
const echoes = [
  '<command-name>',
  '<command-message>',
  '<command-args>',
  '<local-command-stdout>',
  '<local-command-stderr>',
  '<local-command-caveat>',
  '<bash-input>',
  '<bash-stdout>',
  '<bash-stderr>',
  '<user-memory-input>',
]
/** Openings of blocks that the program puts before or after the person's own. */
const additions = ['<system-reminder>', '<task-notification>', '<ide_']
/** Openings of what another agent says to the person's own. */
const agentsWords = ['<teammate-message', 'Another Claude session sent a message:']
/** Who spoke, where it was no person; to an agent its parent's words are those of the person. */
const agentsOrigins: ReadonlySet<unknown> = new Set([
  'auto-continuation',
  'coordinator',
  'peer',
  'task-notification',
])
/** The summary of a compaction, in versions without a mark for it. */
const continuation = 'This session is being continued from a previous conversation that ran out of context'
const interruption = '[Request interrupted by user'

export function readUserContent(row: JsonObject): UserContent {
  return readContent(row, asObject(row['message'])?.['content'])
}

/** A message of the person that waited while the model worked, which has no `user` line; or undefined. */
export function readQueued(row: JsonObject): UserContent | undefined {
  const attachment = asObject(row['attachment'])
  if (attachment?.['type'] !== 'queued_command' || attachment['isMeta'] === true) return undefined
  if ((attachment['commandMode'] ?? 'prompt') !== 'prompt') return undefined
  const content = readContent({ ...row, origin: attachment['origin'] }, attachment['prompt'])
  return content.role === 'message' ? content : undefined
}

function readContent(row: JsonObject, content: unknown): UserContent {
  const texts: string[] = []
  const results: ToolResult[] = []
  let images = 0
  const whole = asString(content)
  if (whole !== undefined) texts.push(whole)
  for (const item of asList(content) ?? []) {
    const block = asObject(item)
    if (block?.['type'] === 'text') texts.push(asString(block['text']) ?? '')
    else if (block?.['type'] === 'image') images += 1
    else if (block?.['type'] === 'tool_result') {
      images += imagesIn(block['content'])
      const id = asName(block['tool_use_id'])
      // The API defines an absent `is_error` as false, and the program leaves it out for tools
      // that tell of failure in no other way.
      if (id !== undefined) results.push({ id, failed: block['is_error'] === true, text: textIn(block['content']) })
    }
  }
  const written = texts.filter((text) => !opensWith(text, additions))
  const role = roleOf(row, written, results.length > 0, images > 0)
  return { role, text: written.join('\n'), images, results }
}

function roleOf(
  row: JsonObject,
  written: readonly string[],
  hasResults: boolean,
  hasImages: boolean,
): UserRole {
  if (hasResults) return 'tool-result'
  const [first] = written
  if (row['isCompactSummary'] === true || first?.startsWith(continuation) === true) {
    return 'compact-summary'
  }
  if (row['isMeta'] === true) return 'meta'
  if (first === undefined) return hasImages ? 'message' : 'meta'
  if (opensWith(first, echoes)) return 'command-echo'
  if (first.startsWith(interruption)) return 'interrupt'
  const ofAgent = agentsOrigins.has(asObject(row['origin'])?.['kind']) || opensWith(first, agentsWords)
  return ofAgent && !isToAgent(row) ? 'meta' : 'message'
}

function isToAgent(row: JsonObject): boolean {
  return row['agentName'] !== undefined || readEnvelope(row).sidechain
}

function opensWith(text: string, openings: readonly string[]): boolean {
  const start = text.slice(0, 200).trimStart()
  return openings.some((opening) => start.startsWith(opening))
}

function textIn(content: unknown): string {
  const texts = (asList(content) ?? []).flatMap((item) => asString(asObject(item)?.['text']) ?? [])
  return asString(content) ?? texts.join('\n')
}

function imagesIn(content: unknown): number {
  return (asList(content) ?? []).filter((item) => asObject(item)?.['type'] === 'image').length
}

/** A command of the person; one that asks the model something is followed by what it asks. */
export function isCommand(text: string): boolean {
  return text.includes('<command-name>')
}

const setModel = /<local-command-stdout>\s*Set model to ([^<]+)/i
// Terminal colours, which the program keeps in what it echoes.
const colour = /\u001b\[[0-9;]*m/g
const modelIdentity = /\bclaude-[a-z0-9.-]*[a-z0-9](?:\[1m\])?/

/** The person's change of model in a command's echo; `model` only where it is named by identity. */
export function modelChangeIn(text: string): { readonly model: string | undefined } | undefined {
  const said = setModel.exec(text)?.[1]
  if (said === undefined) return undefined
  return { model: modelIdentity.exec(said.replaceAll(colour, ''))?.[0] }
}
