import { EmbeddedActionsParser, EOF, isRecognitionException } from 'chevrotain'
import type { IToken, ParserMethod, TokenType } from 'chevrotain'
import { createExpectation, describeExpected, describeToken } from './expected.ts'
import { firstTokens, matches } from './first-tokens.ts'
import type { Expectation } from './expected.ts'
import { diagnostic } from '../registry.ts'
import { suggest } from '../suggest.ts'
import type { DiagnosticOptions } from '../registry.ts'
import type { Diagnostic, DiagnosticCode, Fix } from '../diagnostic.ts'
import type { Location, Source, Span } from '../source.ts'
import { declarationWords, reservedWords } from '../words.ts'
import * as kinds from '../tokens.ts'

export type Rule<T> = ParserMethod<[], T>

/** Thrown when a construct is given up and its error has been reported; caught where reading resumes. */
class Abandoned extends Error {}

/** Thrown when nothing after this place is worth reading. */
class GivenUp extends Error {}

/** What may follow an expression that is not at its end. */
export const connectives: readonly string[] = ['and', 'or', 'is', 'in', 'has', 'starts']

const maxErrors = 100
const maxDepth = 100
const declarations: ReadonlySet<string> = new Set(declarationWords)
const reserved: ReadonlySet<string> = new Set(reservedWords)

/**
 * The machinery under the grammar: nodes with spans, and recovery.
 *
 * The library checks and records the grammar and takes every decision; recovery is our own, because
 * in a language whose words are also names the library's follow sets hold every name. A construct
 * that fails is dropped up to the place where the next one of its kind begins: a word that such a
 * line may begin with, at the beginning of a line and outside inner braces, or the closing brace.
 */
export abstract class RecoveringParser extends EmbeddedActionsParser {
  private readonly expectation: Expectation
  private readonly firstTokensOf = new Map<string, ReadonlySet<TokenType>>()
  private source: Source = { name: '', text: '' }
  private found: Diagnostic[] = []
  private enclosing: ReadonlySet<TokenType>[] = []
  private depth = 0
  /** Whether an error has been seen, so that the layout is worth a look. */
  private guesses = false

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

  protected insertion(location: Location, text: string, title: string = `write \`${text.trim()}\``): Fix {
    return { title, edits: [{ location, replacement: text }] }
  }

  protected errorCount(): number {
    return this.found.length
  }

  protected abandon(): never {
    throw new Abandoned()
  }

  /** `also`: words that would fit as well, for the suggestion only. */
  private reportUnexpected(
    token: IToken,
    expected: readonly TokenType[],
    also: readonly string[] = [],
  ): void {
    const words = [...expected.map(kinds.tokenText).filter((name) => /^[a-z]/.test(name)), ...also]
    const isWord = matches(token, kinds.nameToken) || reserved.has(token.image)
    const near = isWord && !words.includes(token.image) ? suggest(token.image, words) : undefined
    const help =
      near !== undefined
        ? `did you mean \`${near}\`?`
        : expected.includes(kinds.nameToken) && reserved.has(token.image)
          ? `\`${token.image}\` is a reserved word and cannot be a name`
          : undefined
    const fix =
      near === undefined
        ? undefined
        : { title: `write \`${near}\``, edits: [{ location: this.at(token), replacement: near }] }
    const message = `got ${describeToken(token)}, expected ${describeExpected(expected)}`
    this.report('RT0101', this.at(token), message, { help, fix })
  }

  // --- recovery

  /** Runs `parse`; when it gives up, reports why, skips with `resume` and returns `undefined`. */
  protected attempt<T>(parse: () => T, resume: (from: number) => void): T | undefined {
    const from = this.index()
    const depth = this.depth
    const blocks = this.enclosing.length
    try {
      return parse()
    } catch (error) {
      if (error instanceof Error && isRecognitionException(error)) {
        this.reportUnexpected(this.LA(1), this.expectation.last())
      } else if (!(error instanceof Abandoned)) throw error
      this.depth = depth
      this.enclosing.length = blocks
      resume(from)
      if (this.index() === from) this.SKIP_TOKEN()
      return undefined
    }
  }

  /** The number of tokens read so far. */
  protected index(): number {
    const last: unknown = this.LA(0).payload
    return typeof last === 'number' ? last + 1 : 0
  }

  /** Counts nesting in rules that call themselves. */
  protected nested<T>(parse: () => T): T {
    if (this.RECORDING_PHASE) return parse()
    if (this.depth >= maxDepth) {
      this.report('RT0112', this.at(this.LA(1)), `nested more than ${maxDepth} levels deep`, {
        help: 'give a part of it a name of its own with `signal`',
      })
      throw new Abandoned()
    }
    this.depth += 1
    const result = parse()
    this.depth -= 1
    return result
  }

  /** `{ line… }`. A line that fails is reported and left out; a missing `}` is reported. */
  protected block<T>(index: number, line: Rule<T>, title: string): T[] {
    const open = this.consume(index, kinds.openBraceToken)
    const lines: T[] = []
    if (this.RECORDING_PHASE) {
      this.many(index, { DEF: () => void this.subrule(index, line) })
      this.consume(index, kinds.closeBraceToken)
      return lines
    }
    const first = this.first(line)
    const inline = !this.beginsLine(this.LA(1))
    this.enclosing.push(first)
    while (!this.sees(kinds.closeBraceToken) && !this.endsBlock(open, first)) {
      if (!this.startsWith(first)) {
        this.reportUnknown(first, title)
        const from = this.index()
        this.SKIP_TOKEN()
        this.skipTo(from, first, inline)
        continue
      }
      const parsed = this.attempt(
        () => this.subrule(index, line),
        (from) => this.skipTo(from, first, inline),
      )
      if (parsed !== undefined) lines.push(parsed)
    }
    this.enclosing.pop()
    this.close(index, kinds.closeBraceToken, open, title)
    return lines
  }

  /** Reads a closing bracket, or reports it missing and goes on without it. */
  protected close(index: number, type: TokenType, open: IToken, title: string): void {
    if (this.RECORDING_PHASE || this.sees(type)) {
      this.consume(index, type)
      return
    }
    const here = this.afterLast()
    const beforeLine = type === kinds.closeBraceToken && this.beginsLine(this.LA(1))
    this.report('RT0103', here, `missing \`${kinds.tokenText(type)}\` after ${title}`, {
      related: [{ location: this.at(open), message: 'opened here' }],
      fix: this.insertion(here, beforeLine ? `\n${this.indentation(open)}}` : kinds.tokenText(type)),
    })
  }

  private indentation(token: IToken): string {
    const lineStart = this.source.text.lastIndexOf('\n', token.startOffset) + 1
    return /^[ \t]*/.exec(this.source.text.slice(lineStart, token.startOffset))?.[0] ?? ''
  }

  /** Elements between commas up to `close`; a comma left out is reported and supplied. */
  protected separated<T>(
    index: number,
    [opening, closing]: readonly [TokenType, TokenType],
    element: Rule<T>,
    mayBeEmpty: boolean,
    title: string,
  ): T[] {
    const open = this.consume(index, opening)
    const elements: T[] = []
    if (this.RECORDING_PHASE) {
      const several = (): void => {
        this.subrule(index, element)
        this.many(index, {
          DEF: () => {
            this.consume(index, kinds.commaToken)
            this.subrule(index + 100, element)
          },
        })
        this.option(index + 100, () => void this.consume(index + 100, kinds.commaToken))
      }
      if (mayBeEmpty) this.option(index, several)
      else several()
      this.consume(index, closing)
      return elements
    }
    if (mayBeEmpty && this.sees(closing)) {
      this.consume(index, closing)
      return elements
    }
    const first = this.first(element)
    const inline = !this.beginsLine(this.LA(1))
    for (;;) {
      elements.push(this.subrule(index, element))
      if (this.sees(kinds.commaToken)) {
        this.consume(index, kinds.commaToken)
        if (this.sees(closing)) break
        continue
      }
      if (this.sees(closing) || !this.startsWith(first)) break
      if (this.beginsLine(this.LA(1)) && (inline || this.opensEnclosingLine())) break
      const here = this.afterLast()
      this.report('RT0103', here, `missing \`,\` before ${describeToken(this.LA(1))}`, {
        help: 'commas separate the items of a list',
        fix: this.insertion(here, ','),
      })
    }
    if (!this.sees(closing) && this.LA(1).tokenType !== EOF && !this.beginsLine(this.LA(1))) {
      this.reportUnexpected(this.LA(1), [kinds.commaToken, closing])
      throw new Abandoned()
    }
    this.close(index, closing, open, title)
    return elements
  }

  /**
   * Reads a word or sign that is compulsory. When it is missing but `continues` the construct,
   * reports that and goes on.
   */
  protected need(index: number, type: TokenType, continues: () => boolean, help?: string): void {
    if (this.RECORDING_PHASE || this.sees(type)) {
      this.consume(index, type)
      return
    }
    if (!continues()) {
      this.reportUnexpected(this.LA(1), [type], connectives)
      throw new Abandoned()
    }
    this.reportMissing(`\`${kinds.tokenText(type)}\``, ` ${kinds.tokenText(type)}`, help)
  }

  protected reportMissing(what: string, text: string | undefined, help?: string): void {
    const here = this.afterLast()
    this.report('RT0103', here, `missing ${what} before ${describeToken(this.LA(1))}`, {
      help,
      fix: text === undefined ? undefined : this.insertion(here, text),
    })
  }

  /** Reports a word that begins no line of this block. */
  protected reportUnknown(first: ReadonlySet<TokenType>, title: string): void {
    const token = this.LA(1)
    const words = [...first].map(kinds.tokenText).filter((name) => /^[a-z]/.test(name))
    if (!matches(token, kinds.nameToken) || words.length === 0) {
      this.reportUnexpected(token, [...first, kinds.closeBraceToken])
      return
    }
    const near = suggest(token.image, words)
    const list = words.length > 12 ? '' : `; there are ${words.map((w) => `\`${w}\``).join(', ')}`
    this.report('RT0102', this.at(token), `${describeToken(token)} begins no line of ${title}`, {
      help: near === undefined ? `the line is left out${list}` : `did you mean \`${near}\`?`,
      fix:
        near === undefined
          ? undefined
          : { title: `write \`${near}\``, edits: [{ location: this.at(token), replacement: near }] },
    })
  }

  /** Skips to the next line of a block, or to what ends the block. */
  protected skipTo(from: number, first: ReadonlySet<TokenType>, inline: boolean): void {
    let open = this.bracesSince(from)
    while (this.LA(1).tokenType !== EOF) {
      const next = this.LA(1)
      if (this.beginsDeclaration(next) && this.atColumnOne(next)) return
      if (this.sees(kinds.closeBraceToken)) {
        if (open <= 0) return
        open -= 1
      } else if (this.sees(kinds.openBraceToken)) open += 1
      else if (open <= 0 && (this.beginsLine(next) || inline)) {
        if (this.startsWith(first, true) || this.opensEnclosingLine()) return
      }
      this.SKIP_TOKEN()
    }
  }

  protected bracesSince(from: number): number {
    let open = 0
    for (const token of this.input.slice(from, this.index())) {
      if (token.tokenType === kinds.openBraceToken) open += 1
      else if (token.tokenType === kinds.closeBraceToken) open -= 1
    }
    return open
  }

  /** The token types with which a rule may begin. */
  protected first(rule: Rule<unknown>): ReadonlySet<TokenType> {
    const name = (rule as unknown as { readonly ruleName: string }).ruleName
    let types = this.firstTokensOf.get(name)
    if (types === undefined) {
      types = firstTokens(this.getGAstProductions(), name)
      this.firstTokensOf.set(name, types)
    }
    return types
  }

  protected startsWith(first: ReadonlySet<TokenType>, byWord: boolean = false): boolean {
    const next = this.LA(1)
    if (first.has(next.tokenType)) return !byWord || !this.isMention(next)
    return first.has(kinds.nameToken) && matches(next, kinds.nameToken) && (!byWord || this.beginsLine(next))
  }

  /** `rule` in `since rule R` and `otherwise` in `by otherwise` begin nothing. */
  private isMention(token: IToken): boolean {
    const before = this.LA(0).image
    return (
      (token.tokenType === kinds.word('rule') && before === 'since') ||
      (token.tokenType === kinds.word('otherwise') && before === 'by')
    )
  }

  private opensEnclosingLine(): boolean {
    const next = this.LA(1)
    return this.beginsLine(next) && this.enclosing.slice(0, -1).some((first) => first.has(next.tokenType))
  }

  /** True where a block has lost its brace: at the end of the file, at a line of what is around it. */
  private endsBlock(open: IToken, first: ReadonlySet<TokenType>): boolean {
    const next = this.LA(1)
    if (next.tokenType === EOF) return true
    if (!this.guesses || !this.beginsLine(next)) return false
    if (this.beginsDeclaration(next) && this.atColumnOne(next)) {
      const line = this.input[(Number(open.payload) || 0) + 1]
      const flush = line !== undefined && line !== next && this.atColumnOne(line)
      return !flush
    }
    return !first.has(next.tokenType) && !first.has(kinds.nameToken) && this.opensEnclosingLine()
  }

  protected beginsDeclaration(token: IToken): boolean {
    return declarations.has(token.image)
  }

  protected beginsLine(token: IToken): boolean {
    if (token.tokenType === EOF) return true
    const text = this.source.text
    let position = token.startOffset - 1
    while (position >= 0 && (text[position] === ' ' || text[position] === '\t')) position -= 1
    return position < 0 || text[position] === '\n' || text[position] === '\r'
  }

  protected atColumnOne(token: IToken): boolean {
    const before = this.source.text[token.startOffset - 1]
    return before === undefined || before === '\n' || before === '\r'
  }
}
