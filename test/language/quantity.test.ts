import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import * as quantity from '../../src/language/quantity.ts'

const ok = <T>(value: T) => ({ ok: true, value })

describe('numbers', () => {
  it.each([
    [quantity.decodeCount('2_000'), ok(2000)],
    [quantity.decodeCount('16k'), ok(16_000)],
    [quantity.decodeCount('1.05M'), ok(1_050_000)],
    [quantity.decodeScore('0.70'), ok(700_000)],
    [quantity.decodeScore('1'), ok(1_000_000)],
    [quantity.decodeScore('0.1234560'), ok(123_456)],
    [quantity.decodeShare('99.9%'), ok(999_000)],
    [quantity.decodeFactor('1.67x'), ok({ numerator: 167n, denominator: 100n })],
    [quantity.decodeFactor('20x'), ok({ numerator: 20n, denominator: 1n })],
    [quantity.decodeFactor('0x'), ok({ numerator: 0n, denominator: 1n })],
    [quantity.decodeMoney('$0.96'), ok(960_000_000_000n)],
    [quantity.decodeMoney('$0.000000000001'), ok(1n)],
    [quantity.decodeDuration('250ms'), ok(250_000)],
    [quantity.decodeDuration('5min'), ok(300_000_000)],
    [quantity.decodeDuration('7d'), ok(604_800_000_000)],
    [quantity.decodeDate('1970-01-01'), ok(0)],
    [quantity.decodeDate('2026-06-01'), ok(20_605)],
    [quantity.decodeDate('2024-02-29'), ok(19_782)],
    [quantity.decodeClock('09:30'), ok(570)],
    [quantity.decodeClock('24:00'), ok(1440)],
  ])('decodes %#', (decoded, expected) => {
    expect(decoded).toEqual(expected)
  })

  it.each([
    ['1.0005k', quantity.decodeCount('1.0005k')],
    ['9_007_199_254_740_992', quantity.decodeCount('9_007_199_254_740_992')],
    ['9'.repeat(100_000), quantity.decodeCount('9'.repeat(100_000))],
    ['0.1234567', quantity.decodeScore('0.1234567')],
    ['99.99999%', quantity.decodeShare('99.99999%')],
    ['$0.0000000000001', quantity.decodeMoney('$0.0000000000001')],
    ['$1_000_000_000_000', quantity.decodeMoney('$1_000_000_000_000')],
    ['200_000d', quantity.decodeDuration('200_000d')],
    ['2026-02-31', quantity.decodeDate('2026-02-31')],
    ['2100-02-29', quantity.decodeDate('2100-02-29')],
    ['2026-13-01', quantity.decodeDate('2026-13-01')],
    ['2026-00-10', quantity.decodeDate('2026-00-10')],
    ['09:60', quantity.decodeClock('09:60')],
    ['24:01', quantity.decodeClock('24:01')],
  ])('refuses %.30s', (_, decoded) => {
    expect(decoded.ok).toBe(false)
  })

  it('takes a catalogue price to pico-dollars a token, rounding half to even', () => {
    const price = (picoUsd: bigint, tokens: number) => quantity.pricePerToken(picoUsd, tokens)
    expect(price(300_000_000_000n, 1_000_000)).toEqual(
      ok({ picoUsdPerToken: 300_000n, exact: true }),
    )
    expect(price(5n, 2)).toEqual(ok({ picoUsdPerToken: 2n, exact: false }))
    expect(price(7n, 2)).toEqual(ok({ picoUsdPerToken: 4n, exact: false }))
    expect(price(1n, 0).ok).toBe(false)
  })
})

describe('dates', () => {
  it('agree with the calendar of the platform', () => {
    fc.assert(
      fc.property(fc.integer({ min: -700_000, max: 2_900_000 }), (day) => {
        const date = new Date(day * 86_400_000)
        expect(
          quantity.dayNumber(date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate()),
        ).toBe(day)
      }),
    )
  })
})

describe('rounding', () => {
  it('is within half a unit, and even at the half', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }),
        fc.bigInt(1n, 10n ** 12n),
        (n, d) => {
          const quotient = quantity.divideHalfToEven(n, d)
          const error = 2n * (n - quotient * d)
          const size = error < 0n ? -error : error
          expect(size <= d).toBe(true)
          expect(size < d || quotient % 2n === 0n).toBe(true)
        },
      ),
    )
  })
})
