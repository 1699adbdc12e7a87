import type { Style } from '../report/style.ts'

/** All that a command may touch of the world around it, but for the files that it is told to. */
export interface Context {
  /** Resolves when the text is taken. Once a pipe is closed, text is dropped and nobody minds. */
  readonly out: (text: string) => Promise<void>
  /** Standard error: messages, never results. */
  readonly note: (text: string) => void
  /** For standard output. */
  readonly style: Style
  /** For standard error. */
  readonly noteStyle: Style
  /** Columns of standard output; 100 where it is not a terminal. */
  readonly width: number
  /** Whether progress may be drawn on standard error. */
  readonly showProgress: boolean
  readonly stdin: AsyncIterable<Uint8Array>
  /** Runs `clean` when the command is interrupted; the result takes it back. */
  readonly onInterrupt: (clean: () => void) => () => void
}
