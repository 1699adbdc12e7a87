import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { lex } from '../../src/language/lexer.ts'
import { reservedWords } from '../../src/language/words.ts'
import { partText, partsOf, partsUsed, routeGrammar } from '../support/ebnf.ts'
import type { Production, SentenceToken } from '../support/ebnf.ts'

const page = readFileSync(new URL('../../docs/language.md', import.meta.url), 'utf8')
const examples = [...page.matchAll(/```route\n([^]*?)```/g)].map((found) => found[1] ?? '')
const reserved: ReadonlySet<string> = new Set(reservedWords)
const isName = (text: string): boolean => /^[A-Za-z]/.test(text) && !reserved.has(text)

const classes: readonly (readonly [RegExp, string])[] = [
  [/^"/, 'String'],
  [/^\$/, 'Money'],
  [/%$/, 'Percent'],
  [/^[\d_.]+x$/, 'Factor'],
  [/^\d{4}-\d\d-\d\d$/, 'Date'],
  [/^\d+:\d+$/, 'Clock'],
  [/^[\d_]+(ms|s|min|h|d)$/, 'Duration'],
  [/^[\d_.]+[kM]$/, 'Scaled'],
  [/^\d[\d_]*\.\d+$/, 'Decimal'],
  [/^[\d_]+$/, 'Integer'],
]

function sentenceOf(text: string): readonly SentenceToken[] {
  return lex({ name: 'example.route', text }).tokens.map(({ image }) => {
    const token = classes.find(([pattern]) => pattern.test(image))?.[1]
    return { text: image, token: token ?? (isName(image) ? 'Name' : undefined) }
  })
}

it('the examples of docs/language.md go through every part of the grammar', () => {
  const grammar = routeGrammar()
  const used = new Set<Production>()
  for (const example of examples) {
    const parts = partsUsed(grammar, 'file', sentenceOf(example), isName)
    expect({ example, isSentence: parts !== undefined }).toEqual({ example, isSentence: true })
    for (const part of parts ?? []) used.add(part)
  }
  // No line takes bytes or a bare day: the checker says so better than the grammar could.
  const refused = ['amount: "bytes"', 'measure: Date']
  // A comma behind the last item stands where a list is broken, and nowhere in a list on one line.
  const left = [...partsOf(grammar)].filter(([part]) => !used.has(part) && partText(part) !== '","')
  expect(left.map(([part, rule]) => `${rule}: ${partText(part)}`)).toEqual(refused)
})
