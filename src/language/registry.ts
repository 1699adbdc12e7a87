import type { Diagnostic, DiagnosticCode, Fix, Severity } from './diagnostic.ts'
import { lintsEntries } from './registry/lints.ts'
import { meaningEntries } from './registry/meaning.ts'
import { readingEntries } from './registry/reading.ts'
import { simulationEntries } from './registry/simulation.ts'
import { syntaxEntries } from './registry/syntax.ts'
import type { DiagnosticEntry } from './registry/entry.ts'
import type { Location } from './source.ts'

export type { DiagnosticEntry } from './registry/entry.ts'

/** Every diagnostic there is, one table a family, in the order of the codes. */
export const registry: readonly DiagnosticEntry[] = [
  ...readingEntries,
  ...syntaxEntries,
  ...meaningEntries,
  ...lintsEntries,
  ...simulationEntries,
]

const byCode: ReadonlyMap<DiagnosticCode, DiagnosticEntry> = new Map(
  registry.map((entry) => [entry.code, entry]),
)

/** The row of a code, `undefined` when no such code is registered. */
export function registryEntry(code: string): DiagnosticEntry | undefined {
  return byCode.get(code as DiagnosticCode)
}

export interface DiagnosticOptions {
  readonly help?: string | undefined
  readonly related?: readonly { readonly location: Location; readonly message: string }[]
  readonly fix?: Fix | undefined
  /** Only where the severity depends on the finding; by default that of the registry. */
  readonly severity?: Severity
}

/** Makes a diagnostic of a registered code. A code without a row is a bug and throws. */
export function diagnostic(
  code: DiagnosticCode,
  location: Location,
  message: string,
  options: DiagnosticOptions = {},
): Diagnostic {
  const entry = byCode.get(code)
  if (entry === undefined) throw new Error(`diagnostic code ${code} is not in the registry`)
  return {
    code,
    severity: options.severity ?? entry.severity,
    message,
    location,
    help: options.help,
    related: options.related ?? [],
    fix: options.fix,
  }
}
