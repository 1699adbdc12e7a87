import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { claimsOf } from '../../src/analysis/claims/claims.ts'
import type { Claims } from '../../src/analysis/claims/claims.ts'
import { observedSuccess } from '../../src/analysis/claims/success.ts'
import { ratioInterval } from '../../src/analysis/statistics/cluster-bootstrap.ts'
import type { Cluster } from '../../src/analysis/statistics/cluster-bootstrap.ts'
import { hullOf, meanHeight, splitAt } from '../../src/analysis/statistics/hull.ts'
import type { CostSuccess } from '../../src/analysis/statistics/hull.ts'
import { keyedIndices } from '../../src/analysis/statistics/keyed-indices.ts'
import { compareExact } from '../../src/policy/catalogue-queries.ts'
import type { Policy } from '../../src/policy/core.ts'
import { integer, minus, times } from '../../src/policy/value.ts'
import { controlModels } from '../../src/replay/always.ts'
import { createReplay } from '../../src/replay/replay.ts'
import { levels, together } from '../../src/replay/money.ts'
import { noMoney, restsOnNothing } from '../../src/replay/session-row.ts'
import type { SessionRow } from '../../src/replay/session-row.ts'
import type { Money } from '../../src/replay/result/money.ts'
import type { CallRecord } from '../../src/trace/record.ts'
import type { RecordedSession } from '../../src/trace/session.ts'
import { strangerModel } from '../support/arbitrary-catalogue.ts'
import { madeUpLogs, recordedSessions } from '../support/arbitrary-recorded.ts'
import { lawRuns } from '../support/law-runs.ts'
import { small } from '../support/policy-of.ts'
import { loggedBy, replayed } from '../support/replaying.ts'

const policy = small(`
  on start { rule team: when team is "a" then use big  otherwise use mid }
  on turn, call { rule grown: when context.length >= 15k tokens then upgrade to big  otherwise keep }
`)

function rowsOf(own: Policy, sessions: readonly RecordedSession[]): readonly SessionRow[] {
  const replay = createReplay({ policy: own })
  for (const session of sessions) replay.add(session)
  for (const _settled of replay.settle()) continue
  return replay.partial().sessions.map((each) => each.row)
}

function claimed(rows: readonly SessionRow[]): Claims {
  return claimsOf({ policy: 'snippet', rows, controls: controlModels(policy), points: [], seed: '0', mode: 'frozen' })
}

/** With outcomes, of which some are not known. */
function withOutcomes(sessions: readonly RecordedSession[], outcomes: readonly (boolean | null)[]): readonly RecordedSession[] {
  return sessions.map((session, at) => ({
    ...session,
    events: [...session.events, { record: 'event', session: session.session, event: 'outcome', success: outcomes[at % outcomes.length] ?? null } as const],
  }))
}

const outcomes = fc.array(fc.option(fc.boolean(), { nil: null }), { minLength: 1, maxLength: 4 })
const runs = lawRuns(8)

describe('laws of statistics', () => {
  it('law 39: a policy beside its own log costs nothing more, and succeeds as often as the log', () => {
    fc.assert(
      fc.property(madeUpLogs, fc.array(fc.boolean(), { minLength: 1, maxLength: 4 }), (logs, known) => {
        const sessions = recordedSessions(logs, policy)
        const log = loggedBy(policy, sessions)
        const { delta, success, sensitivity } = claimed(rowsOf(policy, withOutcomes(log, known)))
        expect(delta).toMatchObject({ level: 'observed', delta: noMoney })
        expect(sensitivity).toEqual([])
        const succeeded = log.filter((_session, at) => known[at % known.length] === true).length
        expect(success).toMatchObject({ kind: 'observed', succeeded, seen: log.length, sessions: log.length })
      }),
      runs,
    )
  })

  it('law 40: the order of the sessions leaves every figure and interval as it is', () => {
    fc.assert(
      fc.property(madeUpLogs, outcomes, fc.array(fc.nat(), { minLength: 4, maxLength: 4 }), (logs, known, keys) => {
        const rows = rowsOf(policy, withOutcomes(recordedSessions(logs, policy), known))
        const shuffled = rows.map((row, at) => ({ row, key: keys[at] ?? 0 })).toSorted((a, b) => a.key - b.key).map(({ row }) => row)
        expect(claimed(shuffled)).toEqual(claimed(rows))
      }),
      runs,
    )
  })

  it('also law 21: what has no price saves nothing, adds to no saving, and is counted', () => {
    const unpriced = (session: RecordedSession, at: number): RecordedSession => ({
      ...session,
      session: `unpriced-${at}`,
      calls: session.calls.map(({ cost: _bill, ...call }): CallRecord => ({
        ...call,
        session: `unpriced-${at}`,
        end: 'served',
        served: { model: strangerModel },
        usage: { uncachedInput: 9, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0, output: 9, outputQuality: 'exact' },
      })),
    })
    fc.assert(
      fc.property(madeUpLogs, (logs) => {
        const sessions = recordedSessions(logs, policy)
        const rows = rowsOf(policy, sessions)
        const strange = sessions.map(unpriced)
        const all = claimed([...rows, ...rowsOf(policy, strange)])
        const own = claimed(rows)
        expect(all.delta.delta).toEqual(own.delta.delta)
        const strangers = strange.reduce((sum, { calls }) => sum + calls.length, 0)
        expect(all.delta.uncomparedCalls).toBe(own.delta.uncomparedCalls + strangers)
        expect(all.costPerSuccess.kind).toBe('unknown')
      }),
      runs,
    )
  })

  it('also law 25: no sum claims more than its weakest part', () => {
    const money = fc.constantFrom(...levels).map(
      (level): Money => ({ value: level === 'unknown' ? null : 1n, lo: level === 'unknown' ? null : 1n, hi: null, level, basis: level }),
    )
    fc.assert(
      fc.property(fc.array(money, { minLength: 1, maxLength: 6 }), (parts) => {
        const weakest = Math.max(...parts.map(({ level }) => levels.indexOf(level)))
        expect(levels.indexOf(together(parts).level)).toBe(weakest)
      }),
      lawRuns(100),
    )
  })

  it('law 42: without its gates nothing is estimated, and what fails a gate has no number', () => {
    fc.assert(
      fc.property(madeUpLogs, outcomes, (logs, known) => {
        const sessions = withOutcomes(recordedSessions(logs, policy), known)
        expect(replayed(policy, sessions).result.totals.money.frozen.parts.estimated).toBeUndefined()
        const { delta, costPerSuccess } = claimed(rowsOf(policy, sessions))
        const intervals = [...delta.sampling, ...(costPerSuccess.kind === 'known' ? costPerSuccess.sampling : [])]
        expect(intervals.filter(({ clusters, picoUsd }) => clusters < 2 && picoUsd !== undefined)).toEqual([])
        expect(intervals.filter(({ picoUsd, reason }) => (picoUsd === undefined) !== (reason !== undefined))).toEqual([])
        expect(intervals.filter(({ picoUsd }) => picoUsd !== undefined && picoUsd.lo >= picoUsd.hi)).toEqual([])
      }),
      runs,
    )
  })

  it('law 43: the bound on success holds the truth, whatever happened to sessions that nobody saw', () => {
    const session = fc.record({ truth: fc.boolean(), diverged: fc.boolean(), isSeen: fc.boolean(), logged: fc.boolean() })
    fc.assert(
      fc.property(fc.array(session, { minLength: 1, maxLength: 30 }), (universe) => {
        const rows = universe.map(({ truth, diverged, isSeen, logged }, at) =>
          // What the log says of a session that diverges is true of the log's own policy only.
          ({ ...blankRow(`s${at}`), diverged, success: isSeen ? (diverged ? logged : truth) : undefined }),
        )
        const { lo, hi, kind } = observedSuccess(rows, (row) => !row.diverged)
        const truth = (universe.filter((each) => each.truth).length * 1_000_000) / universe.length
        expect(lo).toBeLessThanOrEqual(truth)
        expect(hi).toBeGreaterThanOrEqual(truth)
        expect(kind === 'observed').toBe(universe.every((each) => !each.diverged && each.isSeen))
      }),
      lawRuns(100),
    )
  })

  it('law 44: intervals hold the truth about as often as they say', () => {
    const [universes, clusters] = [200, 40]
    let held = 0
    for (let universe = 0; universe < universes; universe += 1) {
      const draws = keyedIndices(['universe', universe], clusters * 3, 1_001)
      // The product of two uniform draws, a long tail to the right; its mean is a quarter of a million.
      const sample = Array.from({ length: clusters }, (_, at): Cluster => ({
        key: `c${at}`,
        numerator: (draws[3 * at] ?? 0) * (draws[3 * at + 1] ?? 0),
        denominator: 1,
      }))
      const found = ratioInterval(sample, { seed: '0', purpose: `universe ${universe}`, replicates: 199 })
      if (found.kind === 'interval' && found.lo <= 250_000 && 250_000 <= found.hi) held += 1
    }
    // Three standard deviations of a binomial of 200 at 95%.
    expect(held).toBeGreaterThanOrEqual(181)
    expect(held).toBeLessThan(200)
  })

  it('law 45: the hull rises, bends down, lies above every point, and ignores what is dominated', () => {
    fc.assert(
      fc.property(fc.array(point, { minLength: 1, maxLength: 8 }), (points) => {
        const hull = hullOf(points)
        const slopes = hull.slice(1).map((each, at) => slope(hull[at] ?? each, each))
        expect(slopes.every((each) => each > 0)).toBe(true)
        expect(slopes.slice(1).every((each, at) => each < (slopes[at] ?? each))).toBe(true)
        for (const each of points) {
          const above = splitAt(hull, each.cost)
          expect(above === undefined ? -1 : compareExact(above.success, each.success)).toBeGreaterThanOrEqual(0)
        }
        const [some] = points
        const worse = { name: 'worse', cost: times(some?.cost ?? integer(1), integer(2)), success: times(some?.success ?? integer(0), { numerator: 1n, denominator: 2n }) }
        expect(hullOf([...points, worse])).toEqual(hull)
        expect(meanHeight(hullOf([...points, worse]))).toEqual(meanHeight(hull))
      }),
      lawRuns(100),
    )
  })

  it('law 46: the same key, the same interval; one cluster has none', () => {
    const sample = fc.array(fc.integer({ min: -50, max: 1_000 }), { minLength: 1, maxLength: 25 })
    fc.assert(
      fc.property(sample, (numerators) => {
        const clusters = numerators.map((numerator, at) => ({ key: `c${at}`, numerator, denominator: 1 }))
        const options = { seed: '7', purpose: 'law' }
        expect(ratioInterval(clusters.toReversed(), options)).toEqual(ratioInterval(clusters, options))
        const sum = numerators.reduce((total, each) => total + each, 0)
        const one = ratioInterval([{ key: 'all', numerator: sum, denominator: numerators.length }], options)
        expect(one).toMatchObject({ kind: 'undefined', clusters: 1 })
      }),
      runs,
    )
  })
})

function blankRow(session: string): SessionRow {
  return {
    session,
    repo: undefined,
    user: undefined,
    success: undefined,
    diverged: false,
    onlyModel: undefined,
    recorded: noMoney,
    policy: noMoney,
    delta: noMoney,
    rests: restsOnNothing,
    comparedCalls: 0,
    uncomparedCalls: 0,
    always: {},
  }
}

const point: fc.Arbitrary<CostSuccess> = fc
  .tuple(fc.constantFrom('a', 'b', 'c', 'd'), fc.integer({ min: 1, max: 40 }), fc.integer({ min: 0, max: 20 }))
  .map(([name, cost, success]) => ({ name, cost: integer(cost), success: { numerator: BigInt(success), denominator: 20n } }))

function slope(from: CostSuccess, to: CostSuccess): number {
  const [rise, run] = [minus(to.success, from.success), minus(to.cost, from.cost)]
  const number = ({ numerator, denominator }: typeof rise): number => Number(numerator) / Number(denominator)
  return number(rise) / number(run)
}
