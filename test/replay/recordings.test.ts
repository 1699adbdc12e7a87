import { describe, expect, it } from 'vitest'
import type { Policy } from '../../src/policy/core.ts'
import { loadPolicyText } from '../../src/policy/load.ts'
import { effectOf } from '../../src/replay/effects.ts'
import { valueOfSplit } from '../../src/replay/ledger.ts'
import type { ReplayResult } from '../../src/replay/result/replay.ts'
import { phraseCounter } from '../../src/trace/importers/text-facts.ts'
import { loadTrace } from '../../src/trace/read.ts'
import { sessionsOf } from '../../src/trace/merge.ts'
import type { RecordedSession } from '../../src/trace/session.ts'
import { present, transcripts, windows } from '../support/claude-recordings.ts'
import { importPaths } from '../support/claude-transcript.ts'
import { replayed } from '../support/replaying.ts'
import { shippedRouteFiles } from '../support/route-files.ts'

const libraries = new Map(shippedRouteFiles().map(({ name, text }) => [name, text]))

function shipped(name: string): Policy {
  const { policy } = loadPolicyText(`${name}.route`, libraries.get(`${name}.route`) ?? '', libraries)
  if (policy === undefined) throw new Error(`${name} does not load`)
  return policy
}

function dollars(picoUsd: bigint): string {
  return `$${(Number(picoUsd / 10_000_000_000n) / 100).toFixed(2)}`
}

function firstAt(result: ReplayResult): readonly number[] {
  return Object.entries(result.totals.divergenceAt).flatMap(([call, count]) => Array<number>(count).fill(Number(call)))
}

describe('the documented session', () => {
  it('comes back call by call from the policy that decided it', async () => {
    const { loaded } = await loadTrace(['traces/factory-session.jsonl'])
    const { result, sessions } = replayed(shipped('factory-router'), loaded)
    expect(result.identity).toMatchObject({ form: 'policy', calls: 56, same: 56 })
    expect(result.totals.sessionsDiverged).toBe(0)
    expect(result.totals.classifierCalls).toBe(1)
    const router = sessions.find((session) => session.session === 'factory-router-session')
    const served = router?.calls.map((call) => call.served?.model) ?? []
    expect(new Set(served.slice(0, 17))).toEqual(new Set(['minimax-m2.7']))
    expect(new Set(served.slice(17))).toEqual(new Set(['claude-opus-4-7']))
    const [reminder, upgrade] = router?.calls.slice(16, 18) ?? []
    expect(reminder).toMatchObject({ turn: 7, decision: { after: ['stuck'] } })
    expect(upgrade).toMatchObject({ turn: 7, decision: { rule: 'asked', switched: { compactToMillionths: 300_000 } } })
  })
})

describe('recorded Claude Code sessions', () => {
  if (!present) console.info('skipped: the recorded Claude Code sessions are not here')

  const sessions = async (policy: Policy): Promise<readonly RecordedSession[]> => {
    const counters = policy.phraseLists.map((list) => phraseCounter(list.phrases))
    const { records } = await importPaths([transcripts, windows], { phraseLists: counters })
    return sessionsOf(records)
  }

  it.runIf(present)('some and not all diverge from `claude-code`, and the parts add up', async () => {
    const policy = shipped('claude-code')
    const recorded = await sessions(policy)
    // One call of a cut session was broken off before the log told the size of its prompt.
    const whole = recorded.map((session) => ({
      ...session,
      calls: session.calls.filter((call) => call.end !== 'cancelled'),
    }))
    const { result } = replayed(policy, whole)
    expect(firstAt(result)).toEqual([1, 1, 1, 5, 5, 15, 22])
    expect(result.totals.tokens.callsWithUsage).toBe(689)
    expect(dollars(valueOfSplit(result.totals.money.recorded))).toBe('$53.57')
    // The same tokens at the chosen models come to $52.47; $3.23 more is what their caches lose: the prefixes
    // that are written anew come to $3.10 at most, the rest is what is lost unexplained.
    expect(dollars(valueOfSplit(result.totals.money.recorded) + effectOf(result.totals.waterfall, 'price'))).toBe('$52.47')
    expect(dollars(effectOf(result.totals.waterfall, 'cache'))).toBe('$3.23')
    expect(dollars(valueOfSplit(result.totals.money.frozen))).toBe('$55.70')
    expect(result.totals.decisions.byRule).toEqual({
      'asked-for': 17, back: 3, climb: 1, 'light-start': 3, otherwise: 653, settle: 3, subagent: 1, 'subagent-stays': 10,
    })
    expect(result.identity).toMatchObject({ form: 'accounting', calls: 689, tokensSame: 689, billed: 0 })
    expect(result.totals.breaches).toEqual({})
  })

  it.runIf(present)('the canonical policy has no verdict to go by and equals always-opus', async () => {
    const policy = shipped('factory-router')
    const { result } = replayed(policy, await sessions(policy))
    expect(result.notices[0]).toBe(
      '0 of 21 sessions carry a classifier verdict: the result equals always-claude-opus-4-7',
    )
  })
})
