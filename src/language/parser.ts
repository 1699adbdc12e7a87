import { diagnostic } from './registry.ts'
import { lex } from './lexer.ts'
import { lineAt } from './position.ts'
import { RouteParser } from './parser/file.ts'
import type { Diagnostic } from './diagnostic.ts'
import type { Source } from './source.ts'
import type { File } from './syntax.ts'

/** The largest file that is read, in UTF-16 code units. */
export const maxFileLength = 1_000_000

export interface ParsedFile {
  /** Always a whole tree; what could not be read is left out of it. */
  readonly file: File
  /** Every error of the lexer and the parser, by place. */
  readonly diagnostics: readonly Diagnostic[]
}

let parser: RouteParser | undefined

/** Reads one `.route` file. Never throws: mistakes in the text are diagnostics. */
export function parse(source: Source): ParsedFile {
  const span = { start: 0, end: source.text.length }
  const empty: File = {
    kind: 'file',
    span,
    source,
    language: undefined,
    policy: undefined,
    imports: [],
    declarations: [],
    comments: [],
  }
  if (source.text.length > maxFileLength) {
    const message = `got ${source.text.length} characters, expected at most ${maxFileLength}`
    const location = { source, span: { start: 0, end: 0 } }
    const help = 'split the file and `import` its parts'
    return { file: empty, diagnostics: [diagnostic('RT0115', location, message, { help })] }
  }
  const lexed = lex(source)
  parser ??= new RouteParser()
  const [parts, found] = parser.parseTokens(source, lexed.tokens)
  const all = withoutEchoes(source, lexed.diagnostics, found)
  const diagnostics = trusted(source, all, lexed.unclosed).sort(
    (left, right) => left.location.span.start - right.location.span.start,
  )
  return { file: { ...empty, ...parts, comments: lexed.comments }, diagnostics }
}

/**
 * One slip, one error: without what the parser says of a token that the lexer has said something of, or of the rest
 * of a line of which a sign means nothing; and without signs in text that the parser proposes to write otherwise.
 */
function withoutEchoes(source: Source, lexed: readonly Diagnostic[], parsed: readonly Diagnostic[]): Diagnostic[] {
  if (lexed.length === 0 || parsed.length === 0) return [...lexed, ...parsed]
  const starts = new Set(lexed.map(({ location }) => location.span.start))
  const stray = firstByLine(source, lexed.filter(isStray))
  const isAfter = (first: ReadonlyMap<number, number>, { location: { span } }: Diagnostic): boolean =>
    (first.get(lineAt(source, span.start).start) ?? Infinity) < span.start
  const heard = parsed.filter((each) => !starts.has(each.location.span.start) && !isAfter(stray, each))
  const edits = heard.flatMap(({ fix }) => fix?.edits.filter(({ location: { span } }) => span.end > span.start) ?? [])
  const covered = ({ location: { span } }: Diagnostic): boolean =>
    edits.some((edit) => edit.location.span.start <= span.start && span.end <= edit.location.span.end)
  const given = firstByLine(source, heard)
  const inPattern = (sign: Diagnostic): boolean => /^got `[/*]`/.test(sign.message) && isAfter(given, sign)
  return [...lexed.filter((each) => !covered(each) && !inPattern(each)), ...heard]
}

/** The first place of each line, by where the line begins. */
function firstByLine(source: Source, diagnostics: readonly Diagnostic[]): ReadonlyMap<number, number> {
  const first = new Map<number, number>()
  for (const { location: { span } } of diagnostics) {
    const line = lineAt(source, span.start).start
    first.set(line, Math.min(first.get(line) ?? span.start, span.start))
  }
  return first
}

/** A sign in whose place nothing can be put, so that the rest of its line is no sentence. */
function isStray({ code, message }: Diagnostic): boolean {
  return (code === 'RT0108' && message.endsWith('means nothing here')) || /^got `\.\.\.?`/.test(message)
}

/** Without what was found on lines on which a quote is missing: one slip, one error. */
function trusted(
  source: Source,
  diagnostics: readonly Diagnostic[],
  unclosed: readonly number[],
): Diagnostic[] {
  if (unclosed.length === 0) return [...diagnostics]
  const begins = new Set(unclosed)
  const lines = new Set(unclosed.map((offset) => lineAt(source, offset).start))
  return diagnostics.filter(
    ({ code, location }) =>
      (code === 'RT0106' && begins.has(location.span.start)) ||
      !lines.has(lineAt(source, location.span.start).start),
  )
}
