import type { Claims } from '../analysis/claims/claims.ts'
import type { Step } from '../analysis/steps.ts'
import type { Diagnostic } from '../language/diagnostic.ts'
import { positionOf } from './position.ts'
import type { ReplayResult } from '../replay/result/replay.ts'
import type { SessionResult } from '../replay/result/session.ts'
import { claimsData } from './claims-data.ts'
import { escapeJson } from './escape.ts'
import { formatFactor } from './number.ts'
import { plain } from './plain.ts'

/**
 * The whole result as `docs/schemas/replay-1.schema.json` describes it: money in decimal strings of
 * pico-dollars, places in files as line and column. `sessions` are added where they are asked for.
 */
export function replayJson(
  result: ReplayResult,
  more: {
    readonly steps?: readonly Step[]
    readonly claims?: Claims | undefined
    readonly sessions?: readonly SessionResult[] | undefined
  } = {},
): string {
  const { notSimulated, ...rest } = result
  return document({
    ...rest,
    notSimulated: notSimulated.map(({ directive, reason, location }) => ({
      directive,
      ...(reason === undefined ? {} : { reason }),
      ...positionOf(location),
    })),
    steps: (more.steps ?? []).map(({ relative, input, output, ...step }) => ({
      ...step,
      ...(relative === undefined ? {} : { relative: formatFactor(relative) }),
      ...(input === undefined ? {} : { input: formatFactor(input) }),
      ...(output === undefined ? {} : { output: formatFactor(output) }),
    })),
    claims: more.claims === undefined ? undefined : claimsData(more.claims),
    sessions: more.sessions,
  })
}

/** A diagnostic as data: `docs/schemas/diagnostics-1.schema.json`. */
export function diagnosticData(found: Diagnostic): unknown {
  return {
    code: found.code,
    severity: found.severity,
    message: found.message,
    help: found.help,
    ...positionOf(found.location),
    related: found.related.map(({ location, message }) => ({ message, ...positionOf(location) })),
    fix:
      found.fix === undefined
        ? undefined
        : {
            title: found.fix.title,
            edits: found.fix.edits.map(({ location, replacement }) => ({
              replacement,
              ...positionOf(location),
            })),
          },
  }
}

/** Any document of ours: indented JSON that ends its last line. */
export function document(value: unknown): string {
  return `${escapeJson(plain(value), 2)}\n`
}
