import { asName, asObject, asString } from '../json.ts'
import type { JsonObject } from '../json.ts'
import { canonicalArguments, toolSignature } from '../tool-signature.ts'
import type { Conversation, LineContext } from './conversation.ts'
import { unanswered } from './draft.ts'
import type { CallDraft, FailedAttempt, PromptDraft, ToolDraft } from './draft.ts'
import { endOfError } from '../../error-class.ts'
import type { LoggedFailure } from '../error-class.ts'
import type { ReplyPiece } from './row.ts'

/** One more piece of a reply; the first of a call takes what its prompt adds. */
export function addReply(conversation: Conversation, piece: ReplyPiece, line: LineContext): void {
  const { envelope, at, surroundings } = line
  const identity = callIdentity(piece, envelope.uuid)
  let draft = identity === undefined ? undefined : conversation.open.get(identity)
  if (draft === undefined) {
    draft = beginCall(conversation, piece, identity, line)
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
  for (const block of piece.blocks) {
    addBlock(conversation, draft, block)
    if (block['type'] !== 'advisor_tool_result') continue
    draft = passAfter(conversation, draft, line)
    if (identity !== undefined) conversation.open.set(identity, draft)
    conversation.drafts.push(draft)
  }
}

/** What the same request goes on with when advice has come; the usage that stood so far is the whole request's. */
function passAfter(conversation: Conversation, before: CallDraft, { at }: LineContext): CallDraft {
  const { id, end, copy, model, provider, prompt, endMicros } = before
  const draft = newDraft(conversation, {
    passBefore: before,
    copy,
    provenance: at,
    id: id === undefined ? undefined : `${id}+`,
    end,
    prompt: { ...prompt, user: undefined, newImages: 0, startMicros: endMicros },
    modelChange: undefined,
    model,
    provider,
  })
  draft.usage = before.usage
  draft.stopReason = before.stopReason
  draft.costUsd = before.costUsd
  before.usage = undefined
  before.costUsd = undefined
  before.stopReason = 'tool_use'
  return draft
}

/** Ids that the houses of Anthropic's models issue once; some copies have lost their request id. */
const ownMessageId = /^msg_(?:01|bdrk_|vrtx_)\w{16,}$/

/** One API call is one message id with one request id; its lines share both. */
function callIdentity(
  { messageId, requestId }: ReplyPiece,
  uuid: string | undefined,
): string | undefined {
  if (messageId !== undefined && ownMessageId.test(messageId)) return JSON.stringify([messageId])
  if (messageId === undefined && requestId === undefined) return uuid
  return JSON.stringify([messageId ?? null, requestId ?? null])
}

function beginCall(
  conversation: Conversation,
  { messageId, requestId, model }: ReplyPiece,
  identity: string | undefined,
  { envelope, at, surroundings }: LineContext,
): CallDraft {
  // A side question repeats its parent's replies under request ids of its own.
  const replayed =
    conversation.identity.parent !== undefined &&
    messageId !== undefined &&
    surroundings.mainMessages.has(messageId)
  const before = conversation.model
  const changed = model !== undefined && before !== undefined && model !== before
  const modelChange = changed ? { byPerson: conversation.modelEcho !== undefined } : undefined
  conversation.modelEcho = undefined
  conversation.model = model ?? before
  const provider = providerOf(messageId, requestId)
  conversation.provider = provider ?? conversation.provider
  // A reply that stands before its own question has no known start.
  const start = conversation.inputMicros
  const early = start !== undefined && envelope.micros !== undefined && start > envelope.micros
  return newDraft(conversation, {
    passBefore: undefined,
    copy: replayed || (identity !== undefined && !surroundings.claim(`call ${identity}`)),
    provenance: at,
    id: messageId ?? requestId ?? envelope.uuid,
    end: 'served',
    prompt: takePrompt(conversation, early ? undefined : start),
    modelChange,
    model,
    provider,
  })
}

/** Message ids carry the house that issued them; those of a proxy of unknown make tell nothing. */
function providerOf(
  messageId: string | undefined,
  requestId: string | undefined,
): string | undefined {
  if (messageId === undefined) return undefined
  if (messageId.startsWith('msg_bdrk_')) return 'bedrock'
  if (messageId.startsWith('msg_vrtx_')) return 'vertex'
  const direct = /^msg_01[A-Za-z0-9]{22}$/.test(messageId) && requestId?.startsWith('req_') === true
  return direct ? 'anthropic' : undefined
}

/** What the next prompt adds; it is new once. */
function takePrompt(conversation: Conversation, startMicros: number | undefined): PromptDraft {
  const { begun, firstOfTurn, message } = conversation
  conversation.wholeAtFirstCall ??= begun
  const prompt: PromptDraft = {
    turn: conversation.turn,
    user: firstOfTurn ? (message ?? (begun ? null : undefined)) : undefined,
    newImages: begun || conversation.inputSeen ? conversation.newImages : undefined,
    contextImages: conversation.contextImages,
    planMode: conversation.planMode,
    startMicros,
  }
  conversation.firstOfTurn = false
  conversation.message = undefined
  conversation.newImages = 0
  return prompt
}

type Given = Omit<
  CallDraft,
  | 'kind'
  | 'replyLogged'
  | 'failedAttempts'
  | 'refusals'
  | 'endMicros'
  | 'usage'
  | 'stopReason'
  | 'costUsd'
  | 'visible'
  | 'thinking'
  | 'thinkingWithheld'
  | 'argumentChars'
  | 'tools'
>

/** Takes the failed attempts that came before. */
function newDraft(conversation: Conversation, given: Given): CallDraft {
  const { failedAttempts } = conversation
  conversation.failedAttempts = []
  return {
    kind: 'call',
    ...given,
    replyLogged: true,
    failedAttempts,
    ...unanswered(),
  }
}

function addBlock(conversation: Conversation, draft: CallDraft, block: JsonObject): void {
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
    case 'fallback': {
      const from = asName(asObject(block['from'])?.['model'])
      if (from !== undefined && !draft.refusals.includes(from)) draft.refusals.push(from)
      return
    }
    case 'redacted_thinking':
      draft.thinkingWithheld = true
      return
    case 'tool_use':
    case 'server_tool_use': {
      const id = asString(block['id'])
      // A conversation that went on in its file may repeat lines under new identities.
      const logged = id === undefined ? undefined : conversation.toolsById.get(id)
      if (logged !== undefined && draft.tools.includes(logged)) return
      const name = asString(block['name']) ?? ''
      const input = canonicalArguments(block['input'])
      draft.argumentChars += input?.length ?? 0
      const signature = input === undefined ? undefined : toolSignature(name, input)
      const early = id === undefined ? undefined : conversation.earlyResults.get(id)
      const tool: ToolDraft = { name, signature, failed: early?.failed, result: early?.result }
      draft.tools.push(tool)
      if (id !== undefined) {
        conversation.toolsById.set(id, tool)
        conversation.earlyResults.delete(id)
      }
      return
    }
    default: {
      // The result of a tool that the provider ran: `advisor_tool_result` and the like.
      const id = asString(block['tool_use_id'])
      const tool = id === undefined ? undefined : conversation.toolsById.get(id)
      const said = asString(asObject(block['content'])?.['type'])
      if (tool !== undefined) tool.failed = said?.endsWith('_error') === true
      return
    }
  }
}

// --- calls that were not served

/** The client gave the call up and said so. */
export function failCall(
  conversation: Conversation,
  id: string | undefined,
  failure: LoggedFailure,
  line: LineContext,
): void {
  const last: FailedAttempt = {
    failure,
    endMicros: line.envelope.micros,
    waitMicros: undefined,
    retryAfterMicros: undefined,
  }
  conversation.failedAttempts.push(last)
  const end = endOfError(failure.errorClass)
  endUnserved(conversation, id ?? line.envelope.uuid, end, line)
}

/** The person stopped a call of which only failures are known; without one nothing is. */
export function cancelCall(conversation: Conversation, line: LineContext): void {
  if (conversation.failedAttempts.length === 0) return
  endUnserved(conversation, line.envelope.uuid, 'cancelled', line)
}

function endUnserved(
  conversation: Conversation,
  id: string | undefined,
  end: CallDraft['end'],
  { envelope, at, surroundings }: LineContext,
): void {
  const { modelEcho, model, provider } = conversation
  const draft = newDraft(conversation, {
    passBefore: undefined,
    copy: id !== undefined && !surroundings.claim(`call ${id}`),
    provenance: at,
    id,
    end,
    prompt: takePrompt(conversation, conversation.inputMicros),
    modelChange: undefined,
    model: modelEcho === undefined ? model : modelEcho.model,
    provider,
  })
  draft.endMicros = envelope.micros
  conversation.drafts.push(draft)
}
