import { beginConversation } from './conversation.ts'
import type { Conversation } from './conversation.ts'
import { unanswered } from './draft.ts'
import type { CallDraft } from './draft.ts'
import type { SideCall } from './usage.ts'

/**
 * Gives every pass of a request its own counts, and what other models were asked on the way, or
 * began to say and then refused, sessions of their own, for their bill stands beside that of the request.
 */
export function settleSideCalls(conversation: Conversation): readonly Conversation[] {
  const { session } = conversation.identity
  const advisers = beginConversation({ session: `${session}/advisor`, parent: session }, 0)
  const refusers = beginConversation({ session: `${session}/refused`, parent: session }, 0)
  for (const draft of conversation.drafts) {
    if (draft.kind !== 'call' || draft.usage === undefined) continue
    const { passes, advice, refused } = draft.usage
    const drafts = passesOf(draft)
    if (drafts.length === passes.length) {
      for (const [index, pass] of drafts.entries()) pass.usage = passes[index]
    }
    for (const [index, { model, usage }] of advice.entries()) {
      const asked = drafts[index] ?? draft
      advisers.drafts.push(sideDraft(asked, `advisor-${index + 1}`, 'end_turn', { model, usage }))
    }
    for (const [index, call] of refused.entries()) {
      refusers.drafts.push(sideDraft(drafts[0] ?? draft, `refused-${index + 1}`, 'refusal', call))
    }
  }
  const others = [advisers, refusers].filter(({ drafts }) => drafts.length > 0)
  for (const other of others) other.version = conversation.version
  return others
}

/** In their order; the last one is given. */
function passesOf(last: CallDraft): readonly CallDraft[] {
  const passes: CallDraft[] = []
  for (let pass: CallDraft | undefined = last; pass !== undefined; pass = pass.passBefore) {
    passes.unshift(pass)
  }
  return passes
}

/** All that is known of it is who was asked, and what it cost; it ends before its caller goes on. */
function sideDraft(
  asked: CallDraft,
  name: string,
  stopReason: string,
  { model, usage }: SideCall,
): CallDraft {
  const { id, copy, provenance, provider, endMicros } = asked
  return {
    kind: 'call',
    passBefore: undefined,
    copy,
    provenance,
    id: id === undefined ? undefined : `${id}/${name}`,
    end: 'served',
    prompt: {
      turn: 0,
      user: undefined,
      newImages: undefined,
      contextImages: undefined,
      planMode: undefined,
      startMicros: undefined,
    },
    failedAttempts: [],
    modelChange: undefined,
    model,
    provider,
    replyLogged: false,
    ...unanswered(),
    endMicros,
    usage,
    stopReason,
  }
}
