import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { editDistance, suggest } from '../../src/language/suggest.ts'

describe('the distance of two words', () => {
  it.each([
    ['', '', 0],
    ['ab', 'ba', 1],
    ['upgrade', 'ugprade', 1],
    ['provider', 'provdier', 1],
    ['ca', 'abc', 3],
    ['kitten', 'sitting', 3],
  ])('%s and %s: %i', (left, right, distance) => {
    expect(editDistance(left, right, 9)).toBe(distance)
  })

  it('is symmetric, bounded, and 0 only for equal words', () => {
    const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 8 })
    fc.assert(
      fc.property(word, word, fc.nat({ max: 8 }), (left, right, limit) => {
        const distance = editDistance(left, right, 8)
        expect(distance).toBe(editDistance(right, left, 8))
        expect(distance === 0).toBe(left === right)
        expect(editDistance(left, right, limit)).toBe(Math.min(distance, limit + 1))
      }),
    )
  })
})

describe('a suggestion', () => {
  it('is the nearest word, and none when nothing is near', () => {
    const words = ['use', 'user', 'uses', 'upgrade', 'otherwise', 'on', 'of']
    expect(suggest('upgarde', words)).toBe('upgrade')
    expect(suggest('Otherwize', words)).toBe('otherwise')
    expect(suggest('usr', words)).toBe('use')
    expect(suggest('classifier', words)).toBeUndefined()
    expect(suggest('x', words)).toBeUndefined()
    expect(suggest('anything', [])).toBeUndefined()
  })
})
