import { escapeTerminal } from '../escape.ts'
import { formatCount } from '../number.ts'
import type { Style } from '../style.ts'

/** Where a report is printed. */
export interface Screen {
  readonly style: Style
  /** Columns. */
  readonly width: number
  /** Every line that there is; otherwise those that answer the three questions of a replay. */
  readonly details?: boolean
}

/** Lines that only `--details` shows. */
export function inDetail(screen: Screen, lines: () => readonly string[]): readonly string[] {
  return screen.details === true ? lines() : []
}

const labelWidth = 22

/**
 * `label` in its column, `text` beside it, wrapped at blanks to the width of the screen. `paint`
 * colours whole lines after they are measured.
 */
export function field(
  screen: Screen,
  label: string,
  text: string,
  paint: (text: string) => string = (line) => line,
): string[] {
  const indent = labelWidth + 2
  return wrap(text, Math.max(20, screen.width - indent)).map(
    (line, at) => `  ${screen.style.dim((at === 0 ? label : '').padEnd(labelWidth))}${paint(line)}`,
  )
}

/** Words of `text` in lines of at most `width` columns; a word that is longer stays whole. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line)
      line = word
    } else line = line === '' ? word : `${line} ${word}`
  }
  return [...lines, line]
}

/** `name 12 · other 3 · and 4 more`: the most frequent first, equal ones by name. */
export function tally(counts: { readonly [name: string]: number }, most: number = 4): string {
  const entries = Object.entries(counts).filter(([, count]) => count > 0)
  entries.sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
  const shown = entries.slice(0, most).map(([name, count]) => `${escapeTerminal(name)} ${formatCount(count)}`)
  return withRest(shown, entries.length - most)
}

/** Joins what is shown and says how much is not. */
export function withRest(shown: readonly string[], rest: number): string {
  return [...shown, ...(rest > 0 ? [`and ${formatCount(rest)} more`] : [])].join(' · ')
}

export function total(counts: { readonly [name: string]: number }): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0)
}

/** User text of one screen line at most; what is cut is marked. */
export function clip(text: string, width: number): string {
  const shown = escapeTerminal(text)
  return shown.length <= width ? shown : `${shown.slice(0, Math.max(1, width - 1))}…`
}
