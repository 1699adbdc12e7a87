import type { Location } from '../language/source.ts'

/** A span as editors count: lines and columns from 1, columns in UTF-16 units, the end exclusive. */
export interface Position {
  readonly file: string
  readonly line: number
  readonly column: number
  readonly endLine: number
  readonly endColumn: number
}

export function positionOf({ source, span }: Location): Position {
  const [line, column] = lineAndColumn(source.text, span.start)
  const [endLine, endColumn] = lineAndColumn(source.text, span.end)
  return { file: source.name, line, column, endLine, endColumn }
}

function lineAndColumn(text: string, offset: number): [line: number, column: number] {
  let line = 1
  let start = 0
  for (let at = text.indexOf('\n'); at !== -1 && at < offset; at = text.indexOf('\n', at + 1)) {
    line += 1
    start = at + 1
  }
  return [line, offset - start + 1]
}
