import type { Source } from './source.ts'

export interface Position {
  /** Counts from 1. */
  readonly line: number
  /** Counts from 1, in UTF-16 code units. */
  readonly column: number
}

/** Line and column of an offset; lines end with a line feed. */
export function positionAt(source: Source, offset: number): Position {
  const end = Math.max(0, Math.min(offset, source.text.length))
  let line = 1
  let lineStart = 0
  for (;;) {
    const next = source.text.indexOf('\n', lineStart)
    if (next < 0 || next >= end) return { line, column: end - lineStart + 1 }
    line += 1
    lineStart = next + 1
  }
}

/** The line around an offset, without its line end, and where it begins. */
export function lineAt(source: Source, offset: number): { text: string; start: number } {
  const start = source.text.lastIndexOf('\n', Math.max(0, offset - 1)) + 1
  const first = offset === 0 ? 0 : start
  const next = source.text.indexOf('\n', first)
  const end = next < 0 ? source.text.length : next
  const text = source.text.slice(first, end)
  return { text: text.endsWith('\r') ? text.slice(0, -1) : text, start: first }
}
