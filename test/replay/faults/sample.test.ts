import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { quantiles } from '../../../src/replay/faults/quantiles.ts'
import { presets, sampleFaults } from '../../../src/replay/faults/sample.ts'
import type { Preset } from '../../../src/replay/faults/sample.ts'
import type { Fault } from '../../../src/trace/faults/fault.ts'

const day = 86_400_000_000

/** Of self-reported incidents, July 2023 to August 2024: minutes, and hours without one. */
const published: { readonly [preset in Preset]: Published } = {
  'openai-api': { mean: 186, median: 80, p90: 323, logSd: 1.24, gapMean: 89, gapMedian: 42, gapCv: 1.24, share: 3.5 },
  chatgpt: { mean: 232, median: 84, p90: 408, logSd: 1.29, gapMean: 87, gapMedian: 50, gapCv: 1.15, share: 4.4 },
  'anthropic-api': { mean: 169, median: 46, p90: 247, logSd: 1.39, gapMean: 129, gapMedian: 48, gapCv: 1.97, share: 2.0 },
}

interface Published {
  readonly mean: number
  readonly median: number
  readonly p90: number
  readonly logSd: number
  readonly gapMean: number
  readonly gapMedian: number
  readonly gapCv: number
  /** Percent of the time in an incident. */
  readonly share: number
}

function sampled(preset: Preset, days: number, seed = '7'): readonly Fault[] {
  return sampleFaults({ preset, provider: 'p', seed, clock: 'dated', horizon: { fromMicros: 0, untilMicros: days * day } })
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length

function deviation(values: readonly number[]): number {
  const middle = mean(values)
  return Math.sqrt(mean(values.map((value) => (value - middle) ** 2)))
}

function at(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.trunc(values.length * share)] ?? 0
}

/** Values of a table that lie so close together that sums over them are sums over its distribution. */
function fine(table: readonly number[]): readonly number[] {
  return table.slice(1).flatMap((high, index) => {
    const low = table[index] ?? 0
    return Array.from({ length: 20 }, (_, part) => low + ((high - low) * (part + 0.5)) / 20)
  })
}

describe.each(presets)('incidents of %s', (preset) => {
  const figures = published[preset]

  it('last, and leave gaps, as published', () => {
    const minutes = fine(quantiles[preset].durations).map((seconds) => seconds / 60)
    const hours = fine(quantiles[preset].gaps).map((seconds) => seconds / 3600)
    const logSd = deviation(minutes.map(Math.log))
    const found = { mean: mean(minutes), median: at(minutes, 0.5), p90: at(minutes, 0.9), logSd, gapMean: mean(hours), gapMedian: at(hours, 0.5), gapCv: deviation(hours) / mean(hours) }
    // Half a percent, but for the coefficient of variation, which is published to two digits.
    for (const [name, value] of Object.entries(found)) {
      const expected = figures[name as keyof Published]
      expect([name, Math.abs(value / expected - 1) < (name === 'gapCv' ? 0.01 : 0.006)]).toEqual([name, true])
    }
  })

  it('come out so in a long sample', () => {
    const faults = sampled(preset, 40_000)
    const minutes = faults.map((fault) => (fault.untilMicros - fault.fromMicros) / 60_000_000)
    const hours = faults.slice(1).map((fault, index) => (fault.fromMicros - (faults[index]?.untilMicros ?? 0)) / 3_600_000_000)
    expect(faults.length).toBeGreaterThan(5_000)
    const share = (minutes.reduce((sum, each) => sum + each, 0) / (40_000 * 1440)) * 100
    const found = {
      mean: mean(minutes), median: at(minutes, 0.5), p90: at(minutes, 0.9), logSd: deviation(minutes.map(Math.log)),
      gapMean: mean(hours), gapMedian: at(hours, 0.5), gapCv: deviation(hours) / mean(hours), share,
    }
    // The published share is not quite that of the published means: 2.0% against 2.1%.
    for (const [name, value] of Object.entries(found)) {
      const tolerance = name === 'share' ? 0.15 : 0.1
      expect([name, Math.abs(value / figures[name as keyof Published] - 1) < tolerance]).toEqual([name, true])
    }
  })
})

describe('a sample of faults', () => {
  it('is the same on every machine', () => {
    const lines = sampled('anthropic-api', 30).map(
      ({ id, fromMicros, untilMicros, errorClass, failurePercent }) =>
        `${id} ${fromMicros} to ${untilMicros}: ${errorClass} ${failurePercent}%`,
    )
    expect(lines).toEqual([
      'anthropic-api@p-1 82576000000 to 88385000000: server 30%',
      'anthropic-api@p-2 296106000000 to 296267000000: unavailable 95%',
      'anthropic-api@p-3 748588000000 to 749719000000: overloaded 50%',
      'anthropic-api@p-4 797103000000 to 799968000000: overloaded 50%',
      'anthropic-api@p-5 826961000000 to 829763000000: overloaded 50%',
      'anthropic-api@p-6 897040000000 to 898906000000: server 13%',
      'anthropic-api@p-7 2033371000000 to 2034879000000: overloaded 50%',
      'anthropic-api@p-8 2080175000000 to 2081241000000: server 26%',
      'anthropic-api@p-9 2159982000000 to 2160164000000: overloaded 50%',
      'anthropic-api@p-10 2466142000000 to 2469701000000: overloaded 50%',
      'anthropic-api@p-11 2572028000000 to 2586969000000: overloaded 50%',
    ])
  })

  it('is of three classes of severity, six, three and one of ten', () => {
    const percents = sampled('openai-api', 20_000).map((fault) => fault.failurePercent)
    const share = (of: (percent: number) => boolean): number => percents.filter(of).length / percents.length
    expect(percents.every((percent) => (percent >= 5 && percent <= 30) || percent === 50 || percent === 95)).toBe(true)
    expect(share((percent) => percent <= 30)).toBeCloseTo(0.6, 1)
    expect(share((percent) => percent === 50)).toBeCloseTo(0.3, 1)
    expect(share((percent) => percent === 95)).toBeCloseTo(0.1, 1)
    expect([Math.min(...percents), new Set(percents).size]).toEqual([5, 28])
  })

  it('stays in its horizon, in order, in whole microseconds, under ids of its own', () => {
    fc.assert(
      fc.property(fc.constantFrom(...presets), fc.string(), fc.nat({ max: 400 }), fc.integer({ min: 1, max: 60 }), (preset, seed, begin, days) => {
        const horizon = { fromMicros: begin * day, untilMicros: (begin + days) * day }
        const faults = sampleFaults({ preset, provider: 'p', seed, clock: 'dated', horizon })
        let before = horizon.fromMicros
        for (const { fromMicros, untilMicros } of faults) {
          expect(Number.isSafeInteger(fromMicros) && Number.isSafeInteger(untilMicros)).toBe(true)
          expect(fromMicros).toBeGreaterThanOrEqual(before)
          expect(untilMicros).toBeGreaterThan(fromMicros)
          before = untilMicros
        }
        expect(before).toBeLessThanOrEqual(horizon.untilMicros)
        expect(new Set(faults.map(({ id }) => id)).size).toBe(faults.length)
      }),
      { numRuns: 50 },
    )
  })

  it('depends on its seed, and moves with its horizon', () => {
    expect(sampled('chatgpt', 60, 'a')).not.toEqual(sampled('chatgpt', 60, 'b'))
    const later = sampleFaults({ preset: 'chatgpt', provider: 'p', seed: 'a', clock: 'offset', horizon: { fromMicros: day, untilMicros: 61 * day } })
    expect(later.map((fault) => fault.fromMicros - day)).toEqual(sampled('chatgpt', 60, 'a').map((fault) => fault.fromMicros))
  })
})
