import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Policy, ServeLines } from '../../src/policy/core.ts'
import type { FaultSources } from '../../src/replay/faults/script.ts'
import { replayJson } from '../../src/report/json.ts'
import { createReplay, finishReplay, mergePartials } from '../../src/replay/replay.ts'
import type { CallResult } from '../../src/replay/result/call.ts'
import type { Fault, FaultDomain } from '../../src/trace/faults/fault.ts'
import type { RecordedSession } from '../../src/trace/session.ts'
import { madeUpLogs, recordedSessions } from '../support/arbitrary-recorded.ts'
import { callsAt, faultScript } from '../support/fault-timeline.ts'
import { lawRuns } from '../support/law-runs.ts'
import { policyOf } from '../support/policy-of.ts'
import { loadablePolicyText, replayed } from '../support/replaying.ts'

const runs = lawRuns(12)
const noFaults: FaultSources = { recorded: false, script: [], beginning: {}, unknown: 'up' }

/** Everything that answers a failure, taken out. */
function withoutFailover(policy: Policy): Policy {
  const stripped = (lines: ServeLines): ServeLines => {
    const { retry: _retry, failover: _failover, fallbacks: _fallbacks, cooldown: _cooldown, breaker: _breaker, ...rest } = lines
    return rest
  }
  return {
    ...policy,
    serving: policy.serving.map((each) => ({ ...each, lines: stripped(each.lines) })),
    profiles: policy.profiles.map((each) => ({ ...each, lines: stripped(each.lines) })),
  }
}

/** A limit without room and a requirement that nobody meets leave hosts out as a fault does, without one. */
function withHosts(policy: Policy): Policy {
  const stripped = (lines: ServeLines): ServeLines => {
    const { limits: _limits, require: _require, ...rest } = lines
    return rest
  }
  return {
    ...policy,
    serving: policy.serving.map((each) => ({ ...each, lines: stripped(each.lines) })),
    profiles: policy.profiles.map((each) => ({ ...each, lines: stripped(each.lines) })),
    providers: policy.providers.map((each) => ({ ...each, limits: [] })),
    models: policy.models.map((model) => ({ ...model, endpoints: model.endpoints.map((each) => ({ ...each, limits: [] })) })),
  }
}

/** Logs in which nothing was refused: a refusal is no fault, and a failover may answer it. */
function unrefused(sessions: readonly RecordedSession[]): readonly RecordedSession[] {
  return sessions.map((session) => ({
    ...session,
    calls: session.calls.map(({ attempts: _attempts, ...call }) => ({
      ...call,
      end: call.end === 'denied' ? ('exhausted' as const) : call.end,
    })),
  }))
}

// --- plain chains of hosts, for laws about what a fault does to them

const hosts = ['a', 'b', 'c'] as const

/** One model at these hosts, asked in their order. */
function chain(served: readonly string[], serving: string): Policy {
  return policyOf(`policy chain
    scale tier = [standard]
    ${hosts.map((host) => `provider ${host} { family ${host} }`).join('\n')}
    model large { tier standard accepts [text] context 100k tokens served-by [${served.join(', ')}] price per 1M tokens { input $1 output $10 } }
    on start { otherwise use large }
    serve any { order [${served.join(', ')}] ${serving} }`)
}

const serving: fc.Arbitrary<string> = fc
  .record({
    retries: fc.nat({ max: 2 }),
    on: fc.constantFrom('any', 'server', 'server, overloaded'),
    failover: fc.constantFrom('any', 'server', 'overloaded, unavailable'),
    deadline: fc.constantFrom('', 'timeout total 20s'),
    most: fc.constantFrom('', 'max-attempts 3'),
  })
  .map(({ retries, on, failover, deadline, most }) => {
    const retry = retries === 0 ? '' : `retry ${retries} times on [${on}] { backoff 3s 2x }`
    return `${retry} failover on [${failover}] ${deadline} ${most}`
  })

const fault = fc.record({
  hits: fc.array(fc.constantFrom(...hosts), { minLength: 1, maxLength: 2 }).map((names) => names.map((provider) => ({ provider }))),
  from: fc.nat({ max: 60 }),
  lasts: fc.integer({ min: 1, max: 60 }),
  error: fc.constantFrom('server', 'overloaded', 'unavailable', 'auth'),
  failurePercent: fc.constantFrom(30, 60, 100),
}).map(({ lasts, ...each }) => ({ ...each, until: each.from + lasts }))

const instants = fc.array(fc.nat({ max: 100 }), { minLength: 1, maxLength: 12 })

function callsUnder(policy: Policy, at: readonly number[], script: readonly Fault[]): readonly CallResult[] {
  const sessions = callsAt(...at)
  const datedMicros = callsAt(0)[0]?.calls[0]?.startMicros
  return replayed(policy, sessions, { faults: { recorded: true, script, beginning: { datedMicros }, unknown: 'up' } }).sessions.flatMap(
    ({ calls }) => calls,
  )
}

describe('laws of faults', () => {
  it('also law 35: without a fault failover rules never fire, and their absence changes nothing', () => {
    fc.assert(
      fc.property(loadablePolicyText, madeUpLogs, (text, logs) => {
        const policy = withHosts(policyOf(text))
        const sessions = unrefused(recordedSessions(logs, policy))
        const whole = replayed(policy, sessions, { faults: noFaults })
        const bare = replayed(withoutFailover(policy), sessions, { faults: noFaults })
        expect(whole.sessions).toEqual(bare.sessions)
        expect(whole.result.outcomeHash).toBe(bare.result.outcomeHash)
        expect(whole.result.totals.attempts).toMatchObject({ failed: {}, callsRetried: 0, callsFailedOver: 0, exhausted: 0 })
      }),
      runs,
    )
  })

  it('also law 35: an empty script is none, byte for byte', () => {
    fc.assert(
      fc.property(loadablePolicyText, madeUpLogs, (text, logs) => {
        const policy = policyOf(text)
        const sessions = recordedSessions(logs, policy)
        const plain = replayed(policy, sessions)
        const empty = replayed(policy, sessions, { faults: { recorded: true, script: [], beginning: {}, unknown: 'up' } })
        const bytes = ({ result, sessions: all }: typeof plain): string => replayJson(result, { sessions: all })
        expect(bytes(empty)).toBe(bytes(plain))
      }),
      runs,
    )
  })

  it('also law 36: a fault on a domain that no host belongs to changes nothing', () => {
    const stranger: fc.Arbitrary<FaultDomain> = fc.constantFrom(
      { provider: 'stranger' },
      { region: 'stranger' },
      { model: 'stranger' },
      { account: 'stranger' },
      { provider: 'north', model: 'stranger' },
    )
    fc.assert(
      fc.property(loadablePolicyText, madeUpLogs, fc.array(stranger, { minLength: 1, maxLength: 3 }), (text, logs, domains) => {
        const policy = policyOf(text)
        const sessions = recordedSessions(logs, policy)
        const script: readonly Fault[] = [
          { id: 'f', hits: domains, clock: 'dated', fromMicros: 0, untilMicros: Number.MAX_SAFE_INTEGER, errorClass: 'server', failurePercent: 100 },
        ]
        const plain = replayed(policy, sessions)
        const other = replayed(policy, sessions, { faults: { recorded: true, script, beginning: {}, unknown: 'up' } })
        expect(other.sessions).toEqual(plain.sessions)
        expect(other.result.outcomeHash).toBe(plain.result.outcomeHash)
      }),
      runs,
    )
  })

  it('law 37: a host at the end of the chain never lowers availability, under the same draws', () => {
    fc.assert(
      fc.property(serving, instants, fc.array(fault, { maxLength: 4 }), fc.integer({ min: 1, max: 2 }), (lines, at, faults, length) => {
        const script = faultScript(faults)
        const shorter = callsUnder(chain(hosts.slice(0, length), lines), at, script)
        const longer = callsUnder(chain(hosts.slice(0, length + 1), lines), at, script)
        const lost = shorter.filter((call, index) => call.end === 'served' && longer[index]?.end !== 'served')
        expect(lost).toEqual([])
      }),
      runs,
    )
  })

  it('also law 38: a further fault never raises what its hosts serve while it holds', () => {
    fc.assert(
      fc.property(serving, instants, fc.array(fault, { maxLength: 3 }), fault, (lines, at, faults, further) => {
        const policy = chain(hosts, lines)
        const [before, after] = [faults, [...faults, further]].map((each) => callsUnder(policy, at, faultScript(each)))
        const names = new Set(further.hits.map(({ provider }) => provider))
        const [begin = 0] = callsAt(0).map(({ calls }) => calls[0]?.startMicros)
        const meanwhile = (calls: readonly CallResult[] = []): number =>
          calls.filter(({ end, attempts }) => {
            const last = attempts.at(-1)
            const second = ((last?.startMicros ?? 0) - begin) / 1_000_000
            return end === 'served' && names.has(last?.provider as 'a') && second >= further.from && second < further.until
          }).length
        expect(meanwhile(after)).toBeLessThanOrEqual(meanwhile(before))
      }),
      runs,
    )
  })

  it('also law 9: without partial faults and jitter the outcome does not depend on the seed', () => {
    fc.assert(
      fc.property(serving, instants, fc.array(fault, { maxLength: 3 }), fc.string(), (lines, at, faults, seed) => {
        const script = faultScript(faults.map((each) => ({ ...each, failurePercent: 100 })))
        const [one, two] = ['0', seed].map((each) =>
          replayed(chain(hosts, lines), callsAt(...at), { seed: each, faults: { ...noFaults, script, beginning: { datedMicros: 0 } } }),
        )
        expect(one?.result.outcomeHash).toBe(two?.result.outcomeHash)
      }),
      runs,
    )
  })

  it('also law 1: any partition of the sessions comes to the same outage', () => {
    fc.assert(
      fc.property(serving, instants, fc.array(fault, { minLength: 1, maxLength: 3 }), fc.nat(), (lines, at, faults, cut) => {
        const sessions = callsAt(...at)
        const datedMicros = callsAt(0)[0]?.calls[0]?.startMicros
        const options = {
          policy: chain(hosts, lines),
          faults: { recorded: true, script: faultScript(faults), beginning: { datedMicros }, unknown: 'up' as const },
        }
        const place = cut % (sessions.length + 1)
        const [left, right] = [sessions.slice(0, place), sessions.slice(place)].map((part) => {
          const replay = createReplay(options)
          for (const session of part) replay.add(session)
          return replay.partial()
        })
        if (left === undefined || right === undefined) throw new Error('two parts')
        const whole = replayed(options.policy, sessions, { faults: options.faults }).result
        expect(whole.outage?.script).toBeDefined()
        expect(finishReplay(options, mergePartials(right, left))).toEqual(whole)
      }),
      runs,
    )
  })

  it('also law 7: faults that move with the trace do the same to it', () => {
    fc.assert(
      fc.property(serving, instants, fc.array(fault, { maxLength: 3 }), fc.nat({ max: 10_000_000 }), (lines, at, faults, seconds) => {
        const shift = seconds * 1_000_000
        const later = callsAt(...at).map((session) => ({
          ...session,
          calls: session.calls.map((call) => ({
            ...call,
            startMicros: (call.startMicros ?? 0) + shift,
            endMicros: (call.endMicros ?? 0) + shift,
          })),
        }))
        const begin = callsAt(0)[0]?.calls[0]?.startMicros ?? 0
        const [one, two] = ([[callsAt(...at), begin], [later, begin + shift]] as const).map(([sessions, datedMicros]) =>
          replayed(chain(hosts, lines), sessions, {
            faults: { recorded: true, script: faultScript(faults), beginning: { datedMicros }, unknown: 'up' },
          }).sessions.flatMap(({ calls }) => calls.map(({ end, attempts, startMicros = 0 }) => ({
            end,
            attempts: attempts.map((each) => [each.provider, each.errorClass, (each.startMicros ?? 0) - startMicros]),
          }))),
        )
        expect(two).toEqual(one)
      }),
      runs,
    )
  })
})
