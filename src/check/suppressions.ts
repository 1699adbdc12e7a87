import type { Diagnostic, DiagnosticCode } from '../language/diagnostic.ts'
import { lex } from '../language/lexer.ts'
import { diagnostic, registryEntry } from '../language/registry.ts'
import type { Location, Source } from '../language/source.ts'
import type { Comment } from '../language/syntax.ts'

/** `// allow RT0317: kept for the next release`, behind what it allows or on a line above it. */
interface Suppression {
  readonly code: string
  readonly reason: string
  readonly location: Location
  /** Offsets of the lines whose findings it silences. */
  readonly lines: readonly { readonly start: number; readonly end: number }[]
}

const pattern = /^\/\/\s*allow\s+(RT\d{4}(?:\s*,\s*RT\d{4})*)\s*(?::\s*(.*))?$/

/**
 * The findings that no comment allows, with what is wrong with such comments: one without a reason
 * allows nothing, and one that nothing needs is said to be so. Only lints can be allowed.
 */
export function withoutSuppressed(
  found: readonly Diagnostic[],
  sources: readonly Source[],
): readonly Diagnostic[] {
  const suppressions = sources.flatMap(suppressionsIn)
  if (suppressions.length === 0) return found
  const used = new Set<Suppression>()
  const kept = found.filter((finding) => {
    const by = suppressions.find((each) => each.reason !== '' && allows(each, finding))
    if (by !== undefined) used.add(by)
    return by === undefined
  })
  return [...kept, ...suppressions.flatMap((each) => faultsOf(each, used.has(each)))]
}

function allows({ code, location, lines }: Suppression, finding: Diagnostic): boolean {
  const { source, span } = finding.location
  return (
    finding.code === code &&
    isLint(code) &&
    source.name === location.source.name &&
    lines.some(({ start, end }) => span.start >= start && span.start <= end)
  )
}

function isLint(code: string): code is DiagnosticCode {
  return code.startsWith('RT03') && registryEntry(code) !== undefined
}

function faultsOf({ code, reason, location }: Suppression, used: boolean): readonly Diagnostic[] {
  if (!isLint(code)) {
    return [diagnostic('RT0325', location, `\`${code}\` is no finding that can be allowed`, { help: 'lints can, their codes begin with `RT03`' })]
  }
  if (reason === '') {
    return [diagnostic('RT0325', location, `\`${code}\` is allowed without a reason`, { help: `write why: \`// allow ${code}: …\`` })]
  }
  if (used) return []
  return [diagnostic('RT0326', location, `nothing here raises \`${code}\``, { help: 'remove the comment' })]
}

function suppressionsIn(source: Source): readonly Suppression[] {
  if (!/\/\/\s*allow\s+RT/.test(source.text)) return []
  const { comments, tokens } = lex(source)
  return comments.flatMap((comment) => {
    const [, codes, reason = ''] = pattern.exec(comment.text) ?? []
    if (codes === undefined) return []
    const lines = linesOf(source, comment, tokens)
    return codes.split(',').map((code) => ({
      code: code.trim(),
      reason: reason.trim(),
      location: { source, span: comment.span },
      lines,
    }))
  })
}

/** Its own line, and where nothing stands before it there, the next one that is not a comment. */
function linesOf(
  { text }: Source,
  { span }: Comment,
  tokens: readonly { readonly startOffset: number }[],
): Suppression['lines'] {
  const lineAround = (offset: number): { readonly start: number; readonly end: number } => {
    const next = text.indexOf('\n', offset)
    return { start: text.lastIndexOf('\n', offset - 1) + 1, end: next < 0 ? text.length : next }
  }
  const own = lineAround(span.start)
  if (text.slice(own.start, span.start).trim() !== '') return [own]
  const next = tokens.find(({ startOffset }) => startOffset > span.end)
  return next === undefined ? [own] : [own, lineAround(next.startOffset)]
}
