import type { Timer } from '../trace/faults/fault.ts'
import type { AttemptError } from './error-class.ts'

/**
 * Instants of a log and of a replay that lie less than this apart are one: clients take some time between
 * what they are told to do and a request, and some logs keep whole seconds.
 */
export const sameInstantMicros = 1_000_000

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
  /** How long the log's client waited after this attempt before it made another. */
  readonly pausedMicros?: number | undefined
} & (
  | { readonly kind: 'answers' }
  /** The person broke it off. */
  | { readonly kind: 'cancelled' }
  | ({
      readonly kind: 'fails'
      readonly retryAfterMicros: number | undefined
      /** The fault of a script that this is, by its id. */
      readonly fault?: string | undefined
      /** Of a timeout, which one runs out; absent: the first that the policy sets. */
      readonly timer?: Timer | undefined
      /** Share of the output that came before; absent: none, or not known. */
      readonly emittedMillionths?: number | undefined
      /** How long the host took to fail, where no instants say so; its timer comes on top. */
      readonly tookMicros?: number | undefined
    } & AttemptError)
)

/** The state of the hosts, in the order in which attempts ask for it. */
export interface Health {
  answer(question: AttemptQuestion): AttemptAnswer
}

export const healthy: Health = { answer: () => ({ kind: 'answers', cause: 'assumed' }) }
