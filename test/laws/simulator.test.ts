import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Guard, Policy } from '../../src/policy/core.ts'
import { referenceEvaluator } from '../../src/policy/reference/decide.ts'
import { createReplay, mergePartials } from '../../src/replay/replay.ts'
import type { Attempt, CallResult } from '../../src/replay/result/call.ts'
import type { TimelineEntry } from '../../src/replay/result/failover.ts'
import type { ReplayResult } from '../../src/replay/result/replay.ts'
import type { SessionResult } from '../../src/replay/result/session.ts'
import { replaySession } from '../../src/replay/session-replay.ts'
import { breakerAfter, breakerBegins, closed } from '../../src/replay/serving/breaker.ts'
import type { BreakerState } from '../../src/replay/serving/breaker.ts'
import type { Fault } from '../../src/trace/faults/fault.ts'
import type { RecordedSession } from '../../src/trace/session.ts'
import { timelinePolicy } from '../support/fault-timeline.ts'
import { lawRuns } from '../support/law-runs.ts'
import { replayed } from '../support/replaying.ts'
import { madeUpFaults, madeUpServing, madeUpTraffic, noon, trafficSessions } from '../support/traffic.ts'
import type { MadeUpFault } from '../support/traffic.ts'

const second = 1_000_000
const runs = lawRuns(8)

/** Guards that sessions share, so that they are replayed together. */
const guards = 'cooldown { trip at once on [overloaded] lasts 5s } breaker { trip after 2 failures in 60s on [server] lasts 10s probes 1 scope endpoint window sliding }'

const retrying = `retry 3 times { backoff 500ms retry-after up to 15s } failover on [any] max-attempts 6 ${guards}`

function script(faults: readonly MadeUpFault[], from = noon): readonly Fault[] {
  return faults.map(({ provider, from: begins, lasts, errorClass, retryAfter }, at) => ({
    id: `f${at}`,
    hits: [{ provider }],
    clock: 'dated',
    fromMicros: from + begins * second,
    untilMicros: from + (begins + lasts) * second,
    errorClass,
    failurePercent: 100,
    ...(retryAfter === undefined ? {} : { retryAfterMicros: retryAfter * second }),
  }))
}

interface Ran {
  readonly result: ReplayResult
  readonly sessions: readonly SessionResult[]
  readonly calls: readonly CallResult[]
}

function run(policy: Policy, sessions: readonly RecordedSession[], faults: readonly Fault[] = [], seed?: string): Ran {
  const ran = replayed(policy, sessions, { faults: { recorded: true, script: faults, beginning: {}, unknown: 'up' }, seed })
  return { ...ran, calls: ran.sessions.flatMap((session) => session.calls) }
}

/** What happened to a call, on a clock that begins at `from`. */
function happened({ attempts, end, served }: CallResult, from = noon): unknown {
  const at = (micros: number | undefined): number => (micros ?? Number.NaN) - from
  return [
    end,
    served,
    attempts.map((each) => [each.model, each.provider, at(each.startMicros), at(each.endMicros), each.errorClass, each.cause]),
  ]
}

function whatHappened(sessions: readonly SessionResult[], from = noon): unknown {
  return sessions.map(({ calls, divergence }) => [calls.map((call) => happened(call, from)), divergence?.call])
}

const transitionsOf = ({ failover }: ReplayResult): readonly Extract<TimelineEntry, { kind: 'breaker' | 'cooldown' }>[] =>
  failover.timeline.entries.flatMap((entry) => (entry.kind === 'budget' ? [] : [entry]))

/** All attempts, in the order in which they were sent. */
const attemptsOf = (calls: readonly CallResult[]): readonly Attempt[] =>
  calls.flatMap((call) => call.attempts).toSorted((a, b) => (a.startMicros ?? 0) - (b.startMicros ?? 0))

const isAt = (attempt: Attempt, subject: string): boolean => `${attempt.model} at ${attempt.provider}` === subject

const hostsOf = (calls: readonly CallResult[]): ReadonlySet<string> =>
  new Set(attemptsOf(calls).map((each) => `${each.model} at ${each.provider}`))

const guardOf = (policy: Policy, kind: 'breaker' | 'cooldown'): Guard | undefined => policy.serving[0]?.lines[kind]

describe('safety: whatever fails', () => {
  it('also law 1: shuffled sessions come to the same result', () => {
    fc.assert(
      fc.property(madeUpTraffic, madeUpServing, madeUpFaults, fc.nat(), (traffic, serving, faults, turn) => {
        const policy = timelinePolicy(`${serving}\nlimit 3 calls per 10s as token-bucket`)
        const sessions = trafficSessions(traffic)
        const at = turn % sessions.length
        const shuffled = [...sessions.slice(at), ...sessions.slice(0, at)].toReversed()
        expect(run(policy, shuffled, script(faults)).result).toEqual(run(policy, sessions, script(faults)).result)
      }),
      runs,
    )
  })

  it('law 5: without anything shared that happens, a session is replayed among others as it is alone', () => {
    fc.assert(
      fc.property(madeUpTraffic, (traffic) => {
        const policy = timelinePolicy(`retry 2 times failover on [any] ${guards}`)
        const sessions = trafficSessions(traffic)
        const evaluator = referenceEvaluator(policy)
        const alone = sessions.map((session) => replaySession(session, { evaluator, mode: 'frozen', seed: '0' }))
        expect(run(policy, sessions).sessions.map(({ calls }) => calls)).toEqual(alone.map(({ calls }) => calls))
      }),
      runs,
    )
  })

  it('law 6: traffic long after other traffic is replayed as if there had been none', () => {
    fc.assert(
      fc.property(madeUpTraffic, madeUpTraffic, madeUpServing, madeUpFaults, (first, then, serving, faults) => {
        // A breaker that has opened waits for its probes however long that takes: it forgets nothing.
        fc.pre(!serving.includes('breaker'))
        const policy = timelinePolicy(`${serving}\nlimit 2 calls per 10s`)
        const later = noon + 3600 * second
        const [one, two] = [trafficSessions(first), trafficSessions(then, { from: later, name: (at) => `t${at}` })]
        const held = [...script(faults), ...script(faults, later)]
        const both = run(policy, [...one, ...two], held).sessions
        expect(whatHappened(both)).toEqual(whatHappened([...run(policy, one, held).sessions, ...run(policy, two, held).sessions]))
      }),
      runs,
    )
  })

  it('law 7: traffic and faults that come later do the same, so much later', () => {
    fc.assert(
      fc.property(madeUpTraffic, madeUpServing, madeUpFaults, fc.integer({ min: 1, max: 10 ** 12 }), (traffic, serving, faults, delay) => {
        const policy = timelinePolicy(`${serving}\nlimit 3 calls per 10s as token-bucket`)
        const [now, then] = [noon, noon + delay].map((from) => run(policy, trafficSessions(traffic, { from }), script(faults, from)))
        expect(whatHappened(then?.sessions ?? [], noon + delay)).toEqual(whatHappened(now?.sessions ?? []))
        const timeline = (ran: Ran | undefined, from: number): unknown =>
          ran?.result.failover.timeline.entries.map((entry) => ({ ...entry, atMicros: entry.atMicros - from, untilMicros: undefined }))
        expect(timeline(then, noon + delay)).toEqual(timeline(now, noon))
      }),
      runs,
    )
  })

  it('also law 8: nothing turns on how sessions are named', () => {
    fc.assert(
      fc.property(madeUpTraffic, madeUpServing, madeUpFaults, (traffic, serving, faults) => {
        const policy = timelinePolicy(`${serving}\nlimit 2 calls per 10s`)
        const named = (name: (at: number) => string): unknown =>
          whatHappened(run(policy, trafficSessions(traffic, { name }), script(faults)).sessions)
        expect(named((at) => `z${9 - at}`)).toEqual(named((at) => `a${at}`))
      }),
      runs,
    )
  })

  it('law 9: without jitter and partial faults the seed is irrelevant', () => {
    fc.assert(
      fc.property(madeUpTraffic, madeUpServing, madeUpFaults, fc.string(), (traffic, serving, faults, seed) => {
        const policy = timelinePolicy(`${serving}\n${serving.includes('cooldown') ? '' : 'cooldown { trip at once lasts 3s }'}`)
        const sessions = trafficSessions(traffic)
        const [one, other] = [run(policy, sessions, script(faults)), run(policy, sessions, script(faults), seed)]
        expect(other.result.outcomeHash).toBe(one.result.outcomeHash)
      }),
      runs,
    )
  })

  it('law 23: under a budget that stops, no call begins once what ended before it has spent the limit', () => {
    fc.assert(
      fc.property(madeUpTraffic, madeUpFaults, fc.constantFrom('session', 'day'), fc.integer({ min: 1, max: 9 }), (traffic, faults, per, thousandths) => {
        const limit = BigInt(thousandths) * 1_000_000_000n
        const policy = timelinePolicy(
          'failover on [any]',
          `budget purse { ${per === 'day' ? 'scope organisation ' : ''}limit $0.00${thousandths} per ${per} at 100% then stop "spent" }`,
        )
        const ran = run(policy, trafficSessions(traffic), script(faults))
        const spentOf = (call: CallResult): bigint => [call.policyCost, call.attemptsCost].reduce((sum, money) => sum + (money?.value ?? 0n), 0n)
        for (const { calls } of per === 'day' ? [ran] : ran.sessions) {
          for (const { attempts } of calls) {
            const begins = attempts[0]?.startMicros ?? 0
            const before = calls.filter((other) => (other.attempts.at(-1)?.endMicros ?? Infinity) < begins)
            // So the limit is passed by what is under way when it is met, and by nothing after.
            expect(before.reduce((sum, other) => sum + spentOf(other), 0n) < limit).toBe(true)
          }
        }
      }),
      runs,
    )
  })

  it('law 26: nothing is sent to a host whose breaker is open', () => {
    fc.assert(
      fc.property(madeUpTraffic, madeUpServing, madeUpFaults, (traffic, serving, faults) => {
        const { result, calls } = run(timelinePolicy(serving), trafficSessions(traffic), script(faults))
        for (const { kind, to, subject, atMicros, untilMicros = Infinity } of transitionsOf(result)) {
          if (kind !== 'breaker' || to !== 'open') continue
          const sent = attemptsOf(calls).filter(
            (each) => isAt(each, subject) && (each.startMicros ?? 0) > atMicros && (each.startMicros ?? 0) < untilMicros,
          )
          expect(sent).toEqual([])
        }
      }),
      runs,
    )
  })

  it('law 27: a call has no more attempts and a host no more tries than the policy allows', () => {
    fc.assert(
      fc.property(madeUpTraffic, madeUpFaults, (traffic, faults) => {
        for (const { attempts } of run(timelinePolicy(retrying), trafficSessions(traffic), script(faults)).calls) {
          expect(attempts.length).toBeLessThanOrEqual(6)
          const tries = new Map<string, number>()
          for (const { provider } of attempts) tries.set(provider, (tries.get(provider) ?? 0) + 1)
          expect(Math.max(0, ...tries.values())).toBeLessThanOrEqual(4)
        }
      }),
      runs,
    )
  })

  it('law 28: a retry waits as long as the host has asked', () => {
    fc.assert(
      fc.property(madeUpTraffic, madeUpFaults, (traffic, faults) => {
        const held = script(faults)
        for (const { attempts } of run(timelinePolicy(retrying), trafficSessions(traffic), held).calls) {
          attempts.forEach((each, at) => {
            const next = attempts[at + 1]
            if (next === undefined || !isAt(next, `${each.model} at ${each.provider}`)) return
            const asked = held.find(({ id }) => id === each.fault)?.retryAfterMicros ?? 0
            expect((next.startMicros ?? 0) - (each.endMicros ?? 0)).toBeGreaterThanOrEqual(Math.max(asked, 500_000))
          })
        }
      }),
      runs,
    )
  })

  it('law 29: an error that no line lists is tried once at a host, and moves no guard', () => {
    fc.assert(
      fc.property(madeUpTraffic, madeUpFaults, (traffic, faults) => {
        const policy = timelinePolicy(`retry 3 times on [overloaded] failover on [any]
          cooldown { trip at once on [overloaded] lasts 5s }
          breaker { trip after 1 failures in 60s on [overloaded] lasts 10s probes 1 }`)
        const { calls, result } = run(policy, trafficSessions(traffic), script(faults))
        for (const { attempts } of calls) {
          attempts.forEach((each, at) => {
            if (each.errorClass === 'overloaded') return
            const again = attempts.slice(at + 1).filter((later) => isAt(later, `${each.model} at ${each.provider}`))
            expect(again).toEqual([])
          })
        }
        // What trips a guard is an attempt that ended there and then by an error that it lists.
        const overloaded = attemptsOf(calls).filter(({ errorClass }) => errorClass === 'overloaded')
        for (const { to, subject, atMicros } of transitionsOf(result)) {
          if (to !== 'open') continue
          expect(overloaded.filter((each) => each.endMicros === atMicros && isAt(each, subject))).not.toEqual([])
        }
      }),
      runs,
    )
  })

  it('law 30: a breaker is a function of what happens at its host', () => {
    fc.assert(
      fc.property(madeUpTraffic, madeUpServing, madeUpFaults, (traffic, serving, faults) => {
        const policy = timelinePolicy(serving)
        const guard = guardOf(policy, 'breaker')
        const { result, calls } = run(policy, trafficSessions(traffic), script(faults))
        const seen = transitionsOf(result).filter(({ kind }) => kind === 'breaker')
        for (const host of hostsOf(calls)) {
          expect(guard === undefined ? [] : alone(guard, calls, host).transitions).toEqual(
            seen.filter(({ subject }) => subject === host).map(({ atMicros, to }) => `${to} at ${atMicros}`),
          )
        }
      }),
      runs,
    )
  })

  it('law 31: a half-open breaker lets no more probes begin than it has, and an open one rests as long as it says', () => {
    fc.assert(
      fc.property(madeUpTraffic, fc.integer({ min: 1, max: 2 }), fc.integer({ min: 1, max: 30 }), madeUpFaults, (traffic, probes, lasts, faults) => {
        const policy = timelinePolicy(
          `failover on [any] breaker { trip after 1 failures in 60s on [overloaded, server] lasts ${lasts}s probes ${probes} scope endpoint }`,
        )
        const guard = guardOf(policy, 'breaker')
        const { result, calls } = run(policy, trafficSessions(traffic), script(faults))
        for (const host of hostsOf(calls)) {
          expect(guard === undefined ? 0 : alone(guard, calls, host).mostProbes).toBeLessThanOrEqual(probes)
        }
        const opened = transitionsOf(result).filter(({ to }) => to === 'open')
        expect(opened.filter(({ atMicros, untilMicros }) => untilMicros !== atMicros + lasts * second)).toEqual([])
      }),
      runs,
    )
  })

  it('law 32: what a token bucket lets through in any span is no more than it holds and is refilled by', () => {
    fc.assert(
      fc.property(madeUpTraffic, fc.integer({ min: 1, max: 3 }), fc.boolean(), (traffic, count, inTokens) => {
        const limit = inTokens ? `limit ${count * 3000} tokens per 10s as token-bucket` : `limit ${count} calls per 10s as token-bucket`
        const full = inTokens ? count * 3000 : count
        const { calls } = run(timelinePolicy(`failover on [any] ${limit}`), trafficSessions(traffic))
        const taken = calls
          .flatMap(({ attempts, promptTokens = 0 }) => attempts.map((each) => ({ ...each, amount: inTokens ? promptTokens : 1 })))
          .toSorted((a, b) => (a.startMicros ?? 0) - (b.startMicros ?? 0))
        for (const provider of ['a', 'b', 'c']) {
          const here = taken.filter((each) => each.provider === provider)
          here.forEach((first, from) => {
            let amount = 0
            for (const each of here.slice(from)) {
              amount += each.amount
              const span = (each.startMicros ?? 0) - (first.startMicros ?? 0)
              expect(amount * 10 * second).toBeLessThanOrEqual(full * (10 * second + span))
            }
          })
        }
      }),
      runs,
    )
  })

  it('law 33: every call ends once, and a served one has exactly one attempt that answered', () => {
    fc.assert(
      fc.property(madeUpTraffic, madeUpServing, madeUpFaults, (traffic, serving, faults) => {
        const sessions = trafficSessions(traffic)
        const ran = run(timelinePolicy(`${serving}\nlimit 2 calls per 10s as token-bucket`), sessions, script(faults))
        expect(ran.sessions.map(({ calls }) => calls.length)).toEqual(sessions.map(({ calls }) => calls.length))
        for (const { end, attempts } of ran.calls) {
          const answered = attempts.flatMap(({ errorClass }, at) => (errorClass === undefined ? [at] : []))
          expect(answered).toEqual(end === 'served' ? [attempts.length - 1] : [])
        }
      }),
      runs,
    )
  })

  it('also law 34: nothing happens before what it follows from', () => {
    fc.assert(
      fc.property(madeUpTraffic, madeUpServing, madeUpFaults, (traffic, serving, faults) => {
        const { sessions } = run(timelinePolicy(`${serving}\nlimit 3 calls per 10s as token-bucket`), trafficSessions(traffic), script(faults))
        for (const { calls } of sessions) {
          let now = 0
          for (const { startMicros = -1, endMicros = -1 } of calls.flatMap(({ attempts }) => attempts)) {
            expect([startMicros >= now, endMicros >= startMicros]).toEqual([true, true])
            now = endMicros
          }
        }
      }),
      runs,
    )
  })

  it('law 35: without faults the outcome is that of a policy without a word about failures', () => {
    fc.assert(
      fc.property(madeUpTraffic, madeUpServing, (traffic, serving) => {
        const sessions = trafficSessions(traffic)
        const [plain, guarded] = [timelinePolicy(''), timelinePolicy(`${serving}\nprefer not outage(it, 30s)`)].map((policy) => run(policy, sessions).result)
        expect(guarded?.outcomeHash).toBe(plain?.outcomeHash)
        expect(guarded?.totals).toEqual(plain?.totals)
        expect(guarded?.failover).toEqual(plain?.failover)
      }),
      runs,
    )
  })

  it('law 36: a fault where nobody is sent to changes nothing', () => {
    fc.assert(
      fc.property(madeUpTraffic, madeUpServing, madeUpFaults, (traffic, serving, faults) => {
        const policy = timelinePolicy(`require provider(it) is not c\n${serving.replace('fallback on [any] to [spare]', '')}`)
        const held = script(faults.filter(({ provider }) => provider !== 'c'))
        const elsewhere = { id: 'far', hits: [{ provider: 'c' }], clock: 'dated', fromMicros: noon, untilMicros: noon + 999 * second, errorClass: 'server', failurePercent: 100 } as const
        const sessions = trafficSessions(traffic)
        expect(run(policy, sessions, [...held, elsewhere]).result.outcomeHash).toBe(run(policy, sessions, held).result.outcomeHash)
      }),
      runs,
    )
  })

  it('law 38: one more fault never lets its host serve more while it holds', () => {
    fc.assert(
      fc.property(madeUpTraffic, madeUpServing, madeUpFaults, fc.nat({ max: 60 }), (traffic, serving, faults, begins) => {
        const policy = timelinePolicy(serving)
        const more = { provider: 'a', from: begins, lasts: 30, errorClass: 'overloaded', retryAfter: undefined }
        const served = (held: readonly MadeUpFault[]): number =>
          attemptsOf(run(policy, trafficSessions(traffic), script(held)).calls).filter(
            ({ provider, errorClass, startMicros = 0 }) =>
              provider === 'a' && errorClass === undefined && startMicros >= noon + begins * second && startMicros < noon + (begins + 30) * second,
          ).length
        expect(served([more, ...faults])).toBeLessThanOrEqual(served(faults))
      }),
      runs,
    )
  })

  it('parts of sessions that share state are refused, by the name of it', () => {
    fc.assert(
      fc.property(madeUpTraffic, (traffic) => {
        const sessions = trafficSessions(traffic)
        fc.pre(sessions.length > 1)
        const parts = [sessions.slice(0, 1), sessions.slice(1)].map((part) => {
          const replay = createReplay({ policy: timelinePolicy(guards) })
          for (const session of part) expect(replay.add(session)).toBeUndefined()
          return replay.partial()
        })
        expect(() => merged(parts)).toThrow('sessions share breaker, cooldown')
      }),
      lawRuns(5),
    )
  })
})

describe('liveness: faults are over and there is room for all', () => {
  it('law 34: once faults and rests are over every call is served', () => {
    fc.assert(
      fc.property(madeUpTraffic, madeUpServing, madeUpFaults, (traffic, serving, faults) => {
        // Faults of the first two and a half minutes; no guard rests longer than a minute.
        const policy = timelinePolicy(serving)
        const after = trafficSessions(traffic, { from: noon + 300 * second, name: (at) => `t${at}` })
        const all = run(policy, [...trafficSessions(traffic), ...after], script(faults)).sessions
        const late = all.slice(-after.length).flatMap(({ calls }) => calls)
        expect(late.map(({ end }) => end)).toEqual(late.map(() => 'served'))
        expect(late.every(({ attempts }) => attempts.length === 1)).toBe(true)
      }),
      runs,
    )
  })
})

function merged([left, right]: readonly ReturnType<ReturnType<typeof createReplay>['partial']>[]): void {
  if (left !== undefined && right !== undefined) mergePartials(left, right)
}

/** What the automaton alone makes of the attempts at one host. */
function alone(guard: Guard, calls: readonly CallResult[], host: string): { readonly transitions: readonly string[]; readonly mostProbes: number } {
  const events = calls
    .flatMap(({ attempts }) => attempts.filter((each) => isAt(each, host)))
    .flatMap((attempt, index) => [
      { attempt, at: attempt.startMicros ?? 0, order: 2 * index, begins: true },
      { attempt, at: attempt.endMicros ?? 0, order: 2 * index + 1, begins: false },
    ])
    .toSorted((a, b) => a.at - b.at || a.order - b.order)
  const transitions: string[] = []
  let mostProbes = 0
  let state: BreakerState = closed
  for (const { attempt, at, begins } of events) {
    const before = state
    if (begins) {
      state = breakerBegins(guard, state, at)
    } else {
      const { errorClass } = attempt
      state = breakerAfter(guard, state, {
        begunMicros: attempt.startMicros ?? 0,
        atMicros: at,
        error: errorClass === undefined ? undefined : { errorClass, status: attempt.status },
        brokenOff: false,
        retryAfterMicros: undefined,
        alone: false,
      })
    }
    if (state.phase !== before.phase) transitions.push(`${state.phase} at ${at}`)
    if (state.phase === 'half-open') mostProbes = Math.max(mostProbes, state.begun)
  }
  return { transitions, mostProbes }
}
