import { describe, expect, it } from 'vitest'
import { callsAt, timeline } from '../../support/fault-timeline.ts'
import type { ScriptedFault } from '../../support/fault-timeline.ts'

// What one call leaves at a host the next one finds, whatever session it is of. Each line is a call of a
// session of its own: the second and the host of each attempt, with its error, and what became of it. The
// policy asks a, then b (both in the region us), then c. All timelines were worked out by hand.

const a = [{ provider: 'a' }]
const everywhere = [{ provider: 'a' }, { provider: 'b' }, { provider: 'c' }]

function lines(serving: string, at: readonly number[], fault: ScriptedFault): readonly string[] {
  return timeline(serving, callsAt(...at), [fault]).lines
}

describe('a guarded timeline under', () => {
  it('an outage with a cooldown: nobody asks the host again before it is over', () => {
    expect(lines('failover on [any] cooldown { trip at once lasts 30s }', [0, 5, 29, 30, 40], { hits: a, from: 0, until: 20, error: 503 })).toEqual([
      '0 a!unavailable 0 b -> b',
      '5 b -> b',
      '29 b -> b',
      '30 a -> a',
      '40 a -> a',
    ])
  })

  it('overload with retry-after: the cooldown lasts as long as the host asked', () => {
    const serving = 'failover on [any] cooldown { trip at once on [overloaded] lasts 5s honours retry-after }'
    expect(lines(serving, [0, 6, 39, 40], { hits: a, from: 0, until: 10, error: 529, retryAfter: '40s' })).toEqual([
      '0 a!overloaded 0 b -> b',
      '6 b -> b',
      '39 b -> b',
      '40 a -> a',
    ])
  })

  it('an outage with a breaker: two failures open it, one probe after 20 seconds asks', () => {
    const serving = 'failover on [any] breaker { trip after 2 failures in 60s on [unavailable] lasts 20s probes 1 }'
    expect(lines(serving, [0, 1, 2, 21, 22, 41, 61, 62, 72], { hits: a, from: 0, until: 50, error: 503 })).toEqual([
      '0 a!unavailable 0 b -> b',
      // Open from 1 until 21.
      '1 a!unavailable 1 b -> b',
      '2 b -> b',
      // Each probe that fails opens it for 20 seconds more.
      '21 a!unavailable 21 b -> b',
      '22 b -> b',
      '41 a!unavailable 41 b -> b',
      // The outage is over; until this probe has answered, at 71, nobody else is let through.
      '61 a -> a',
      '62 b -> b',
      '72 a -> a',
    ])
  })

  it('an own rate limit: it opens no breaker that listens to the host’s health', () => {
    const serving = 'failover on [any] breaker { trip after 2 failures in 60s on [unavailable, server] lasts 20s probes 1 }'
    expect(lines(serving, [0, 1, 2, 3], { hits: a, from: 0, until: 100, error: 429 })).toEqual(
      [0, 1, 2, 3].map((at) => `${at} a!rate-limit ${at} b -> b`),
    )
  })

  it('an outage of one host, guarded by region: its neighbour rests with it', () => {
    expect(lines('failover on [any] cooldown { trip at once lasts 30s scope region }', [0, 5, 30], { hits: a, from: 0, until: 10, error: 500 })).toEqual([
      '0 a!server 0 c -> c',
      '5 c -> c',
      '30 a -> a',
    ])
  })

  it('everything down: nobody is left to ask, or everybody is asked all the same', () => {
    const fault = { hits: everywhere, from: 0, until: 5, error: 503 }
    const all = '0 a!unavailable 0 b!unavailable 0 c!unavailable -> exhausted'
    const cooldown = (allDown: string): string => `failover on [any] cooldown { trip at once lasts 30s all-down ${allDown} }`
    expect(lines(cooldown('fail'), [0, 10, 30], fault)).toEqual([all, '-> exhausted', '30 a -> a'])
    expect(lines(cooldown('bypass'), [0, 10, 30], fault)).toEqual([all, '10 a -> a', '30 a -> a'])
  })

  it('a host that flaps, with a breaker that is slower than it', () => {
    const serving = 'retry 1 times on [server] { backoff 1s } failover on [any] breaker { trip after 2 failures in 60s on [server] lasts 15s probes 1 }'
    const flapping = { down: '10s', up: '20s' }
    expect(lines(serving, [0, 12, 16, 31, 45, 47], { hits: a, from: 0, until: 90, error: 500, flapping })).toEqual([
      '0 a!server 1 a!server 1 b -> b',
      // It is up again, and the breaker does not know it before 16.
      '12 b -> b',
      '16 a -> a',
      '31 a!server 32 a!server 32 b -> b',
      '45 b -> b',
      '47 a -> a',
    ])
  })

  it('says what a fault did to the calls that it hit, and what guards spared the others', () => {
    const serving = 'failover on [any] cooldown { trip at once lasts 30s }'
    const { result } = timeline(serving, callsAt(0, 5, 29, 30, 40), [{ hits: a, from: 0, until: 20, error: 503 }])
    expect(result.outage?.script).toMatchObject({
      faults: [{ id: 'f1', attemptsFailed: 1 }],
      callsHit: 1,
      servedElsewhere: 1,
      lost: 0,
      withFaults: { served: 5, attempts: 6 },
      withoutFaults: { served: 5, attempts: 5 },
    })
  })
})
