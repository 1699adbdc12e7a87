import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { foldString } from '../../src/language/fold.ts'
import { compilePhrases, phraseListDigest } from '../../src/language/phrases.ts'

const plain = (...texts: string[]) => texts.map((text) => ({ text, word: false }))
const whole = (...texts: string[]) => texts.map((text) => ({ text, word: true }))

describe('folding', () => {
  it.each([
    ['STRASSE ẞ', 'strasse ß'],
    ['ΣΑΣς', 'σασσ'],
    ['İı', 'İı'],
    ['K (kelvin)', 'k (kelvin)'],
    ['𐐀 Deseret', '𐐨 deseret'],
    ['it\u2019s \u2018so\u2019', "it's 'so'"],
    ['a \t\r\n\u00a0\u2003b', 'a b'],
    ['\ud800x', '\ud800x'],
  ])('folds %j to %j', (text, folded) => {
    expect(foldString(text)).toBe(folded)
  })

  it('is idempotent', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(foldString(foldString(text))).toBe(foldString(text))
      }),
    )
  })
})

describe('phrases', () => {
  it('counts each phrase without overlaps of its own, different ones with', () => {
    expect(compilePhrases(plain('aa', 'a', 'aab'))('aaaab')).toEqual([2, 4, 1])
  })

  it('finds phrases across case, apostrophes and white space', () => {
    const count = compilePhrases(plain("didn't work"))
    expect(count('That didn\u2019t work. That DIDN\u2018T \n\n work.')).toEqual([2])
  })

  it('holds `word` phrases to word boundaries on both sides', () => {
    const count = compilePhrases(whole('class', 'c++', 'été'))
    expect(count('class subclass classes class_ CLASS. (class) 1class')).toEqual([3, 0, 0])
    expect(count('c++ c++11 xc++')).toEqual([0, 1, 0])
    expect(count('été étés l’été 𐐨été')).toEqual([0, 0, 2])
  })

  it('never finds an empty phrase', () => {
    expect(compilePhrases(plain(''))('anything')).toEqual([0])
    expect(compilePhrases([])('anything')).toEqual([])
  })

  it('agrees with a plain search on any phrases and text', () => {
    const text = fc.string({
      unit: fc.constantFrom('a', 'b', 'A', ' ', '\u2019', "'"),
      maxLength: 40,
    })
    fc.assert(
      fc.property(fc.array(text, { maxLength: 6 }), text, (phrases, message) => {
        const folded = foldString(message)
        const expected = phrases.map((phrase) => {
          const sought = foldString(phrase)
          return sought === '' ? 0 : folded.split(sought).length - 1
        })
        expect(compilePhrases(plain(...phrases))(message)).toEqual(expected)
      }),
    )
  })

  it('takes linear time on hostile phrases and text', () => {
    const list = plain('b' + 'a'.repeat(2000), 'a'.repeat(2000) + 'b', 'a'.repeat(1000))
    const start = performance.now()
    expect(compilePhrases(list)('a'.repeat(3_000_000))).toEqual([0, 0, 3000])
    // A quadratic search would need minutes.
    expect(performance.now() - start).toBeLessThan(15_000)
  })
})

describe('the digest of a list', () => {
  it('is that of what the phrases mean', () => {
    expect(phraseListDigest(plain('Don\u2019t  Ask'))).toBe(phraseListDigest(plain("don't ask")))
    expect(phraseListDigest(plain('a', 'b'))).not.toBe(phraseListDigest(plain('b', 'a')))
    expect(phraseListDigest(plain('a'))).not.toBe(phraseListDigest(whole('a')))
  })

  it('does not change between releases', () => {
    expect(phraseListDigest(whole('A B'))).toBe(
      'e09c7383261c07e20e77e61fa7f3b5cb46266210b3231fe5266e1e53de54d8ab',
    )
  })
})
