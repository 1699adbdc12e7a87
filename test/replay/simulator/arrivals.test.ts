import { beforeAll, describe, expect, it } from 'vitest'
import type { Policy } from '../../../src/policy/core.ts'
import { compilePolicy } from '../../../src/policy/engine/compile-policy.ts'
import type { FaultSources } from '../../../src/replay/faults/script.ts'
import type { SessionResult } from '../../../src/replay/result/session.ts'
import type { Arrivals } from '../../../src/replay/simulator/session-clock.ts'
import type { RecordedSession } from '../../../src/trace/session.ts'
import { loadTrace } from '../../../src/trace/read.ts'
import { present, recordings } from '../../support/claude-recordings.ts'
import { policyOf } from '../../support/policy-of.ts'
import { replayed } from '../../support/replaying.ts'

// Recorded sessions, whose hosts fail now and then.

const policy: Policy = policyOf(`policy patient
  scale tier = [standard]
  provider anthropic { family anthropic }
  provider google-vertex { family google }
  model opus { tier standard  known-as ["claude-opus-4-5-20251101"]  accepts [text, image]  context 200k tokens  max-output 64k tokens  served-by [anthropic]
    price per 1M tokens { input $5 output $25 cache-read 0.1x cache-write 1.25x } }
  model gemini { tier standard  known-as ["google/gemini-3-pro-preview"]  accepts [text, image]  context 1M tokens  max-output 64k tokens  served-by [google-vertex]
    price per 1M tokens { input $2 output $12 cache-read $0.20 } }
  on start { otherwise use gemini }
  serve any { retry 4 times on [timeout] { backoff 2s 2x }  timeout first-token 30s }`)

const evaluator = compilePolicy(policy)

/** Two attempts in five run into the timeout. */
const faults: FaultSources = {
  recorded: true,
  unknown: 'up',
  beginning: {},
  script: [{ id: 'slow', hits: [{ provider: 'google-vertex' }], clock: 'dated', fromMicros: 0, untilMicros: Number.MAX_SAFE_INTEGER, errorClass: 'timeout', failurePercent: 40 }],
}

interface Made {
  /** Later than in the log, by call; microseconds. */
  readonly late: readonly number[]
  /** A call that came late although all that had ended by then in the log had ended. */
  readonly idle: number
  /** A call that came before one had ended that had ended by then in the log. */
  readonly hasty: number
}

/** When calls were made, against the log; of calls of which both are known. */
function made(session: RecordedSession, { calls }: SessionResult): Made {
  const known = session.calls.flatMap((record, at) => {
    const { attempts = [] } = calls[at] ?? {}
    const [starts, ends] = [attempts[0]?.startMicros, attempts.at(-1)?.endMicros]
    const { startMicros, endMicros = startMicros } = record
    return starts === undefined || ends === undefined || startMicros === undefined || endMicros === undefined ? [] : [{ starts, ends, startMicros, endMicros }]
  })
  const waits = known.map(({ startMicros }, at) =>
    Math.max(-Infinity, ...known.slice(0, at).flatMap((each) => (each.endMicros <= startMicros ? each.ends : []))),
  )
  return {
    late: known.map(({ starts, startMicros }) => starts - startMicros),
    idle: known.filter(({ starts, startMicros }, at) => starts > Math.max(startMicros, waits[at] ?? 0)).length,
    hasty: known.filter(({ starts }, at) => starts < (waits[at] ?? 0)).length,
  }
}

function lateness(sessions: readonly RecordedSession[], arrivals: Arrivals, sources: FaultSources | undefined): readonly Made[] {
  const { sessions: results } = replayed(policy, sessions, { evaluator, arrivals, faults: sources })
  return sessions.flatMap((session, at) => results[at] === undefined ? [] : made(session, results[at]))
}

const sum = (counts: readonly number[]): number => counts.reduce((total, count) => total + count, 0)

describe('an agent’s calls, of whose ends the log tells nothing', () => {
  let sessions: readonly RecordedSession[]
  beforeAll(async () => {
    const { loaded } = await loadTrace(['traces/mini-swe-agent.jsonl.gz'])
    sessions = loaded.slice(0, 5)
  })

  it('are all made when the log made them where nothing fails, however they arrive', () => {
    const [closed, recorded] = (['closed-loop', 'recorded'] as const).map((arrivals) => replayed(policy, sessions, { evaluator, arrivals }).result)
    expect(closed?.outcomeHash).toBe(recorded?.outcomeHash)
    expect(closed?.runId).not.toBe(recorded?.runId)
    expect(lateness(sessions, 'recorded', undefined).flatMap(({ late }) => late).every((late) => late === 0)).toBe(true)
  })

  it('keep every delay in closed loop, and what the gaps leave of it with recorded arrivals', () => {
    const closed = lateness(sessions, 'closed-loop', faults)
    const recorded = lateness(sessions, 'recorded', faults)
    // Nothing is caught up: each call is as late as the one before, or later.
    expect(closed.every(({ late }) => late.every((each, at) => each >= (late[at - 1] ?? 0)))).toBe(true)
    expect([sum(recorded.map(({ idle }) => idle)), sum(recorded.map(({ hasty }) => hasty))]).toEqual([0, 0])
    expect(recorded.every(({ late }, at) => late.every((each, call) => 0 <= each && each <= (closed[at]?.late[call] ?? 0)))).toBe(true)
    const last = (of: readonly Made[]): number => sum(of.map(({ late }) => late.at(-1) ?? 0))
    expect(last(recorded)).toBeLessThan(last(closed))
    expect(last(recorded)).toBeGreaterThan(0)
  })

  it('say with recorded arrivals what is not known', () => {
    const { assumptions } = replayed(policy, sessions, { evaluator, arrivals: 'recorded', faults }).result
    expect(assumptions.find(({ name }) => name === 'recorded-starts')?.text).toContain('calls after a delay may start too early')
  })
})

describe.runIf(present)('calls of whose ends the log tells', () => {
  it('are made when the log made them, and wait for what they had waited for', async () => {
    const { sessions: headers, calls, events } = await recordings()
    const sessions = headers
      .map((header): RecordedSession => ({
        session: header.session,
        header,
        calls: calls.filter(({ session }) => session === header.session),
        events: events.filter(({ session }) => session === header.session),
      }))
      .slice(0, 4)
    const all = lateness(sessions, 'recorded', faults)
    expect([sum(all.map(({ idle }) => idle)), sum(all.map(({ hasty }) => hasty))]).toEqual([0, 0])
    expect(all.flatMap(({ late }) => late).every((late) => late >= 0)).toBe(true)
    expect(all.flatMap(({ late }) => late).some((late) => late > 0)).toBe(true)
  })
})
