import { describe, expect, it } from 'vitest'
import { claimsOf } from '../../../src/analysis/claims/claims.ts'
import type { Claims, ClaimsQuestion } from '../../../src/analysis/claims/claims.ts'
import { widest } from '../../../src/analysis/claims/sampling.ts'
import { noMoney, restsOnNothing } from '../../../src/replay/session-row.ts'
import type { Bounds, SessionRow } from '../../../src/replay/session-row.ts'

const dollar = 1_000_000_000_000n

function usd(dollars: number): Bounds {
  const value = BigInt(Math.round(dollars * 1_000_000)) * 1_000_000n
  return { value, lo: value, hi: value }
}

function row(session: string, more: Partial<SessionRow> = {}): SessionRow {
  return {
    session,
    repo: undefined,
    user: undefined,
    success: undefined,
    diverged: true,
    onlyModel: undefined,
    recorded: usd(1),
    policy: usd(1),
    delta: noMoney,
    rests: restsOnNothing,
    comparedCalls: 1,
    uncomparedCalls: 0,
    always: { cheap: { delta: usd(-0.5), uncomparedCalls: 0 }, strong: { delta: usd(0.5), uncomparedCalls: 0 } },
    ...more,
  }
}

function claims(rows: readonly SessionRow[], more: Partial<ClaimsQuestion> = {}): Claims {
  return claimsOf({
    policy: 'p',
    rows,
    controls: { cheapest: 'cheap', strongest: 'strong' },
    points: [],
    seed: '0',
    mode: 'frozen',
    ...more,
  })
}

const many = (count: number, make: (at: number) => Partial<SessionRow>): readonly SessionRow[] =>
  Array.from({ length: count }, (_, at) => row(`s${at}`, make(at)))

describe('claimsOf', () => {
  it('gives the cost delta its assumptions’ range and an interval by session', () => {
    const rows = many(30, (at) => {
      const { value } = usd(-1 + (at % 5) / 10)
      return { delta: { value, lo: value * 4n, hi: -value } }
    })
    const { delta } = claims(rows)
    expect(delta).toMatchObject({ level: 'modelled', delta: { value: -24n * dollar, lo: -96n * dollar, hi: 24n * dollar } })
    const [bySession] = delta.sampling
    expect(bySession).toMatchObject({ by: 'session', clusters: 30 })
    expect(bySession?.picoUsd?.lo).toBeLessThan(-24n * dollar)
    expect(bySession?.picoUsd?.hi).toBeGreaterThan(-24n * dollar)
  })

  it('counts the widest interval: sessions of one repository have much in common', () => {
    const rows = many(40, (at) => ({ repo: `r${at % 8}`, delta: usd((at % 8) - 3.5) }))
    const { sampling } = claims(rows).delta
    expect(sampling.map(({ by, clusters }) => [by, clusters])).toEqual([['session', 40], ['repository', 8]])
    expect(widest(sampling)?.by).toBe('repository')
  })

  it('says of one repository that it tells nothing of another', () => {
    const rows = many(20, (at) => ({ repo: 'only', delta: usd(at % 3) }))
    const { sampling } = claims(rows).delta
    expect(sampling[1]).toEqual({ by: 'repository', clusters: 1, picoUsd: undefined, reason: 'one cluster tells nothing of another' })
    expect(widest(sampling)?.by).toBe('session')
  })

  it('claims no saving and no interval where no session differs', () => {
    const { delta } = claims(many(5, () => ({ diverged: false })))
    expect(delta).toMatchObject({ level: 'observed', delta: { value: 0n, lo: 0n, hi: 0n } })
    expect(delta.sampling[0]?.reason).toBe('all clusters are alike')
  })

  it('bounds success where outcomes of diverged sessions are not known', () => {
    const rows = [
      row('a', { diverged: false, success: true }),
      row('b', { diverged: false, success: false }),
      row('c', { success: true }),
      row('d', { diverged: false }),
    ]
    const { success, costPerSuccess } = claims(rows)
    expect(success).toMatchObject({ kind: 'bound', lo: 250_000, hi: 750_000, seen: 2, succeeded: 1, sessions: 4 })
    // $4 over one to three successes.
    expect(costPerSuccess).toEqual({ kind: 'known', lo: (4n * dollar) / 3n, hi: 4n * dollar, sampling: [] })
  })

  it('takes the outcome of every session where none diverges', () => {
    const rows = many(20, (at) => ({ diverged: false, success: at % 4 !== 0, policy: usd(1 + (at % 3)) }))
    const { success, costPerSuccess } = claims(rows)
    expect(success).toMatchObject({ kind: 'observed', lo: 750_000, hi: 750_000 })
    if (costPerSuccess.kind === 'unknown') throw new Error(costPerSuccess.reason)
    expect(costPerSuccess.lo).toBe(costPerSuccess.hi)
    expect(costPerSuccess.sampling[0]?.picoUsd?.lo).toBeLessThan(costPerSuccess.lo)
  })

  it('takes a point handed in for success, with its source', () => {
    const points = [{ of: { kind: 'policy', name: 'p' }, successes: 81, sessions: 100, source: 'a run' }] as const
    expect(claims(many(3, () => ({})), { points }).success).toMatchObject({ kind: 'given', lo: 810_000, hi: 810_000, source: 'a run' })
  })

  it('says what is unknown without any outcome', () => {
    const { success, costPerSuccess } = claims(many(3, () => ({})))
    expect(success).toMatchObject({ kind: 'unknown', lo: 0, hi: 1_000_000 })
    expect(costPerSuccess).toEqual({ kind: 'unknown', reason: 'no outcome is seen' })
  })

  it('says nothing of the cost of a success where some cost is not known', () => {
    const rows = [row('a', { diverged: false, success: true, uncomparedCalls: 1 })]
    expect(claims(rows).costPerSuccess).toEqual({ kind: 'unknown', reason: 'some calls have no cost' })
  })

  it('finds the blind split and the shuffle that cost as much', () => {
    const { controls } = claims(many(10, () => ({ delta: usd(0.1) })))
    expect(controls?.alwaysCheapest.delta.value).toBe(-5n * dollar)
    expect(controls?.alwaysStrongest.delta.value).toBe(5n * dollar)
    expect(controls?.fixedSplit).toMatchObject({ kind: 'split', strongMillionths: 600_000 })
    expect(controls?.shuffle).toMatchObject({ strongSessions: 6, sessions: 10, delta: { value: dollar } })
  })

  it.each([
    ['below-cheapest', -2],
    ['above-strongest', 2],
  ])('has no split where the policy lies %s', (kind, each) => {
    expect(claims(many(4, () => ({ delta: usd(each) }))).controls?.fixedSplit).toEqual({ kind })
  })

  it('claims nothing of calls that have no price', () => {
    const none = { always: { cheap: { delta: usd(-0.5), uncomparedCalls: 0 }, strong: { delta: noMoney, uncomparedCalls: 1 } } }
    const { delta, controls, sensitivity } = claims(many(4, () => ({ ...none, comparedCalls: 0, uncomparedCalls: 1 })))
    expect(delta).toMatchObject({ level: 'unknown', comparedCalls: 0, uncomparedCalls: 4 })
    expect(sensitivity).toEqual([])
    expect([controls?.alwaysCheapest.isUnknown, controls?.alwaysStrongest.isUnknown]).toEqual([false, true])
    expect(controls?.fixedSplit).toEqual({ kind: 'none', reason: 'most calls have no cost to compare' })
  })

  it('holds stopped replays against no control', () => {
    const stopped = claims(many(4, () => ({})), { mode: 'stop' })
    expect(stopped.controls).toBeUndefined()
    expect(stopped.delta.level).toBe('observed')
  })
})
