import type * as syntax from '../../language/syntax.ts'
import type { Source } from '../../language/source.ts'
import type { Retry } from '../core.ts'
import type { Context } from './context.ts'
import { elaborateErrors } from './error-classes.ts'
import { lineOf, onceEach } from './lines.ts'
import { durationMicros, exact, factor, shareMillionths, wholeNumber } from './units.ts'

/** `retry N times on […] { … }` */
export function elaborateRetry(
  context: Context,
  retry: Extract<syntax.ServeLine, { kind: 'retry' }>,
  source: Source,
): Retry | undefined {
  const { report } = context
  const { lines } = retry
  onceEach(lines, [], source, report)
  const times = wholeNumber(retry.times, source, report, { from: 0, to: 1_000 })
  const backoff = lineOf(lines, 'backoff')
  const firstMicros = backoff && durationMicros(backoff.first, source, report, true)
  const growth = backoff?.factor === undefined ? exact(1n) : factor(backoff.factor, source, report)
  const retryAfter = lineOf(lines, 'retry-after')
  if (times === undefined) return undefined
  return {
    times,
    on: retry.on && elaborateErrors(context, retry.on, source),
    backoff:
      firstMicros === undefined || growth === undefined
        ? undefined
        : {
            firstMicros,
            factor: growth,
            upToMicros: backoff?.upTo && durationMicros(backoff.upTo, source, report),
          },
    jitter: elaborateJitter(context, lineOf(lines, 'jitter')?.value, source),
    retryAfterUpToMicros: retryAfter && durationMicros(retryAfter.upTo, source, report),
    picks: lineOf(lines, 'picks')?.value ?? 'same',
    waitsAfterLast: lineOf(lines, 'waits-after-last') !== undefined,
  }
}

function elaborateJitter(
  context: Context,
  value: 'full' | syntax.Quantity | undefined,
  source: Source,
): Retry['jitter'] {
  if (value === undefined) return undefined
  if (value === 'full') return { kind: 'full' }
  if (value.token === 'percent') {
    const millionths = shareMillionths(value, source, context.report)
    return millionths === undefined ? undefined : { kind: 'share', millionths }
  }
  const micros = durationMicros(value, source, context.report)
  return micros === undefined ? undefined : { kind: 'micros', micros }
}
