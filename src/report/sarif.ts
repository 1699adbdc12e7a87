import type { SourceRange } from './position.ts'
import { escapeFileName, escapeSarif } from './escape.ts'
import { document } from './json.ts'

export type SarifLevel = 'error' | 'warning' | 'note' | 'none'

export interface SarifRule {
  readonly id: string
  /** A few words. */
  readonly title: string
  readonly explanation: string
  readonly level: SarifLevel
}

export interface SarifFinding {
  readonly rule: string
  readonly level: SarifLevel
  readonly message: string
  /** `undefined`: it is about no place of a file. */
  readonly at: SourceRange | undefined
  readonly related?: readonly { readonly at: SourceRange; readonly message: string }[]
}

export interface SarifRun {
  /** Of reroute. */
  readonly version: string
  readonly rules: readonly SarifRule[]
  readonly findings: readonly SarifFinding[]
  /** Where the command itself could not do what it was asked for. */
  readonly failed?: boolean
}

/** Static Analysis Results Interchange Format, version 2.1.0, one run. Files are relative to where it ran. */
export function sarifLog({ version, rules, findings, failed = false }: SarifRun): string {
  const index = new Map(rules.map(({ id }, at) => [id, at]))
  return document({
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'reroute',
            semanticVersion: version,
            rules: rules.map(({ id, title, explanation, level }) => ({
              id,
              shortDescription: { text: title },
              fullDescription: { text: explanation },
              defaultConfiguration: { level },
            })),
          },
        },
        invocations: [{ executionSuccessful: !failed }],
        columnKind: 'utf16CodeUnits',
        results: findings.map(({ rule, level, message, at, related = [] }) => ({
          ruleId: rule,
          ruleIndex: index.get(rule),
          level,
          message: { text: escapeSarif(message) },
          locations: at === undefined ? [] : [{ physicalLocation: physical(at) }],
          relatedLocations:
            related.length === 0
              ? undefined
              : related.map((each, id) => ({
                  id,
                  message: { text: escapeSarif(each.message) },
                  physicalLocation: physical(each.at),
                })),
        })),
      },
    ],
  })
}

function physical({ file, line, column, endLine, endColumn }: SourceRange): object {
  return {
    artifactLocation: { uri: escapeFileName(file) },
    region: { startLine: line, startColumn: column, endLine, endColumn },
  }
}
