import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { atMostZero } from '../../../src/analysis/gate/gate.ts'
import { costLimit, countLimit, shareOf } from '../../../src/analysis/gate/limits.ts'

describe('limits', () => {
  it.each([
    ['2%', { kind: 'share', millionths: 20_000n }],
    ['-2.5%', { kind: 'share', millionths: -25_000n }],
    ['0.0001%', { kind: 'share', millionths: 1n }],
    ['$5', { kind: 'money', picoUsd: 5_000_000_000_000n }],
    ['-$0.50', { kind: 'money', picoUsd: -500_000_000_000n }],
    ['$0.000000000001', { kind: 'money', picoUsd: 1n }],
  ])('%s of cost', (text, limit) => {
    expect(costLimit(text)).toEqual(limit)
  })

  it.each(['', '5', '%', '2 %', '$', '$-5', '1e3%', '2.00001%', '$1.0000000000001', '∞%'])('takes `%s` for no limit of cost', (text) => {
    expect(costLimit(text)).toBeUndefined()
  })

  it('counts calls, or a share of them that is not below nothing', () => {
    expect(countLimit('25')).toEqual({ kind: 'count', count: 25n })
    expect(countLimit('1.5%')).toEqual({ kind: 'share', millionths: 15_000n })
    expect([countLimit('-1'), countLimit('-1%'), countLimit('few'), shareOf('99.9')]).toEqual(Array(4).fill(undefined))
  })
})

describe('an interval against a limit', () => {
  it('passes when all of it does, fails when none does, and is undecided otherwise', () => {
    const bound = fc.bigInt({ min: -9n, max: 9n })
    fc.assert(
      fc.property(bound, bound, (a, b) => {
        const [lo, hi] = a < b ? [a, b] : [b, a]
        const all = Array.from({ length: Number(hi - lo) + 1 }, (_, at) => lo + BigInt(at) <= 0n)
        const expected = all.every(Boolean) ? 'pass' : all.some(Boolean) ? 'undecided' : 'fail'
        expect(atMostZero(lo, hi)).toBe(expected)
      }),
    )
    expect([atMostZero(null, 0n), atMostZero(1n, null), atMostZero(null, null), atMostZero(-1n, null)]).toEqual([
      'pass', 'fail', 'undecided', 'undecided',
    ])
  })
})
