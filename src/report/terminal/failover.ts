import type { OutageReport, Totals } from '../../replay/result.ts'
import { formatCount } from '../number.ts'
import { field, tally, total, type Screen } from './layout.ts'
import { availabilityText, outage } from './outage.ts'

/** How calls were served: attempts, errors, other providers, and what was not served at all. */
export function failover({ attempts, decisions }: Totals, report: OutageReport | undefined, screen: Screen): string[] {
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
      availabilityText({ served: attempts.served, asked }, report),
      attempts.served === asked ? screen.style.good : screen.style.warn,
    ),
    ...outage(report, screen),
  ]
}
