import { lineAt, positionAt } from './position.ts'
import { cellsOf, visible, visibleCharacter } from './visible.ts'
import type { Diagnostic } from './diagnostic.ts'
import type { Location } from './source.ts'

export type FrameStyle = 'error' | 'warning' | 'info' | 'title' | 'place' | 'help'

export interface FrameOptions {
  /** Adds colour to a piece of text; by default none. */
  readonly color?: (style: FrameStyle, text: string) => string
  /** Cells of a source line that are shown; longer lines are cut around the place. By default 100. */
  readonly width?: number
}

const plain = (_: FrameStyle, text: string): string => text

/**
 * A diagnostic as text: the sentence, the place, the source line with a mark under it, related places,
 * help, the fix. Text of the author is shown with everything made visible that could change what a
 * terminal does. No line end at the end.
 *
 * ```
 * error RT0103: missing `then` before `use`
 *   --> my.route:12:20
 * 12 |     when images > 0 use m
 *    |                    ^
 *    = help: `then` stands between a guard and its actions
 * ```
 */
export function renderDiagnostic(found: Diagnostic, options: FrameOptions = {}): string {
  const color = options.color ?? plain
  const width = Math.max(20, options.width ?? 100)
  const head = `${color(found.severity, `${found.severity} ${found.code}`)}: ${color('title', bounded(found.message))}`
  const all = [found.location, ...found.related.map((related) => related.location)]
  const lines = all.map((location) => positionAt(location.source, location.span.start).line)
  const gutter = String(lines.reduce((left, right) => Math.max(left, right), 1)).length
  const out = [head, ...frame(found.location, gutter, width, found.severity, color)]
  for (const related of found.related) {
    out.push(`${' '.repeat(gutter)} = ${bounded(related.message)}`)
    out.push(...frame(related.location, gutter, width, 'info', color))
  }
  if (found.help !== undefined) {
    out.push(`${' '.repeat(gutter)} = ${color('help', 'help')}: ${bounded(found.help)}`)
  }
  if (found.fix !== undefined) {
    out.push(`${' '.repeat(gutter)} = ${color('help', 'fix')}: ${bounded(found.fix.title)}`)
  }
  return out.join('\n')
}

function bounded(text: string): string {
  return visible(text.length > 600 ? `${text.slice(0, 600)}…` : text)
}

function frame(
  location: Location,
  gutter: number,
  width: number,
  style: FrameStyle,
  color: (style: FrameStyle, text: string) => string,
): string[] {
  const { line, column } = positionAt(location.source, location.span.start)
  const place = `${' '.repeat(gutter)}--> ${visible(location.source.name)}:${line}:${column}`
  const { text, start } = lineAt(location.source, location.span.start)
  const from = location.span.start - start
  const shown = cut(text, from, Math.max(location.span.end - start, from), width)
  const mark = `${' '.repeat(shown.markFrom)}${'^'.repeat(Math.max(1, shown.markCells))}`
  return [
    color('place', place),
    `${color('place', `${String(line).padStart(gutter)} |`)} ${shown.text}`.trimEnd(),
    `${color('place', `${' '.repeat(gutter)} |`)} ${color(style, mark)}`,
  ]
}

interface Cut {
  readonly text: string
  readonly markFrom: number
  readonly markCells: number
}

/** The part of a line around [from, to) that fits into `width` cells, with an ellipsis where it was cut. */
function cut(line: string, from: number, to: number, width: number): Cut {
  // Only the neighbourhood is looked at: a line may be a million characters long.
  const lead = Math.floor(width / 3)
  let begin = from > width - 10 ? from - lead : 0
  if (begin > 0 && isLowSurrogate(line, begin)) begin -= 1
  let text = begin > 0 ? '…' : ''
  let cells = begin > 0 ? 1 : 0
  let markFrom = cells
  let markTo: number | undefined
  let index = begin
  for (const character of line.slice(begin, begin + 4 * width)) {
    if (index <= from) markFrom = cells
    if (index >= to) markTo ??= cells
    const shown = character === '\t' ? '  ' : visibleCharacter(character)
    const added = shown === character ? cellsOf(character) : shown.length
    if (cells + added > width) {
      text += '…'
      break
    }
    text += shown
    cells += added
    index += character.length
  }
  if (index <= from) markFrom = cells
  return { text, markFrom, markCells: Math.max(0, (markTo ?? cells) - markFrom) }
}

function isLowSurrogate(line: string, index: number): boolean {
  const unit = line.charCodeAt(index)
  return unit >= 0xdc00 && unit <= 0xdfff
}
