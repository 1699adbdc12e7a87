import type { DiagnosticCode, Severity } from '../diagnostic.ts'

/** One row of the registry of diagnostics: what the documentation, `check` and SARIF print of a code. */
export interface DiagnosticEntry {
  readonly code: DiagnosticCode
  readonly severity: Severity
  /** A few words, lower case: the heading of the documentation page. */
  readonly title: string
  /** One or two sentences: what it means, why it matters. */
  readonly explanation: string
  /** A `.route` fragment that raises it. */
  readonly example?: string
}
