import fc from 'fast-check'
import { lex } from '../../src/language/lexer.ts'

/** The same tokens, laid out in another way and with comments of its own between them. */
export function relaid(text: string): fc.Arbitrary<string> {
  const { tokens } = lex({ name: 'text.route', text })
  const gap = fc.constantFrom(' ', ' ', ' ', '\n', '\t', '\n\n\n', ' // aside\n', ' // when a then b }\n  ')
  return fc
    .array(gap, { minLength: 1, maxLength: 64 })
    .map((gaps) => tokens.map(({ image }, at) => `${image}${gaps[at % gaps.length] ?? ' '}`).join(''))
}
