import { declarationLines } from './format/declarations.ts'
import { createLayout, sequence } from './format/layout.ts'
import type { Lines } from './format/layout.ts'
import type { Declaration, File, Import, Name, Quantity } from './syntax.ts'

type Part = { readonly span: File['span'] } & (
  | { readonly kind: 'language'; readonly version: Quantity }
  | { readonly kind: 'policy'; readonly name: Name }
  | { readonly kind: 'import'; readonly found: Import }
  | { readonly kind: 'declaration'; readonly found: Declaration }
)

/**
 * The text of a file in its one layout, at 100 columns, with every comment. Of a file that parsed
 * without errors; formatting the result again changes nothing, and it parses to the same tree.
 */
export function format(file: File): string {
  const layout = createLayout(file)
  const parts: Part[] = []
  if (file.language !== undefined) {
    parts.push({ kind: 'language', version: file.language, span: file.language.span })
  }
  if (file.policy !== undefined) {
    parts.push({ kind: 'policy', name: file.policy, span: file.policy.span })
  }
  parts.push(...file.imports.map((found): Part => ({ kind: 'import', found, span: found.span })))
  parts.push(
    ...file.declarations.map((found): Part => ({ kind: 'declaration', found, span: found.span })),
  )
  const lines = sequence(
    layout,
    parts,
    Number.POSITIVE_INFINITY,
    (part) => {
      if (part.kind === 'language') return [`language ${part.version.raw}`]
      if (part.kind === 'policy') return [`policy ${part.name.text}`]
      if (part.kind === 'import') return [`import ${part.found.path.raw}`]
      return declarationLines(layout, part.found)
    },
    { apart: standApart },
  )
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`
}

/** A blank line stands between different parts of a file, and around what takes several lines. */
function standApart(before: Part, linesBefore: Lines, after: Part, linesAfter: Lines): boolean {
  if (before.kind === 'language') return false
  if (before.kind !== after.kind) return true
  return isTall(before, linesBefore) || isTall(after, linesAfter)
}

function isTall(part: Part, lines: Lines): boolean {
  if (lines.length < 2 || part.kind !== 'declaration') return false
  const { kind } = part.found
  return kind !== 'invariant' && kind !== 'expect'
}
