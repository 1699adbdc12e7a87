import { createTokenInstance } from 'chevrotain'
import type { IToken, TokenType } from 'chevrotain'
import { decodeString } from './string-literal.ts'
import { repairNumber } from './number-repair.ts'
import { repairSign } from './sign-repair.ts'
import { diagnostic } from './registry.ts'
import type { DiagnosticOptions } from './registry.ts'
import type { Diagnostic, DiagnosticCode, Fix } from './diagnostic.ts'
import type { Source, Span } from './source.ts'
import type { Comment } from './syntax.ts'
import * as kinds from './tokens.ts'
import { quoted } from './visible.ts'

export interface LexedSource {
  /** Wrong tokens are replaced by the right ones or left out; `payload` is the index in this list. */
  readonly tokens: IToken[]
  readonly comments: readonly Comment[]
  readonly diagnostics: readonly Diagnostic[]
  /** Where texts begin that do not end on their line: the rest of such a line cannot be trusted. */
  readonly unclosed: readonly number[]
}

/** Cuts a source into tokens. Everything that is no token is reported once and mended or skipped. */
export function lex(source: Source): LexedSource {
  const raw = kinds.tokenLexer().tokenize(source.text)
  const state: LexState = { source, tokens: [], diagnostics: [], unclosed: [] }
  for (const [index, token] of raw.tokens.entries()) {
    const handle = handlers.get(token.tokenType)
    if (handle === undefined) keep(state, token)
    else handle(state, token, raw.tokens[index + 1])
  }
  const comments = (raw.groups['comments'] ?? []).map((token: IToken): Comment => {
    const text = token.image.trimEnd()
    return {
      span: { start: token.startOffset, end: token.startOffset + text.length },
      text,
      doc: text.startsWith('///') && !text.startsWith('////'),
    }
  })
  return {
    tokens: state.tokens,
    comments,
    diagnostics: state.diagnostics,
    unclosed: state.unclosed,
  }
}

interface LexState {
  readonly source: Source
  readonly tokens: IToken[]
  readonly diagnostics: Diagnostic[]
  readonly unclosed: number[]
}

type Handler = (state: LexState, token: IToken, next: IToken | undefined) => void

function keep(state: LexState, token: IToken): void {
  token.endOffset ??= token.startOffset + token.image.length - 1
  token.payload = state.tokens.length
  state.tokens.push(token)
}

/** Puts a token in place of a wrong one; the place in the source stays that of the wrong one. */
function put(state: LexState, wrong: IToken, type: TokenType, image: string): void {
  const end = wrong.startOffset + wrong.image.length - 1
  keep(state, createTokenInstance(type, image, wrong.startOffset, end, NaN, NaN, NaN, NaN))
}

function spanOf(token: IToken): Span {
  return { start: token.startOffset, end: token.startOffset + token.image.length }
}

function report(
  state: LexState,
  code: DiagnosticCode,
  span: Span,
  message: string,
  options: DiagnosticOptions,
): void {
  // The parser gives up after as many; the rest would not be read.
  if (state.diagnostics.length >= 100) return
  state.diagnostics.push(diagnostic(code, { source: state.source, span }, message, options))
}

function replaceBy(state: LexState, token: IToken, replacement: string): Fix {
  return {
    title: replacement.trim() === '' ? 'remove it' : `write ${quoted(replacement.trim())}`,
    edits: [{ location: { source: state.source, span: spanOf(token) }, replacement }],
  }
}

const readName: Handler = (state, token) => {
  const type = kinds.wordOrName(token.image)
  if (type !== kinds.nameToken) {
    token.tokenType = type
    token.tokenTypeIdx = type.tokenTypeIdx ?? token.tokenTypeIdx
  }
  keep(state, token)
}

const readString: Handler = (state, token) => {
  if (token.image.includes('\\')) {
    for (const problem of decodeString(token.image).problems) {
      const start = token.startOffset + problem.span.start
      const span = { start, end: token.startOffset + problem.span.end }
      const help = 'the escapes are `\\"`, `\\\\`, `\\n`, `\\t` and `\\u{1F600}`'
      report(state, 'RT0106', span, problem.message, { help })
    }
  }
  keep(state, token)
}

const wrongNumber: Handler = (state, token, next) => {
  const repair = repairNumber(token.image, /^(tokens|chars|bytes)$/.test(next?.image ?? ''))
  const message = `got ${quoted(token.image)}, expected a number with a unit`
  const fix =
    repair.replacement === undefined ? undefined : replaceBy(state, token, repair.replacement)
  report(state, 'RT0104', spanOf(token), message, { help: repair.help, fix })
  const mended = repair.replacement ?? guessNumber(token.image)
  const type = kinds.tokenLexer().tokenize(mended).tokens[0]?.tokenType
  put(state, token, type ?? kinds.integerToken, type === undefined ? '0' : mended)
}

/** Something of the right kind for the parser to go on with; the file is in error either way. */
function guessNumber(image: string): string {
  if (image.startsWith('$')) return '$0'
  return /^\d+/.exec(image)?.[0] ?? '0'
}

const wrongSign: Handler = (state, token) => {
  const before = state.source.text[token.startOffset - 1] ?? ' '
  const after = state.source.text[token.startOffset + token.image.length] ?? ' '
  const { message, help, replacement, tokens } = repairSign(token.image)
  const padded =
    replacement === undefined || replacement === ''
      ? replacement
      : (/\s/.test(before) ? '' : ' ') + replacement + (/\s/.test(after) ? '' : ' ')
  const fix = padded === undefined ? undefined : replaceBy(state, token, padded)
  report(state, 'RT0105', spanOf(token), message, { help, fix })
  for (const image of tokens) {
    const type = kinds.tokenLexer().tokenize(image).tokens[0]?.tokenType ?? kinds.nameToken
    put(state, token, type === kinds.nameToken ? kinds.wordOrName(image) : type, image)
  }
}

const wrongComment: Handler = (state, token) => {
  const sign = token.image.startsWith('#') ? '#' : '/*'
  const closed = sign === '#' || (token.image.endsWith('*/') && token.image.length > 3)
  const inner = token.image.slice(sign.length, sign === '/*' && closed ? -2 : undefined)
  const after = token.startOffset + token.image.length
  const lineEnd = state.source.text.indexOf('\n', after)
  const rest = state.source.text.slice(after, lineEnd < 0 ? undefined : lineEnd)
  const movable = closed && !inner.includes('\n') && rest.trim() === ''
  const span = { start: token.startOffset, end: token.startOffset + sign.length }
  report(state, 'RT0107', span, `got \`${sign}\`, expected \`//\``, {
    help: 'a comment begins with `//` and ends with its line',
    fix: movable ? replaceBy(state, token, `// ${inner.trim()}`) : undefined,
  })
}

/** The quotes that close a text, by the one that opens it. */
const closingQuotes: ReadonlyMap<string, string> = new Map([
  ["'", "'\u2019"],
  ['`', '`'],
  ['\u2018', "\u2019\u2018'"],
  ['\u2019', "\u2019'"],
  ['\u201c', '\u201d\u201c"'],
  ['\u201d', '\u201d"'],
  ['\u201e', '\u201d\u201c"'],
])

const wrongString: Handler = (state, token) => {
  const open = token.image[0] ?? ''
  const last = token.image.at(-1) ?? ''
  const closed = token.image.length > 1 && closingQuotes.get(open)?.includes(last) === true
  const inner = token.image.slice(1, closed ? -1 : undefined)
  const straight = `"${inner.replace(/\\+$/, '').replaceAll('"', '\\"')}"`
  if (closed) {
    report(state, 'RT0106', spanOf(token), `got \`${open}\`, expected \`"\``, {
      help: 'text stands between straight double quotes',
      fix: replaceBy(state, token, straight),
    })
  } else {
    const span = { start: token.startOffset, end: token.startOffset + 1 }
    state.unclosed.push(token.startOffset)
    report(state, 'RT0106', span, 'the text has no closing `"` on its line', {
      help: 'a text ends on the line on which it begins; `\\n` stands for a line break',
    })
  }
  put(state, token, kinds.stringToken, straight)
}

const wrongName: Handler = (state, token) => {
  report(state, 'RT0108', spanOf(token), `got ${quoted(token.image)}, which is no name`, {
    help: token.image.startsWith('_')
      ? 'a name begins with a letter'
      : 'names are made of the letters a to z, digits, `-` and `_`; other text stands in double quotes',
  })
  put(state, token, kinds.nameToken, token.image)
}

const wrongSpace: Handler = (state, token) => {
  // A byte order mark at the very beginning is an editor's habit, not a mistake.
  if (token.startOffset === 0 && token.image === '\ufeff') return
  report(state, 'RT0108', spanOf(token), 'got an invisible character, expected a space', {
    help: 'it was probably copied from a web page or a document',
    fix: replaceBy(state, token, ' '),
  })
}

const wrongCharacter: Handler = (state, token) => {
  report(state, 'RT0108', spanOf(token), `got ${quoted(token.image)}, which means nothing here`, {
    help: signs.get(token.image) ?? 'text and names of other systems stand in double quotes',
  })
}

/** What is meant by signs that other languages, and other countries, have. */
const signs: ReadonlyMap<string, string> = new Map([
  ['?', 'there is no `? :`: a signal has cases, `when G then A otherwise B`'],
  ['\u2026', 'a range is written with its unit at both ends: `setting NAME = 80k tokens from 60k tokens to 200k tokens`'],
  ...['\u20ac', '\u00a3', '\u00a5'].map((sign): [string, string] => [sign, 'money is in dollars, such as `$5`']),
  ['@', 'a host stands after `at`: `use MODEL at HOST`'],
  ['|', '`or` connects conditions, commas the items of a list'],
  ['&', 'connectives are words: `and`, `or`, `not`'],
])

const handlers: ReadonlyMap<TokenType, Handler> = new Map([
  [kinds.nameToken, readName],
  [kinds.stringToken, readString],
  [kinds.wrongNumberToken, wrongNumber],
  [kinds.wrongSignToken, wrongSign],
  [kinds.wrongCommentToken, wrongComment],
  [kinds.wrongStringToken, wrongString],
  [kinds.wrongNameToken, wrongName],
  [kinds.wrongSpaceToken, wrongSpace],
  [kinds.wrongCharacterToken, wrongCharacter],
])
