import type { CacheAuditResult, Fidelity, MeanErrors } from '../analysis/caches/result.ts'
import type { CacheBehaviour } from '../replay/cache/behaviour.ts'
import type { Range } from '../replay/cache/range.ts'
import { document } from './json.ts'
import { formatUsd } from './money.ts'
import { formatCount, plural } from './number.ts'
import { field, tally, wrap, type Screen } from './terminal/layout.ts'

/** `docs/schemas/cache-audit-1.schema.json`: money in decimal strings of pico-dollars, shares in millionths. */
export function cacheAuditJson(result: CacheAuditResult): string {
  return document(result)
}

export function cacheAuditScreen(result: CacheAuditResult, screen: Screen): string {
  const { style } = screen
  const { fitted, measured } = result
  const { model, loggedPicoUsd } = measured
  const left = Object.values(result.leftOut).reduce((sum, count) => sum + count, 0)
  const lines = [
    style.strong(
      `Prompt caches: fitted on ${plural(fitted.sessions, 'session')}, measured on ${plural(measured.sessions, 'other', 'others')} (${plural(measured.calls, 'call')})`,
    ),
    ...field(screen, 'hit rate', `modelled ${rangeText(model.hitRate)} of prompt tokens; logged ${percent(measured.loggedHitRate)}`),
    ...field(
      screen,
      'input cost',
      `modelled ${formatUsd(model.modelledPicoUsd.value)} (${formatUsd(model.modelledPicoUsd.lo)} to ${formatUsd(model.modelledPicoUsd.hi)}); logged ${formatUsd(loggedPicoUsd)}`,
    ),
    ...(left === 0 ? [] : field(screen, 'left out', tally(result.leftOut))),
    '',
    style.heading('How far off'),
    ...field(screen, 'this model', errorText(model, result.halvings.model)),
    ...measured.baselines.flatMap((each, at) =>
      field(screen, each.name, errorText(each, result.halvings.baselines[at])),
    ),
    style.dim(`  in brackets: the mean over ${result.halvings.count} halvings of the sessions, without sign`),
    ...(fitted.sessions >= enoughSessions
      ? []
      : wrap(
          `  ${plural(fitted.sessions, 'session')} fix little of what is lost unexplained: trust the interval more than the figure`,
          screen.width,
        ).map(style.warn)),
    '',
    style.heading('Modelled less logged, by cause'),
    ...measured.residuals
      .filter(({ calls }) => calls > 0)
      .flatMap(({ cause, calls, picoUsd }) =>
        field(screen, cause, `${signed(picoUsd)}  (${plural(calls, 'call')})`),
      ),
    ...field(screen, 'together', signed(model.modelledPicoUsd.value - loggedPicoUsd)),
    '',
    style.heading('Fitted'),
    ...fitted.kinds.flatMap((kind) => behaviour(screen, kinds[kind], fitted.behaviours[kind])),
  ]
  return `${lines.join('\n')}\n`
}

/** Fewer hold too few unexplained losses for a rate: one session with several moves it by half. */
const enoughSessions = 30

const kinds = { marked: 'caches that charge writes', automatic: 'automatic caches' } as const

function behaviour(screen: Screen, label: string, found: CacheBehaviour): string[] {
  return [
    `  ${label}`,
    ...field(screen, '  lost unexplained', `${rangeText(found.lossAtTurn)} at a turn's first call, ${rangeText(found.lossInTurn)} at others`),
    ...field(screen, '  tools and system', `${formatCount(found.base.value)} tokens (${formatCount(found.base.lo)} to ${formatCount(found.base.hi)}); found after expiry ${rangeText(found.baseAfterExpiry)}`),
  ]
}

function errorText({ totalError, medianSessionError }: Fidelity, mean: MeanErrors | undefined): string {
  const sign = totalError > 0 ? '+' : totalError < 0 ? '−' : ''
  const own = `${sign}${percent(Math.abs(totalError))} in total, ${percent(medianSessionError)} in the middle session`
  return mean === undefined
    ? own
    : `${own} (${percent(mean.totalError)}, ${percent(mean.medianSessionError)})`
}

function rangeText({ lo, value, hi }: Range): string {
  return lo === hi ? percent(value) : `${percent(value)} (${percent(lo)} to ${percent(hi)})`
}

/** Millionths as a percentage with one digit. */
function percent(millionths: number): string {
  const tenths = Math.round(millionths / 1_000)
  return `${Math.floor(tenths / 10)}.${tenths % 10}%`
}

function signed(picoUsd: bigint): string {
  if (picoUsd === 0n) return '$0'
  return picoUsd < 0n ? `−${formatUsd(-picoUsd)}` : `+${formatUsd(picoUsd)}`
}
