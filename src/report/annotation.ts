import { escapeCommandMessage, escapeCommandValue } from './escape.ts'
import type { SourceRange } from './position.ts'

export interface Annotation {
  readonly level: 'error' | 'warning' | 'notice'
  readonly title: string
  readonly message: string
  /** `undefined`: it is about no place of a file. */
  readonly at: SourceRange | undefined
}

/** A workflow command of GitHub, which shows the message beside the line of a pull request. */
export function annotationLine({ level, title, message, at }: Annotation): string {
  const place =
    at === undefined
      ? []
      : [
          `file=${escapeCommandValue(at.file)}`,
          `line=${at.line}`,
          `endLine=${at.endLine}`,
          // Columns count only where the range is on one line.
          ...(at.line === at.endLine ? [`col=${at.column}`, `endColumn=${at.endColumn}`] : []),
        ]
  return `::${level} ${[...place, `title=${escapeCommandValue(title)}`].join(',')}::${escapeCommandMessage(message)}\n`
}
