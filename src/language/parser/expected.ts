import type { IParserErrorMessageProvider, IToken, TokenType } from 'chevrotain'
import * as kinds from '../tokens.ts'
import { quoted } from '../visible.ts'

/** What the parsing library expected when it gave up, kept for the message in our own words. */
export interface Expectation extends IParserErrorMessageProvider {
  readonly last: () => readonly TokenType[]
}

export function createExpectation(): Expectation {
  let expected: readonly TokenType[] = []
  return {
    last: () => expected,
    buildMismatchTokenMessage: (options) => {
      expected = [options.expected]
      return 'mismatch'
    },
    buildNotAllInputParsedMessage: () => 'rest',
    buildNoViableAltMessage: (options) => {
      const first = options.expectedPathsPerAlt.flat().map((path) => path[0])
      expected = [...new Set(first.filter((type) => type !== undefined))]
      return 'no alternative'
    },
    buildEarlyExitMessage: (options) => {
      expected = options.expectedIterationPaths.flatMap((path) => path.slice(0, 1))
      return 'early exit'
    },
  }
}

const descriptions: ReadonlyMap<TokenType, string> = new Map([
  [kinds.nameToken, 'a name'],
  [kinds.stringToken, 'a text in double quotes'],
  [kinds.integerToken, 'a whole number'],
  [kinds.decimalToken, 'a decimal such as `0.70`'],
  [kinds.scaledToken, 'a number such as `16k`'],
  [kinds.percentToken, 'a share such as `80%`'],
  [kinds.factorToken, 'a factor such as `2x`'],
  [kinds.moneyToken, 'money such as `$0.96`'],
  [kinds.durationToken, 'a duration such as `10s`'],
  [kinds.dateToken, 'a date such as `2026-06-01`'],
  [kinds.clockToken, 'a time of day such as `09:00`'],
])

function describe(type: TokenType): string {
  return descriptions.get(type) ?? `\`${kinds.tokenText(type)}\``
}

/** "`a`, `b` or a name", at most eight of them. */
export function describeExpected(types: readonly TokenType[]): string {
  const isValue = types.includes(kinds.openParenthesisToken) && types.includes(kinds.stringToken)
  if (isValue) return 'a value'
  if (types.includes(kinds.word('keep'))) {
    const what = types.includes(kinds.word('remind')) ? 'an action' : 'a choice'
    return `${what} such as \`use\`, \`choose\` or \`keep\``
  }
  const all = types.map(describe)
  if (all.length > 8) return `${all.slice(0, 7).join(', ')} or ${all.length - 7} others`
  const last = all.at(-1) ?? 'something else'
  return all.length < 2 ? last : `${all.slice(0, -1).join(', ')} or ${last}`
}

/** A token as a message quotes it. */
export function describeToken(token: IToken): string {
  if (token.image === '') return 'the end of the file'
  return quoted(token.image)
}
