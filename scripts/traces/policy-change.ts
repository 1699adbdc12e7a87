import { fileURLToPath } from 'node:url'
import { chooseSample } from '../../src/analysis/sample/choose.ts'
import { sampledRecords } from '../../src/analysis/sample/records.ts'
import { summaryOf } from '../../src/analysis/sample/summary.ts'
import { fileSourceReader } from '../../src/node/read-sources.ts'
import type { Policy } from '../../src/policy/core.ts'
import { compilePolicy } from '../../src/policy/engine/compile-policy.ts'
import { loadPolicy } from '../../src/policy/load.ts'
import type { CallResult } from '../../src/replay/result/call.ts'
import { replaySession } from '../../src/replay/session-replay.ts'
import { loadTrace } from '../../src/trace/read.ts'
import type { CallRecord, TraceRecord } from '../../src/trace/record.ts'
import type { RecordedSession } from '../../src/trace/session.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))

/**
 * The corpus of `examples/policy-change`: a sample of the synthetic sessions as a router with the
 * example's policy would have logged them, with the tokens that they have there and without bills.
 */
export async function policyChangeTrace(): Promise<readonly TraceRecord[]> {
  const { policy } = loadPolicy(`${root}examples/policy-change/policy.route`, fileSourceReader())
  if (policy === undefined) throw new Error('the policy of the example has an error')
  const evaluator = compilePolicy(policy)
  const { loaded } = await loadTrace([`${root}traces/synthetic.jsonl`], { strict: true })
  const logged = loaded.map((session) => asLogged(session, policy, evaluator))
  const summaries = logged.map((session) =>
    summaryOf(session, replaySession(session, { evaluator, mode: 'frozen', seed: '0' })),
  )
  const { sessions } = chooseSample(summaries, { max: 24, seed: '0' })
  return logged.flatMap((session) => {
    const chosen = sessions.get(session.session)
    return chosen === undefined ? [] : sampledRecords(session, chosen.standsForSessions)
  })
}

function asLogged(session: RecordedSession, policy: Policy, evaluator: ReturnType<typeof compilePolicy>): RecordedSession {
  const key = session.session.replace('synthetic', 'team')
  const { header, calls, events } = session
  const own: RecordedSession = {
    session: key,
    header: header && {
      ...header,
      session: key,
      // By its name alone: a digest would have to be written anew with every change of the core form.
      policy: { name: policy.name ?? '' },
    },
    calls: calls.map((call) => ({ ...call, session: key })),
    // A model change was of the other router's person; what an organisation withdrew is no part of it.
    events: events.filter((event) => event.event === 'outcome').map((event) => ({ ...event, session: key })),
  }
  const { calls: results } = replaySession(own, { evaluator, mode: 'frozen', seed: '0' })
  return { ...own, calls: own.calls.map((call, at) => logCall(call, results[at])) }
}

function logCall(call: CallRecord, result: CallResult | undefined): CallRecord {
  if (result === undefined) return call
  const { served: _served, attempts: _attempts, cost: _cost, requested: _requested, ...rest } = call
  const { classifiers: _classifiers, ...prompt } = call.prompt
  const { served } = result
  return {
    ...rest,
    prompt: { ...prompt, reminded: result.decision.reminders.length > 0 },
    ...(served === undefined
      ? {}
      : { served: { model: served.model, ...(served.provider === undefined ? {} : { provider: served.provider }) } }),
    attempts: result.attempts.map(({ model, provider, startMicros, endMicros, errorClass, status }) => ({
      model,
      provider,
      ...(startMicros === undefined ? {} : { startMicros }),
      ...(endMicros === undefined ? {} : { endMicros }),
      ...(errorClass === undefined ? {} : { errorClass }),
      ...(status === undefined ? {} : { status }),
    })),
    end: result.end,
    decision: { rule: result.decision.rule },
  }
}
