import fc from 'fast-check'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { chooseSample } from '../../../src/analysis/sample/choose.ts'
import { figuresOf } from '../../../src/analysis/sample/figures.ts'
import { sampledRecords } from '../../../src/analysis/sample/records.ts'
import { strataOf } from '../../../src/analysis/sample/strata.ts'
import { featureKey, summaryOf } from '../../../src/analysis/sample/summary.ts'
import type { Feature, SessionSummary } from '../../../src/analysis/sample/summary.ts'
import { fileSourceReader } from '../../../src/node/read-sources.ts'
import { compilePolicy } from '../../../src/policy/engine/compile-policy.ts'
import { loadPolicy } from '../../../src/policy/load.ts'
import { replaySession } from '../../../src/replay/session-replay.ts'
import { sessionsOf } from '../../../src/trace/merge.ts'
import { loadTrace } from '../../../src/trace/read.ts'
import type { RecordedSession } from '../../../src/trace/session.ts'
import { wholeCall, wholeSession } from '../../support/example-records.ts'
import { small } from '../../support/policy-of.ts'
import { replayed } from '../../support/replaying.ts'

const feature = fc.record<Feature>({
  kind: fc.constantFrom('rule', 'switch', 'end'),
  name: fc.constantFrom('a', 'b', 'c', 'd', '__proto__'),
})

const summaries: fc.Arbitrary<readonly SessionSummary[]> = fc
  .array(
    fc.record({
      calls: fc.integer({ min: 1, max: 30 }),
      dollars: fc.nat({ max: 100 }),
      model: fc.constantFrom('big', 'mid', 'small'),
      features: fc.array(feature, { maxLength: 4 }),
    }),
    { minLength: 1, maxLength: 40 },
  )
  .map((all) =>
    all.map(({ calls, dollars, model, features }, at) => ({
      session: `s${at}`,
      calls,
      picoUsd: BigInt(dollars),
      callsWithoutCost: 0,
      model,
      features: new Map(features.map((each) => [featureKey(each), each])),
    })),
  )

const max = fc.integer({ min: 1, max: 45 })

function allFeatures(of: readonly SessionSummary[]): number {
  return new Set(of.flatMap(({ features }) => [...features.keys()])).size
}

describe('a sample', () => {
  it('is no larger than it may be, and no smaller than it can be', () => {
    fc.assert(
      fc.property(summaries, max, (all, most) => {
        expect(chooseSample(all, { max: most, seed: '0' }).sessions.size).toBe(Math.min(most, all.length))
      }),
    )
  })

  it('shows everything that the corpus shows where there is a session for each, and says what it lost', () => {
    fc.assert(
      fc.property(summaries, max, (all, most) => {
        const { kept, lost } = chooseSample(all, { max: most, seed: '0' })
        expect(kept.length + lost.length).toBe(allFeatures(all))
        expect(most >= allFeatures(all) ? lost : []).toEqual([])
      }),
    )
  })

  it('stands for every session of the strata that it holds, and each session for itself', () => {
    fc.assert(
      fc.property(summaries, max, (all, most) => {
        const sample = chooseSample(all, { max: most, seed: '0' })
        const weights = [...sample.sessions.values()].map(({ standsForSessions }) => standsForSessions)
        expect(weights.every((weight) => Number.isInteger(weight) && weight >= 1)).toBe(true)
        const stoodFor = weights.reduce((sum, weight) => sum + weight, 0)
        expect(stoodFor + sample.sessionsStoodForByNone).toBe(all.length)
        expect(figuresOf(all, sample).weighted.sessions).toBe(stoodFor)
      }),
    )
  })

  it('is the same for every order of the sessions, and weighs the whole corpus exactly', () => {
    fc.assert(
      fc.property(summaries, max, (all, most) => {
        const sample = chooseSample(all, { max: most, seed: '0' })
        const turned = chooseSample(all.toReversed(), { max: most, seed: '0' })
        expect([...turned.sessions.keys()]).toEqual([...sample.sessions.keys()])
        const whole = figuresOf(all, chooseSample(all, { max: all.length, seed: '0' }))
        expect(whole.weighted).toEqual(whole.corpus)
      }),
    )
  })

  it('keeps every stratum where it may hold one session of each beside those for coverage', () => {
    fc.assert(
      fc.property(summaries, (all) => {
        const most = strataOf(all).length + allFeatures(all)
        const sample = chooseSample(all, { max: most, seed: '0' })
        expect(sample.strataKept).toBe(sample.strata)
      }),
    )
  })

  it('differs by seed', () => {
    const all = Array.from({ length: 60 }, (_, at): SessionSummary => ({
      session: `s${at}`, calls: 1, picoUsd: 0n, callsWithoutCost: 0, model: 'big', features: new Map(),
    }))
    const drawn = (seed: string): readonly string[] => [...chooseSample(all, { max: 6, seed }).sessions.keys()]
    expect(drawn('0')).toEqual(drawn('0'))
    expect(drawn('1')).not.toEqual(drawn('0'))
  })
})

describe('quarters by size', () => {
  it('put equal sizes together', () => {
    const sized = [1, 1, 1, 2, 3, 4, 5, 6].map((calls, at): SessionSummary => ({
      session: `s${at}`, calls, picoUsd: 0n, callsWithoutCost: 0, model: 'big', features: new Map(),
    }))
    const quarters = strataOf(sized).map(({ quartile, sessions }) => [quartile, sessions.map(({ calls }) => calls)])
    expect(quarters).toEqual([[1, [1, 1, 1]], [2, [2]], [3, [3, 4]], [4, [5, 6]]])
  })
})

describe('a sample of the shipped synthetic trace', () => {
  const directory = fileURLToPath(new URL('../../../policies', import.meta.url))
  const trace = fileURLToPath(new URL('../../../traces/synthetic.jsonl', import.meta.url))

  it('fires every rule in twenty sessions, and replays on its own as it did among the others', async () => {
    const { policy } = loadPolicy(`${directory}/factory-router.route`, fileSourceReader({ root: directory }))
    if (policy === undefined) throw new Error('the shipped policy loads')
    const { loaded } = await loadTrace([trace])
    const evaluator = compilePolicy(policy)
    const results = loaded.map((session) => replaySession(session, { evaluator, mode: 'frozen', seed: '0' }))
    const all = results.map((result, at) => summaryOf(loaded[at] as RecordedSession, result))
    const sample = chooseSample(all, { max: 20, seed: '0' })
    expect(sample.lost).toEqual([])
    const written = loaded.flatMap((session) => {
      const chosen = sample.sessions.get(session.session)
      return chosen === undefined ? [] : sampledRecords(session, chosen.standsForSessions)
    })
    const shared = (loaded[0]?.events ?? []).filter((event) => event.session === undefined)
    const again = replayed(policy, sessionsOf([...shared, ...written]), { evaluator })
    const whole = replayed(policy, loaded, { evaluator })
    expect(again.sessions).toHaveLength(20)
    expect(Object.keys(again.result.totals.decisions.byRule)).toEqual(Object.keys(whole.result.totals.decisions.byRule))
    const hashes = new Map(whole.sessions.map(({ session, outcomeHash }) => [session, outcomeHash]))
    expect(again.sessions.map(({ session, outcomeHash }) => [session, outcomeHash])).toEqual(
      again.sessions.map(({ session }) => [session, hashes.get(session)]),
    )
  })
})

describe('what is written of a session', () => {
  const [session] = sessionsOf([wholeSession, wholeCall])

  it('is all of it but where it was read, with its weight', () => {
    if (session === undefined) throw new Error('one session')
    const [header, call] = sampledRecords(session, 4)
    expect(header).toEqual({ ...wholeSession, standsForSessions: 12, provenance: undefined })
    expect(call).toEqual({ ...wholeCall, provenance: undefined })
    expect(JSON.stringify([header, call])).not.toMatch(/provenance/)
  })

  it('has a header although the trace has none', () => {
    if (session === undefined) throw new Error('one session')
    const [header] = sampledRecords({ ...session, header: undefined }, 4)
    expect(header).toEqual({ record: 'session', schema: 1, session: 's', standsForSessions: 4 })
  })
})

describe('what a session shows', () => {
  it('is rules, ends and errors, and what it cost as far as that is known', () => {
    const policy = small('on start {\n  rule pick: when turn >= 1 then use mid\n  otherwise use mid\n}')
    const [session] = sessionsOf([
      {
        record: 'call', session: 's', call: 1, end: 'exhausted', requested: 'mid',
        prompt: { user: { chars: 1 } },
        attempts: [{ model: 'mid', provider: 'south', errorClass: 'overloaded' }],
      },
    ])
    if (session === undefined) throw new Error('one session')
    const { sessions } = replayed(policy, [session])
    const [result] = sessions
    if (result === undefined) throw new Error('one result')
    const summary = summaryOf(session, result)
    expect([...summary.features.keys()]).toEqual(['end exhausted', 'end exhausted in the log', 'error overloaded', 'rule pick'])
    expect(summary.model).toBe('mid')
  })
})
