import fc from 'fast-check'
import { expect, it } from 'vitest'
import { picoUsdOf } from '../../../src/trace/importers/pico-usd.ts'

it.for([
  [0, '0'],
  [1, '1000000000000'],
  [0.0123, '12300000000'],
  [1e-12, '1'],
  [5e-13, '0'],
  [1.5e-12, '2'],
  [2.5e-12, '2'],
  [4e-7, '400000'],
  [1e21, '1000000000000000000000000000000000'],
  [-1, undefined],
  [Number.NaN, undefined],
  [Number.POSITIVE_INFINITY, undefined],
] as const)('%s dollars are %s pico-dollars', ([dollars, pico]) => {
  expect(picoUsdOf(dollars)).toBe(pico)
})

it('takes cents for what they are', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1_000_000_000 }), (cents) => {
      expect(picoUsdOf(cents / 100)).toBe(String(BigInt(cents) * 10_000_000_000n))
    }),
  )
})
