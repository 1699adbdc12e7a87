import type * as syntax from '../../language/syntax.ts'
import type { Source } from '../../language/source.ts'
import type { Guard } from '../core.ts'
import { at } from './context.ts'
import type { Context } from './context.ts'
import { lineOf, oneOf, onceEach } from './lines.ts'
import { defined } from './record.ts'
import { elaborateErrors } from './error-classes.ts'
import { durationMicros, shareMillionths, wholeNumber } from './units.ts'

const scopes = ['endpoint', 'provider', 'region', 'account', 'model'] as const

/** A cooldown or a breaker. */
export function elaborateGuard(
  context: Context,
  line: Extract<syntax.ServeLine, { kind: 'cooldown' | 'breaker' }>,
  source: Source,
): Guard {
  const { report } = context
  onceEach(line.lines, ['trip'], source, report)
  const lasts = lineOf(line.lines, 'lasts')
  const scope = lineOf(line.lines, 'scope')
  const probes = lineOf(line.lines, 'probes')
  const window = lineOf(line.lines, 'window')?.value ?? 'sliding'
  const trips = line.lines.filter((each) => each.kind === 'trip')
  if (trips.length === 0) {
    report('RT0212', at(source, line), `the ${line.kind} never trips`, {
      help: 'write when, as in `trip after 3 failures in 60s`',
    })
  }
  if (lasts === undefined) {
    report('RT0212', at(source, line), `the ${line.kind} has no \`lasts\``, {
      help: 'write how long the host is left out, as in `lasts 30s`',
    })
  }
  if (probes !== undefined && line.kind === 'cooldown') {
    report('RT0211', at(source, probes), 'a cooldown has no `probes`', {
      help: 'it ends by time alone; a `breaker` lets some calls through first',
    })
  }
  return {
    trips: defined(
      trips.map((trip) => {
        const trigger = elaborateTrigger(context, trip.trigger, source)
        if (window === 'calendar') checkCalendar(context, trip.trigger, trigger, source)
        return (
          trigger && {
            trigger,
            on: trip.on && elaborateErrors(context, trip.on, source),
            unlessAlone: trip.unlessAlone,
          }
        )
      }),
    ),
    lastsMicros: lasts && durationMicros(lasts.duration, source, report),
    honoursRetryAfter: lineOf(line.lines, 'honours-retry-after') !== undefined,
    scope: scope && oneOf(scope.value, scopes, `scope of a ${line.kind}`, source, report),
    window,
    probes: probes && wholeNumber(probes.count, source, report, { from: 0, to: 1_000 }),
    allDown: lineOf(line.lines, 'all-down')?.value ?? 'fail',
  }
}

const dayMicros = 86_400_000_000

/** A calendar window begins at midnight, so that a day holds a whole number of them. */
function checkCalendar(
  { report }: Context,
  written: syntax.Trigger,
  trigger: Guard['trips'][number]['trigger'] | undefined,
  source: Source,
): void {
  if (written.kind === 'at-once' || trigger === undefined || trigger.kind === 'at-once') return
  if (dayMicros % trigger.withinMicros === 0) return
  report('RT0213', at(source, written.in), `\`${written.in.raw}\` is no part of a day, expected one that fits into it a whole number of times`, {
    help: 'a calendar window is counted from midnight UTC: write `1min`, `1h` or `24h`, or `window fixed`',
  })
}

function elaborateTrigger(
  context: Context,
  trigger: syntax.Trigger,
  source: Source,
): Guard['trips'][number]['trigger'] | undefined {
  const { report } = context
  if (trigger.kind === 'at-once') return { kind: 'at-once' }
  const withinMicros = durationMicros(trigger.in, source, report)
  if (trigger.kind === 'after') {
    const count = wholeNumber(trigger.failures, source, report, { from: 1, to: 1_000_000 })
    return count === undefined || withinMicros === undefined
      ? undefined
      : { kind: 'failures', count, withinMicros }
  }
  const millionths = shareMillionths(trigger.share, source, report)
  const atLeast = wholeNumber(trigger.atLeast, source, report, { from: 1, to: 1_000_000 })
  if (millionths === undefined || atLeast === undefined || withinMicros === undefined)
    return undefined
  return { kind: 'share', strict: trigger.kind === 'above', millionths, atLeast, withinMicros }
}
