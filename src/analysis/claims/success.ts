import type { SessionRow } from '../../replay/session-row.ts'
import { wilsonMillionths } from '../statistics/wilson.ts'
import type { OutcomePoint } from './outcome-point.ts'

/** What is known of how often sessions succeed; shares in millionths. */
export interface SuccessClaim {
  /**
   * `observed`: the outcome of every session is the log's own. `given`: a point handed in. `bound`:
   * the sessions whose outcome nobody saw may all have failed or all have succeeded (Manski's bound).
   * `unknown`: no outcome was seen at all.
   */
  readonly kind: 'observed' | 'given' | 'bound' | 'unknown'
  readonly lo: number
  readonly hi: number
  /** Of a sample of as many sessions, 95% (Wilson), around both ends. */
  readonly sampling: { readonly lo: number; readonly hi: number } | undefined
  /** Sessions whose outcome counts here, and those of them that succeeded. */
  readonly seen: number
  readonly succeeded: number
  readonly sessions: number
  readonly source: string
}

/** `isOwn`: the session came about as it would have here, so that its logged outcome holds. */
export function observedSuccess(
  rows: readonly SessionRow[],
  isOwn: (row: SessionRow) => boolean,
): SuccessClaim {
  const sessions = rows.length
  const outcomes = rows.filter(isOwn).flatMap(({ success }) => success ?? [])
  const seen = outcomes.length
  const succeeded = outcomes.filter((success) => success).length
  const most = succeeded + sessions - seen
  const counts = { seen, succeeded, sessions }
  if (sessions === 0 || seen === 0) {
    return { kind: 'unknown', lo: 0, hi: million, sampling: undefined, ...counts, source: 'no outcome is seen' }
  }
  return {
    kind: seen === sessions ? 'observed' : 'bound',
    lo: Math.floor((succeeded * million) / sessions),
    hi: Math.ceil((most * million) / sessions),
    sampling: { lo: wilsonMillionths(succeeded, sessions).lo, hi: wilsonMillionths(most, sessions).hi },
    ...counts,
    source: 'outcomes of the log',
  }
}

const million = 1_000_000

export function givenSuccess({ successes, sessions, source }: OutcomePoint): SuccessClaim {
  return {
    kind: 'given',
    lo: Math.floor((successes * million) / sessions),
    hi: Math.ceil((successes * million) / sessions),
    sampling: wilsonMillionths(successes, sessions),
    seen: sessions,
    succeeded: successes,
    sessions,
    source,
  }
}
