import { describe, expect, it } from 'vitest'
import type { RecordedSession } from '../../../src/trace/session.ts'
import { faultScript } from '../../support/fault-timeline.ts'
import { replayed } from '../../support/replaying.ts'
import { shippedPolicy } from '../../support/shipped-policies.ts'
import { noon } from '../../support/traffic.ts'

// LiteLLM cools the only deployment of a group for a 429 when a minute's requests, a thousand or more, have all failed.
// A call that fails takes three attempts and 3.5 seconds, so that only many sessions at once come to a thousand. The
// sessions of a policy's own tests follow each other, which is why this is a replay.

const second = 1_000_000

const litellm = shippedPolicy('litellm')

/** Every 50 milliseconds a short message, three attempts each: their attempts are over after some 23 seconds. */
const everyMoment = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index / 20)

/** Goes to the one deployment of the lowest level. */
function shortMessage(atSeconds: number, index: number): RecordedSession {
  const session = `s${index}`
  const startMicros = noon + Math.round(atSeconds * second)
  return {
    session,
    header: {
      record: 'session',
      schema: 1,
      session,
      phraseLists: litellm.phraseLists.map(({ digest }) => digest),
      signals: { 'plan-mode': false, housekeeping: false },
      metadata: {},
    },
    events: [],
    calls: [
      {
        record: 'call',
        session,
        call: 1,
        startMicros,
        endMicros: startMicros + second,
        prompt: { user: { chars: 5 }, tokens: 10, newImages: 0, contextImages: 0 },
        served: { model: 'deepseek-v4-flash', provider: 'deepseek' },
        usage: { uncachedInput: 10, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0, output: 10, outputQuality: 'exact' },
        end: 'served',
      },
    ],
  }
}

/** How often each call tried the deployment, of calls at these seconds from noon on under failures of the deployment. */
function tries(seconds: readonly number[], failures: readonly Failure[]): readonly number[] {
  const script = faultScript(failures.map((failure) => ({ hits: [{ provider: 'deepseek' }], ...failure })))
  const { sessions } = replayed(litellm, seconds.map(shortMessage), {
    faults: { recorded: true, script, beginning: { datedMicros: noon }, unknown: 'up' },
  })
  return sessions.map(({ calls }) => calls[0]?.attempts.filter(({ provider }) => provider === 'deepseek').length ?? 0)
}

interface Failure {
  readonly error: string
  /** Seconds from noon. */
  readonly from: number
  readonly until: number
}

const threeEach = (count: number): readonly number[] => Array.from({ length: count }, () => 3)

describe('litellm: a group of one deployment', () => {
  it('goes on after 999 failures of 999, of whatever class, and rests five seconds from the thousandth on', () => {
    const classes = ['server', 'overloaded', 'unavailable', 'timeout']
    const failures = classes.map((error, at): Failure => ({ error, from: 4 * at, until: 4 * at + 4 }))
    // 996 attempts in half a minute; at 40 s those up to 999; at 50 s the thousandth, and nothing up to 55 s.
    const seconds = [...everyMoment(332), 40, 50, 50.001, 54.999, 55]
    const found = tries(seconds, [...failures, { error: 'rate-limit', from: 16, until: 55 }])
    expect(found).toEqual([...threeEach(332), 3, 1, 0, 0, 1])
  })

  it('never rests where one request of a thousand was answered', () => {
    const seconds = [0, ...everyMoment(333).map((at) => at + 1), 50, 55]
    expect(tries(seconds, [{ error: 'rate-limit', from: 1, until: 60 }])).toEqual([1, ...threeEach(333), 3, 3])
  })

  it('counts by the minute that begins with its first request', () => {
    const seconds = [...everyMoment(332), 40, 60, 61]
    expect(tries(seconds, [{ error: 'rate-limit', from: 0, until: 90 }])).toEqual(threeEach(335))
  })

  it('counts no other error of the 4xx', () => {
    const seconds = [...everyMoment(333), 50, 51]
    expect(tries(seconds, [{ error: 'conflict', from: 0, until: 90 }])).toEqual(threeEach(335))
  })
})
