import type { Policy } from '../../policy/core.ts'
import type { EventRecord, TraceRecord } from '../../trace/record.ts'
import type { RecordedSession } from '../../trace/session.ts'
import { pseudonymousCall } from './calls.ts'
import type { Rewriting } from './calls.ts'
import { drawsBySession, jittersBeforeDeadline } from './draws.ts'
import { pseudonymousEvents } from './events.ts'
import { gathering } from './gathering.ts'
import { keyedHash } from './keyed-hash.ts'
import { namingOf } from './given-names.ts'
import { factKey, readsOf } from './reads.ts'
import { pseudonymousHeader } from './sessions.ts'
import { shiftOf } from './shift.ts'
import type { Shift } from './shift.ts'
import { vocabularyOf } from './vocabulary.ts'

export interface PseudonymOptions {
  /** Their decisions stay the same; whatever none of them reads goes. */
  readonly policies: readonly Policy[]
  /** At least 16 random bytes, new for every output and kept nowhere. */
  readonly key: Uint8Array
  /** Keep session ids, and facts that `bucket` reads, where a policy draws by them. */
  readonly keepDrawnIds: boolean
}

/** First every session goes through `survey`, then each one through what `finish` gives. */
export interface PseudonymSurvey {
  survey(session: RecordedSession): void
  /** Events that hold for every session. */
  surveyShared(events: readonly EventRecord[]): void
  finish(): Pseudonyms | PseudonymRefusal
}

export interface Pseudonyms {
  readonly kind: 'pseudonyms'
  /** The records of one session, without events that hold for every session. */
  session(session: RecordedSession): readonly TraceRecord[]
  /** Events that hold for every session. */
  sharedEvents(events: readonly EventRecord[]): readonly EventRecord[]
  /** What a model's or a provider's name became; one that a named policy knows stays. */
  catalogueName(name: string): string
  readonly shift: Shift
  /** Why session ids stay; empty: they are hashed. */
  readonly keptIds: readonly string[]
  /** Names of models and providers that no named policy knows. */
  readonly unknownNames: number
  /** Pauses before retries are drawn anew and may meet a deadline. */
  readonly pausesRedrawn: boolean
}

/** The decisions would not stay the same; `reasons` name policy and cause. */
export interface PseudonymRefusal {
  readonly kind: 'refused'
  /** `ids`: `keepDrawnIds` would do it. `text`: nothing would. */
  readonly because: 'ids' | 'text'
  readonly reasons: readonly string[]
}

/** What an attempt comes to depends on its instant: a fault held, or a host failed more than once. */
function hasOutage({ calls, events }: RecordedSession): boolean {
  const failed = calls.flatMap(({ attempts = [] }) => attempts.filter(({ errorClass }) => errorClass !== undefined))
  return failed.length > 1 || events.some(({ event }) => event === 'fault')
}

export function createPseudonyms(options: PseudonymOptions): PseudonymSurvey {
  const { policies } = options
  const reads = readsOf(policies)
  const vocabulary = vocabularyOf(policies)
  const seen = gathering()
  const first: Rewriting = { reads, vocabulary, naming: seen.naming }
  return {
    survey: (session) => {
      rewritten(session, first)
      if (hasOutage(session)) seen.noteFault()
    },
    surveyShared: (events) => void pseudonymousEvents(events, first),
    finish: () => {
      const refusal = refusalOf(options, reads, seen.faults())
      if (refusal !== undefined) return refusal
      const keptIds = drawsOf(options, reads, seen.faults())
      const hash = keyedHash(options.key)
      const shift = shiftOf(policies, seen.span(), hash)
      const naming = namingOf({
        seen: seen.values,
        reads,
        vocabulary,
        hash,
        keepsSessions: keptIds.length > 0,
        shiftMicros: shift.kind === 'shifted' ? shift.micros : 0,
      })
      const second: Rewriting = { reads, vocabulary, naming: naming.naming }
      return {
        kind: 'pseudonyms',
        session: (session) => rewritten(session, second),
        sharedEvents: (events) => pseudonymousEvents(events, second),
        catalogueName: naming.catalogueName,
        shift,
        keptIds,
        unknownNames: naming.unknownNames,
        pausesRedrawn: keptIds.length === 0 && policies.some(jittersBeforeDeadline),
      }
    },
  }
}

function rewritten(session: RecordedSession, rewriting: Rewriting): readonly TraceRecord[] {
  const { header, calls, events } = session
  return [
    ...(header === undefined ? [] : [pseudonymousHeader(header, rewriting)]),
    ...calls.map((call) => pseudonymousCall(call, rewriting)),
    ...pseudonymousEvents(events.filter((event) => event.session !== undefined), rewriting),
  ]
}

function drawsOf(
  { policies }: PseudonymOptions,
  reads: ReturnType<typeof readsOf>,
  faults: boolean,
): readonly string[] {
  const bySession = policies.flatMap((policy) =>
    drawsBySession(policy, { faults }).map((reason) => `${reason} (policy \`${policy.name ?? ''}\`)`),
  )
  const byFact = [...reads]
    .filter(([key, read]) => read.drawn && key !== factKey('session'))
    .map(([key]) => `\`bucket\` reads ${key}`)
  return [...bySession, ...byFact]
}

function refusalOf(
  options: PseudonymOptions,
  reads: ReturnType<typeof readsOf>,
  faults: boolean,
): PseudonymRefusal | undefined {
  const text = reads.get(factKey('message.text'))
  if (text !== undefined && (text.flows || text.drawn)) {
    const reasons = ['`message.text` is used otherwise than compared with literals']
    return { kind: 'refused', because: 'text', reasons }
  }
  const drawn = drawsOf(options, reads, faults)
  if (drawn.length === 0 || options.keepDrawnIds) return undefined
  return { kind: 'refused', because: 'ids', reasons: drawn }
}
