import type { Provenance, TextFacts } from '../../record.ts'
import type { LoggedFailure } from '../error-class.ts'
import type { LoggedUsage } from './usage.ts'

/** What a call's prompt added, as far as the log told it when the call began. */
export interface PromptDraft {
  readonly turn: number
  /** Undefined: not the first call of its turn, or not in the log. */
  readonly user: TextFacts | null | undefined
  readonly newImages: number | undefined
  readonly contextImages: number | undefined
  readonly planMode: boolean | undefined
  readonly startMicros: number | undefined
}

export interface FailedAttempt {
  readonly failure: LoggedFailure
  readonly endMicros: number | undefined
  readonly waitMicros: number | undefined
  readonly retryAfterMicros: number | undefined
}

export interface ToolDraft {
  readonly name: string
  readonly signature: string | undefined
  failed: boolean | undefined
  result: TextFacts | undefined
}

/** A call while its lines are still being gathered. */
export interface CallDraft {
  readonly kind: 'call'
  /** The pass of the same request before this one, which ended where a model gave advice. */
  readonly passBefore: CallDraft | undefined
  /** Already written from another file or conversation. */
  readonly copy: boolean
  readonly provenance: Provenance
  readonly id: string | undefined
  readonly end: 'served' | 'exhausted' | 'denied' | 'cancelled'
  readonly prompt: PromptDraft
  readonly failedAttempts: readonly FailedAttempt[]
  /** The model of this chain has changed since the call before. */
  readonly modelChange: { readonly byPerson: boolean } | undefined
  /** As recorded; for a call that was not served, the model last in force. */
  readonly model: string | undefined
  readonly provider: string | undefined
  /** What was answered stands in the log. */
  readonly replyLogged: boolean
  /** Models that refused this request before the one that answered. */
  readonly refusals: string[]
  endMicros: number | undefined
  usage: LoggedUsage | undefined
  stopReason: string | undefined
  costUsd: number | undefined
  readonly visible: string[]
  readonly thinking: string[]
  /** There are thinking blocks whose words the log does not hold. */
  thinkingWithheld: boolean
  argumentChars: number
  readonly tools: ToolDraft[]
}

/** What an answer fills in, before any of it is known. */
export function unanswered(): Pick<CallDraft, 'refusals' | 'endMicros' | 'usage' | 'stopReason' | 'costUsd' | 'visible' | 'thinking' | 'thinkingWithheld' | 'argumentChars' | 'tools'> {
  return {
    refusals: [],
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

export interface CompactionDraft {
  readonly kind: 'compaction'
  readonly copy: boolean
  readonly provenance: Provenance
  readonly atMicros: number | undefined
  readonly tokensBefore: number | undefined
  readonly tokensAfter: number | undefined
  readonly trigger: 'auto' | 'manual' | undefined
  /** The summarising call is in the log, as an agent's. */
  readonly billed: boolean
}

/** A change of model by the person after the last call of the log. */
export interface ModelChangeDraft {
  readonly kind: 'model-change'
  readonly copy: boolean
  readonly provenance: Provenance
  readonly atMicros: number | undefined
  readonly model: string
}

export type Draft = CallDraft | CompactionDraft | ModelChangeDraft
