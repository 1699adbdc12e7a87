import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decimalUsd, formatUsd, placesFor } from '../../src/report/money.ts'
import { formatCount, formatShare } from '../../src/report/number.ts'

describe('formatUsd', () => {
  it.each([
    [0n, 4, '$0.0000'],
    [1_000_000_000_000n, 2, '$1.00'],
    [1_234_567_890_000_000_000n, 2, '$1,234,567.89'],
    [-500_000_000_000n, 2, '-$0.50'],
    [5_000_000_000n, 2, '<$0.01'],
    [15_000_000_000n, 2, '$0.02'],
    [25_000_000_000n, 2, '$0.02'],
    [25_000_000_001n, 2, '$0.03'],
    [150_000_000n, 4, '$0.0002'],
    [250_000_000n, 4, '$0.0002'],
    [1n, 4, '<$0.0001'],
    [-1n, 4, '>-$0.0001'],
    [999_999_999_999n, 4, '$1.0000'],
  ] as const)('%s at %s places is %s', (pico, places, text) => {
    expect(formatUsd(pico, places)).toBe(text)
  })

  it('is never further than half a unit from the sum', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 10n ** 10n, max: 10n ** 24n }), fc.constantFrom<2 | 4>(2, 4), (pico, places) => {
        const digits = BigInt(formatUsd(pico, places).replace(/[$,.]/g, ''))
        const unit = 10n ** BigInt(12 - places)
        const distance = digits * unit - pico
        return distance * 2n <= unit && distance * 2n >= -unit
      }),
    )
  })
})

describe('decimalUsd', () => {
  it('keeps every digit', () => {
    expect(decimalUsd(1n)).toBe('0.000000000001')
    expect(decimalUsd(-1_500_000_000_000n)).toBe('-1.500000000000')
    fc.assert(fc.property(fc.bigInt(), (pico) => BigInt(decimalUsd(pico).replace('.', '')) === pico))
  })
})

describe('placesFor', () => {
  it('drops to cents from a hundred dollars on', () => {
    expect(placesFor(99_999_999_999_999n)).toBe(4)
    expect(placesFor(100_000_000_000_000n)).toBe(2)
  })
})

describe('formatShare', () => {
  it('says all and nothing only of all and nothing', () => {
    expect(formatShare(999_999, 1_000_000)).toBe('99.9%')
    expect(formatShare(1, 1_000_000)).toBe('<0.1%')
    expect(formatShare(0, 7)).toBe('0%')
    expect(formatShare(7, 7)).toBe('100%')
    expect(formatShare(1, 3)).toBe('33.3%')
    expect(formatShare(0, 0)).toBe('none')
  })
})

describe('formatCount', () => {
  it('groups by thousands', () => {
    expect([0, 999, 1000, 1234567, -1000].map(formatCount)).toEqual(['0', '999', '1,000', '1,234,567', '-1,000'])
  })
})
