import { describe, expect, it } from 'vitest'
import { sessionHealth } from '../../../src/replay/faults/health.ts'
import { recordedFaults } from '../../../src/replay/faults/script.ts'
import type { FaultSources } from '../../../src/replay/faults/script.ts'
import type { AttemptAnswer } from '../../../src/replay/health.ts'
import type { Fault } from '../../../src/trace/faults/fault.ts'
import type { CallRecord } from '../../../src/trace/record.ts'
import type { RecordedSession } from '../../../src/trace/session.ts'
import { small } from '../../support/policy-of.ts'

const policy = small('on start { otherwise use small }')
const second = 1_000_000

function session(calls: readonly Partial<CallRecord>[]): RecordedSession {
  return {
    session: 's',
    header: undefined,
    events: [],
    calls: calls.map((call, at) => ({
      record: 'call',
      session: 's',
      call: at + 1,
      startMicros: (100 + at * 10) * second,
      endMicros: (104 + at * 10) * second,
      prompt: {},
      served: { model: 'small', provider: 'south' },
      end: 'served',
      ...call,
    })),
  }
}

const outage: Fault = {
  id: 'south-down',
  hits: [{ provider: 'south' }],
  clock: 'dated',
  fromMicros: 100 * second,
  untilMicros: 120 * second,
  errorClass: 'overloaded',
  status: 529,
  failurePercent: 100,
}

/** One answer an attempt of each call, at the instant of the call. */
function answers(log: RecordedSession, sources: Partial<FaultSources>, provider: string = 'south', attempts: number = 1, seed: string = '0'): readonly AttemptAnswer[] {
  const health = sessionHealth(policy, log, seed, { ...recordedFaults, ...sources })
  return log.calls.flatMap((call) => {
    const at = health.at(call)
    return Array.from({ length: attempts }, () =>
      at.answer({ model: 'small', provider, region: undefined, account: undefined, atMicros: call.startMicros }),
    )
  })
}

const kinds = (found: readonly AttemptAnswer[]): readonly string[] =>
  found.map((each) => (each.kind === 'fails' ? `${each.errorClass} ${each.fault ?? each.cause}` : `${each.kind} ${each.assumption ?? each.cause}`))

describe('a script of faults', () => {
  it('fails the attempts at its hosts while it holds, and the log says the rest', () => {
    const log = session([{}, {}, {}])
    expect(kinds(answers(log, { script: [outage] }))).toEqual(['overloaded south-down', 'overloaded south-down', 'answers recorded'])
    expect(kinds(answers(log, { script: [outage] }, 'north'))).toEqual(Array(3).fill('answers untried-healthy'))
  })

  it('fails by the first of its faults that holds', () => {
    const other: Fault = { ...outage, id: 'south-quota', errorClass: 'payment' }
    expect(kinds(answers(session([{}]), { script: [other, outage] }))).toEqual(['payment south-quota'])
  })

  it('fails as many of a hundred attempts as it says, by draws that nothing else changes', () => {
    const log = session(Array.from({ length: 400 }, () => ({ startMicros: 110 * second })))
    const partial: Fault = { ...outage, failurePercent: 30 }
    const found = answers(log, { script: [partial] })
    const failed = found.filter((each) => each.kind === 'fails').length
    // Three standard deviations of 400 draws at 30% are 27.5.
    expect(Math.abs(failed - 120)).toBeLessThan(28)
    expect(answers(log, { script: [partial] })).toEqual(found)
    expect(answers(log, { script: [partial] }, 'south', 1, 'other')).not.toEqual(found)
    // The later calls of a log do not depend on the earlier ones.
    expect(answers({ ...log, calls: log.calls.slice(200) }, { script: [partial] })).toEqual(found.slice(200))
  })

  it('draws each attempt of a call for itself', () => {
    const partial: Fault = { ...outage, failurePercent: 50 }
    const found = answers(session(Array.from({ length: 50 }, () => ({ startMicros: 110 * second }))), { script: [partial] }, 'south', 2)
    const pairs = new Set(found.flatMap((each, at) => (at % 2 === 0 ? [`${each.kind} ${found[at + 1]?.kind}`] : [])))
    expect(pairs.size).toBe(4)
  })

  it('says how a stream died: what came of it, and how long that took', () => {
    const cut: Fault = { ...outage, errorClass: 'cut-off', emittedPercent: 25 }
    expect(answers(session([{}]), { script: [cut] })).toMatchObject([
      { kind: 'fails', errorClass: 'cut-off', emittedMillionths: 250_000, tookMicros: second },
    ])
  })

  it('holds for no call that its clock does not date, and says so', () => {
    for (const call of [{ timeQuality: 'relative' }, { timeQuality: 'daily' }] as const) {
      expect(kinds(answers(session([call]), { script: [outage] }))).toEqual(['answers undated-faults'])
    }
    const offset: Fault = { ...outage, clock: 'offset', fromMicros: 0, untilMicros: second }
    const log = session([{ timeQuality: 'relative' }])
    expect(kinds(answers(log, { script: [offset], beginning: { relativeMicros: 100 * second } }))).toEqual(['overloaded south-down'])
  })

  it('is seen as an outage while it holds, at its hosts alone', () => {
    const log = session([{}])
    const [call] = log.calls
    if (call === undefined) throw new Error('a call')
    const health = sessionHealth(policy, log, '0', { ...recordedFaults, script: [outage] })
    const at = (provider: string, from: number, to: number): boolean =>
      health.heldWithin({ model: 'small', provider, region: undefined, account: undefined }, call, from * second, to * second)
    expect([at('south', 90, 100), at('south', 90, 101), at('south', 120, 130), at('north', 90, 130)]).toEqual([false, true, false, false])
  })
})

describe('a log without its own errors', () => {
  it('answers where it failed, and still refuses what was refused', () => {
    const log = session([
      { attempts: [{ errorClass: 'overloaded' }, {}] },
      { attempts: [{ errorClass: 'server' }], end: 'exhausted' },
      { attempts: [{ errorClass: 'content-policy' }], end: 'denied' },
      { end: 'cancelled' },
    ].map((call) => ({ ...call, attempts: call.attempts?.map((attempt) => ({ ...attempt, provider: 'south' })) ?? [] }) as Partial<CallRecord>))
    expect(kinds(answers(log, { recorded: false }))).toEqual([
      'answers recorded',
      'answers healthy-between',
      'content-policy recorded',
      'cancelled recorded',
    ])
    expect(kinds(answers(log, {}))).toEqual(['overloaded recorded', 'server recorded', 'content-policy recorded', 'cancelled recorded'])
  })
})
