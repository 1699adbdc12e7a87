import { createToken, Lexer } from 'chevrotain'
import type { TokenType } from 'chevrotain'
import { contextualWords, reservedWords } from './words.ts'
import type { ContextualWord, ReservedWord } from './words.ts'

function token(name: string, pattern: RegExp | string): TokenType {
  return createToken({ name, pattern })
}

/** No number, word or name may begin where another has just ended: `5m`, `16K` are one bad token. */
const digits = '\\d+(?:_\\d+)*'
const ends = '(?![A-Za-z0-9_])'

function number(name: string, pattern: string): TokenType {
  return createToken({ name, pattern: new RegExp(pattern + ends), start_chars_hint: numberStart })
}
const numberStart: string[] = [...'0123456789']

export const nameToken: TokenType = createToken({
  name: 'Name',
  pattern: /[A-Za-z][A-Za-z0-9_]*(?:(?:-(?=[A-Za-z0-9])|\.(?=[0-9]))[A-Za-z0-9_]*)*/,
})
export const stringToken: TokenType = token('String', /"(?:[^"\\\r\n]|\\[^\r\n])*"/)

export const dateToken: TokenType = number('Date', '\\d{4}-\\d{2}-\\d{2}')
export const clockToken: TokenType = number('Clock', '\\d{2}:\\d{2}')
export const durationToken: TokenType = number('Duration', `${digits}(?:ms|s|min|h|d)`)
export const scaledToken: TokenType = number('Scaled', `${digits}(?:\\.\\d+)?[kM]`)
export const percentToken: TokenType = number('Percent', `${digits}(?:\\.\\d+)?%`)
export const factorToken: TokenType = number('Factor', `${digits}(?:\\.\\d+)?x`)
export const decimalToken: TokenType = number('Decimal', `${digits}\\.\\d+`)
export const integerToken: TokenType = number('Integer', `${digits}(?!\\.\\d)`)
export const moneyToken: TokenType = createToken({
  name: 'Money',
  pattern: new RegExp(`\\$${digits}(?:\\.\\d+)?${ends}`),
  start_chars_hint: ['$'],
})

export const arrowToken: TokenType = token('->', '->')
export const lessToken: TokenType = token('<', '<')
export const lessOrEqualToken: TokenType = token('<=', '<=')
export const greaterToken: TokenType = token('>', '>')
export const greaterOrEqualToken: TokenType = token('>=', '>=')
export const equalsToken: TokenType = token('=', '=')
export const colonToken: TokenType = token(':', ':')
export const commaToken: TokenType = token(',', ',')
export const dotToken: TokenType = token('.', '.')
export const plusToken: TokenType = token('+', '+')
export const minusToken: TokenType = token('-', '-')
export const openParenthesisToken: TokenType = token('(', '(')
export const closeParenthesisToken: TokenType = token(')', ')')
export const openBracketToken: TokenType = token('[', '[')
export const closeBracketToken: TokenType = token(']', ']')
export const openBraceToken: TokenType = token('{', '{')
export const closeBraceToken: TokenType = token('}', '}')

/** What is written in other languages, or by mistake; the lexer reports it and goes on. */
export const wrongSignToken: TokenType = token(
  'WrongSign',
  /===?|!==?|<>|&&|\|\||=>|\.\.\.?|[!;/*]|\u2192|\u2264|\u2265|\u2260|\u2212/,
)
export const wrongCommentToken: TokenType = token('WrongComment', /\/\*[^]*?(?:\*\/|$)|#[^\r\n]*/)
export const wrongStringToken: TokenType = token(
  'WrongString',
  /"(?:[^"\\\r\n]|\\[^\r\n])*\\?|'[^'\r\n]*'?|`[^`\r\n]*`?|[\u201c\u201d\u201e][^\u201c\u201d"\r\n]*[\u201c\u201d"]?|[\u2018\u2019][^\u2018\u2019\r\n]*[\u2018\u2019]?/,
)
export const wrongNumberToken: TokenType = token(
  'WrongNumber',
  /\$?\d[A-Za-z0-9_]*(?:\.\d[A-Za-z0-9_]*)*%?|\$[A-Za-z0-9_.]*/,
)
/** Begins with `_`, or holds a letter beyond a to z; tried before names. */
export const wrongNameToken: TokenType = token(
  'WrongName',
  /_[A-Za-z0-9_-]*|(?:[A-Za-z][A-Za-z0-9_-]*)?[\u00c0-\u024f\u0370-\u1fff\u3040-\ud7ff][A-Za-z0-9_\u00c0-\u024f\u0370-\u1fff\u3040-\ud7ff-]*/,
)
export const wrongSpaceToken: TokenType = token(
  'WrongSpace',
  /[\u00a0\u1680\u2000-\u200d\u2028\u2029\u202f\u205f\u2060\u3000\ufeff\v\f\u0085]+/,
)
export const wrongCharacterToken: TokenType = token(
  'WrongCharacter',
  /[\u0000-\u0008\u000e-\u001f\u007f-\uffff]+|[^]/,
)

const commentToken = createToken({ name: 'Comment', pattern: /\/\/[^\r\n]*/, group: 'comments' })
const spaceToken = createToken({ name: 'Space', pattern: /[ \t\r\n]+/, group: Lexer.SKIPPED })

/** In the order in which they are tried. */
const lexed: TokenType[] = [
  spaceToken,
  commentToken,
  wrongCommentToken,
  wrongNameToken,
  nameToken,
  stringToken,
  wrongStringToken,
  dateToken,
  clockToken,
  durationToken,
  scaledToken,
  percentToken,
  factorToken,
  decimalToken,
  integerToken,
  moneyToken,
  wrongNumberToken,
  arrowToken,
  wrongSignToken,
  lessOrEqualToken,
  greaterOrEqualToken,
  lessToken,
  greaterToken,
  equalsToken,
  colonToken,
  commaToken,
  dotToken,
  plusToken,
  minusToken,
  openParenthesisToken,
  closeParenthesisToken,
  openBracketToken,
  closeBracketToken,
  openBraceToken,
  closeBraceToken,
  wrongSpaceToken,
  wrongCharacterToken,
]

/** The parsing library wants the names of tokens and rules to differ. */
function wordToken(text: string, categories: TokenType[]): TokenType {
  return createToken({ name: `word ${text}`, label: text, pattern: Lexer.NA, categories })
}

/** A word or sign as it is written; the name of a class of tokens. */
export function tokenText(type: TokenType): string {
  return type.LABEL ?? type.name
}

const wordTokens: ReadonlyMap<string, TokenType> = new Map([
  ...reservedWords.map((word) => [word, wordToken(word, [])] as const),
  ...contextualWords.map((word) => [word, wordToken(word, [nameToken])] as const),
])

/** The token type of a word of the grammar. */
export function word(text: ReservedWord | ContextualWord): TokenType {
  const type = wordTokens.get(text)
  if (type === undefined) throw new Error(`${text} is not a word of the grammar`)
  return type
}

/** The token type of any name-like text: a reserved or contextual word, or a plain name. */
export function wordOrName(text: string): TokenType {
  return wordTokens.get(text) ?? nameToken
}

/** Everything the parser may meet: what the lexer makes, and the words it tells apart afterwards. */
export const parserTokens: readonly TokenType[] = [
  ...lexed.filter((type) => type !== spaceToken && !type.name.startsWith('Wrong')),
  ...wordTokens.values(),
]

let lexer: Lexer | undefined

/** Built at first use: most commands of the program never need it. */
export function tokenLexer(): Lexer {
  lexer ??= new Lexer(lexed, {
    positionTracking: 'onlyOffset',
    skipValidations: true,
    ensureOptimizations: false,
  })
  return lexer
}
