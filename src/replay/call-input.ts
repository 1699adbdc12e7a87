import type { CallInput, Organisation } from '../policy/decision.ts'
import type { PromptFacts, ReplyFacts, SessionRecord } from '../trace/record.ts'

/**
 * All that a decision may know of the call it decides: what came in with the prompt, the reply to the
 * call before, and what happened in between. There is no way from here to the reply, the usage, the
 * cost or the end of the call itself.
 */
export interface Incoming {
  readonly header: SessionRecord | undefined
  readonly isFirst: boolean
  readonly beginsTurn: boolean
  readonly prompt: PromptFacts
  readonly previousReply: ReplyFacts | undefined
  readonly requested: string | null | undefined
  readonly organisation: Partial<Organisation>
  readonly compacted: boolean
  readonly nowMicros: number | undefined
  /** Only where the log has no wall clock. */
  readonly elapsedMicros: number | undefined
}

export function callInput(incoming: Incoming): CallInput {
  const { header } = incoming
  return {
    beginsTurn: incoming.beginsTurn,
    previousReply: incoming.previousReply,
    // How the call before ended under this policy is in the state; the log's end is not asked.
    previousServed: undefined,
    prompt: incoming.isFirst && header !== undefined ? withHeader(header, incoming.prompt) : incoming.prompt,
    requested: incoming.requested,
    kind: header?.kind,
    sidechain: header?.sidechain,
    organisation: incoming.organisation,
    nowMicros: incoming.nowMicros,
    elapsedMicros: incoming.elapsedMicros,
    compacted: incoming.compacted,
    phraseLists: header?.phraseLists ?? [],
    withheld: {
      visible: header?.withheld?.visible ?? false,
      thinking: header?.withheld?.thinking ?? false,
    },
    given: {},
  }
}

/** What the header says holds from the first call on, until a prompt says otherwise. */
function withHeader(header: SessionRecord, prompt: PromptFacts): PromptFacts {
  const merged = <K extends 'signals' | 'header' | 'param' | 'metadata'>(key: K): Partial<Pick<PromptFacts, K>> =>
    header[key] === undefined && prompt[key] === undefined
      ? {}
      : ({ [key]: { ...header[key], ...prompt[key] } } as Partial<Pick<PromptFacts, K>>)
  return { ...prompt, ...merged('signals'), ...merged('header'), ...merged('param'), ...merged('metadata') }
}
