import type { Diagnostic, Severity } from '../language/diagnostic.ts'
import { registry } from '../language/registry.ts'
import { annotationLine, type Annotation } from './annotation.ts'
import { positionOf } from './position.ts'
import { sarifLog, type SarifLevel } from './sarif.ts'

const sarifLevels: Readonly<Record<Severity, SarifLevel>> = { error: 'error', warning: 'warning', info: 'note' }
const annotationLevels: Readonly<Record<Severity, Annotation['level']>> = {
  error: 'error',
  warning: 'warning',
  info: 'notice',
}

/** Every code of the registry is a rule, so that a log also says what was looked for and not found. */
export function diagnosticsSarif(found: readonly Diagnostic[], version: string): string {
  return sarifLog({
    version,
    rules: registry.map(({ code, title, explanation, severity }) => ({
      id: code,
      title,
      explanation,
      level: sarifLevels[severity],
    })),
    findings: found.map((each) => ({
      rule: each.code,
      level: sarifLevels[each.severity],
      message: textOf(each),
      at: positionOf(each.location),
      related: each.related.map(({ location, message }) => ({ at: positionOf(location), message })),
    })),
  })
}

/** One line a finding. */
export function diagnosticsAnnotations(found: readonly Diagnostic[]): string {
  const title = ({ code }: Diagnostic): string => {
    const entry = registry.find((each) => each.code === code)
    return entry === undefined ? code : `${code} ${entry.title}`
  }
  return found
    .map((each) =>
      annotationLine({
        level: annotationLevels[each.severity],
        title: title(each),
        message: textOf(each),
        at: positionOf(each.location),
      }),
    )
    .join('')
}

function textOf({ message, help }: Diagnostic): string {
  return help === undefined ? message : `${message}; ${help}`
}
