import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { add, atScale, compare, leastCommonMultiple, quantity, spelled, times } from '../../../src/policy/engine/quantity.ts'
import type { Quantity } from '../../../src/policy/engine/quantity.ts'

/** Around zero, around 2^53 on both sides, far beyond it, and ratios. */
const exact = fc.record({
  numerator: fc.oneof(
    fc.bigInt({ min: -9n, max: 9n }),
    fc.bigInt({ min: 2n ** 53n - 3n, max: 2n ** 53n + 3n }),
    fc.bigInt({ min: -(2n ** 53n) - 3n, max: -(2n ** 53n) + 3n }),
    fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }),
  ),
  denominator: fc.oneof(fc.constant(1n), fc.bigInt({ min: 1n, max: 12n })),
})

function ratio(value: Quantity): { numerator: bigint; denominator: bigint } {
  return typeof value === 'object' ? value : { numerator: BigInt(value), denominator: 1n }
}

function same(value: Quantity, numerator: bigint, denominator: bigint): void {
  const found = ratio(value)
  expect(found.numerator * denominator).toBe(numerator * found.denominator)
}

describe('exact quantities', () => {
  test('are added, multiplied and compared as ratios are', () => {
    fc.assert(
      fc.property(exact, exact, (left, right) => {
        const [one, other] = [quantity(left), quantity(right)]
        const denominator = left.denominator * right.denominator
        const [first, second] = [left.numerator * right.denominator, right.numerator * left.denominator]
        same(add(one, other), first + second, denominator)
        same(times(one, other), left.numerator * right.numerator, denominator)
        expect(Math.sign(compare(one, other))).toBe(first < second ? -1 : first > second ? 1 : 0)
      }),
    )
  })

  test('have one form a value', () => {
    fc.assert(
      fc.property(exact, fc.bigInt({ min: 1n, max: 9n }), ({ numerator, denominator }, by) => {
        const widened = quantity({ numerator: numerator * by, denominator: denominator * by })
        expect(widened).toEqual(quantity({ numerator, denominator }))
        const safe = typeof widened !== 'object' && Number.isSafeInteger(Number(widened))
        expect(safe).toBe(typeof widened === 'number')
      }),
    )
  })

  test('keep their value at a scale that fits', () => {
    fc.assert(
      fc.property(exact, fc.bigInt({ min: 1n, max: 50n }), (value, other) => {
        const scale = leastCommonMultiple(value.denominator, other)
        expect(scale % value.denominator).toBe(0n)
        expect(scale % other).toBe(0n)
        same(atScale(value, scale), value.numerator * scale, value.denominator)
      }),
    )
  })

  test('of a JSON number are what its decimal spells', () => {
    expect(spelled(0.1)).toEqual({ numerator: 1n, denominator: 10n })
    expect(spelled(-2.5)).toEqual({ numerator: -5n, denominator: 2n })
    expect(spelled(1e21)).toBe(10n ** 21n)
    expect(spelled(1.5e-7)).toEqual({ numerator: 3n, denominator: 20_000_000n })
    expect(Object.is(spelled(-0), 0)).toBe(true)
  })
})
