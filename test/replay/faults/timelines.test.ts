import { describe, expect, it } from 'vitest'
import { attemptMoney } from '../../../src/replay/attempt-money.ts'
import { callsAt, timeline, timelinePolicy } from '../../support/fault-timeline.ts'
import type { ScriptedFault } from '../../support/fault-timeline.ts'

// A line is one call: the second and the host of each attempt, with its error, and what became of it. The
// policy asks a, then b (both in the region us), then c (eu). All timelines were worked out by hand.

const patient = 'retry 1 times on [server, unavailable, overloaded, timeout] { backoff 1s 2x } failover on [any]'
const at = (provider: string): ScriptedFault['hits'] => [{ provider }]

describe('a timeline under', () => {
  it('an outage of one provider: two tries a second apart, then the next provider', () => {
    const { lines, calls } = timeline(patient, callsAt(0, 99, 100, 199, 199.5, 200), [
      { hits: at('a'), from: 100, until: 200, error: 503 },
    ])
    expect(lines).toEqual([
      '0 a -> a',
      '99 a -> a',
      // Half-open: it holds at 100 and no longer at 200.
      '100 a!unavailable 101 a!unavailable 101 b -> b',
      '199 a!unavailable 200 a -> a',
      '199.5 a!unavailable 200.5 a -> a',
      '200 a -> a',
    ])
    expect(calls[2]?.attempts.map(({ status, cause, fault }) => [status, cause, fault])).toEqual([
      [503, 'fault', 'f1'],
      [503, 'fault', 'f1'],
      [undefined, 'assumed', undefined],
    ])
  })

  it('an outage of a region: both of its providers, then the other region', () => {
    const { lines } = timeline(patient, callsAt(0, 60), [{ hits: [{ region: 'us' }], from: 0, until: 60, error: 500 }])
    expect(lines).toEqual(['0 a!server 1 a!server 1 b!server 2 b!server 2 c -> c', '60 a -> a'])
  })

  it('an outage of one region of one provider leaves its neighbour alone', () => {
    const { lines } = timeline(patient, callsAt(0), [{ hits: [{ provider: 'a', region: 'us' }], from: 0, until: 60, error: 500 }])
    expect(lines).toEqual(['0 a!server 1 a!server 1 b -> b'])
  })

  it('a common cause: two providers at once, and over at once', () => {
    const { lines } = timeline(patient, callsAt(0, 29.5, 30), [
      { hits: [...at('a'), ...at('c')], from: 0, until: 30, error: 503, cause: 'one network under both' },
    ])
    expect(lines).toEqual([
      '0 a!unavailable 1 a!unavailable 1 b -> b',
      '29.5 a!unavailable 30.5 a -> a',
      '30 a -> a',
    ])
  })

  it('one model at one provider: another model there is not touched', () => {
    const faults = [
      { hits: [{ model: 'large' }], from: 0, until: 60, error: 404 },
      { hits: [{ provider: 'a', model: 'spare' }], from: 0, until: 60, error: 500 },
    ]
    const { lines } = timeline(`${patient} fallback on [not-found] to [spare]`, callsAt(0), faults)
    expect(lines).toEqual(['0 a!not-found 0 b!not-found 0 c!not-found 0 spare@c -> spare@c'])
  })

  it('overload with retry-after: the host’s own time is the least that is waited', () => {
    const serving = 'retry 2 times on [overloaded] { backoff 1s 2x retry-after up to 60s } failover on [any]'
    const { lines } = timeline(serving, callsAt(0, 40), [{ hits: at('a'), from: 0, until: 60, error: 529, retryAfter: '20s' }])
    expect(lines).toEqual([
      '0 a!overloaded 20 a!overloaded 40 a!overloaded 40 b -> b',
      '40 a!overloaded 60 a -> a',
    ])
  })

  it('an own rate limit: longer than is worth waiting for, so another provider at once', () => {
    const serving = 'retry 2 times on [rate-limit] { backoff 1s 2x retry-after up to 30s } failover on [rate-limit]'
    const limit = { hits: [{ account: 'team' }], from: 0, until: 100, error: 429 }
    const faults = (retryAfter: string): readonly ScriptedFault[] => [{ ...limit, retryAfter }]
    expect(timeline(serving, callsAt(0), faults('31s')).lines).toEqual(['0 a!rate-limit 0 b -> b'])
    expect(timeline(serving, callsAt(80), faults('30s')).lines).toEqual(['80 a!rate-limit 110 a -> a'])
  })

  it('a quota that is used up: no retry, and nothing is billed', () => {
    const faults = [{ hits: at('a'), from: 0, until: 100, error: 'payment', status: 429 }]
    const { lines, calls } = timeline(patient, callsAt(0), faults)
    expect(lines).toEqual(['0 a!payment 0 b -> b'])
    expect(calls[0]?.attempts[0]).toMatchObject({ errorClass: 'payment', status: 429 })
    // A policy that stops at a quota is denied, not exhausted.
    expect(timeline('failover on [overloaded]', callsAt(0), faults).lines).toEqual(['0 a!payment -> denied'])
  })

  it('a slow first token: the policy’s own patience, at each try', () => {
    const faults = [{ hits: at('a'), from: 0, until: 100, error: 'timeout', timer: 'first-token' }]
    const { lines } = timeline(`${patient} timeout first-token 30s timeout total 5min`, callsAt(0, 69, 100), faults)
    expect(lines).toEqual(['0 a!timeout 31 a!timeout 61 b -> b', '69 a!timeout 100 a -> a', '100 a -> a'])
    // Without one the call's deadline is what ends it, and nothing is left for another host.
    expect(timeline(`${patient} timeout total 40s`, callsAt(0), faults).lines).toEqual(['0 a!timeout -> exhausted'])
  })

  it('a stream that stops after half of its output: its five seconds, then the idle timer', () => {
    const faults = [{ hits: at('a'), from: 0, until: 100, error: 'timeout', timer: 'idle', emittedPercent: 50 }]
    const { lines } = timeline('failover on [timeout] timeout idle 20s', callsAt(0), faults)
    expect(lines).toEqual(['0 a!timeout 25 b -> b'])
  })

  it('a stream that dies: what came of it is paid, and its time has passed', () => {
    const faults = [{ hits: at('a'), from: 0, until: 100, error: 'cut-off', emittedPercent: 60 }]
    const { lines, calls } = timeline('failover on [cut-off]', callsAt(0), faults)
    expect(lines).toEqual(['0 a!cut-off 6 b -> b'])
    const [record] = callsAt(0)[0]?.calls ?? []
    const [died] = calls[0]?.attempts ?? []
    if (record === undefined || died === undefined) throw new Error('a call that died')
    // 1 000 × $1 and 60 of 100 × $10, a million.
    expect(attemptMoney(timelinePolicy(''), record, died)).toMatchObject({ level: 'modelled', value: 1_600_000_000n })
    expect(timeline('retry 3 times on [overloaded] failover on [overloaded]', callsAt(0), faults).lines).toEqual(['0 a!cut-off -> exhausted'])
  })

  it('a refusal: one answer, which no other host is asked to give', () => {
    const faults = [{ hits: at('a'), from: 0, until: 100, error: 'content-policy' }]
    expect(timeline('retry 2 times failover on [overloaded]', callsAt(0), faults).lines).toEqual([
      '0 a!content-policy 0 a!content-policy 0 a!content-policy -> denied',
    ])
    expect(timeline('retry 2 times on [overloaded] failover on [overloaded]', callsAt(0), faults).lines).toEqual(['0 a!content-policy -> denied'])
  })

  it('a host that flaps: down for 10 seconds, up for 20', () => {
    const serving = 'retry 2 times on [server] { backoff 4s 2x } failover on [any]'
    const flapping = { down: '10s', up: '20s' }
    const { lines } = timeline(serving, callsAt(0, 9, 10, 25, 30, 58, 60, 88), [{ hits: at('a'), from: 0, until: 90, error: 500, flapping }])
    expect(lines).toEqual([
      // 0 and 4 are down, 12 is up.
      '0 a!server 4 a!server 12 a -> a',
      '9 a!server 13 a -> a',
      '10 a -> a',
      '25 a -> a',
      '30 a!server 34 a!server 42 a -> a',
      '58 a -> a',
      '60 a!server 64 a!server 72 a -> a',
      '88 a -> a',
    ])
  })

  it('everything down: every host twice, then the fallback, and nothing is left', () => {
    const faults = [{ hits: [...at('a'), ...at('b'), ...at('c')], from: 0, until: 100, error: 503 }]
    const { lines, result } = timeline(`${patient} fallback on [any] to [spare]`, callsAt(0, 99.5), faults)
    expect(lines).toEqual([
      '0 a!unavailable 1 a!unavailable 1 b!unavailable 2 b!unavailable 2 c!unavailable 3 c!unavailable' +
        ' 3 spare@c!unavailable 4 spare@c!unavailable -> exhausted',
      '99.5 a!unavailable 100.5 a -> a',
    ])
    expect(result.totals.attempts).toMatchObject({ served: 1, exhausted: 1, total: 10, failed: { unavailable: 9 } })
  })
})
