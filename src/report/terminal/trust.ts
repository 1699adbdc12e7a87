import type { Identity, ReplayResult } from '../../replay/result/replay.ts'
import { escapeTerminal } from '../escape.ts'
import { formatCount, formatShare, plural } from '../number.ts'
import { clip, field, tally, total, withRest, type Screen } from './layout.ts'

const claimsShown = 4

/** Which identity ran, what the policy promised, what was assumed and what was left out. */
export function trust(result: ReplayResult, screen: Screen): string[] {
  const { totals, notSimulated } = result
  const assumed = total(totals.assumed)
  return [
    screen.style.heading('How far to trust it'),
    ...field(screen, 'identity', identityText(result.identity)),
    ...invariants(result, screen),
    ...expectations(result, screen),
    ...tainted(result, screen),
    ...(assumed === 0 ? [] : field(screen, 'assumed', `${tally(totals.assumed)} (calls)`)),
    ...(notSimulated.length === 0
      ? []
      : field(
          screen,
          'not simulated',
          [...new Set(notSimulated.map(({ directive }) => escapeTerminal(directive)))].join(', '),
        )),
  ]
}

function tainted({ totals }: ReplayResult, screen: Screen): string[] {
  const { decisions, calls } = totals
  if (decisions.tainted === 0) return []
  const text = `${formatCount(decisions.tainted)} of ${plural(calls.afterDivergence, 'decision')} after a divergence read something that the divergence changed: ${tally(decisions.taintedBy, 3)}`
  return field(screen, 'tainted', text, screen.style.warn)
}

function identityText(identity: Identity): string {
  switch (identity.form) {
    case 'policy':
      return `policy \`${escapeTerminal(identity.policy)}\`: ${formatCount(identity.same)} of ${plural(identity.calls, 'call')} reproduced (${formatShare(identity.same, identity.calls)})${residual(identity.residuals)}`
    case 'accounting':
      return `accounting: tokens of ${formatCount(identity.tokensSame)} of ${plural(identity.calls, 'call')} come back, ${identity.billed === 0 ? 'no bill' : `bill of ${formatCount(identity.billSame)} of ${formatCount(identity.billed)} billed`}${residual(identity.residuals)}`
    case 'none':
      return `none: ${escapeTerminal(identity.reason)}`
  }
}

function residual(residuals: readonly { session: string; call: number; detail: string }[]): string {
  const first = residuals[0]
  if (first === undefined) return ''
  return `; first otherwise: session ${clip(first.session, 40)} call ${first.call}, ${escapeTerminal(first.detail)}`
}

function invariants({ totals, smallestBreaches }: ReplayResult, screen: Screen): string[] {
  const names = Object.keys(totals.invariantsChecked)
  if (names.length === 0) return []
  const broken = names.filter((name) => (totals.breaches[name] ?? 0) > 0)
  const holds = names.length - broken.length
  const checked = total(totals.invariantsChecked)
  const lines = field(
    screen,
    'invariants',
    `${formatCount(holds)} of ${formatCount(names.length)} hold, judged ${plural(checked, 'time')}`,
    broken.length === 0 ? screen.style.good : screen.style.bad,
  )
  for (const { invariant, session, call, values } of smallestBreaches.slice(0, claimsShown)) {
    const times = plural(totals.breaches[invariant] ?? 0, 'call')
    const text = `\`${escapeTerminal(invariant)}\` broken at ${times}; smallest: session ${clip(session, 40)} call ${call}, ${escapeTerminal(values)}`
    lines.push(...field(screen, '', text, screen.style.bad))
  }
  const rest = smallestBreaches.length - claimsShown
  return rest > 0 ? [...lines, ...field(screen, '', withRest([], rest))] : lines
}

/** What does not pass, each with its figures; what does by name alone, where details are not asked for. */
function expectations({ expectations: found }: ReplayResult, screen: Screen): string[] {
  const inFull = screen.details === true ? found : found.filter(({ verdict }) => verdict !== 'pass')
  const shown = screen.details === true ? inFull : inFull.slice(0, claimsShown)
  const passed = found.filter((each) => !inFull.includes(each)).map(({ name }) => `\`${clip(name, 40)}\``)
  const lines: readonly (readonly [text: string, paint: (line: string) => string])[] = [
    ...shown.map(({ name, verdict, detail, decides = [] }) => {
      const text = `\`${escapeTerminal(name)}\` ${verdict}${detail === '' ? '' : `: ${escapeTerminal(detail)}`}${decides.length === 0 ? '' : `; it turns on ${escapeTerminal(decides.join(', '))}`}`
      return [text, { pass: screen.style.good, fail: screen.style.bad, undecided: screen.style.warn }[verdict]] as const
    }),
    ...(inFull.length > shown.length ? [[withRest([], inFull.length - shown.length), screen.style.warn] as const] : []),
    ...(passed.length === 0 ? [] : [[`${withRest(passed.slice(0, claimsShown), passed.length - claimsShown)} ${passed.length === 1 ? 'passes' : 'pass'}`, screen.style.good] as const]),
  ]
  return lines.flatMap(([text, paint], at) => field(screen, at === 0 ? 'expectations' : '', text, paint))
}
