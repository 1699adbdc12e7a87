import { positionAt } from '../language/position.ts'
import type { Location } from '../language/source.ts'

/** A span as editors count: lines and columns from 1, columns in UTF-16 units, the end exclusive. */
export interface SourceRange {
  readonly file: string
  readonly line: number
  readonly column: number
  readonly endLine: number
  readonly endColumn: number
}

export function positionOf({ source, span }: Location): SourceRange {
  const start = positionAt(source, span.start)
  const end = positionAt(source, span.end)
  return {
    file: source.name,
    line: start.line,
    column: start.column,
    endLine: end.line,
    endColumn: end.column,
  }
}
