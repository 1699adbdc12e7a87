import { describe, expect, it } from 'vitest'
import { ratioInterval } from '../../../src/analysis/statistics/cluster-bootstrap.ts'
import type { Cluster, RatioInterval } from '../../../src/analysis/statistics/cluster-bootstrap.ts'
import { hullOf, meanHeight, splitAt } from '../../../src/analysis/statistics/hull.ts'
import type { CostSuccess } from '../../../src/analysis/statistics/hull.ts'
import { keyedIndices } from '../../../src/analysis/statistics/keyed-indices.ts'
import { wilsonMillionths } from '../../../src/analysis/statistics/wilson.ts'
import { integer } from '../../../src/policy/value.ts'

describe('keyedIndices', () => {
  it('gives each index about as often, and the same ones for the same key', () => {
    const drawn = keyedIndices(['a', 1], 30_000, 3)
    for (const index of [0, 1, 2]) {
      const count = [...drawn].filter((each) => each === index).length
      // Three standard deviations of a binomial of 30,000 at a third.
      expect(Math.abs(count - 10_000)).toBeLessThan(245)
    }
    expect(keyedIndices(['a', 1], 30_000, 3)).toEqual(drawn)
    expect(keyedIndices(['a', 2], 10, 1_000)).not.toEqual(keyedIndices(['a', 1], 10, 1_000))
  })

  it('knows one index only where there is one', () => {
    expect([...keyedIndices(['a'], 4, 1)]).toEqual([0, 0, 0, 0])
  })
})

const of = (...numerators: readonly number[]): readonly Cluster[] =>
  numerators.map((numerator, at) => ({ key: `c${at}`, numerator, denominator: 1 }))

const interval = (clusters: readonly Cluster[]): RatioInterval =>
  ratioInterval(clusters, { seed: '0', purpose: 'test' })

describe('ratioInterval', () => {
  it('holds the ratio, and is near that of Student where the clusters are near normal', () => {
    const found = interval(of(9, 10, 11, 12, 8, 10, 9, 11, 10, 10, 12, 8, 9, 11, 10, 10))
    if (found.kind !== 'interval') throw new Error(found.reason)
    // Mean 10, s 1.21, t(15) 2.131: 10 ± 0.645.
    expect(found.lo).toBeGreaterThan(9.1)
    expect(found.lo).toBeLessThan(9.6)
    expect(found.hi).toBeGreaterThan(10.4)
    expect(found.hi).toBeLessThan(10.9)
  })

  it('reaches further towards the long tail', () => {
    const found = interval(of(1, 1, 2, 1, 2, 3, 1, 2, 1, 1, 2, 1, 30, 2, 1, 2, 12, 1, 3, 2))
    if (found.kind !== 'interval') throw new Error(found.reason)
    const mean = 71 / 20
    expect(found.hi - mean).toBeGreaterThan(mean - found.lo)
  })

  it.each([
    ['no cluster', of(), 'one cluster tells nothing of another'],
    ['one cluster', of(5), 'one cluster tells nothing of another'],
    ['clusters that are alike', of(5, 5, 5), 'all clusters are alike'],
    ['two clusters', of(1, 5), 'it hangs on too few clusters'],
    ['one cluster of a hundred that differs', of(7, ...Array<number>(99).fill(0)), 'it hangs on too few clusters'],
    ['nothing to divide by', [{ key: 'a', numerator: 1, denominator: 0 }, { key: 'b', numerator: 2, denominator: 0 }], 'nothing to divide by'],
  ])('has no interval of %s', (_name, clusters, reason) => {
    expect(interval(clusters)).toEqual({ kind: 'undefined', clusters: clusters.length, reason })
  })
})

describe('wilsonMillionths', () => {
  it.each([
    [0, 10, 0, 277_533],
    [10, 10, 722_467, 1_000_000],
    [50, 100, 403_831, 596_169],
    [81, 263, 255_288, 366_215],
  ])('%i of %i lies between %i and %i millionths', (successes, all, lo, hi) => {
    const found = wilsonMillionths(successes, all)
    expect(Math.abs(found.lo - lo)).toBeLessThanOrEqual(20)
    expect(Math.abs(found.hi - hi)).toBeLessThanOrEqual(20)
  })
})

const point = (name: string, cost: number, percent: number): CostSuccess => ({
  name,
  cost: integer(cost),
  success: { numerator: BigInt(percent), denominator: 100n },
})

describe('hullOf', () => {
  const points = [point('a', 1, 20), point('b', 2, 60), point('c', 3, 65), point('d', 4, 80), point('e', 5, 50)]

  it('leaves what a split of others beats, and what costs more for less', () => {
    expect(hullOf(points).map((each) => each.name)).toEqual(['a', 'b', 'd'])
  })

  it('splits between neighbours at a cost between them', () => {
    const split = splitAt(hullOf(points), integer(3))
    expect(split).toMatchObject({ cheaper: 'b', dearer: 'd' })
    expect(Number(split?.success.numerator) / Number(split?.success.denominator)).toBe(0.7)
    expect(Number(split?.dearerShare.numerator) / Number(split?.dearerShare.denominator)).toBe(0.5)
    expect(splitAt(hullOf(points), { numerator: 1n, denominator: 2n })).toBeUndefined()
    expect(splitAt(hullOf(points), integer(9))).toMatchObject({ cheaper: 'd', dearer: 'd' })
  })

  it('has a mean height over its range', () => {
    const height = meanHeight(hullOf(points))
    // (1 × 0.4 + 2 × 0.7) / 3
    expect(Number(height?.numerator) / Number(height?.denominator)).toBeCloseTo(0.6, 12)
    expect(meanHeight(hullOf([point('a', 1, 20)]))).toBeUndefined()
  })
})
