import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { lex } from '../../src/language/lexer.ts'
import { repairNumber } from '../../src/language/number-repair.ts'
import { decodeString, encodeString } from '../../src/language/string-literal.ts'
import { tokenText } from '../../src/language/tokens.ts'

const kinds = (text: string): string[] =>
  lex({ name: 'test.route', text }).tokens.map(
    (token) => `${tokenText(token.tokenType)} ${token.image}`,
  )
const codes = (text: string): string[] =>
  lex({ name: 'test.route', text }).diagnostics.map((found) => found.code)

describe('tokens', () => {
  it.each([
    ['kimi-k2.6', ['Name kimi-k2.6']],
    ['message.length', ['Name message', '. .', 'Name length']],
    ['a.2b', ['Name a.2b']],
    ['a - b', ['Name a', '- -', 'Name b']],
    ['a->b', ['Name a', '-> ->', 'Name b']],
    ['a<=b', ['Name a', '<= <=', 'Name b']],
    ['pool count', ['pool pool', 'count count']],
    ['12 2_000', ['Integer 12', 'Integer 2_000']],
    ['0.70 1.05M 16k', ['Decimal 0.70', 'Scaled 1.05M', 'Scaled 16k']],
    ['99.9% 20x 1.67x', ['Percent 99.9%', 'Factor 20x', 'Factor 1.67x']],
    ['$0.96 $2_000', ['Money $0.96', 'Money $2_000']],
    [
      '250ms 10s 5min 24h 7d',
      ['Duration 250ms', 'Duration 10s', 'Duration 5min', 'Duration 24h', 'Duration 7d'],
    ],
    ['2026-06-01 09:00', ['Date 2026-06-01', 'Clock 09:00']],
    ['"a // b" // c', ['String "a // b"']],
  ])('%s', (text, expected) => {
    expect(kinds(text)).toEqual(expected)
    expect(codes(text)).toEqual([])
  })

  it.each([
    ['a == b', ['Name a', 'is is', 'Name b']],
    ['5m', ['Duration 5min']],
    ['x; y', ['Name x', 'Name y']],
    ['# no\nx', ['Name x']],
    ["'x'", ['String "x"']],
  ])('are mended, with one error: %j', (text, expected) => {
    expect(kinds(text)).toEqual(expected)
    expect(codes(text)).toHaveLength(1)
  })

  it('cover every text in order, without overlaps', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 100 }), (text) => {
        const { tokens } = lex({ name: 'x', text })
        let from = 0
        for (const token of tokens) {
          const end = (token.endOffset ?? 0) + 1
          // One wrong sign may stand for two words at the same place.
          expect(token.startOffset >= from || end === from).toBe(true)
          expect(end).toBeLessThanOrEqual(text.length)
          from = end
        }
      }),
    )
  })
})

describe('a repaired number', () => {
  it.each([
    ['5m', false, '5min'],
    ['5m', true, '5M'],
    ['16K', true, '16k'],
    ['10sec', false, '10s'],
    ['2hours', false, '2h'],
    ['1w', false, '7d'],
    ['1.5s', false, '1500ms'],
    ['1.5d', false, '36h'],
    ['2X', false, '2x'],
    ['1B', true, '1_000M'],
    ['2mio', true, '2M'],
    ['$5k', false, '$5_000'],
    ['$1.5M', false, '$1_500_000'],
    ['10foo', false, undefined],
    ['0.0001s', false, undefined],
    ['1.2.3', false, undefined],
  ])('%s (counting: %s)', (image, countsSomething, replacement) => {
    expect(repairNumber(image, countsSomething).replacement).toBe(replacement)
  })

  it('is a number', () => {
    const image = fc
      .tuple(
        fc.constantFrom('', '$'),
        fc.nat({ max: 5000 }),
        fc.constantFrom('', '.5', '.25'),
        fc.constantFrom('m', 'K', 'sec', 'hrs', 'X', 'M', 'k', 'w', 'bn', 'd', 'MIN'),
      )
      .map((parts) => parts.join(''))
    fc.assert(
      fc.property(image, fc.boolean(), (text, counts) => {
        const { replacement } = repairNumber(text, counts)
        fc.pre(replacement !== undefined)
        expect({ replacement, codes: codes(replacement ?? '') }).toEqual({ replacement, codes: [] })
        expect(kinds(replacement ?? '')).toHaveLength(1)
      }),
    )
  })
})

describe('texts', () => {
  it('are what they were after writing and reading', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (value) => {
        const raw = encodeString(value)
        expect(decodeString(raw)).toEqual({ value, problems: [] })
        expect(kinds(raw)).toEqual([`String ${raw}`])
        expect(codes(raw)).toEqual([])
      }),
    )
  })

  it('resolve their escapes', () => {
    expect(decodeString(String.raw`"a \"b\" \\ \n\t\u{1F600}"`).value).toBe(
      'a "b" \\ \n\t\u{1F600}',
    )
    expect(decodeString(String.raw`"\u{D800} \x \u12"`).problems).toHaveLength(3)
  })
})
