import type { Claims } from '../analysis/claims/claims.ts'
import type { Step } from '../analysis/steps.ts'
import type { ReplayResult } from '../replay/result/replay.ts'
import { escapeTerminal } from './escape.ts'
import { formatCount, plural } from './number.ts'
import { plainStyle } from './style.ts'
import { changes } from './terminal/changes.ts'
import { costs } from './terminal/costs.ts'
import { failover } from './terminal/failover.ts'
import { groups } from './terminal/groups.ts'
import { wrap, type Screen } from './terminal/layout.ts'
import { trust } from './terminal/trust.ts'
import { selectedCalls } from './totals.ts'

/**
 * A replay on one screen: first what must be known before any number, then what changes, what it
 * costs, how it was served, how far to trust it, and last what identifies the run. With
 * `screen.details` it is longer than a screen and leaves nothing out.
 */
export function replayScreen(
  result: ReplayResult,
  screen: Screen = { style: plainStyle, width: 100 },
  options: { readonly force?: boolean; readonly steps?: readonly Step[]; readonly claims?: Claims | undefined } = {},
): string {
  const { style } = screen
  const { totals, policy, mode } = result
  const selected = selectedCalls(totals)
  const title = [
    `\`${escapeTerminal(policy.name)}\` over ${plural(totals.sessions, 'session')}, ${selected < totals.calls.recorded ? `${formatCount(selected)} of ` : ''}${plural(totals.calls.recorded, 'call')}`,
    `decisions ${mode.decisions}, money ${mode.money}${mode.arrivals === 'recorded' ? ', arrivals recorded' : ''}${mode.faults === 'none' ? ', the log’s own errors left out' : ''}`,
  ].join(' · ')
  const blocks = [
    [
      ...result.notices.flatMap((notice) => remark(escapeTerminal(notice), screen)),
      ...(result.refusal === undefined
        ? []
        : remark(`${options.force === true ? 'forced although' : 'refused:'} ${escapeTerminal(result.refusal.reason)}`, screen)),
      style.strong(title),
    ],
    // A refused what-if shows no figure that could be quoted.
    ...(result.refusal === undefined || options.force === true
      ? [changes(totals, options.steps ?? [], screen), costs(result, screen, options.claims), groups(result, screen), failover(result, screen)]
      : []),
    trust(result, screen),
    [
      ...(screen.details === true ? [] : [style.dim('--details shows every line, --format json all of it')]),
      style.dim(`run ${result.runId}`),
      style.dim(`outcome ${result.outcomeHash}`),
    ],
  ]
  return `${blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`
}

function remark(text: string, { style, width }: Screen): string[] {
  return wrap(text, width - 2).map((line, at) => style.warn(`${at === 0 ? '! ' : '  '}${line}`))
}
