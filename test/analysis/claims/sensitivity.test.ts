import { describe, expect, it } from 'vitest'
import { frozenSensitivity, projectedSensitivity, variantsOf } from '../../../src/analysis/claims/sensitivity.ts'
import type { Sensitivity } from '../../../src/analysis/claims/sensitivity.ts'
import { noMoney, restsOnNothing } from '../../../src/replay/session-row.ts'
import type { RestsOn, SessionRow } from '../../../src/replay/session-row.ts'
import { small } from '../../support/policy-of.ts'

function row(delta: bigint, rests: Partial<RestsOn> = {}): SessionRow {
  return {
    session: 's',
    repo: undefined,
    user: undefined,
    success: undefined,
    diverged: true,
    onlyModel: undefined,
    recorded: noMoney,
    policy: noMoney,
    delta: { value: delta, lo: delta, hi: delta },
    rests: { ...restsOnNothing, ...rests },
    comparedCalls: 1,
    uncomparedCalls: 0,
    always: {},
  }
}

const named = (found: readonly Sensitivity[], name: string): Sensitivity | undefined => found.find((each) => each.name === name)

describe('frozenSensitivity', () => {
  it('finds the factor at which the policy costs what the log does', () => {
    // $100 at the policy's price stand against $150 of the log: even at 1.5x.
    const [found] = frozenSensitivity([row(-50n, { calls: 100n })])
    expect(found).toMatchObject({
      name: 'same-tokens',
      deltaPicoUsd: { lo: -125n, hi: 250n },
      flips: { kind: 'at', factor: { numerator: 150n, denominator: 100n }, isInterpolated: false },
    })
  })

  it('tells calls of the log’s own model apart from those of another', () => {
    const found = frozenSensitivity([row(10n, { calls: 40n, answeredAlike: 20n })])
    expect(named(found, 'same-answers')).toMatchObject({ deltaPicoUsd: { lo: -5n, hi: 70n }, flips: { kind: 'at', factor: { numerator: 10n, denominator: 20n } } })
    expect(named(found, 'same-tokens')).toMatchObject({ deltaPicoUsd: { lo: -20n, hi: 130n } })
  })

  it('says that no value flips it where none does', () => {
    expect(frozenSensitivity([row(-900n, { calls: 100n })])).toMatchObject([
      { deltaPicoUsd: { lo: -975n, hi: -600n }, flips: { kind: 'never' } },
    ])
  })

  it('puts first what moves the figure most, and leaves out what moves nothing', () => {
    const found = frozenSensitivity([
      row(10n, { calls: 1n, caches: { lo: -20n, hi: 5n }, overhead: { lo: 0n, hi: null }, attempts: { lo: -1n, hi: 0n } }),
    ])
    expect(found.map(({ name }) => name)).toEqual(['declared-overhead', 'prompt-caches', 'same-tokens', 'failed-attempts'])
    expect(named(found, 'prompt-caches')?.flips).toEqual({ kind: 'within' })
    expect(named(found, 'declared-overhead')?.flips).toEqual({ kind: 'never' })
  })
})

describe('projectedSensitivity', () => {
  const policy = small(`
    assume wordier: verbosity small -> big 1.5x (1x to 2x)
    on start { otherwise use big }
    on turn, call { otherwise keep }
  `)

  it('runs each assumption at both ends with the others at their points, and caches open', () => {
    expect(variantsOf(policy, 'projected').map(({ name, end }) => [name, end])).toEqual([
      ['wordier', 'lo'],
      ['wordier', 'hi'],
      ['same-tokens', 'lo'],
      ['same-tokens', 'hi'],
      ['prompt-caches', 'open'],
    ])
    const left = small(`assume left: compaction keeps 60%
      switch { other family compact to 30% }
      on start { otherwise use big }`)
    const summed = variantsOf(left, 'projected').filter(({ end }) => end === 'open')
    expect(summed.map(({ name, assumed }) => [name, [...(assumed?.keys() ?? [])].sort()])).toEqual([
      ['prompt-caches', ['left', 'same-tokens']],
      ['left', ['prompt-caches', 'same-tokens']],
    ])
    const low = variantsOf(policy, 'projected')[0]?.assumed
    expect([...(low?.keys() ?? [])].sort()).toEqual(['prompt-caches', 'same-tokens', 'wordier'])
    expect(low?.get('wordier')).toMatchObject({ lo: { numerator: 1n }, hi: { numerator: 1n } })
    expect(low?.get('same-tokens')).toMatchObject({ lo: { numerator: 1n, denominator: 1n }, hi: { numerator: 1n, denominator: 1n } })
  })

  it('runs what is so or is not so: a reminder that is followed or not, a classifier that errs more often', () => {
    const assuming = small(`
      classifier triage { model small scores main }
      assume obedient: reminder followed within 1 turns
      assume noise: classifier triage wrong in 20% of verdicts
      on start { otherwise use big }`)
    const others = variantsOf(assuming, 'projected').filter(({ end }) => end === 'other')
    expect(others.map(({ name, assumed, wrongVerdicts }) => [name, assumed?.get('obedient')?.point.numerator, wrongVerdicts?.get('triage')])).toEqual([
      ['obedient', 0n, undefined],
      ['obedient', 1n, undefined],
      ['noise', undefined, 200_000],
    ])
    const frozen = variantsOf(assuming, 'frozen')
    expect(frozen.map(({ name, assumed }) => [name, assumed])).toEqual([['noise', undefined]])
    expect(variantsOf(assuming, 'stop')).toEqual([])
    const results = frozen.map((variant) => ({ variant, rows: [row(4n)] }))
    expect(frozenSensitivity([row(-10n)], results)).toEqual([
      { name: 'noise', factor: undefined, deltaPicoUsd: { lo: -10n, hi: 4n }, flips: { kind: 'within' } },
    ])
  })

  it('interpolates where the sign turns between the runs', () => {
    const results = variantsOf(policy, 'projected').map((variant) => ({
      variant,
      rows: [row(variant.name !== 'wordier' ? -10n : variant.end === 'lo' ? -30n : 30n)],
    }))
    const found = projectedSensitivity([row(-10n)], results)
    expect(found.map(({ name }) => name)).toEqual(['wordier'])
    // From 1.5x at -10 to 2x at +30: a quarter of the way.
    const flips = found[0]?.flips
    expect(flips).toMatchObject({ kind: 'at', isInterpolated: true })
    expect(flips?.kind === 'at' && Number(flips.factor.numerator) / Number(flips.factor.denominator)).toBe(1.625)
  })

  it('tells caches from outputs that the log cuts short, while all factors stand at their points', () => {
    const results = variantsOf(policy, 'projected').map((variant) => ({
      variant,
      rows: [row(-10n, variant.end === 'open' ? { caches: { lo: -3n, hi: 4n }, cutOutputs: { lo: 0n, hi: 90n } } : {})],
    }))
    const found = projectedSensitivity([row(-10n)], results)
    expect(found.map(({ name }) => name)).toEqual(['cut-outputs', 'prompt-caches'])
    expect(named(found, 'prompt-caches')).toMatchObject({ deltaPicoUsd: { lo: -13n, hi: -6n }, flips: { kind: 'never' } })
    expect(named(found, 'cut-outputs')?.flips).toEqual({ kind: 'within' })
  })
})
