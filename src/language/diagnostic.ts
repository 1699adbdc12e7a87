import type { Location } from './source.ts'

export type Severity = 'error' | 'warning' | 'info'

/** A replacement of text that mends what the diagnostic reports. */
export interface Fix {
  readonly title: string
  readonly edits: readonly { readonly location: Location; readonly replacement: string }[]
}

/**
 * One finding about a source. Values, never exceptions.
 *
 * `message` is lower case, without a full stop, user text in back-ticks ("got … expected …").
 * `help` is the remedy in one sentence. Severity and documentation of a code stand in `registry.ts`.
 */
export interface Diagnostic {
  readonly code: DiagnosticCode
  readonly severity: Severity
  readonly message: string
  readonly location: Location
  readonly help: string | undefined
  /** Other places that belong to it: "declared here". */
  readonly related: readonly { readonly location: Location; readonly message: string }[]
  readonly fix: Fix | undefined
}

/** `RT` and four digits: 00xx reading, 01xx syntax, 02xx names and types, 03xx lints, 09xx limits of the replay. */
export type DiagnosticCode = `RT${number}`
