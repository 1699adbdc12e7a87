import { EOF, isRecognitionException } from 'chevrotain'
import type { IToken, TokenType } from 'chevrotain'
import { Abandoned, connectives, ReportingParser } from './base.ts'
import { describeToken } from './expected.ts'
import { firstTokens, matches } from './first-tokens.ts'
import { habitHelp, otherLine } from './habits.ts'
import { suggest } from '../suggest.ts'
import { declarationWords } from '../words.ts'
import * as kinds from '../tokens.ts'
import type { Rule } from './base.ts'

const maxDepth = 100
const declarations: ReadonlySet<string> = new Set(declarationWords)

/**
 * Recovery. The library checks and records the grammar and takes every decision; recovery is our
 * own, because in a language whose words are also names the library's follow sets hold every name. A
 * construct that fails is dropped up to the place where the next one of its kind begins: a word that
 * such a line may begin with, at the beginning of a line and outside inner braces, or the closing
 * brace.
 */
export abstract class RecoveringParser extends ReportingParser {
  private readonly firstTokensOf = new Map<string, ReadonlySet<TokenType>>()

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
      fix: this.insertion(
        here,
        beforeLine ? `\n${this.indentation(open)}}` : kinds.tokenText(type),
      ),
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
    const near = otherLine(token.image, words) ?? suggest(token.image, words)
    const list = words.length > 12 ? '' : `; there are ${words.map((w) => `\`${w}\``).join(', ')}`
    this.report('RT0102', this.at(token), `${describeToken(token)} begins no line of ${title}`, {
      help: near === undefined ? (habitHelp(token.image, '', words.includes('rule')) ?? `the line is left out${list}`) : `did you mean \`${near}\`?`,
      fix:
        near === undefined
          ? undefined
          : {
              title: `write \`${near}\``,
              edits: [{ location: this.at(token), replacement: near }],
            },
    })
  }

  /** Skips to the next line of a block, or to what ends the block. */
  protected skipTo(from: number, first: ReadonlySet<TokenType>, inline: boolean): void {
    let open = this.bracesSince(from)
    const column = this.lineColumn(this.input[from])
    while (this.LA(1).tokenType !== EOF) {
      const next = this.LA(1)
      if (this.beginsDeclaration(next) && this.atColumnOne(next)) return
      if (this.sees(kinds.closeBraceToken)) {
        if (open <= 0) return
        open -= 1
      } else if (this.sees(kinds.openBraceToken)) open += 1
      else if (open <= 0 && (this.beginsLine(next) || inline)) {
        if (this.startsWith(first, true) || this.opensEnclosingLine()) return
        // Another misspelt line, as far in as the one that failed.
        const isWord = matches(next, kinds.nameToken)
        if (isWord && column !== undefined && this.lineColumn(next) === column) return
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
    return (
      first.has(kinds.nameToken) &&
      matches(next, kinds.nameToken) &&
      (!byWord || this.beginsLine(next))
    )
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
    return (
      this.beginsLine(next) &&
      this.enclosing.slice(0, -1).some((first) => first.has(next.tokenType))
    )
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

  /** How far in a token stands that begins a line, `undefined` for others. */
  private lineColumn(token: IToken | undefined): number | undefined {
    if (token === undefined || !this.beginsLine(token)) return undefined
    return token.startOffset - this.source.text.lastIndexOf('\n', token.startOffset)
  }

  protected atColumnOne(token: IToken): boolean {
    const before = this.source.text[token.startOffset - 1]
    return before === undefined || before === '\n' || before === '\r'
  }
}
