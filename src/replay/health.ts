import type { AttemptError } from './error-class.ts'

/** One try that is about to be made. */
export interface AttemptQuestion {
  readonly model: string
  readonly provider: string
  readonly region: string | undefined
  readonly account: string | undefined
  readonly atMicros: number | undefined
}

/** How the world answers an attempt. */
export type AttemptAnswer = {
  /** `recorded`: the log's own; `fault`: a fault of this host held; `assumed`: the log is silent. */
  readonly cause: 'recorded' | 'fault' | 'assumed'
  /** The log's own instants, where this is the log's own attempt. */
  readonly startMicros?: number | undefined
  readonly endMicros?: number | undefined
  readonly assumption?: string | undefined
} & (
  | { readonly kind: 'answers' }
  /** The person broke it off. */
  | { readonly kind: 'cancelled' }
  | ({ readonly kind: 'fails'; readonly retryAfterMicros: number | undefined } & AttemptError)
)

/** The state of the hosts, in the order in which attempts ask for it. */
export interface Health {
  answer(question: AttemptQuestion): AttemptAnswer
}

export const healthy: Health = { answer: () => ({ kind: 'answers', cause: 'assumed' }) }
