import type { Provenance } from '../../record.ts'
import type { ImportOptions } from '../importer.ts'
import { resultFacts, textFacts } from '../text-facts.ts'
import { addReply, cancelCall, failCall } from './calls.ts'
import type { Conversation, LineContext, Surroundings } from './conversation.ts'
import type { Body, Row } from './row.ts'
import { isCommand, modelChangeIn } from './user-content.ts'
import type { UserContent } from './user-content.ts'

/** Takes the next line of a conversation. */
export function applyRow(
  conversation: Conversation,
  row: Row,
  at: Provenance,
  surroundings: Surroundings,
): void {
  const { envelope } = row
  conversation.version = envelope.version ?? conversation.version
  if (envelope.parentUuid === null) {
    conversation.begun = true
    conversation.contextImages = 0
  }
  watchClock(conversation, row)
  applyBody(conversation, row.body, { envelope, at, surroundings })
  if (envelope.uuid !== undefined) {
    conversation.imagesAt.set(envelope.uuid, conversation.contextImages)
  }
}

function watchClock(conversation: Conversation, { body, envelope }: Row): void {
  const spoken = body.kind === 'user' || body.kind === 'reply' || body.kind === 'failed-call'
  if (!spoken || envelope.micros === undefined) return
  if (envelope.micros < conversation.lastMicros) conversation.backwardTimes = true
  conversation.lastMicros = envelope.micros
}

function applyBody(conversation: Conversation, body: Body, line: LineContext): void {
  switch (body.kind) {
    case 'reply':
      addReply(conversation, body.piece, line)
      return
    case 'failed-call':
      failCall(conversation, body.id, body.failure, line)
      return
    case 'user':
      addUser(conversation, body.content, body.permissionMode, line)
      return
    case 'queued':
      beginTurn(conversation, body.content, line)
      addInput(conversation, body.content, line)
      return
    case 'failed-attempt': {
      const { failure, waitMicros, retryAfterMicros } = body
      const endMicros = line.envelope.micros
      conversation.failedAttempts.push({ failure, waitMicros, retryAfterMicros, endMicros })
      return
    }
    case 'compaction':
      compact(conversation, body, line)
      conversation.summaryDue = true
      return
    case 'printed':
      noteModel(conversation, body.text, line)
      return
    case 'permission-mode':
      conversation.planMode = planModeOf(body.permissionMode)
      return
    case 'subagent':
    case 'nothing':
      return
  }
}

function planModeOf(permissionMode: string | undefined): boolean | undefined {
  return permissionMode === undefined ? undefined : permissionMode === 'plan'
}

type Compaction = Extract<Body, { kind: 'compaction' }>

const unmarked: Compaction = {
  kind: 'compaction',
  tokensBefore: undefined,
  tokensAfter: undefined,
  trigger: undefined,
}

function compact(
  conversation: Conversation,
  { tokensBefore, tokensAfter, trigger }: Compaction,
  { envelope, at, surroundings }: LineContext,
): void {
  conversation.drafts.push({
    kind: 'compaction',
    copy: envelope.uuid !== undefined && !surroundings.claim(`event ${envelope.uuid}`),
    provenance: at,
    atMicros: envelope.micros,
    tokensBefore,
    tokensAfter,
    trigger,
    billed:
      envelope.micros !== undefined &&
      surroundings.takeSummary(conversation.identity.session, envelope.micros),
  })
  // A summary stands for all that was there, images included.
  conversation.contextImages = 0
  conversation.newImages = 0
}

function addUser(
  conversation: Conversation,
  content: UserContent,
  permissionMode: string | undefined,
  line: LineContext,
): void {
  const { envelope } = line
  switch (content.role) {
    case 'interrupt':
      cancelCall(conversation, line)
      break
    case 'message':
      beginTurn(conversation, content, line)
      conversation.planMode = planModeOf(permissionMode)
      break
    case 'command-echo':
      noteModel(conversation, content.text, line)
      if (isCommand(content.text)) conversation.command = envelope.uuid
      break
    case 'meta': {
      const asks = content.text.trim() !== '' || content.images > 0
      const { command } = conversation
      if (asks && command !== undefined && command === envelope.parentUuid) beginTurn(conversation, content, line)
      break
    }
    case 'compact-summary':
      // Older versions write no line of their own for a compaction.
      if (!conversation.summaryDue) compact(conversation, unmarked, line)
      conversation.summaryDue = false
      break
    default:
      break
  }
  if (permissionMode !== undefined) conversation.planMode = planModeOf(permissionMode)
  addResults(conversation, content, line.surroundings.options)
  addInput(conversation, content, line)
}

function addInput(conversation: Conversation, content: UserContent, { envelope }: LineContext): void {
  conversation.newImages += content.images
  if (conversation.contextImages !== undefined) conversation.contextImages += content.images
  conversation.inputSeen = true
  conversation.inputMicros = envelope.micros ?? conversation.inputMicros
}

function noteModel(conversation: Conversation, text: string, { envelope, at }: LineContext): void {
  const change = modelChangeIn(text)
  if (change === undefined) return
  conversation.modelEcho = { model: change.model, provenance: at, atMicros: envelope.micros }
}

function addResults(conversation: Conversation, { results }: UserContent, options: ImportOptions): void {
  const { counts, toolsById, earlyResults } = conversation
  for (const { id, failed, text } of results) {
    const result = { failed, result: resultFacts(text, options) }
    counts.toolResults += 1
    if (failed) counts.toolFailures += 1
    const tool = toolsById.get(id)
    // With several tools at once a result may stand before the line of its own call.
    if (tool === undefined) earlyResults.set(id, result)
    else Object.assign(tool, result)
  }
}

function beginTurn(conversation: Conversation, { text }: UserContent, line: LineContext): void {
  cancelCall(conversation, line)
  if (conversation.message !== undefined) conversation.counts.messagesWithoutCall += 1
  conversation.counts.messages += 1
  conversation.turn += 1
  conversation.firstOfTurn = true
  conversation.message = textFacts(text, line.surroundings.options)
  const { parentUuid } = line.envelope
  // The person went back: what came after that line is in the prompt no more.
  if (typeof parentUuid === 'string' && conversation.imagesAt.has(parentUuid)) {
    conversation.contextImages = conversation.imagesAt.get(parentUuid)
  }
}

/**
 * Ends a conversation with its file. True: the person changed the model after the last call, and
 * the log does not name it by its identity.
 */
export function endConversation(conversation: Conversation, { claim }: Surroundings): boolean {
  const echo = conversation.modelEcho
  if (conversation.message !== undefined) conversation.counts.messagesWithoutCall += 1
  conversation.counts.toolResultsWithoutCall = conversation.earlyResults.size
  if (echo === undefined) return false
  const { model, provenance, atMicros } = echo
  if (model === undefined) return true
  if (model !== conversation.model) {
    const { session } = conversation.identity
    const copy = !claim(`event ${JSON.stringify([session, 'model', model, atMicros ?? null])}`)
    conversation.drafts.push({ kind: 'model-change', copy, provenance, atMicros, model })
  }
  return false
}
