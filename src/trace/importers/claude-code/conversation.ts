import type { Provenance, TextFacts } from '../../record.ts'
import type { ConversationCounts, ImportOptions } from '../importer.ts'
import { asObject, asString } from '../json.ts'
import { textFacts } from '../text-facts.ts'
import { canonicalArguments, toolSignature } from '../tool-signature.ts'
import type { CallDraft, Draft, FailedAttempt, PromptDraft, ToolDraft } from './draft.ts'
import { endOfFailure } from './error-class.ts'
import type { LoggedFailure } from './error-class.ts'
import type { Body, Envelope, ReplyPiece, Row } from './row.ts'
import { modelChangeIn } from './user-content.ts'
import type { UserContent } from './user-content.ts'

/** Who a conversation is. */
export interface ConversationIdentity {
  readonly session: string
  /** The session that started it; undefined for a person's own. */
  readonly parent: string | undefined
}

export interface Surroundings {
  readonly options: ImportOptions
  /** Whether this identity of a call or event is new; asked once, it is new no more. */
  readonly claim: (identity: string) => boolean
  /** Ids of messages that stand in a person's own conversation of any file. */
  readonly mainMessages: ReadonlySet<string>
  readonly onProblem: (at: Provenance, reason: string) => void
}

/** One conversation of one file, read line by line in the order of the file. */
export interface Conversation {
  readonly identity: ConversationIdentity
  readonly drafts: Draft[]
  readonly counts: { -readonly [name in keyof ConversationCounts]: number }
  /** The newest version of the program that wrote it. */
  version: string | undefined
  /** Whether the log holds its first line. */
  begun: boolean
  /** The same, at its first call. */
  wholeAtFirstCall: boolean | undefined
  turn: number
  /** Attempts that failed since the last call or message. */
  failedAttempts: FailedAttempt[]
  modelEcho: { readonly model: string | undefined; readonly at: Provenance; readonly micros: number | undefined } | undefined
  // What the next prompt adds.
  message: TextFacts | undefined
  firstOfTurn: boolean
  inputSeen: boolean
  inputMicros: number | undefined
  newImages: number
  contextImages: number | undefined
  planMode: boolean | undefined
  // What the last call told.
  model: string | undefined
  provider: string | undefined
  readonly open: Map<string, CallDraft>
  readonly toolsById: Map<string, ToolDraft>
  readonly imagesAt: Map<string, number | undefined>
}

export function beginConversation(identity: ConversationIdentity, turn: number): Conversation {
  return {
    identity,
    drafts: [],
    counts: { messages: 0, messagesWithoutCall: 0, toolResults: 0, toolFailures: 0, toolResultsWithoutCall: 0 },
    version: undefined,
    begun: false,
    wholeAtFirstCall: undefined,
    turn,
    failedAttempts: [],
    modelEcho: undefined,
    message: undefined,
    firstOfTurn: turn === 0,
    inputSeen: false,
    inputMicros: undefined,
    newImages: 0,
    contextImages: undefined,
    planMode: undefined,
    model: undefined,
    provider: undefined,
    open: new Map(),
    toolsById: new Map(),
    imagesAt: new Map(),
  }
}

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
  applyBody(conversation, row.body, envelope, at, surroundings)
  if (envelope.uuid !== undefined) conversation.imagesAt.set(envelope.uuid, conversation.contextImages)
}

function applyBody(
  conversation: Conversation,
  body: Body,
  envelope: Envelope,
  at: Provenance,
  surroundings: Surroundings,
): void {
  switch (body.kind) {
    case 'reply':
      addReply(conversation, body.piece, envelope, at, surroundings)
      return
    case 'failed-call':
      failCall(conversation, body.id, body.failure, envelope, at, surroundings)
      return
    case 'user':
      addUser(conversation, body.content, body.permissionMode, envelope, at, surroundings)
      return
    case 'failed-attempt': {
      const { failure, waitMicros, retryAfterMicros } = body
      conversation.failedAttempts.push({ failure, waitMicros, retryAfterMicros, endMicros: envelope.micros })
      return
    }
    case 'compaction': {
      const { tokensBefore, tokensAfter, trigger } = body
      const copy = envelope.uuid !== undefined && !surroundings.claim(`event ${envelope.uuid}`)
      const atMicros = envelope.micros
      conversation.drafts.push({ kind: 'compaction', copy, provenance: at, atMicros, tokensBefore, tokensAfter, trigger })
      // A summary stands for all that was there, images included.
      conversation.contextImages = 0
      conversation.newImages = 0
      return
    }
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

// --- the person and the tools

function addUser(
  conversation: Conversation,
  content: UserContent,
  permissionMode: string | undefined,
  envelope: Envelope,
  at: Provenance,
  surroundings: Surroundings,
): void {
  if (content.role === 'interrupt') cancelCall(conversation, envelope, at, surroundings)
  if (content.role === 'message') {
    beginTurn(conversation, content, envelope, at, surroundings)
    conversation.planMode = planModeOf(permissionMode)
  } else if (permissionMode !== undefined) {
    conversation.planMode = planModeOf(permissionMode)
  }
  if (content.role === 'command-echo') {
    const change = modelChangeIn(content.text)
    if (change !== undefined) conversation.modelEcho = { model: change.model, at, micros: envelope.micros }
  }
  for (const { id, failed } of content.results) {
    conversation.counts.toolResults += 1
    if (failed) conversation.counts.toolFailures += 1
    const tool = conversation.toolsById.get(id)
    if (tool === undefined) conversation.counts.toolResultsWithoutCall += 1
    else tool.failed = failed
  }
  conversation.newImages += content.images
  if (conversation.contextImages !== undefined) conversation.contextImages += content.images
  conversation.inputSeen = true
  conversation.inputMicros = envelope.micros ?? conversation.inputMicros
}

function beginTurn(
  conversation: Conversation,
  content: UserContent,
  envelope: Envelope,
  at: Provenance,
  surroundings: Surroundings,
): void {
  cancelCall(conversation, envelope, at, surroundings)
  if (conversation.message !== undefined) conversation.counts.messagesWithoutCall += 1
  conversation.counts.messages += 1
  conversation.turn += 1
  conversation.firstOfTurn = true
  conversation.message = textFacts(content.text, surroundings.options)
  const { parentUuid } = envelope
  // The person went back: what came after that line is in the prompt no more.
  if (typeof parentUuid === 'string' && conversation.imagesAt.has(parentUuid)) {
    conversation.contextImages = conversation.imagesAt.get(parentUuid)
  }
}

// --- calls

function takePrompt(conversation: Conversation, startMicros: number | undefined): PromptDraft {
  conversation.wholeAtFirstCall ??= conversation.begun
  const known = conversation.begun || conversation.inputSeen
  const prompt: PromptDraft = {
    turn: conversation.turn,
    user: conversation.firstOfTurn
      ? (conversation.message ?? (conversation.begun ? null : undefined))
      : undefined,
    newImages: known ? conversation.newImages : undefined,
    contextImages: conversation.contextImages,
    planMode: conversation.planMode,
    startMicros,
  }
  conversation.firstOfTurn = false
  conversation.message = undefined
  conversation.newImages = 0
  return prompt
}

function callIdentity(piece: ReplyPiece, envelope: Envelope): string | undefined {
  const { messageId, requestId } = piece
  if (messageId === undefined && requestId === undefined) return envelope.uuid
  return JSON.stringify([messageId ?? null, requestId ?? null])
}

function addReply(
  conversation: Conversation,
  piece: ReplyPiece,
  envelope: Envelope,
  at: Provenance,
  surroundings: Surroundings,
): void {
  const identity = callIdentity(piece, envelope)
  let draft = identity === undefined ? undefined : conversation.open.get(identity)
  if (draft === undefined) {
    draft = beginCall(conversation, piece, identity, envelope, at, surroundings)
    if (identity !== undefined) conversation.open.set(identity, draft)
    conversation.drafts.push(draft)
  }
  if (envelope.micros !== undefined) {
    draft.endMicros = Math.max(draft.endMicros ?? 0, envelope.micros)
  }
  const { usage } = piece
  if (!usage.ok) surroundings.onProblem(at, usage.reason)
  // Every line repeats the usage as far as it was known; the output only ever grows.
  else if (usage.usage !== undefined && usage.usage.output >= (draft.usage?.output ?? 0)) {
    draft.usage = usage.usage
  }
  draft.stopReason = piece.stopReason ?? draft.stopReason
  draft.costUsd = piece.costUsd ?? draft.costUsd
  for (const block of piece.blocks) addBlock(conversation, draft, block)
}

function beginCall(
  conversation: Conversation,
  piece: ReplyPiece,
  identity: string | undefined,
  envelope: Envelope,
  at: Provenance,
  surroundings: Surroundings,
): CallDraft {
  const { messageId, requestId } = piece
  const replayed =
    conversation.identity.parent !== undefined &&
    messageId !== undefined &&
    surroundings.mainMessages.has(messageId)
  const copy = replayed || (identity !== undefined && !surroundings.claim(`call ${identity}`))
  const model = piece.model
  const changed = model !== undefined && conversation.model !== undefined && model !== conversation.model
  const modelChange = changed ? { byPerson: conversation.modelEcho !== undefined } : undefined
  conversation.modelEcho = undefined
  conversation.model = model ?? conversation.model
  const provider = providerOf(messageId, requestId)
  conversation.provider = provider ?? conversation.provider
  // A reply that stands before its own question has no known start.
  const start = conversation.inputMicros
  const early = start !== undefined && envelope.micros !== undefined && start > envelope.micros
  const draft = newDraft(conversation, {
    copy,
    provenance: at,
    id: messageId ?? requestId ?? envelope.uuid,
    end: 'served',
    prompt: takePrompt(conversation, early ? undefined : start),
    modelChange,
    model,
    provider,
  })
  return draft
}

type Given = Pick<CallDraft, 'copy' | 'provenance' | 'id' | 'end' | 'prompt' | 'modelChange' | 'model' | 'provider'>

/** Takes the failed attempts that came before. */
function newDraft(conversation: Conversation, given: Given): CallDraft {
  const failedAttempts = conversation.failedAttempts
  conversation.failedAttempts = []
  return {
    kind: 'call',
    ...given,
    failedAttempts,
    endMicros: undefined,
    usage: undefined,
    stopReason: undefined,
    costUsd: undefined,
    visible: [],
    thinking: [],
    thinkingWithheld: false,
    argumentChars: 0,
    tools: [],
  }
}

function addBlock(conversation: Conversation, draft: CallDraft, block: { readonly [key: string]: unknown }): void {
  switch (block['type']) {
    case 'text':
      draft.visible.push(asString(block['text']) ?? '')
      return
    case 'thinking': {
      const thinking = asString(block['thinking']) ?? ''
      if (thinking.trim() === '') draft.thinkingWithheld = true
      else draft.thinking.push(thinking)
      return
    }
    case 'redacted_thinking':
      draft.thinkingWithheld = true
      return
    case 'tool_use': {
      const name = asString(block['name']) ?? ''
      const input = canonicalArguments(asObject(block['input']))
      const id = asString(block['id'])
      draft.argumentChars += input?.length ?? 0
      const signature = input === undefined ? undefined : toolSignature(name, input)
      const tool: ToolDraft = { id, name, signature, failed: undefined }
      draft.tools.push(tool)
      if (id !== undefined) conversation.toolsById.set(id, tool)
      return
    }
    default:
      return
  }
}

/** Message ids carry the house that issued them; those of a proxy of unknown make tell nothing. */
function providerOf(messageId: string | undefined, requestId: string | undefined): string | undefined {
  if (messageId === undefined) return undefined
  if (messageId.startsWith('msg_bdrk_')) return 'bedrock'
  if (messageId.startsWith('msg_vrtx_')) return 'vertex'
  const direct = /^msg_01[A-Za-z0-9]{22}$/.test(messageId) && requestId?.startsWith('req_') === true
  return direct ? 'anthropic' : undefined
}

// --- calls that were not served

function failCall(
  conversation: Conversation,
  id: string | undefined,
  failure: LoggedFailure,
  envelope: Envelope,
  at: Provenance,
  surroundings: Surroundings,
): void {
  const last: FailedAttempt = {
    failure,
    endMicros: envelope.micros,
    waitMicros: undefined,
    retryAfterMicros: undefined,
  }
  conversation.failedAttempts.push(last)
  endUnserved(conversation, id ?? envelope.uuid, endOfFailure(failure.errorClass), envelope, at, surroundings)
}

/** The person stopped a call that had only failed so far. Without a failed attempt nothing is known. */
function cancelCall(
  conversation: Conversation,
  envelope: Envelope,
  at: Provenance,
  surroundings: Surroundings,
): void {
  if (conversation.failedAttempts.length === 0) return
  endUnserved(conversation, envelope.uuid, 'cancelled', envelope, at, surroundings)
}

function endUnserved(
  conversation: Conversation,
  id: string | undefined,
  end: CallDraft['end'],
  envelope: Envelope,
  at: Provenance,
  surroundings: Surroundings,
): void {
  const copy = id !== undefined && !surroundings.claim(`call ${id}`)
  const draft = newDraft(conversation, {
    copy,
    provenance: at,
    id,
    end,
    prompt: takePrompt(conversation, conversation.inputMicros),
    modelChange: undefined,
    model: conversation.modelEcho === undefined ? conversation.model : conversation.modelEcho.model,
    provider: conversation.provider,
  })
  draft.endMicros = envelope.micros
  conversation.drafts.push(draft)
}

/** A change of model that no call follows. True: there was one, but the log does not name the model. */
export function endConversation(conversation: Conversation): boolean {
  const echo = conversation.modelEcho
  if (echo === undefined) return false
  if (echo.model === undefined) return true
  if (echo.model !== conversation.model) {
    conversation.drafts.push({
      kind: 'model-change',
      copy: false,
      provenance: echo.at,
      atMicros: echo.micros,
      model: echo.model,
    })
  }
  return false
}
