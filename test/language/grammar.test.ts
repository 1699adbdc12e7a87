import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parse } from '../../src/language/parser.ts'
import { RouteParser } from '../../src/language/parser/file.ts'
import { contextualWords, declarationWords, reservedWords } from '../../src/language/words.ts'
import {
  grammarWords,
  listedReservedWords,
  recognises,
  routeGrammar,
  sentences,
  sentenceText,
} from '../support/ebnf.ts'
import type { SentenceToken } from '../support/ebnf.ts'

const grammar = routeGrammar()
const reserved: ReadonlySet<string> = new Set(reservedWords)
const isName = (text: string) => /^[A-Za-z]/.test(text) && !reserved.has(text)

function errors(text: string): string[] {
  return parse({ name: 'test.route', text }).diagnostics.map(
    (found) => `${found.code} ${found.message}`,
  )
}

describe('the words of the grammar', () => {
  const words = [...grammarWords(grammar)].filter((word) => /^[a-z]/.test(word))

  it('are those of the parser', () => {
    expect(words.filter((word) => !reserved.has(word)).toSorted()).toEqual(
      contextualWords.toSorted(),
    )
    expect(words.filter((word) => reserved.has(word)).toSorted()).toEqual(reservedWords.toSorted())
    expect(listedReservedWords().toSorted()).toEqual(reservedWords.toSorted())
    expect(reservedWords).toHaveLength(22)
  })

  it('name the declarations by their first words', () => {
    const first = new Set(
      fc
        .sample(sentences(grammar, 'declaration', 3), { numRuns: 2000, seed: 1 })
        .map((sentence) => sentence[0]?.text ?? ''),
    )
    expect([...first].toSorted()).toEqual(declarationWords.toSorted())
  })
})

describe('the parser', () => {
  it('passes the analysis of the parsing library', () => {
    expect(() => new RouteParser(true)).not.toThrow()
  })

  it('reads every sentence of the grammar', () => {
    fc.assert(
      fc.property(sentences(grammar, 'file', 200), (sentence) => {
        expect(errors(sentenceText(sentence))).toEqual([])
      }),
      { numRuns: 400 },
    )
  })

  it('reads every sentence of each declaration', () => {
    fc.assert(
      fc.property(sentences(grammar, 'declaration', 60), (sentence) => {
        expect(errors(sentenceText(sentence))).toEqual([])
      }),
      { numRuns: 1500 },
    )
  })

  it('accepts and rejects what the grammar does', () => {
    const others = [...grammarWords(grammar)].map((text): SentenceToken => ({
      text,
      token: undefined,
    }))
    const more: SentenceToken[] = [
      { text: 'zzz', token: 'Name' },
      { text: '"s"', token: 'String' },
      { text: '5', token: 'Integer' },
      { text: '0.5', token: 'Decimal' },
      { text: '5s', token: 'Duration' },
      { text: '5%', token: 'Percent' },
    ]
    const mutation = fc.record({
      at: fc.nat(),
      kind: fc.constantFrom('delete', 'insert', 'replace', 'swap', 'repeat'),
      token: fc.constantFrom(...others, ...more),
    })
    const accepted = { yes: 0, no: 0 }
    fc.assert(
      fc.property(
        sentences(grammar, 'declaration', 30),
        mutation,
        (sentence, { at, kind, token }) => {
          fc.pre(sentence.length > 0 && sentence.length < 60)
          const index = at % sentence.length
          const mutated = [...sentence]
          const here = sentence[index] ?? token
          if (kind === 'delete') mutated.splice(index, 1)
          else if (kind === 'insert') mutated.splice(index, 0, token)
          else if (kind === 'replace') mutated[index] = token
          else if (kind === 'repeat') mutated.splice(index, 0, here)
          else mutated.splice(index, 2, ...mutated.slice(index, index + 2).reverse())
          const belongs = recognises(grammar, 'file', mutated, isName)
          accepted[belongs ? 'yes' : 'no'] += 1
          const text = sentenceText(mutated, Infinity)
          expect({ text, errors: errors(text).length > 0 }).toEqual({ text, errors: !belongs })
        },
      ),
      { numRuns: 1500 },
    )
    expect(Math.min(accepted.yes, accepted.no)).toBeGreaterThan(50)
  })
})
