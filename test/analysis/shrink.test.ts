import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decides } from '../../src/analysis/shrink/goals.ts'
import { shrinkSession } from '../../src/analysis/shrink/shrink-session.ts'
import { shrinkTraffic } from '../../src/analysis/shrink/shrink-traffic.ts'
import { compilePolicy } from '../../src/policy/engine/compile-policy.ts'
import { replaySession } from '../../src/replay/session-replay.ts'
import type { RecordedSession } from '../../src/trace/session.ts'
import { madeUpLog, recordedSession } from '../support/arbitrary-recorded.ts'
import { policyOf, small } from '../support/policy-of.ts'
import { loadablePolicyText } from '../support/replaying.ts'

const stuck = compilePolicy(
  small(`
on start { otherwise use small }
on turn, call {
  rule thrash:
    when count failures in last 6 tools >= 3 and context.length > 40k tokens
    then use big else keep
  otherwise keep
}`),
)

/** A long session in which three tools fail late, among much else. */
function longSession(calls: number): RecordedSession {
  return {
    session: 's',
    header: { record: 'session', schema: 1, session: 's', kind: 'router', signals: { team: 'a' } },
    events: [],
    calls: Array.from({ length: calls }, (_, at) => ({
      record: 'call',
      session: 's',
      call: at + 1,
      prompt: { tokens: 30_000 + at * 40, newImages: 0, ...(at % 7 === 0 && { user: { chars: 120 } }) },
      end: 'served',
      served: { model: 'small', provider: 'south' },
      usage: { uncachedInput: 30_000 + at * 40, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0, output: 9, outputQuality: 'exact' },
      reply: {
        text: { chars: 40 },
        tools: [{ name: 'Bash', signature: `s${at}`, failed: at > calls - 12 && at % 2 === 0 }],
      },
    })),
  }
}

describe('shrinking a session', () => {
  it('leaves the few calls and facts that matter of a long one', () => {
    const goal = decides(stuck, undefined, 'thrash', 'big')
    const long = longSession(400)
    const at = replaySession(long, { evaluator: stuck, mode: 'frozen', seed: undefined }).calls.find(
      ({ decision }) => decision.rule === 'thrash',
    )
    const session = { ...long, calls: long.calls.slice(0, at?.call) }
    const { session: left, isMinimal } = shrinkSession(session, (each) => goal.shownAt({ session: each, others: [] }) !== undefined)
    expect(isMinimal).toBe(true)
    expect(left.header).toBeUndefined()
    // A failure each, and the call that meets the rule; a tool of unknown result would hide the count.
    expect(left.calls.length).toBeLessThanOrEqual(5)
    expect(left.calls.at(-1)?.prompt).toEqual({ tokens: 40_001 })
    expect(left.calls.map(({ call }) => call)).toEqual(left.calls.map((_, index) => index + 1))
  })

  it('law: what is left shows it still, and would not with any call fewer', () => {
    fc.assert(
      fc.property(loadablePolicyText, madeUpLog, fc.nat(), (text, log, pick) => {
        const evaluator = compilePolicy(policyOf(text))
        const whole = recordedSession(log, evaluator.policy, 's1')
        const session = { ...whole, calls: whole.calls.slice(0, 1 + (pick % whole.calls.length)) }
        const last = replaySession(session, { evaluator, mode: 'frozen', seed: undefined }).calls.at(-1)
        const goal = decides(evaluator, undefined, last?.decision.rule ?? '', last?.decision.model)
        const shows = (each: RecordedSession): boolean => goal.shownAt({ session: each, others: [] }) !== undefined
        const { session: left, isMinimal } = shrinkSession(session, shows, { mostTries: 2_000 })
        expect(shows(left)).toBe(true)
        if (!isMinimal) return
        for (let at = 0; at < left.calls.length; at += 1) {
          expect(shows({ ...left, calls: left.calls.toSpliced(at, 1).map((call, index) => ({ ...call, call: index + 1 })) })).toBe(false)
        }
      }),
      { numRuns: 15 },
    )
  })

  it('stops at the tries that it is given, and says so', () => {
    const { tried, isMinimal } = shrinkSession(longSession(30), ({ calls }) => calls.length > 0, { mostTries: 3 })
    expect({ tried, isMinimal }).toEqual({ tried: 3, isMinimal: false })
  })
})

describe('shrinking a session among others', () => {
  const second = 1_000_000
  const noon = Date.UTC(2026, 5, 15, 12) * 1000
  const limited = compilePolicy(
    small(`
on start { otherwise use small }
on turn, call { rule full: when count errors in last 1 calls >= 1 then use big else keep  otherwise keep }
serve small { limit 3 calls per 60s }`),
  )

  function sessionAt(session: string, ...seconds: readonly number[]): RecordedSession {
    return {
      session,
      header: undefined,
      events: [],
      calls: seconds.map((at, index) => ({
        record: 'call',
        session,
        call: index + 1,
        startMicros: noon + at * second,
        endMicros: noon + at * second + 500_000,
        prompt: { user: { chars: 9 }, tokens: 900 },
        end: 'served',
        served: { model: 'small', provider: 'south' },
      })),
    }
  }

  it('leaves out those that do not act on it, and calls of those that do', () => {
    // A limit is each host's own: six calls in a minute fill both.
    const others = [sessionAt('early', -600), ...['a', 'b', 'c'].map((name, at) => sessionAt(name, at, at + 10, at + 20)), sessionAt('late', 900)]
    const session = sessionAt('s', 30, 40)
    const goal = decides(limited, undefined, 'full', 'big')
    expect(goal.shownAt({ session, others: [] })).toBeUndefined()
    const left = shrinkTraffic({ session, others }, (each) => goal.shownAt(each) !== undefined)
    expect(left.isMinimal).toBe(true)
    expect(left.session.calls).toHaveLength(2)
    expect(left.others.map((each) => each.session)).not.toContain('early')
    expect(left.others.map((each) => each.session)).not.toContain('late')
    expect(left.others.reduce((sum, { calls }) => sum + calls.length, 0)).toBe(6)
  })

  it('goes no further than it may', () => {
    const traffic = { session: sessionAt('s', 0, 1), others: [sessionAt('a', 2)] }
    expect(shrinkTraffic(traffic, () => true, { mostTries: 1 })).toMatchObject({ tried: 1, isMinimal: false })
  })
})
