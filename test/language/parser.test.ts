import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { maxFileLength, parse } from '../../src/language/parser.ts'
import type { ParsedFile } from '../../src/language/parser.ts'
import type { Diagnostic } from '../../src/language/diagnostic.ts'
import { routeGrammar, sentences, sentenceText } from '../support/ebnf.ts'
import { shippedRouteFiles } from '../support/route-files.ts'

const read = (text: string): ParsedFile => parse({ name: 'test.route', text })
const codes = (text: string): string[] => read(text).diagnostics.map((found) => found.code)

/** A tree as plain values, spans as the text they hold. */
function plain(text: string): unknown {
  const { file, diagnostics } = read(text)
  expect(diagnostics).toEqual([])
  const spans = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(spans)
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(
      Object.entries(value).flatMap(([key, inner]) => {
        if (key !== 'span') return inner === undefined ? [] : [[key, spans(inner)]]
        const { start, end } = inner as { start: number; end: number }
        return [['span', text.slice(start, end)]]
      }),
    )
  }
  return spans(file.declarations)
}

function inside(found: Diagnostic, length: number): boolean {
  const { start, end } = found.location.span
  return start >= 0 && start <= end && end <= length
}

describe('the tree', () => {
  it('of an expression holds what was written, with its places', () => {
    expect(plain('signal s = not a.b is not -1.5 and 80% of f(x, "y") < $5 per 1M tokens')).toEqual(
      [
        {
          kind: 'signal',
          span: 'signal s = not a.b is not -1.5 and 80% of f(x, "y") < $5 per 1M tokens',
          name: { kind: 'name', span: 's', text: 's' },
          value: {
            kind: 'logical',
            operator: 'and',
            mixed: false,
            span: 'not a.b is not -1.5 and 80% of f(x, "y") < $5 per 1M tokens',
            operands: [
              {
                kind: 'not',
                span: 'not a.b is not -1.5',
                operand: {
                  kind: 'comparison',
                  operator: 'is not',
                  span: 'a.b is not -1.5',
                  left: {
                    kind: 'reference',
                    span: 'a.b',
                    path: {
                      kind: 'path',
                      span: 'a.b',
                      names: [
                        { kind: 'name', span: 'a', text: 'a' },
                        { kind: 'name', span: 'b', text: 'b' },
                      ],
                    },
                  },
                  right: {
                    kind: 'negative',
                    span: '-1.5',
                    operand: { kind: 'quantity', span: '1.5', token: 'decimal', raw: '1.5' },
                  },
                },
              },
              {
                kind: 'comparison',
                operator: '<',
                span: '80% of f(x, "y") < $5 per 1M tokens',
                left: {
                  kind: 'share-of',
                  span: '80% of f(x, "y")',
                  share: { kind: 'quantity', span: '80%', token: 'percent', raw: '80%' },
                  operand: {
                    kind: 'reference',
                    span: 'f(x, "y")',
                    path: {
                      kind: 'path',
                      span: 'f',
                      names: [{ kind: 'name', span: 'f', text: 'f' }],
                    },
                    arguments: [
                      {
                        kind: 'reference',
                        span: 'x',
                        path: {
                          kind: 'path',
                          span: 'x',
                          names: [{ kind: 'name', span: 'x', text: 'x' }],
                        },
                      },
                      { kind: 'text', span: '"y"', value: 'y', raw: '"y"' },
                    ],
                  },
                },
                right: {
                  kind: 'rate',
                  span: '$5 per 1M tokens',
                  measure: { kind: 'quantity', span: '$5', token: 'money', raw: '$5' },
                  per: {
                    kind: 'amount',
                    span: '1M tokens',
                    count: { kind: 'quantity', span: '1M', token: 'scaled', raw: '1M' },
                    unit: 'tokens',
                  },
                },
              },
            ],
          },
        },
      ],
    )
  })

  it('of a rule', () => {
    expect(
      plain('on turn { otherwise x: set a, for this call use b at c else keep }'),
    ).toMatchObject([
      {
        kind: 'block',
        moments: [{ moment: 'turn', span: 'turn' }],
        rules: [],
        otherwise: {
          name: { text: 'x' },
          actions: [
            { kind: 'set', span: 'set a', name: { text: 'a' } },
            {
              kind: 'use',
              span: 'for this call use b at c else keep',
              forThisCall: true,
              at: { text: 'c' },
              else: { kind: 'keep', span: 'keep' },
            },
          ],
        },
      },
    ])
  })

  it('keeps words of the grammar as names wherever a name may stand', () => {
    expect(
      plain(
        'signal model = count distinct in last 2 calls + calls since tool + use.at(first, last)',
      ),
    ).toMatchObject([
      {
        name: { text: 'model' },
        value: {
          first: { kind: 'count', how: 'plain', what: { text: 'distinct' } },
          rest: [
            { operand: { kind: 'since', of: { kind: 'event', name: { text: 'tool' } } } },
            { operand: { kind: 'reference', arguments: [{}, {}] } },
          ],
        },
      },
    ])
  })

  it('takes one name up to where its parts end', () => {
    const names = 'kimi-k2.6, claude-opus-4-7, gpt-5.4-mini, a_b, constructor'
    expect(plain(`scale s = [${names}]`)).toMatchObject([
      { words: names.split(', ').map((text) => ({ text })) },
    ])
    expect(plain('signal s = stuck-5 - 5')).toMatchObject([
      { value: { kind: 'sum', first: { path: { names: [{ text: 'stuck-5' }] } } } },
    ])
  })

  it('holds every comment in order', () => {
    const { file } = read('// a\n/// b\npolicy p // c\n//// d  \n')
    expect(file.comments.map(({ text, doc }) => [text, doc])).toEqual([
      ['// a', false],
      ['/// b', true],
      ['// c', false],
      ['//// d', false],
    ])
  })

  it('does not depend on line breaks', () => {
    const sentence = sentences(routeGrammar(), 'file', 120)
    fc.assert(
      fc.property(sentence, fc.integer({ min: 1, max: 9 }), (words, breaks) => {
        expect(codes(sentenceText(words, breaks))).toEqual([])
      }),
    )
  })

  it('begins behind a byte order mark', () => {
    expect(read('\ufeffpolicy p\r\n').file.policy?.text).toBe('p')
    expect(codes('\ufeffpolicy p\r\n')).toEqual([])
  })
})

describe('a broken file', () => {
  const files = shippedRouteFiles()

  it('costs few errors for one character less', () => {
    const sample = files.filter((file) => file.text.length < 3000).map((file) => file.text)
    let worst = 0
    for (const text of sample) {
      for (let at = 0; at < text.length; at += 2) {
        const { diagnostics } = read(text.slice(0, at) + text.slice(at + 1))
        worst = Math.max(worst, diagnostics.length)
      }
    }
    expect(sample.length).toBeGreaterThan(0)
    expect(worst).toBeLessThanOrEqual(3)
  })

  it('never stops the parser: garbage', () => {
    const token = fc.constantFrom(
      ...'policy rule when then otherwise { } [ ] ( ) , : = -> on start use keep test user with "a" 5 0.5 5m x and or not is // \n ; == \' #'.split(
        ' ',
      ),
    )
    const words = fc.array(token, { maxLength: 60 }).map((all) => all.join(' '))
    fc.assert(
      fc.property(fc.oneof(words, fc.string({ unit: 'binary', maxLength: 200 })), (text) => {
        const { file, diagnostics } = read(text)
        expect(file.kind).toBe('file')
        expect(diagnostics.every((found) => inside(found, text.length))).toBe(true)
      }),
      { numRuns: 1000 },
    )
  })

  it('is reported by place, once an error', () => {
    const { file, diagnostics } = read(
      'pool a = [b c]\nsetting x = 5m\nprovider p {\n  regoin us\n  family f\n}\nsignal t = 1\n',
    )
    expect(diagnostics.map((found) => found.code)).toEqual(['RT0103', 'RT0104', 'RT0102'])
    expect(file.declarations.map((found) => found.kind)).toEqual([
      'pool',
      'setting',
      'provider',
      'signal',
    ])
  })

  it.each([
    ['parentheses', `signal s = ${'('.repeat(200_000)}1`],
    ['calls', `signal s = ${'f('.repeat(200_000)}1`],
    ['negations', `signal s = ${'not '.repeat(200_000)}a`],
    ['else chains', `on start { otherwise ${'use a else '.repeat(50_000)}keep }`],
    ['facts', `test "t" { given ${'{ a '.repeat(100_000)}`],
    ['repeats', `test "t" { ${'repeat 2 times { '.repeat(50_000)}`],
  ])('is refused when nested too deep: %s', (_, text) => {
    expect(codes(text)).toContain('RT0112')
  })

  it('may nest ninety levels deep', () => {
    expect(codes(`signal s = ${'('.repeat(90)}1${')'.repeat(90)}`)).toEqual([])
    expect(codes(`on start { otherwise ${'use a else '.repeat(90)}keep }`)).toEqual([])
  })

  it('is refused when too large, and read no further after a hundred errors', () => {
    expect(codes(' '.repeat(maxFileLength + 1))).toEqual(['RT0115'])
    expect(codes(' '.repeat(maxFileLength))).toEqual([])
    const many = codes('pool\n'.repeat(1000))
    expect(many).toHaveLength(101)
    expect(many.at(-1)).toBe('RT0113')
  })

  it('is mended by the fixes that the messages offer', () => {
    const broken = [
      'pool a = [b c]\n',
      'setting x = 5m\nsetting y = 10sec\n',
      'signal s = a == b && c != d\n',
      "import 'a.route'\n",
      '# a\n/* b */\npolicy p;\n',
      'provider p {\n  regoin us\n}\n',
      'poll a = [b]\n',
      'on turn {\n  rule a\n    when b adn c use d\n  otherwise kep\n}\n',
      'model m {\n  cache {\n    minimum 5k tokens\n  tier premium\n}\n',
      'expect e: cost < $5 / 1M tokens\n',
      'pool d = [e, f\npool g = [h]\n',
      'signal s = a\u00a0and b\n',
    ]
    for (const text of broken) {
      let mended = text
      for (let round = 0; round < 5; round += 1) {
        const edits = read(mended)
          .diagnostics.flatMap((found) => found.fix?.edits ?? [])
          .toSorted((left, right) => right.location.span.start - left.location.span.start)
        for (const { location, replacement } of edits) {
          mended =
            mended.slice(0, location.span.start) + replacement + mended.slice(location.span.end)
        }
      }
      expect({ text, mended, codes: codes(mended) }).toEqual({ text, mended, codes: [] })
    }
  })
})
