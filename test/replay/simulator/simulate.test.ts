import { describe, expect, it } from 'vitest'
import { noPartial } from '../../../src/replay/partial.ts'
import { createReplay, finishReplay, mergePartials } from '../../../src/replay/replay.ts'
import { explainCall } from '../../../src/replay/explain-call.ts'
import { referenceEvaluator } from '../../../src/policy/reference/decide.ts'
import type { CallRecord } from '../../../src/trace/record.ts'
import type { RecordedSession } from '../../../src/trace/session.ts'
import { timeline, timelinePolicy } from '../../support/fault-timeline.ts'
import type { ScriptedFault } from '../../support/fault-timeline.ts'
import { small } from '../../support/policy-of.ts'
import { replayed } from '../../support/replaying.ts'
import { noon } from '../../support/traffic.ts'

const second = 1_000_000

interface Short {
  /** Seconds from noon. */
  readonly at: number
  readonly took?: number
  readonly tokens?: number
}

/** One session: calls served by `model at provider` in ten seconds each, of 1,000 tokens and 100 of output. */
function session(name: string, calls: readonly Short[], more: Partial<CallRecord> = {}, header: object = {}): RecordedSession {
  return {
    session: name,
    header: { record: 'session', schema: 1, session: name, ...header },
    events: [],
    calls: calls.map(({ at, took = 10, tokens = 1000 }, index) => ({
      record: 'call',
      session: name,
      call: index + 1,
      startMicros: noon + at * second,
      endMicros: noon + (at + took) * second,
      prompt: { user: { chars: 5 }, tokens, newImages: 0, contextImages: 0 },
      served: { model: 'large', provider: 'a' },
      usage: { uncachedInput: tokens, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0, output: 100, outputQuality: 'exact' },
      end: 'served',
      ...more,
    })),
  }
}

const overloaded = (provider: string, from: number, until: number): ScriptedFault => ({
  hits: [{ provider }],
  from,
  until,
  error: 'overloaded',
})

describe('sessions that share hosts', () => {
  it('find the breaker that another one has opened, and the probe that closes it', () => {
    const serving = 'failover on [any] breaker { trip after 2 failures in 60s on [overloaded] lasts 30s probes 1 scope endpoint window sliding }'
    const sessions = [0, 5, 10, 40, 55].map((at, index) => session(`s${index}`, [{ at }]))
    const { lines, result } = timeline(serving, sessions, [overloaded('a', 0, 20)])
    // Two failures open it at 5; it is half-open from 35 on, when the host is up again.
    expect(lines).toEqual(['0 a!overloaded 0 b -> b', '5 a!overloaded 5 b -> b', '10 b -> b', '40 a -> a', '55 a -> a'])
    expect(result.failover.timeline.entries).toMatchObject([
      { kind: 'breaker', subject: 'large at a', from: 'closed', to: 'open', session: 's1', detectedAfterMicros: 5 * second },
      { from: 'open', to: 'half-open', session: 's3', atMicros: noon + 40 * second },
      { from: 'half-open', to: 'closed', session: 's3', atMicros: noon + 50 * second },
    ])
    expect(result.failover).toMatchObject({
      sessions: { replayed: 5, uninterrupted: 5, crossedProviders: 2, undated: 0 },
      attemptsPerCall: [{ attempts: 1, calls: 3 }, { attempts: 2, calls: 2 }],
      timeToRecover: { count: 2, medianMicros: 0, maxMicros: 0 },
    })
    expect(result.sharedState).toEqual(['breaker'])
  })

  it('let one probe through while it is under way', () => {
    const serving = 'failover on [any] breaker { trip after 1 failures in 60s lasts 10s probes 1 scope endpoint }'
    const sessions = [0, 20, 22, 31].map((at, index) => session(`s${index}`, [{ at }]))
    const { lines } = timeline(serving, sessions, [overloaded('a', 0, 5)])
    expect(lines).toEqual(['0 a!overloaded 0 b -> b', '20 a -> a', '22 b -> b', '31 a -> a'])
  })

  it('see the outage that another one has met, from the next instant on', () => {
    const sessions = [0, 0, 1, 31].map((at, index) => session(`s${index}`, [{ at }]))
    const { lines } = timeline('failover on [any] prefer not outage(it, 30s)', sessions, [overloaded('b', 900, 901), overloaded('a', 0, 1)])
    expect(lines).toEqual(['0 a!overloaded 0 b -> b', '0 a!overloaded 0 b -> b', '1 b -> b', '31 a -> a'])
  })

  it('go to the host that is least busy', () => {
    const sessions = [0, 1, 2, 3, 11].map((at, index) => session(`s${index}`, [{ at }]))
    expect(timeline('strategy least-busy', sessions, []).lines).toEqual(['0 a -> a', '1 b -> b', '2 c -> c', '3 a -> a', '11 b -> b'])
  })

  it('use up a limit together', () => {
    const sessions = [0, 1, 2, 10].map((at, index) => session(`s${index}`, [{ at, took: 1 }]))
    expect(timeline('limit 1 calls per 10s', sessions, []).lines).toEqual(['0 a -> a', '1 b -> b', '2 c -> c', '10 a -> a'])
  })

  it.each([
    // 1,000 of each prompt; 100 of each output, from the answer on.
    ['limit 2050 tokens per 60s', ['0 a -> a', '2 b -> b']],
    ['limit 2100 tokens per 60s', ['0 a -> a', '2 a -> a']],
    ['limit 2050 input tokens per 60s', ['0 a -> a', '2 a -> a']],
    ['limit 100 output tokens per 60s', ['0 a -> a', '2 b -> b']],
    ['limit 101 output tokens per 60s', ['0 a -> a', '2 a -> a']],
    // Each answer took what the window had left for it and more, which is owed.
    ['limit 1 output tokens per 60s as calendar-minute', ['0 a -> a', '2 b -> b']],
  ])('use up a %s', (serving, expected) => {
    const sessions = [0, 2].map((at, index) => session(`s${index}`, [{ at, took: 1 }]))
    expect(timeline(serving, sessions, []).lines).toEqual(expected)
  })

  it('do not see an output before it is there', () => {
    const sessions = [0, 1].map((at, index) => session(`s${index}`, [{ at, took: 5 }]))
    expect(timeline('limit 2000 tokens per 60s', sessions, []).lines).toEqual(['0 a -> a', '1 a -> a'])
  })

  it('fill dedicated capacity, which spills to the same host or to the next one', () => {
    const sessions = [0, 1, 2, 12].map((at, index) => session(`s${index}`, [{ at, took: 1 }]))
    const capacities = (overflow: string): readonly unknown[] => {
      const { calls, result } = timeline(`dedicated a { capacity 1500 tokens per 15s overflow ${overflow} }`, sessions, [])
      return [...calls.map(({ served, attempts }) => `${served?.provider} ${attempts[0]?.capacity}`), result.failover.dedicated]
    }
    // 1,500 tokens, less 1,000 at noon: 600 a second later, 700 two, and full again before twelve.
    expect(capacities('shared')).toEqual(['a dedicated', 'a spill', 'a spill', 'a dedicated', { served: 2, spilled: 2 }])
    expect(capacities('fail')).toEqual(['a dedicated', 'b spill', 'b spill', 'a dedicated', { served: 2, spilled: 2 }])
  })

  it('explain a call by what the others have done', () => {
    const policy = timelinePolicy('limit 1 calls per 10s')
    const [first, second_] = [session('s0', [{ at: 0 }]), session('s1', [{ at: 1 }])]
    const options = { evaluator: referenceEvaluator(policy), seed: '0' }
    expect(explainCall(second_, 1, options)?.result.served?.provider).toBe('a')
    expect(explainCall(second_, 1, { ...options, others: [first] })?.result.served?.provider).toBe('b')
  })

  it('do not meet a session without a wall clock, which has hosts of its own', () => {
    const relative = session('s1', [{ at: 1 }], { timeQuality: 'relative' })
    const { sessions, result } = replayed(timelinePolicy('limit 1 calls per 10s'), [session('s0', [{ at: 0 }]), relative, session('s2', [{ at: 2 }])])
    expect(sessions.map(({ calls }) => calls[0]?.served?.provider)).toEqual(['a', 'a', 'b'])
    expect(result.failover.sessions.undated).toBe(1)
    expect(result.notices.join()).toContain('1 of 3 sessions has no wall clock')
  })
})

describe('a replay that is settled together', () => {
  const policy = timelinePolicy('limit 1 calls per 10s')

  it('takes no session after the others, and tells nothing of a part of them', () => {
    const replay = createReplay({ policy })
    for (const name of ['s0', 's1']) replay.add(session(name, [{ at: 0 }]))
    for (const _ of replay.settle()) break
    expect(() => replay.finish()).toThrow('not all been settled')
    const late = createReplay({ policy })
    late.add(session('s0', [{ at: 0 }]))
    expect(late.finish().totals.sessions).toBe(1)
    late.add(session('s1', [{ at: 0 }]))
    expect(() => late.finish()).toThrow('sessions came after the others, with which they share limit')
  })

  it('merges with nothing as what it is', () => {
    const replay = createReplay({ policy })
    replay.add(session('s0', [{ at: 0 }]))
    const whole = replay.partial()
    expect(finishReplay({ policy }, mergePartials(whole, noPartial))).toEqual(finishReplay({ policy }, mergePartials(noPartial, whole)))
    expect(finishReplay({ policy }, mergePartials(noPartial, whole))).toEqual(replay.finish())
  })
})

describe('arrivals', () => {
  const two = session('s', [{ at: 0 }, { at: 20 }])
  const starts = (arrivals: 'closed-loop' | 'recorded'): readonly number[] => {
    const policy = timelinePolicy('retry 1 times { backoff 4s }')
    const faults = { recorded: true, script: [], beginning: {}, unknown: 'up' } as const
    const fault = { id: 'f', hits: [{ provider: 'a' }], clock: 'dated', fromMicros: noon, untilMicros: noon + 1, errorClass: 'server', failurePercent: 100 } as const
    const { sessions } = replayed(policy, [two], { arrivals, faults: { ...faults, script: [fault] } })
    return (sessions[0]?.calls ?? []).map(({ attempts }) => ((attempts[0]?.startMicros ?? 0) - noon) / second)
  }

  it('follow the end of the call before by the recorded gap, once a fault has held it up', () => {
    // Four seconds of backoff, then the ten that the log's call took.
    expect(starts('closed-loop')).toEqual([0, 24])
    expect(starts('recorded')).toEqual([0, 20])
  })
})

describe('budgets', () => {
  const dollars = (count: number): Partial<CallRecord> => ({ cost: { picoUsd: `${count}000000000000`, source: 'provider' } })
  const policy = small(`
    on start { otherwise use big }
    budget month { limit $5 per month scope team window calendar in "UTC" at 50% then alert "half" at 100% then stop "spent" }
  `)
  const big: Partial<CallRecord> = { served: { model: 'big', provider: 'north' }, ...dollars(3) }
  const of = (name: string, at: number, team: string, more: Partial<CallRecord> = {}): RecordedSession =>
    session(name, [{ at }], { ...big, ...more }, { signals: { team } })

  it('are checked before a call and charged when it ends: calls in flight go past the limit together', () => {
    // Three at once, of three dollars each; the fourth begins when two have ended, the last is another team's.
    const { result, sessions } = replayed(policy, [of('s1', 0, 'x'), of('s2', 1, 'x'), of('s3', 9, 'x'), of('s4', 12, 'x'), of('s5', 30, 'y')])
    expect(sessions.map(({ calls }) => calls[0]?.end)).toEqual(['served', 'served', 'served', 'no-route', 'served'])
    const dollar = 1_000_000_000_000n
    const exactly = (count: bigint): unknown => ({ value: count * dollar, lo: count * dollar, hi: count * dollar })
    expect(result.failover.budgets).toEqual([
      { budget: 'month', limitPicoUsd: 5n * dollar, spent: exactly(12n), windows: 2, exhausted: 1, overshootPicoUsd: 4n * dollar, callsStopped: 1 },
    ])
    expect(result.failover.timeline.entries.map((entry) => `${(entry.atMicros - noon) / second} ${entry.session} ${entry.to}`)).toEqual([
      '10 s1 alert', '11 s2 stop', '40 s5 alert',
    ])
  })

  it('decide at what was likely spent, and say where the bounds would decide otherwise', () => {
    const vague = { usage: { uncachedInput: 1000, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0, output: 100, outputQuality: 'lower-bound' } } as const
    const unbilled = session('s1', [{ at: 0 }], { served: { model: 'big', provider: 'north' }, ...vague }, { signals: { team: 'x' } })
    const { sessions, result } = replayed(policy, [unbilled, of('s2', 20, 'x')])
    const decision = sessions[1]?.calls[0]?.decision
    expect([decision?.model, decision?.undetermined, decision?.missing]).toEqual(['big', true, ['spent on month']])
    expect(result.failover.budgets[0]?.spent.hi).not.toBe(result.failover.budgets[0]?.spent.value)
  })

  it('of a session count its own calls, and no other’s', () => {
    const own = small('on start { otherwise use big } budget purse { limit $5 per session at 100% then stop "spent" }')
    const long = (name: string): RecordedSession => session(name, [{ at: 0 }, { at: 20 }, { at: 40 }], big)
    const { sessions, result } = replayed(own, [long('s1'), long('s2')])
    expect(sessions.map(({ calls }) => calls.map(({ end }) => end))).toEqual([['served', 'served', 'no-route'], ['served', 'served', 'no-route']])
    expect(result.failover.budgets).toMatchObject([{ budget: 'purse', windows: 2, exhausted: 2, callsStopped: 2 }])
    expect(result.sharedState).toEqual([])
  })
})
