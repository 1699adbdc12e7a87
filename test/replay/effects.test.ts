import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { effectOf, mergeWaterfalls, noWaterfall, waterfallOf } from '../../src/replay/effects.ts'
import { valueOfSplit } from '../../src/replay/ledger.ts'
import { effectNames } from '../../src/replay/result/call.ts'
import type { Waterfall } from '../../src/replay/result/totals.ts'
import { madeUpLogs, recordedSessions } from '../support/arbitrary-recorded.ts'
import { policyOf } from '../support/policy-of.ts'
import { loadablePolicyText, replayed } from '../support/replaying.ts'

function expectToAddUp(waterfall: Waterfall): void {
  const steps = effectNames.reduce((sum, effect) => sum + effectOf(waterfall, effect), 0n)
  expect(valueOfSplit(waterfall.recorded) + steps).toBe(valueOfSplit(waterfall.policy))
}

describe('the waterfall', () => {
  it('adds up from the log’s cost to the policy’s, call by call and in every sum', () => {
    fc.assert(
      fc.property(loadablePolicyText, madeUpLogs, (text, logs) => {
        const policy = policyOf(text)
        const { result, sessions } = replayed(policy, recordedSessions(logs, policy))
        const calls = sessions.flatMap((session) => session.calls)
        for (const { effects } of calls) expectToAddUp(waterfallOf(effects))
        const { waterfall } = result.totals
        expectToAddUp(waterfall)
        expect(waterfall.calls + waterfall.uncovered).toBe(calls.length)
        expect(calls.map((call) => waterfallOf(call.effects)).toReversed().reduce(mergeWaterfalls, noWaterfall)).toEqual(waterfall)
      }),
      { numRuns: 30 },
    )
  })
})
