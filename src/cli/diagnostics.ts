import type { Diagnostic, Severity } from '../language/diagnostic.ts'
import { renderDiagnostic, type FrameStyle } from '../language/frame.ts'
import { plural } from '../report/number.ts'
import type { Style } from '../report/style.ts'

const severities: readonly Severity[] = ['error', 'warning', 'info']

/** Code frames, a blank line between them, and how many there are; empty where there are none. */
export function diagnosticsText(
  found: readonly Diagnostic[],
  style: Style,
  most: number = Number.POSITIVE_INFINITY,
): string {
  if (found.length === 0) return ''
  const shown = found.slice(0, most).map((each) => renderDiagnostic(each, { color: paint(style) }))
  const counts = severities.flatMap((severity) => {
    const count = found.filter((each) => each.severity === severity).length
    return count === 0 ? [] : [plural(count, severity, severity === 'info' ? 'infos' : undefined)]
  })
  const hidden = found.length - shown.length
  const rest = hidden > 0 ? `, ${hidden} of them not shown (--max-errors)` : ''
  return `${shown.join('\n\n')}\n\n${style.strong(counts.join(', '))}${rest}\n`
}

export function hasErrors(found: readonly Diagnostic[]): boolean {
  return found.some(({ severity }) => severity === 'error')
}

function paint(style: Style): (kind: FrameStyle, text: string) => string {
  return (kind, text) => {
    switch (kind) {
      case 'error':
        return style.bad(text)
      case 'warning':
        return style.warn(text)
      case 'info':
        return style.dim(text)
      case 'title':
        return style.strong(text)
      case 'place':
        return style.dim(text)
      case 'help':
        return style.good(text)
    }
  }
}
