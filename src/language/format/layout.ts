import { expressionText } from './expression.ts'
import type { Span } from '../source.ts'
import type { Comment, Expression, File, Name } from '../syntax.ts'

/** Lines of one construct, without the indentation of what is around it. */
export type Lines = readonly string[]

/**
 * Comments are handed out in order. A construct on lines of its own takes those before it as its
 * leading ones and one behind it on its line as its trailing one; comments inside something that is
 * printed as one piece move up before it.
 */
export interface Layout {
  readonly text: string
  readonly comments: readonly Comment[]
  next: number
}

/** No line is longer, unless it cannot be broken. */
export const lineWidth = 100

export function createLayout(file: File): Layout {
  return { text: file.source.text, comments: file.comments, next: 0 }
}

export function indented(lines: Lines, by: string = '  '): string[] {
  return lines.map((line) => (line === '' ? '' : by + line))
}

/** Whether a comment that is still to be placed stands in a span. */
export function hasComment(layout: Layout, span: Span): boolean {
  const next = layout.comments
    .slice(layout.next)
    .find((comment) => comment.span.start >= span.start)
  return next !== undefined && next.span.start < span.end
}

function takeBefore(layout: Layout, offset: number): Comment[] {
  const from = layout.next
  for (;;) {
    const comment = layout.comments[layout.next]
    if (comment === undefined || comment.span.start >= offset) break
    layout.next += 1
  }
  return layout.comments.slice(from, layout.next)
}

/** The comment on the line on which a construct ends, if nothing but a comma stands between. */
function takeTrailing(layout: Layout, end: number): Comment | undefined {
  const comment = layout.comments[layout.next]
  if (comment === undefined || !/^[ \t,]*$/.test(layout.text.slice(end, comment.span.start))) {
    return undefined
  }
  layout.next += 1
  return comment
}

/** Whether the comment that was placed last stands at the end of these lines. */
export function endsInComment(layout: Layout, lines: Lines): boolean {
  const placed = layout.comments[layout.next - 1]
  return placed !== undefined && lines.at(-1)?.endsWith(placed.text) === true
}

function isBlankBetween(layout: Layout, from: number, to: number): boolean {
  return /\n[ \t\r]*\n/.test(layout.text.slice(from, to))
}

/** Comments on lines of their own, with the blank lines between them and before `next`. */
function commentLines(
  layout: Layout,
  comments: readonly Comment[],
  next: number | undefined,
): string[] {
  return comments.flatMap((comment, index) => {
    const following = comments[index + 1]?.span.start ?? next
    const blank = following !== undefined && isBlankBetween(layout, comment.span.end, following)
    return blank ? [comment.text, ''] : [comment.text]
  })
}

/** A construct on lines of its own, with its comments. */
export function unit(layout: Layout, span: Span, render: () => Lines): string[] {
  return place(layout, span, render).lines
}

interface Placed {
  readonly lines: string[]
  readonly bodyLines: Lines
  /** Where it begins and ends in the source, comments included. */
  readonly start: number
  readonly end: number
}

function place(layout: Layout, span: Span, render: () => Lines): Placed {
  const leading = takeBefore(layout, span.start)
  const bodyLines = render()
  const inside = takeBefore(layout, span.end)
  const trailing = takeTrailing(layout, span.end)
  const lines = [
    ...commentLines(layout, leading, span.start),
    ...inside.map((comment) => comment.text),
    ...bodyLines.slice(0, -1),
    `${bodyLines.at(-1) ?? ''}${trailing === undefined ? '' : ` ${trailing.text}`}`,
  ]
  return {
    lines,
    bodyLines,
    start: leading[0]?.span.start ?? span.start,
    end: trailing?.span.end ?? span.end,
  }
}

export interface SequenceOptions<T> {
  /** Whether a blank line must stand between two neighbours; otherwise the author's is kept. */
  readonly apart?: (before: T, linesBefore: Lines, after: T, linesAfter: Lines) => boolean
}

/** Constructs below each other, up to `end`; blank lines of the author are kept, at most one. */
export function sequence<T extends { readonly span: Span }>(
  layout: Layout,
  items: readonly T[],
  end: number,
  render: (item: T) => Lines,
  options: SequenceOptions<T> = {},
): string[] {
  const lines: string[] = []
  let before: { item: T; placed: Placed } | undefined
  for (const item of items) {
    const placed = place(layout, item.span, () => render(item))
    if (before !== undefined) {
      const apart =
        options.apart?.(before.item, before.placed.bodyLines, item, placed.bodyLines) === true
      if (apart || isBlankBetween(layout, before.placed.end, placed.start)) lines.push('')
    }
    lines.push(...placed.lines)
    before = { item, placed }
  }
  const rest = takeBefore(layout, end)
  const first = rest[0]
  if (first !== undefined) {
    if (before !== undefined && isBlankBetween(layout, before.placed.end, first.span.start)) {
      lines.push('')
    }
    lines.push(...commentLines(layout, rest, undefined))
  }
  return lines
}

/** `head {`, lines, `}`; `end` is the offset of the closing brace. */
export function block<T extends { readonly span: Span }>(
  layout: Layout,
  head: string,
  items: readonly T[],
  end: number,
  render: (item: T) => Lines,
  options: SequenceOptions<T> = {},
): string[] {
  const lines = sequence(layout, items, end, render, options)
  return lines.length === 0 ? [`${head} {}`] : [`${head} {`, ...indented(lines), '}']
}

/**
 * `head [a, b] tail` on one line when it fits into `room` and holds no comment, else one item a line
 * with a comma behind each. `span` is that of the brackets.
 */
export function bracketed<T extends { readonly span: Span }>(
  layout: Layout,
  head: string,
  [open, close]: readonly [string, string],
  items: readonly T[],
  span: Span,
  flat: (item: T) => string,
  room: number,
  broken: (item: T) => Lines = (item) => [flat(item)],
): string[] {
  if (!hasComment(layout, span)) {
    const padding = open === '{' ? ' ' : ''
    const line = `${head}${open}${padding}${items.map(flat).join(', ')}${padding}${close}`
    if (line.length <= room || items.length === 0) return [line]
  }
  const lines = sequence(layout, items, span.end - 1, (item) => {
    const body = broken(item)
    return [...body.slice(0, -1), `${body.at(-1) ?? ''},`]
  })
  return [`${head}${open}`, ...indented(lines), close]
}

/**
 * Whether a comment stands behind the first part of a chain, where it keeps the chain broken. One
 * inside the first part moves up before the whole, and does not.
 */
export function hasChainComment(layout: Layout, expression: Expression): boolean {
  if (expression.kind !== 'logical') return false
  const start = expression.operands[0]?.span.end ?? expression.span.end
  return hasComment(layout, { start, end: expression.span.end })
}

/**
 * A condition behind `head`: on one line when it fits, else a chain broken before each `and` or `or`,
 * its first part on the line of the head.
 */
export function condition(
  layout: Layout,
  head: string,
  expression: Expression,
  room: number,
): string[] {
  const line = head + expressionText(expression)
  if (expression.kind !== 'logical') return [line]
  if (line.length <= room && !hasChainComment(layout, expression)) return [line]
  const [first, ...rest] = expression.operands
  if (first === undefined) return [line]
  const lead = unit(layout, first.span, () => [head + expressionText(first)])
  const parts = rest.flatMap((operand) =>
    unit(layout, operand.span, () => [`${expression.operator} ${expressionText(operand)}`]),
  )
  return [...lead, ...indented(parts)]
}

/** The brackets at the end of a construct: from the first `[` behind its `=`, or its first. */
export function listSpan(layout: Layout, span: Span): Span {
  return { start: layout.text.indexOf('[', span.start), end: span.end }
}

/** `head [a, b]` */
export function nameList(
  layout: Layout,
  head: string,
  names: readonly Name[],
  span: Span,
  room: number = lineWidth,
): string[] {
  return bracketed(
    layout,
    head,
    ['[', ']'],
    names,
    listSpan(layout, span),
    (name) => name.text,
    room,
  )
}
