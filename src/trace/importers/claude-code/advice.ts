import { beginConversation } from './conversation.ts'
import type { Conversation } from './conversation.ts'
import type { CallDraft } from './draft.ts'
import type { LoggedUsage } from './usage.ts'

/**
 * Gives every pass of a request its own counts, and what other models were asked on the way a
 * session of its own, for its bill stands beside that of the request. None without advice.
 */
export function settleAdvice(conversation: Conversation): Conversation | undefined {
  const { session } = conversation.identity
  const advisers = beginConversation({ session: `${session}/advisor`, parent: session }, 0)
  for (const draft of conversation.drafts) {
    if (draft.kind !== 'call' || draft.usage === undefined) continue
    const { passes, advice } = draft.usage
    const drafts = passesOf(draft)
    if (drafts.length === passes.length) {
      for (const [index, pass] of drafts.entries()) pass.usage = passes[index]
    }
    for (const [index, { model, usage }] of advice.entries()) {
      advisers.drafts.push(adviceDraft(drafts[index] ?? draft, index, model, usage))
    }
  }
  advisers.version = conversation.version
  return advisers.drafts.length === 0 ? undefined : advisers
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
function adviceDraft(
  asked: CallDraft,
  index: number,
  model: string | undefined,
  usage: LoggedUsage,
): CallDraft {
  const { id, copy, provenance, provider, endMicros } = asked
  return {
    kind: 'call',
    passBefore: undefined,
    copy,
    provenance,
    id: id === undefined ? undefined : `${id}/advisor-${index + 1}`,
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
    endMicros,
    usage,
    stopReason: 'end_turn',
    costUsd: undefined,
    visible: [],
    thinking: [],
    thinkingWithheld: false,
    argumentChars: 0,
    tools: [],
  }
}
