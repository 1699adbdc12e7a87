import { EmbeddedActionsParser, EOF } from 'chevrotain'
import type { IToken, ParserMethod, TokenType } from 'chevrotain'
import { createExpectation, describeExpected, describeToken } from './expected.ts'
import { matches } from './first-tokens.ts'
import { adviceFor } from './advice.ts'
import { habitHelp } from './habits.ts'
import type { Expectation } from './expected.ts'
import { diagnostic } from '../registry.ts'
import { suggest } from '../suggest.ts'
import type { DiagnosticOptions } from '../registry.ts'
import type { Diagnostic, DiagnosticCode, Fix } from '../diagnostic.ts'
import type { Location, Source, Span } from '../source.ts'
import { reservedWords } from '../words.ts'
import * as kinds from '../tokens.ts'

export type Rule<T> = ParserMethod<[], T>

/** Thrown when a construct is given up and its error has been reported; caught where reading resumes. */
export class Abandoned extends Error {}

/** Thrown when nothing after this place is worth reading. */
class GivenUp extends Error {}

/** What may follow an expression that is not at its end. */
export const connectives: readonly string[] = ['and', 'or', 'is', 'in', 'has', 'starts']

const maxErrors = 100
const reserved: ReadonlySet<string> = new Set(reservedWords)

/** The parser of the library with nodes that have spans and errors that are diagnostics. */
export abstract class ReportingParser extends EmbeddedActionsParser {
  protected readonly expectation: Expectation
  protected source: Source = { name: '', text: '' }
  private found: Diagnostic[] = []
  protected enclosing: ReadonlySet<TokenType>[] = []
  protected depth = 0
  /** Whether an error has been seen, so that the layout is worth a look. */
  protected guesses = false

  constructor(checkGrammar: boolean, expectation: Expectation = createExpectation()) {
    super([...kinds.parserTokens], {
      maxLookahead: 1,
      recoveryEnabled: false,
      skipValidations: !checkGrammar,
      errorMessageProvider: expectation,
    })
    this.expectation = expectation
  }

  /**
   * Runs one rule over the tokens of a source. Never throws on any input.
   *
   * A first run goes by the grammar alone, in which line breaks mean nothing. Only when it fails does
   * a second one look at the lines, to guess where a mistake ends.
   */
  protected run<T>(source: Source, tokens: IToken[], rule: Rule<T>, empty: T): [T, Diagnostic[]] {
    const strict = this.runOnce(source, tokens, rule, empty, false)
    if (strict[1].length === 0) return strict
    const guessing = this.runOnce(source, tokens, rule, empty, true)
    return guessing[1].length === 0 ? [guessing[0], strict[1]] : guessing
  }

  private runOnce<T>(
    source: Source,
    tokens: IToken[],
    rule: Rule<T>,
    empty: T,
    guesses: boolean,
  ): [T, Diagnostic[]] {
    this.source = source
    this.guesses = guesses
    this.found = []
    this.enclosing = []
    this.depth = 0
    this.input = tokens
    try {
      return [rule.call(this), this.found]
    } catch (error) {
      if (error instanceof GivenUp || error instanceof Abandoned) return [empty, this.found]
      throw error
    } finally {
      // The parser lives as long as the program; the text it last read need not.
      this.input = []
      this.source = { name: '', text: '' }
    }
  }

  // --- nodes

  /** Where the next token begins. */
  protected start(): number {
    const next = this.LA(1)
    return next.tokenType === EOF ? this.source.text.length : next.startOffset
  }

  /** The span from `start` to the end of the token just read. */
  protected spanFrom(start: number): Span {
    return { start, end: Math.max(start, (this.LA(0).endOffset ?? start - 1) + 1) }
  }

  protected node<T extends object>(start: number, fields: T): T & { readonly span: Span } {
    return { span: this.spanFrom(start), ...fields }
  }

  protected sees(type: TokenType, ahead: number = 1): boolean {
    return matches(this.LA(ahead), type)
  }

  // --- reports

  /** The number of tokens read so far. */
  protected index(): number {
    const last: unknown = this.LA(0).payload
    return typeof last === 'number' ? last + 1 : 0
  }

  protected at(token: IToken): Location {
    return { source: this.source, span: this.tokenSpan(token) }
  }

  private tokenSpan(token: IToken): Span {
    if (token.tokenType === EOF) {
      const end = this.source.text.trimEnd().length
      return { start: end, end }
    }
    return { start: token.startOffset, end: (token.endOffset ?? token.startOffset) + 1 }
  }

  /** Just behind the token last read: where something is missing. */
  protected afterLast(): Location {
    const end = (this.LA(0).endOffset ?? -1) + 1
    return { source: this.source, span: { start: end, end } }
  }

  protected location(span: Span): Location {
    return { source: this.source, span }
  }

  protected report(
    code: DiagnosticCode,
    location: Location,
    message: string,
    options: DiagnosticOptions = {},
  ): void {
    if (this.found.length >= maxErrors) {
      this.found.push(
        diagnostic('RT0113', location, `stopped after ${maxErrors} syntax errors in this file`, {
          help: 'if this is a policy, mend the first errors and look again',
        }),
      )
      throw new GivenUp()
    }
    this.found.push(diagnostic(code, location, message, options))
    if (!this.guesses) throw new GivenUp()
  }

  protected insertion(
    location: Location,
    text: string,
    title: string = `write \`${text.trim()}\``,
  ): Fix {
    return { title, edits: [{ location, replacement: text }] }
  }

  protected errorCount(): number {
    return this.found.length
  }

  protected abandon(): never {
    throw new Abandoned()
  }

  /** `also`: words that would fit as well, for the suggestion only. */
  protected reportUnexpected(
    token: IToken,
    expected: readonly TokenType[],
    also: readonly string[] = [],
  ): void {
    const words = [...expected.map(kinds.tokenText).filter((name) => /^[a-z]/.test(name)), ...also]
    const isWord = matches(token, kinds.nameToken) || reserved.has(token.image)
    const advice = adviceFor({ tokens: this.input, index: this.index(), expected, text: this.source.text })
    if (advice !== undefined) {
      const { help, fix } = advice
      const edits = fix?.edits.map(({ start, end, text }) => ({ location: this.location({ start, end }), replacement: text }))
      const message = `got ${describeToken(token)}, expected ${describeExpected(expected)}`
      this.report('RT0101', this.at(token), message, { help, fix: fix && edits && { title: fix.title, edits } })
      return
    }
    const near = isWord && !words.includes(token.image) ? suggest(token.image, words) : undefined
    const help =
      near !== undefined
        ? `did you mean \`${near}\`?`
        : expected.includes(kinds.nameToken) && reserved.has(token.image)
          ? `\`${token.image}\` is a reserved word and cannot be a name`
          : habitHelp(token.image, this.LA(0).image, expected.includes(kinds.word('rule')))
    const fix =
      near === undefined
        ? undefined
        : { title: `write \`${near}\``, edits: [{ location: this.at(token), replacement: near }] }
    const message = `got ${describeToken(token)}, expected ${describeExpected(expected)}`
    this.report('RT0101', this.at(token), message, { help, fix })
  }
}
