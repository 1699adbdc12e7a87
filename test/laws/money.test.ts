import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Policy, PriceCard } from '../../src/policy/core.ts'
import { priceUsage } from '../../src/replay/pricing.ts'
import { leavesOf, levels, weaker } from '../../src/replay/money.ts'
import { boundsOfSplit, mergeSplits, splitOf, valueOfSplit } from '../../src/replay/ledger.ts'
import { groupFields, groupsOf, totalsOf } from '../../src/replay/session-totals.ts'
import { emptyTotals, mergeTotals } from '../../src/replay/totals.ts'
import type { CallResult } from '../../src/replay/result/call.ts'
import type { Money } from '../../src/replay/result/money.ts'
import type { SessionResult } from '../../src/replay/result/session.ts'
import type { Usage } from '../../src/trace/record.ts'
import { strangerModel } from '../support/arbitrary-catalogue.ts'
import { madeUpLog, madeUpLogs, recordedSession, recordedSessions, usage, usageOfKinds } from '../support/arbitrary-recorded.ts'
import { lawRuns } from '../support/law-runs.ts'
import { policyOf, small } from '../support/policy-of.ts'
import { loadablePolicyText, replayed } from '../support/replaying.ts'

const runs = lawRuns(12)

function moneyOf(call: CallResult): readonly Money[] {
  return [call.recordedCost, call.policyCost, call.overheadCost, call.recordedOverhead].filter(
    (money) => money !== undefined,
  )
}

/** It switches, compacts, retries and fails over, and reads no price. */
const routing = small(`
  serve any { retry 1 times on [server]  failover on [overloaded, server] }
  switch { other family compact to 30% }
  on start { rule vision: when images > 0 then use big  otherwise use small }
  on turn { rule grown: when context.length > 10k tokens then use mid  otherwise keep }`)

/** Logs of tokens alone: a bill does not follow a price. */
function unbilled(logs: Parameters<typeof recordedSessions>[0]): ReturnType<typeof recordedSessions> {
  return recordedSessions(logs, routing).map((session) => ({
    ...session,
    calls: session.calls.map(({ cost: _cost, ...call }) => call),
  }))
}

/** The policy with other prices, of one model or of all. */
function repriced(policy: Policy, to: (bucket: string, price: bigint) => bigint, only?: string): Policy {
  const cards = (prices: readonly PriceCard[]): readonly PriceCard[] =>
    prices.map((card) => ({
      ...card,
      picoUsd: Object.fromEntries(Object.entries(card.picoUsd).map(([bucket, price]) => [bucket, to(bucket, price)])),
    }))
  return {
    ...policy,
    models: policy.models.map((model) =>
      only !== undefined && model.name !== only
        ? model
        : {
            ...model,
            prices: cards(model.prices),
            endpoints: model.endpoints.map((endpoint) => ({ ...endpoint, prices: cards(endpoint.prices) })),
          },
    ),
  }
}

describe('laws of money', () => {
  it('law 17: the total is the sum of its calls, its levels and every way of grouping', () => {
    fc.assert(
      fc.property(loadablePolicyText, madeUpLogs, (text, logs) => {
        const policy = policyOf(text)
        const { result, sessions } = replayed(policy, recordedSessions(logs, policy))
        const calls = sessions.flatMap((session) => session.calls)
        const sum = (of: (call: CallResult) => Money): bigint =>
          calls.flatMap((call) => leavesOf(of(call))).reduce((total, leaf) => total + (leaf.value ?? 0n), 0n)
        const { money } = result.totals
        expect(valueOfSplit(money.recorded)).toBe(sum((call) => call.recordedCost))
        expect(valueOfSplit(money.frozen)).toBe(sum((call) => call.policyCost))
        expect(mergeSplits(money.recordedBeforeDivergence, money.recordedFromDivergence)).toEqual(money.recorded)
        for (const field of groupFields) {
          const groups = sessions.flatMap((session) => [...groupsOf(session, field).values()])
          expect(groups.reduce(mergeTotals, emptyTotals)).toEqual(result.totals)
        }
      }),
      runs,
    )
  })

  it('also law 18: tokens come out as they went in', () => {
    fc.assert(
      fc.property(madeUpLogs, (logs) => {
        const policy = small('on start { otherwise use small }')
        const sessions = recordedSessions(logs, policy)
        const { totals } = replayed(policy, sessions).result
        const all = sessions.flatMap((session) => session.calls.flatMap((call) => call.usage ?? []))
        const total = (of: (usage: (typeof all)[number]) => number): bigint =>
          all.reduce((sum, each) => sum + BigInt(of(each)), 0n)
        expect(totals.tokens).toEqual({
          uncachedInput: total((each) => each.uncachedInput),
          cacheRead: total((each) => each.cacheRead),
          cacheWrite: total((each) => each.cacheWrite5m + each.cacheWrite1h + (each.cacheWriteOther ?? 0)),
          output: total((each) => each.output + (each.reasoning ?? 0)),
          callsWithUsage: all.length,
          lowerBoundOutputs: all.filter((each) => each.outputQuality === 'lower-bound').length,
        })
      }),
      runs,
    )
  })

  it('also law 17: every recorded call is replayed, after the divergence or skipped', () => {
    fc.assert(
      fc.property(loadablePolicyText, madeUpLogs, fc.constantFrom('frozen', 'stop'), fc.nat({ max: 3 }), (text, logs, mode, every) => {
        const policy = policyOf(text)
        const sessions = recordedSessions(logs, policy)
        const select = { text: 'some', selects: (call: { readonly call: number }): boolean => call.call % 4 !== every }
        const { calls } = replayed(policy, sessions, { mode, select }).result.totals
        const skipped = Object.values(calls.skipped).reduce((sum, count) => sum + count, 0)
        expect(calls.recorded).toBe(sessions.reduce((sum, session) => sum + session.calls.length, 0))
        expect(calls.recorded).toBe(calls.replayed + calls.afterDivergence + skipped)
      }),
      runs,
    )
  })

  it('also law 24: lo is at most the value, and the value at most hi', () => {
    fc.assert(
      fc.property(loadablePolicyText, madeUpLogs, (text, logs) => {
        const policy = policyOf(text)
        const { sessions } = replayed(policy, recordedSessions(logs, policy))
        for (const money of sessions.flatMap((session) => session.calls).flatMap(moneyOf)) {
          if (money.value === null) continue
          expect(money.lo).not.toBeNull()
          expect((money.lo ?? 0n) <= money.value).toBe(true)
          expect(money.hi === null || money.value <= money.hi).toBe(true)
        }
      }),
      runs,
    )
  })

  it('law 25: a figure claims no more than its weakest part, and a split loses none', () => {
    fc.assert(
      fc.property(loadablePolicyText, madeUpLogs, (text, logs) => {
        const policy = policyOf(text)
        const { sessions } = replayed(policy, recordedSessions(logs, policy))
        for (const money of sessions.flatMap((session) => session.calls).flatMap(moneyOf)) {
          expect(money.level).toBe(leavesOf(money).map((leaf) => leaf.level).reduce(weaker))
          expect(Object.keys(splitOf(money).parts).sort()).toEqual(
            [...new Set(leavesOf(money).map((leaf) => leaf.level))].sort(),
          )
        }
        for (const call of sessions.flatMap((session) => session.calls)) {
          if (call.phase === 'before') continue
          const level = levels.indexOf(call.policyCost.level)
          expect(level).toBeGreaterThanOrEqual(levels.indexOf('modelled'))
        }
      }),
      runs,
    )
  })

  it('law 21: what has no price adds to no sum and is listed', () => {
    fc.assert(
      fc.property(madeUpLogs, madeUpLog, (logs, log) => {
        const policy = small('on start { otherwise use requested else use small }')
        const sessions = recordedSessions(logs, policy)
        const plain = recordedSession(log, policy, 'unpriced')
        const unpriced = {
          ...plain,
          calls: plain.calls.map(({ cost: _cost, attempts: _attempts, ...call }) => ({
            ...call,
            end: 'served' as const,
            served: { model: strangerModel },
          })),
        }
        const before = replayed(policy, sessions).result.totals
        const after = replayed(policy, [...sessions, unpriced]).result.totals
        for (const key of ['recorded', 'stop', 'recordedBeforeDivergence', 'recordedFromDivergence'] as const) {
          expect(valueOfSplit(after.money[key])).toBe(valueOfSplit(before.money[key]))
        }
        expect((after.unpriced[strangerModel] ?? 0) - (before.unpriced[strangerModel] ?? 0)).toBe(unpriced.calls.length)
        expect(after.money.recorded.parts.unknown?.calls ?? 0).toBeGreaterThanOrEqual(unpriced.calls.length)
      }),
      runs,
    )
  })

  it('also law 19: all prices times k is every cost of tokens times k', () => {
    const catalogue = (factor: number): string => `
      scale tier = [standard]
      provider north { region us }
      model one {
        tier standard
        max-output 10k tokens
        served-by [north]
        price per 1M tokens { input $${factor} output $${5 * factor} cache-read $${factor} cache-write-1h $${2 * factor} }
      }`
    const policies = [1, 7].map((factor) => policyOf(catalogue(factor), 'policy p\non start { otherwise use one }'))
    fc.assert(
      fc.property(usage, (tokens) => {
        const [plain, dear] = policies.map((policy) =>
          priceUsage(policy, tokens, { model: 'one', provider: undefined, serviceTier: undefined, region: undefined, atMicros: undefined, images: 0 }),
        )
        const times = (amount: bigint | null | undefined): bigint | null => (amount == null ? null : amount * 7n)
        expect([dear?.value, dear?.lo, dear?.hi]).toEqual([times(plain?.value), times(plain?.lo), times(plain?.hi)])
      }),
      lawRuns(100),
    )
  })

  const richly = (rows: string): Policy =>
    policyOf(
      `scale tier = [standard]
      provider north { region us }
      model one {
        tier standard
        max-output 10k tokens
        served-by [north]
        price per 1M tokens { input $2 output $10 cache-read $1 cache-write-1h $4 web-search $0.01 ${rows} in us 1.5x }
      }`,
      'policy p\non start { otherwise use one }',
    )
  const here = { model: 'one', provider: undefined, serviceTier: undefined, region: undefined, atMicros: undefined, images: 0 }

  it('also law 18: what is told apart and priced alike costs what it costs untold', () => {
    const alike = richly('audio-input $2 audio-cache-read $1 audio-output $10 image-output $10 video-output $10')
    fc.assert(
      fc.property(usageOfKinds, (tokens) => {
        const untold = Object.fromEntries(
          Object.entries(tokens).filter(([name]) => !/^(audio|image|video)/.test(name)),
        ) as unknown as Usage
        expect(priceUsage(alike, tokens, here)).toEqual(priceUsage(alike, untold, here))
      }),
      lawRuns(100),
    )
  })

  it('also law 19: a factor in a region is a factor of every token and of nothing else', () => {
    const policy = richly('audio-input $40 audio-cache-read $4 audio-output $80 image-output $30 video-output $20')
    fc.assert(
      fc.property(usageOfKinds, (tokens) => {
        const searches = BigInt(tokens.webSearches ?? 0) * 10_000_000_000n
        const [plain, there] = [undefined, 'us'].map((region) => priceUsage(policy, tokens, { ...here, region }))
        const times = (amount: bigint | null | undefined): bigint | null =>
          amount == null ? null : ((amount - searches) * 3n) / 2n + searches
        expect([there?.value, there?.lo, there?.hi]).toEqual([times(plain?.value), times(plain?.lo), times(plain?.hi)])
      }),
      lawRuns(100),
    )
  })

  it('law 19: all prices times k change no decision, and multiply what a whole replay costs', () => {
    fc.assert(
      fc.property(madeUpLogs, fc.constantFrom(2n, 7n), (logs, k) => {
        const dear = repriced(routing, (_, price) => price * k)
        const [before, after] = [routing, dear].map((policy) => replayed(policy, unbilled(logs)).sessions.flatMap((each) => each.calls))
        expect(after?.map((call) => call.decision)).toEqual(before?.map((call) => call.decision))
        for (const [at, call] of (before ?? []).entries()) {
          const times = (amount: bigint | null | undefined): bigint | null => (amount == null ? null : amount * k)
          const own = after?.[at]?.policyCost
          expect([own?.value, own?.hi]).toEqual([times(call.policyCost.value), times(call.policyCost.hi)])
        }
      }),
      runs,
    )
  })

  it('law 20: a price that rises lowers no total', () => {
    fc.assert(
      fc.property(madeUpLogs, fc.constantFrom('big', 'mid', 'small'), fc.constantFrom('input', 'output', 'cache-read', 'cache-write'), (logs, model, bucket) => {
        const dear = repriced(routing, (row, price) => (row === bucket ? price * 3n : price), model)
        const [before, after] = [routing, dear].map((policy) => replayed(policy, unbilled(logs)).result.totals.money)
        for (const key of ['recorded', 'stop', 'frozen', 'overhead', 'attempts'] as const) {
          const [low, high] = [before?.[key], after?.[key]].map((split) => split ?? { parts: {} })
          if (low === undefined || high === undefined) throw new Error('a total is missing')
          expect(valueOfSplit(high) >= valueOfSplit(low)).toBe(true)
          expect(boundsOfSplit(high).lo >= boundsOfSplit(low).lo).toBe(true)
          expect((boundsOfSplit(high).hi ?? 0n) >= (boundsOfSplit(low).hi ?? 0n)).toBe(true)
        }
      }),
      runs,
    )
  })

  it('merging is associative and commutative, and nothing is neutral', () => {
    const sessionsOf = (logs: Parameters<typeof recordedSessions>[0]): readonly SessionResult[] => {
      const policy = small('on start { rule vision: when images > 0 then use big  otherwise use small }')
      return replayed(policy, recordedSessions(logs, policy)).sessions
    }
    fc.assert(
      fc.property(fc.array(madeUpLog, { minLength: 3, maxLength: 3 }), (logs) => {
        const [a = emptyTotals, b = emptyTotals, c = emptyTotals] = sessionsOf(logs).map(totalsOf)
        expect(mergeTotals(mergeTotals(a, b), c)).toEqual(mergeTotals(a, mergeTotals(b, c)))
        expect(mergeTotals(a, b)).toEqual(mergeTotals(b, a))
        expect(mergeTotals(a, emptyTotals)).toEqual(a)
      }),
      runs,
    )
  })
})
