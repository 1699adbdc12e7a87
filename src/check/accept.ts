import { diagnostic } from '../language/registry.ts'
import type { Diagnostic, DiagnosticCode } from '../language/diagnostic.ts'
import type { DiagnosticOptions } from '../language/registry.ts'
import type { Location } from '../language/source.ts'
import type { Policy } from '../policy/core.ts'

/** Takes one finding of a check. */
export type Accept = (
  code: DiagnosticCode,
  location: Location,
  message: string,
  options?: DiagnosticOptions,
) => void

/** One static check: a pure function of the policy. */
export type Check = (policy: Policy, accept: Accept) => void

/** Runs a check and gathers what it found. */
export function findings(run: (accept: Accept) => void): readonly Diagnostic[] {
  const found: Diagnostic[] = []
  run((code, location, message, options) => {
    found.push(diagnostic(code, location, message, options))
  })
  return found
}
