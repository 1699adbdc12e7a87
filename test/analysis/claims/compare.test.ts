import { describe, expect, it } from 'vitest'
import { claimsOf } from '../../../src/analysis/claims/claims.ts'
import { compared } from '../../../src/analysis/claims/compare.ts'
import type { Compared, Comparison } from '../../../src/analysis/claims/compare.ts'
import type { OutcomePoint } from '../../../src/analysis/claims/outcome-point.ts'
import { noMoney, restsOnNothing } from '../../../src/replay/session-row.ts'
import type { SessionRow } from '../../../src/replay/session-row.ts'

const dollar = 1_000_000_000_000n

/** Ten sessions that each cost so many dollars more than in the log, give or take as many. */
function rows(dollars: bigint, always: { readonly [model: string]: bigint } = {}): readonly SessionRow[] {
  const exact = (value: bigint): SessionRow['delta'] => ({ value, lo: value, hi: value })
  return Array.from({ length: 10 }, (_, at) => ({
    session: `s${at}`,
    repo: undefined,
    user: undefined,
    success: undefined,
    diverged: true,
    onlyModel: undefined,
    recorded: noMoney,
    policy: noMoney,
    delta: { value: dollars * dollar, lo: (dollars - 1n) * dollar, hi: (dollars + 1n) * dollar },
    rests: restsOnNothing,
    comparedCalls: 1,
    uncomparedCalls: 0,
    always: Object.fromEntries(
      Object.entries(always).map(([model, each]) => [model, { delta: exact(each * dollar), uncomparedCalls: 0 }]),
    ),
  }))
}

function point(kind: 'policy' | 'model', name: string, successes: number, sessions: number): OutcomePoint {
  return { of: { kind, name }, successes, sessions, source: 'a run' }
}

function policyOf(name: string, dollars: bigint, points: readonly OutcomePoint[]): Compared {
  return { name, claims: claimsOf({ policy: name, rows: rows(dollars), controls: undefined, points, seed: '0', mode: 'frozen' }) }
}

function comparison(points: readonly OutcomePoint[], always: { readonly [model: string]: bigint } = {}): Comparison {
  return compared(
    [policyOf('dear', 8n, points), policyOf('cheap', 2n, points), policyOf('worse', 5n, points)],
    rows(0n, always),
    points,
  )
}

describe('compared', () => {
  it('says what a further success costs between neighbours that are not beaten', () => {
    const { frontier } = comparison([
      point('policy', 'cheap', 4_000, 10_000),
      point('policy', 'dear', 7_000, 10_000),
      point('policy', 'worse', 3_000, 10_000),
    ])
    expect(frontier.map(({ name }) => name)).toEqual(['cheap', 'dear'])
    // $60 more for 3 of 10 sessions more: $20 a success.
    expect(frontier[1]?.perFurtherSuccess).toMatchObject({ kind: 'known', value: 20n * dollar })
    const further = frontier[1]?.perFurtherSuccess
    if (further?.kind !== 'known') throw new Error('not known')
    // $40 to $80 for 0.28 to 0.32 more.
    expect(Number(further.lo / dollar)).toBe(12)
    expect(Number((further.hi ?? 0n) / dollar)).toBe(28)
  })

  it('does not decide between successes whose intervals overlap', () => {
    const { frontier } = comparison([point('policy', 'cheap', 4, 10), point('policy', 'dear', 6, 10)])
    expect(frontier.map(({ perFurtherSuccess }) => perFurtherSuccess)).toEqual([undefined, { kind: 'undecided' }])
  })

  it('has no frontier of policies whose success is not known', () => {
    expect(comparison([]).frontier).toEqual([])
    expect(comparison([]).hull).toBeUndefined()
  })

  it('puts each policy beside the fixed split of models that costs as much', () => {
    const { hull } = comparison(
      [
        point('model', 'weak', 2_000, 10_000),
        point('model', 'strong', 8_000, 10_000),
        point('model', 'silly', 1_000, 10_000),
        point('policy', 'cheap', 6_000, 10_000),
        point('policy', 'worse', 4_000, 10_000),
      ],
      { weak: 0n, strong: 10n, silly: 5n },
    )
    expect(hull).toEqual({
      models: ['weak', 'strong'],
      meanSuccessMillionths: 500_000,
      besides: [
        { name: 'dear', splitSuccess: 680_000, verdict: 'undecided' },
        { name: 'cheap', splitSuccess: 320_000, verdict: 'above' },
        { name: 'worse', splitSuccess: 500_000, verdict: 'below' },
      ],
    })
  })
})
