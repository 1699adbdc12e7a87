import { beforeAll, describe, expect, it } from 'vitest'
import type { Policy } from '../../../src/policy/core.ts'
import type { CallResult } from '../../../src/replay/result/call.ts'
import type { Fault } from '../../../src/trace/faults/fault.ts'
import type { CallRecord } from '../../../src/trace/record.ts'
import type { RecordedSession } from '../../../src/trace/session.ts'
import { present, recordings } from '../../support/claude-recordings.ts'
import { policyOf } from '../../support/policy-of.ts'
import { replayed } from '../../support/replaying.ts'

// A genuine outage: ten retries with growing pauses, a call that is given up, and the person who tries again.

function over(serving: string): Policy {
  return policyOf(`policy outage
    scale tier = [standard, premium]
    provider anthropic { family anthropic }
    provider bedrock { family anthropic }
    model opus {
      tier premium
      known-as ["claude-opus-4-5-20251101"]
      accepts [text, image]
      context 200k tokens
      max-output 64k tokens
      served-by [anthropic, bedrock]
      price per 1M tokens { input $5 output $25 cache-read 0.1x cache-write 1.25x }
    }
    on start { otherwise use opus }
    serve any { order [anthropic, bedrock] ${serving} }`)
}

const asTheClient = 'retry 10 times on [overloaded] { backoff 500ms 2x up to 32s  jitter 25% }'
/** The client's jitter left out. */
const nearly = 'retry 10 times on [overloaded] { backoff 500ms 2x up to 32s }'

let session: RecordedSession
let affected: readonly CallRecord[]

beforeAll(async () => {
  if (!present) return
  const { sessions, calls, events } = await recordings()
  const header = sessions.find((each) => each.session.startsWith('b00b80af'))
  const key = header?.session ?? ''
  session = {
    session: key,
    header,
    calls: calls.filter((call) => call.session === key),
    events: events.filter((event) => event.session === key),
  }
  affected = session.calls.filter((call) => call.attempts !== undefined)
})

const hit = (calls: readonly CallResult[]): readonly CallResult[] => calls.filter((call) => affected.some((each) => each.call === call.call))

const failedAttempts = (calls: readonly CallResult[]): readonly number[] =>
  hit(calls).map(({ attempts }) => attempts.filter((each) => each.errorClass === 'overloaded').length)

describe.runIf(present)('a recorded outage', () => {
  it.each([asTheClient, nearly])('comes out as it was under a client that retries as the recorded one did: %s', (serving) => {
    const [result] = replayed(over(serving), [session]).sessions
    if (result === undefined) throw new Error('a result')
    expect(result.divergence).toBeUndefined()
    expect(failedAttempts(result.calls)).toEqual([3, 11, 4, 7, 2, 3])
    expect(hit(result.calls).map((call) => call.end)).toEqual(['served', 'exhausted', 'served', 'served', 'served', 'served'])
    hit(result.calls).forEach(({ attempts }, at) => {
      const record = affected[at]
      // Nobody knows when the first attempt was sent: not before the user's line.
      expect(attempts[0]?.startMicros).toBe(record?.startMicros)
      expect(attempts.at(-1)?.endMicros).toBe(record?.endMicros)
      attempts.forEach((attempt, index) => {
        const row = record?.attempts?.[index]
        expect([attempt.startMicros, attempt.endMicros]).toEqual([row?.startMicros, row?.endMicros])
        const before = record?.attempts?.[index - 1]
        if (before === undefined) return
        expect(attempt.startMicros).toBe((before.endMicros ?? 0) + (before.waitedMicros ?? Number.NaN))
      })
    })
  })

  it('does not wait for a client that pauses otherwise', () => {
    // A client that tries again at once meets a host that is down, or of which nobody knows whether it was up again.
    const { result, sessions } = replayed(over('retry 3 times on [overloaded]'), [session], { arrivals: 'recorded' })
    const [first, given] = hit(sessions[0]?.calls ?? [])
    expect([first, given].map((call) => call?.attempts.map(({ cause, errorClass }) => `${errorClass ?? 'answers'} ${cause}`))).toEqual([
      // The first pauses of the log are of half a second and a second.
      ['overloaded recorded', 'overloaded recorded', 'overloaded fault', 'overloaded fault'],
      ['overloaded recorded', 'overloaded recorded', 'overloaded fault', 'overloaded fault'],
    ])
    expect(result.totals.sessionsDiverged).toBe(1)
    // One that is far slower is there when the outage of its call is over.
    const slow = replayed(over('retry 3 times on [overloaded] { backoff 10min }'), [session], { arrivals: 'recorded' })
    expect(hit(slow.sessions[0]?.calls ?? [])[0]?.attempts.map(({ cause, errorClass }) => `${errorClass ?? 'answers'} ${cause}`)).toEqual([
      'overloaded recorded',
      'answers assumed',
    ])
  })

  it('leaves the health of a provider that was never tried to a named assumption', () => {
    const policy = over('retry 1 times on [overloaded] { backoff 500ms } failover on [overloaded]')
    const { result, sessions } = replayed(policy, [session], { arrivals: 'recorded' })
    const calls = sessions[0]?.calls ?? []
    expect(failedAttempts(calls)).toEqual([2, 2, 2, 2, 2, 2])
    expect(hit(calls).map(({ served }) => served?.provider)).toEqual(Array(6).fill('bedrock'))
    expect(new Set(hit(calls).map(({ assumptions }) => assumptions.includes('untried-healthy')))).toEqual(new Set([true]))
    expect(result.assumptions.map(({ name }) => name)).toContain('untried-healthy')
  })

  it('is met at other instants in closed loop, where a call that is not held up lets the next come sooner', () => {
    const policy = over('retry 1 times on [overloaded] { backoff 500ms } failover on [overloaded]')
    const calls = replayed(policy, [session]).sessions[0]?.calls ?? []
    const starts = hit(calls).map(({ attempts }) => attempts[0]?.startMicros ?? 0)
    const recorded = affected.map((call) => call.startMicros ?? 0)
    expect(starts[0]).toBe(recorded[0])
    expect(starts.every((start, at) => start <= (recorded[at] ?? 0))).toBe(true)
    expect(failedAttempts(calls).every((failed) => failed === 0 || failed === 2)).toBe(true)
    expect(hit(calls).map(({ end }) => end)).toEqual(Array(6).fill('served'))
  })

  it('runs both outcomes between the last failure and the first answer', () => {
    const [call] = affected
    const begins = call?.startMicros ?? 0
    const [, , lastFailure, answer] = call?.attempts ?? []
    // Another error of the host comes first, so the retry is not the log's own; it falls into the pause.
    const script: readonly Fault[] = [
      { id: 'first', hits: [{ provider: 'anthropic' }], clock: 'dated', fromMicros: begins, untilMicros: begins + 1, errorClass: 'overloaded', failurePercent: 100 },
    ]
    const retryAt = begins + 64_872_000
    expect([(lastFailure?.endMicros ?? 0) < retryAt, retryAt < (answer?.startMicros ?? 0)]).toEqual([true, true])
    const policy = over('retry 1 times on [overloaded] { backoff 64872ms }')
    const alone = { ...session, calls: session.calls.filter((each) => each === call) }
    const { result, sessions } = replayed(policy, [alone], { faults: { recorded: true, script, beginning: {}, unknown: 'up' } })
    expect(sessions[0]?.calls[0]?.attempts.map(({ startMicros }) => startMicros)).toEqual([begins, retryAt])
    expect(result.outage?.unknownHealth).toMatchObject({
      calls: 1,
      up: { served: 1, asked: 1, attempts: 2 },
      down: { served: 0, asked: 1, attempts: 2 },
    })
    expect(result.outage?.script).toMatchObject({ callsHit: 1, servedThere: 1, withoutFaults: { served: 1, attempts: 2 } })
  })
})
