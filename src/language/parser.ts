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
  const all = [...lexed.diagnostics, ...found]
  const diagnostics = trusted(source, all, lexed.unclosed).sort(
    (left, right) => left.location.span.start - right.location.span.start,
  )
  return { file: { ...empty, ...parts, comments: lexed.comments }, diagnostics }
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
