import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compilePolicy } from '../../src/policy/engine/compile-policy.ts'
import type { Policy } from '../../src/policy/core.ts'
import { sharedStateOf } from '../../src/replay/simulator/shared-state.ts'
import { madeUpSession } from '../support/arbitrary-session.ts'
import { sharingPolicyText } from '../support/arbitrary-sharing-policy.ts'
import { isLongRun, lawRuns } from '../support/law-runs.ts'
import { liveTrace } from '../support/live-gateways.ts'
import { policyOf, small } from '../support/policy-of.ts'
import { loadablePolicyText, replayed } from '../support/replaying.ts'

/** Everything that gateways share: guards, limits, an account, outages that others met; and draws. */
const busy: Policy = small(`
pool mixed = [big weight 1, mid weight 2, small weight 5]
pool cheap = [mid, small]
budget team-hour {
  scope team
  limit $0.40 per hour
  window first-spend
  at 100% then only cheap
}
on start {
  otherwise drawn: choose weighted per session from mixed else use small else stop "nobody"
}
on turn, call {
  rule down: when outage(south, 20s) then use big else keep
  rule long: when context.length > 14k tokens then use mid else keep
  rule failing: when count errors in last 3 calls >= 1 then restart
  otherwise keep
}
serve any {
  strategy shuffle
  retry 1 times on [server, timeout] {
    backoff 200ms 2x up to 2s jitter full
  }
  failover on [overloaded, unavailable, server, timeout, rate-limit]
  cooldown {
    trip after 1 failures in 10s
    lasts 5s
  }
  breaker {
    trip after 3 failures in 60s
    lasts 15s
    probes 1
  }
  limit 40 calls per 60s
}`)

/** What a run has to have shared at least once. */
const sharedNames = [
  'breaker',
  'budget "purse"',
  'cooldown',
  'dedicated north',
  'dedicated south',
  'limit',
  'outage',
  'strategy latency',
  'strategy least-busy',
  'strategy lowest-usage',
]

describe('a log that gateways wrote', () => {
  it('also law 2: replayed under its policy decides every call the same, two replicas and one store', () => {
    const sharing = new Set<string>()
    let sessionsServed = 0
    fc.assert(
      fc.property(
        fc.oneof(
          { weight: 1, arbitrary: fc.constant(busy) },
          { weight: 3, arbitrary: sharingPolicyText.map(small) },
          { weight: 2, arbitrary: loadablePolicyText.map((text) => policyOf(text)) },
        ),
        // In the long run more than 10,000 sessions in all.
        fc.array(madeUpSession, isLongRun() ? { minLength: 18, maxLength: 20 } : { minLength: 1, maxLength: 6 }),
        fc.string({ maxLength: 3 }),
        (policy, made, seed) => {
          const log = liveTrace(policy, made, seed)
          sessionsServed += log.length
          const { result, sessions } = replayed(policy, log, { evaluator: compilePolicy(policy) })
          for (const name of result.failover === undefined ? [] : sharedStateOf(policy)) sharing.add(name)
          expect(sessions.map(({ session, divergence }) => ({ session, divergence }))).toEqual(
            log.map(({ session }) => ({ session, divergence: undefined })),
          )
          const { recorded } = result.totals.calls
          expect(result.identity).toMatchObject({ form: 'policy', calls: recorded, same: recorded })
        },
      ),
      // The busy policy at least once, whatever is drawn.
      { ...lawRuns(16), examples: [[busy, fc.sample(madeUpSession, { seed: 1, numRuns: 3 }), '']] },
    )
    expect(sessionsServed).toBeGreaterThan(isLongRun() ? 10_000 : 12)
    expect([...sharing]).toEqual(expect.arrayContaining([...sharedNames]))
  })

  it('also law 2: a policy that asks what caches hold decides the same when its log is replayed', () => {
    const caching = policyOf(`policy caching
scale tier = [standard]
provider north { family north }
provider south { family south }
model one {
  tier standard
  accepts [text, image]
  context 1M tokens
  served-by [north, south]
  price per 1M tokens { input $1 output $5 cache-read $0.10 }
  cache { lifetime [5min] minimum 1_024 tokens refreshed on use }
}
model two {
  tier standard
  accepts [text, image]
  context 1M tokens
  served-by [south]
  price per 1M tokens { input $3 output $15 cache-read $0.30 cache-write-5min $3.75 }
  cache { lifetime [5min, 1h] minimum 1_024 tokens refreshed on use }
}
switch { other family compact to 30% }
serve any { retry 1 times on [server]  failover on [overloaded, server, timeout, unavailable] }
on start { otherwise use one }
on turn, call {
  rule stay: when warm(current) and images is 0 then keep
  rule back: when warm(one) then use one
  rule away: when not warm(one) then use two
  otherwise keep
}`)
    const rules = new Set<string>()
    fc.assert(
      fc.property(fc.array(madeUpSession, { minLength: 1, maxLength: 6 }), (made) => {
        const { result, sessions } = replayed(caching, liveTrace(caching, made, '0'))
        for (const { decision } of sessions.flatMap(({ calls }) => calls)) rules.add(decision.rule)
        const { recorded } = result.totals.calls
        expect(result.identity).toMatchObject({ form: 'policy', calls: recorded, same: recorded })
      }),
      lawRuns(20),
    )
    expect([...rules]).toEqual(expect.arrayContaining(['stay', 'away', 'otherwise']))
  })

  it('with one threshold moved by 0.01 exactly the calls that it decides are listed', () => {
    const withThreshold = (threshold: string): Policy =>
      small(`
classifier triage { model small scores main timeout 10s }
on start {
  otherwise cheapest: choose cheapest by list from main where score(it) >= ${threshold} else use big
}`)
    const [before, after] = [withThreshold('0.70'), withThreshold('0.71')]
    const score = fc.constantFrom(500_000, 699_999, 700_000, 705_000, 709_999, 710_000, 900_000)
    const scores = fc.record({ small: score, mid: score, big: score })
    fc.assert(
      fc.property(fc.array(fc.tuple(madeUpSession, scores), { minLength: 1, maxLength: 8 }), (sessions) => {
        const made = sessions.map(([session, { small: s, mid: m, big: b }]) => ({
          ...session,
          calls: session.calls.map((call) => ({
            ...call,
            tokens: 9_000,
            newImages: 0,
            contextImages: 0,
            organisation: { blocked: undefined, only: undefined, ignored: undefined, router: undefined },
            verdicts: [{ status: 'ok' as const, scores: [b, m, s], label: 0 }],
          })),
        }))
        const log = liveTrace(before, made, '0')
        const chosen = (at: number, threshold: number): string => {
          const found = sessions[at]?.[1]
          const cheapest = (['small', 'mid', 'big'] as const).find((name) => (found?.[name] ?? 0) >= threshold)
          return cheapest ?? 'big'
        }
        const moved = log.filter((_, at) => chosen(at, 700_000) !== chosen(at, 710_000)).map(({ session }) => session)
        const { sessions: results } = replayed(after, log)
        const changed = results.filter(({ calls }) => calls.some((call) => call.phase !== 'before'))
        expect(changed.map(({ session }) => session)).toEqual(moved)
        expect(changed.every(({ divergence }) => divergence?.call === 1)).toBe(true)
      }),
      lawRuns(8),
    )
  })
})
