import type { Totals } from '../../replay/result.ts'
import { formatCount, formatShare, plural } from '../number.ts'
import { field, tally, total, type Screen } from './layout.ts'

/** How calls were served: attempts, errors, other providers, and what was not served at all. */
export function failover({ attempts, decisions }: Totals, screen: Screen): string[] {
  const noRoute = total(decisions.noRoute)
  const asked = attempts.served + attempts.exhausted + attempts.denied + noRoute
  const failed = total(attempts.failed)
  return [
    screen.style.heading('Failover'),
    ...field(
      screen,
      'attempts',
      failed === 0
        ? `${formatCount(attempts.total)}, none failed`
        : `${formatCount(attempts.total)}, ${formatCount(failed)} failed: ${tally(attempts.failed, 5)}`,
    ),
    ...field(
      screen,
      'calls',
      `${formatCount(attempts.callsRetried)} retried · ${formatCount(attempts.callsFailedOver)} failed over · ${formatCount(attempts.exhausted)} exhausted · ${formatCount(attempts.denied)} denied · ${formatCount(attempts.cancelled)} cancelled`,
    ),
    ...field(
      screen,
      'availability',
      `${formatShare(attempts.served, asked, 2)}: ${formatCount(attempts.served)} of ${plural(asked, 'call')} served`,
      attempts.served === asked ? screen.style.good : screen.style.warn,
    ),
  ]
}
