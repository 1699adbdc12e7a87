import { describe, expect, it } from 'vitest'
import type { Policy } from '../../../src/policy/core.ts'
import type { ReplayResult } from '../../../src/replay/result/replay.ts'
import type { AttemptRecord, CallRecord } from '../../../src/trace/record.ts'
import type { RecordedSession } from '../../../src/trace/session.ts'
import { small } from '../../support/policy-of.ts'
import { replayed } from '../../support/replaying.ts'

const second = 1_000_000

/** Calls a hundred seconds apart, from their attempts: `south overloaded`, `north`. */
function session(...tries: readonly string[]): RecordedSession {
  return {
    session: 's',
    header: undefined,
    events: [],
    calls: tries.map((text, at): CallRecord => {
      const startMicros = (1000 + at * 100) * second
      const [provider = '', errorClass] = text.split(' ')
      const attempt: AttemptRecord = {
        model: 'small', provider, startMicros, endMicros: startMicros + second, ...(errorClass === undefined ? {} : { errorClass }),
      }
      return {
        record: 'call', session: 's', call: at + 1, startMicros, endMicros: startMicros + second,
        prompt: { user: { chars: 1 }, tokens: 1000, newImages: 0, contextImages: 0 },
        attempts: [attempt],
        ...(errorClass === undefined ? { served: { model: 'small', provider }, end: 'served' as const } : { end: 'exhausted' as const }),
        usage: { uncachedInput: 1000, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0, output: 100, outputQuality: 'exact' },
      }
    }),
  }
}

const always = (serving: string, ...expectations: readonly string[]): Policy =>
  small(`on start { otherwise use small }
    serve any { order [south, north] ${serving} }
    ${expectations.join('\n')}`)

const verdicts = ({ expectations }: ReplayResult): readonly string[] =>
  expectations.map(({ name, verdict, detail, decides = [] }) => [`${name} ${verdict}: ${detail}`, ...decides].join('; '))

describe('what the log leaves open of a host', () => {
  // The second call went elsewhere, between the last failure of south and its first answer.
  const log = session('south overloaded', 'north', 'south')

  it('is run both ways, and every figure of both is kept', () => {
    const { result, sessions } = replayed(always(''), [log])
    expect(sessions[0]?.calls.map(({ end }) => end)).toEqual(['exhausted', 'served', 'served'])
    expect(result.outage).toMatchObject({
      // Where south is down the second call fails at once, and the third comes a second earlier: before the
      // first answer, and so while south is down.
      unknownHealth: { calls: 1, up: { served: 2, asked: 3, attempts: 3 }, down: { served: 0, asked: 3, attempts: 3 } },
    })
    expect(result.outage?.script).toBeUndefined()
    expect(result.notices).toContain(
      '1 call asks a host that may have been down then: attempts and availability are of two runs, all other figures of the one in which such hosts answer',
    )
  })

  it('is run both ways for all sessions together where they share what hosts remember', () => {
    const { result } = replayed(always('cooldown { trip at once on [overloaded] lasts 20s }'), [log])
    expect(result.sharedState).toEqual(['cooldown'])
    // Nothing new where south is up. Where it is down its cooldown is over at each call, and each fails.
    expect(result.outage).toMatchObject({
      unknownHealth: { calls: 1, up: { served: 2, asked: 3, attempts: 3 }, down: { served: 0, asked: 3, attempts: 3 } },
    })
  })

  it('leaves an expectation undecided that one way passes and the other does not', () => {
    const policy = always('', 'expect most: availability >= 60%', 'expect any: availability >= 0%', 'expect all: availability >= 90%')
    expect(verdicts(replayed(policy, [log]).result)).toEqual([
      'most undecided: availability 66.666666…%, or availability 0%; unknown-health',
      'any pass: availability 66.666666…%',
      'all fail: availability 66.666666…%',
    ])
  })

  it('is nothing where no call asks', () => {
    expect(replayed(always(''), [session('south', 'south')]).result.outage).toBeUndefined()
    expect(replayed(always('', 'expect most: availability >= 60%'), [session('south')]).result.expectations).toMatchObject([{ verdict: 'pass' }])
  })
})

describe('what a fault diverts without failing anything', () => {
  it('is told by the run without it', () => {
    // Whoever sees the outage of south goes to north before any attempt has failed.
    const policy = always('prefer not outage(it, 60s)')
    const begins = 1000 * second
    const script = [
      { id: 'seen', hits: [{ provider: 'south' }], clock: 'dated' as const, fromMicros: begins - 30 * second, untilMicros: begins - second, errorClass: 'server', failurePercent: 100 },
    ]
    const { result, sessions } = replayed(policy, [session('south')], { faults: { recorded: true, script, beginning: {}, unknown: 'up' } })
    expect(sessions[0]?.calls[0]?.served?.provider).toBe('north')
    expect(result.outage?.script).toMatchObject({ callsHit: 0, withFaults: { attempts: 1 }, withoutFaults: { attempts: 1 } })
    const [by, without] = [result.outage?.script?.withFaults.cost, result.outage?.script?.withoutFaults.cost]
    // At north the call is modelled; without the fault it is the log's own.
    expect([Object.keys(by?.parts ?? {}), Object.keys(without?.parts ?? {})]).toEqual([['modelled'], ['re-priced']])
  })
})
