import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createReplay, finishReplay, mergePartials } from '../../src/replay/replay.ts'
import { sharedStateOf } from '../../src/replay/simulator/shared-state.ts'
import { madeUpLogs, recordedSessions } from '../support/arbitrary-recorded.ts'
import { lawRuns } from '../support/law-runs.ts'
import { policyOf, small } from '../support/policy-of.ts'
import { loadablePolicyText, replayed } from '../support/replaying.ts'

const runs = lawRuns(12)

describe('laws of determinism', () => {
  it('law 1: same inputs, same hash: again, and in another order of the sessions', () => {
    fc.assert(
      fc.property(loadablePolicyText, madeUpLogs, (text, logs) => {
        const policy = policyOf(text)
        const sessions = recordedSessions(logs, policy)
        const first = replayed(policy, sessions).result
        const second = replayed(policyOf(text), [...recordedSessions(logs, policy)].reverse()).result
        expect(second.outcomeHash).toBe(first.outcomeHash)
        expect(second.runId).toBe(first.runId)
        expect(second).toEqual(first)
      }),
      runs,
    )
  })

  it('another outcome has another hash', () => {
    const text = (model: string): string => `on start { otherwise use ${model} }`
    fc.assert(
      fc.property(madeUpLogs, (logs) => {
        const [one, other] = [small(text('small')), small(text('mid'))]
        const hashes = [one, other].map((policy) => replayed(policy, recordedSessions(logs, one)).result.outcomeHash)
        expect(hashes[0]).not.toBe(hashes[1])
      }),
      runs,
    )
  })

  it('also law 1: any partition of the sessions, replayed apart and merged, gives the same result', () => {
    fc.assert(
      fc.property(loadablePolicyText, madeUpLogs, fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }), (text, logs, side) => {
        const policy = policyOf(text)
        fc.pre(sharedStateOf(policy).length === 0)
        const options = { policy, groupBy: 'model' as const }
        const sessions = recordedSessions(logs, policy)
        const parts = [true, false].map((which) => {
          const replay = createReplay(options)
          for (const [at, session] of sessions.entries()) {
            if (side[at] === which) replay.add(session)
          }
          return replay.partial()
        })
        const [left, right] = parts
        if (left === undefined || right === undefined) throw new Error('two parts')
        const whole = replayed(policy, sessions, { groupBy: 'model' }).result
        expect(finishReplay(options, mergePartials(left, right))).toEqual(whole)
        expect(finishReplay(options, mergePartials(right, left))).toEqual(whole)
      }),
      runs,
    )
  })

  it('also law 9: without draws and jitter the outcome does not depend on the seed', () => {
    const policy = small(`
      on start { rule vision: when images > 0 then use big  otherwise use small }
      on turn, call { rule up: when count failures in last 3 tools >= 1 then upgrade to big  otherwise keep }
      serve any {
        retry 2 times on [overloaded, server] { backoff 500ms 2x up to 8s }
        failover on [overloaded, server, rate-limit, timeout]
        fallback on [any] to [mid]
      }
    `)
    fc.assert(
      fc.property(madeUpLogs, fc.string(), (logs, seed) => {
        const sessions = recordedSessions(logs, policy)
        const [one, other] = [replayed(policy, sessions), replayed(policy, sessions, { seed })]
        expect(other.result.outcomeHash).toBe(one.result.outcomeHash)
        expect(other.result.totals).toEqual(one.result.totals)
      }),
      runs,
    )
  })
})
