import type fc from 'fast-check'
import { loadPolicyText } from '../../src/policy/load.ts'
import { policyText } from './arbitrary-policy.ts'
import type { Policy } from '../../src/policy/core.ts'
import { createReplay } from '../../src/replay/replay.ts'
import type { ReplayOptions } from '../../src/replay/replay.ts'
import type { CallResult } from '../../src/replay/result/call.ts'
import type { ReplayResult } from '../../src/replay/result/replay.ts'
import type { SessionResult } from '../../src/replay/result/session.ts'
import type { AttemptRecord, CallRecord, EventRecord, PromptFacts } from '../../src/trace/record.ts'
import type { RecordedSession } from '../../src/trace/session.ts'

export interface Replayed {
  readonly result: ReplayResult
  readonly sessions: readonly SessionResult[]
}

/** Every session under one policy, in the order given. */
export function replayed(
  policy: Policy,
  sessions: readonly RecordedSession[],
  options: Omit<ReplayOptions, 'policy'> = {},
): Replayed {
  const replay = createReplay({ policy, ...options })
  const results = new Map<RecordedSession, SessionResult>()
  for (const session of sessions) {
    const result = replay.add(session)
    if (result !== undefined) results.set(session, result)
  }
  for (const { session, result } of replay.settle()) results.set(session, result)
  return { result: replay.finish(), sessions: sessions.flatMap((session) => results.get(session) ?? []) }
}

/** The log that a router with this policy would have written of sessions that it replayed. */
export function loggedBy(
  policy: Policy,
  sessions: readonly RecordedSession[],
  options: Omit<ReplayOptions, 'policy' | 'onDecided'> = {},
): readonly RecordedSession[] {
  const decidedAt = new Map<CallRecord, number | undefined>()
  const { sessions: results } = replayed(policy, sessions, {
    ...options,
    onDecided: ({ input }, record) => {
      decidedAt.set(record, input.nowMicros ?? input.elapsedMicros)
    },
  })
  return sessions.map((session, at) => {
    const result = results[at]
    if (result === undefined) throw new Error('a session without a result')
    return asRecorded(session, result, policy, decidedAt)
  })
}

function asRecorded(
  session: RecordedSession,
  result: SessionResult,
  policy: Policy,
  decidedAt: ReadonlyMap<CallRecord, number | undefined>,
): RecordedSession {
  const calls = session.calls.map((call, at) => {
    const own = result.calls[at]
    return own === undefined ? call : withDecision(call, own, decidedAt.get(call))
  })
  const compactions = result.calls.flatMap((call): EventRecord[] =>
    call.decision.switched?.compactToMillionths === undefined
      ? []
      : [{ record: 'event', session: session.session, beforeCall: call.call, event: 'compaction', billed: true }],
  )
  return {
    ...session,
    header: {
      record: 'session',
      schema: 1,
      session: session.session,
      ...session.header,
      policy: { name: policy.name ?? '' },
    },
    calls,
    events: [...session.events, ...compactions].toSorted((a, b) => (a.beforeCall ?? 0) - (b.beforeCall ?? 0)),
  }
}

function withDecision(call: CallRecord, own: CallResult, begun: number | undefined): CallRecord {
  const { served: _served, attempts: _attempts, cost: _cost, ...rest } = call
  const attempts = own.attempts.map(
    (attempt): AttemptRecord => ({
      model: attempt.model,
      provider: attempt.provider,
      ...(attempt.startMicros === undefined ? {} : { startMicros: attempt.startMicros }),
      ...(attempt.endMicros === undefined ? {} : { endMicros: attempt.endMicros }),
      ...(attempt.errorClass === undefined ? {} : { errorClass: attempt.errorClass }),
      ...(attempt.status === undefined ? {} : { status: attempt.status }),
    }),
  )
  const { served } = own
  const ended = own.attempts.at(-1)?.endMicros
  const prompt: PromptFacts = { ...call.prompt, reminded: own.decision.reminders.length > 0 }
  const known = call.prompt.toolsOffered
  const offered = known?.filter((tool) => !own.decision.hiddenTools.includes(tool))
  return {
    ...rest,
    ...(begun === undefined ? {} : { startMicros: begun }),
    ...(ended === undefined ? {} : { endMicros: ended }),
    prompt: offered === undefined ? prompt : { ...prompt, toolsOffered: offered },
    ...(served === undefined
      ? {}
      : { served: { model: served.model, ...(served.provider === undefined ? {} : { provider: served.provider }) } }),
    attempts,
    end: own.end,
    decision: { rule: own.decision.rule },
  }
}

/** Made-up policies that load; one whose parts contradict each other does not. */
export const loadablePolicyText: fc.Arbitrary<string> = policyText.filter(
  (text) => loadPolicyText('made-up.route', text).policy !== undefined,
)
