import { unknownHealth } from '../recorded-health.ts'
import type { CallResult } from '../result/call.ts'
import type { OutageReport, Unavailability } from '../result/failover.ts'
import type { ReplayResult } from '../result/replay.ts'
import type { SessionResult } from '../result/session.ts'
import type { Totals } from '../result/totals.ts'
import { totalsOf } from '../session-totals.ts'
import { mergeTallies, tallyOf } from '../tally.ts'
import { emptyTotals, mergeTotals } from '../totals.ts'
import { recordedFaults } from './script.ts'
import type { FaultSources } from './script.ts'

/** What faults did to some sessions, beside their totals; sums of a commutative monoid over sessions. */
export interface OutagePart {
  /** The same sessions with the faults of the script left out. */
  readonly calm: Totals
  /** The same sessions with every host down of which the log leaves it open. */
  readonly down: Totals
  readonly hit: Hit
}

/** Calls of which a fault of the script failed an attempt, by what became of them. */
interface Hit {
  readonly calls: number
  readonly servedElsewhere: number
  readonly servedThere: number
  readonly lost: number
  /** Attempts that a fault failed, by its id. */
  readonly attempts: { readonly [fault: string]: number }
}

const noHit: Hit = { calls: 0, servedElsewhere: 0, servedThere: 0, lost: 0, attempts: {} }

export const noOutage: OutagePart = { calm: emptyTotals, down: emptyTotals, hit: noHit }

/**
 * One session and its totals; `again` replays it with other faults, where that can come to anything else.
 * Hosts of which the log leaves it open are up in the session itself. Without `again` the session shares
 * state with others, and only all of them can be replayed once more: `outageTogether`.
 */
export function outageOf(
  session: SessionResult,
  totals: Totals,
  sources: FaultSources = recordedFaults,
  again: ((sources: FaultSources) => SessionResult) | undefined,
): OutagePart {
  const hit = session.calls.map(hitOf).reduce(mergeHits, noHit)
  if (again === undefined) return { calm: totals, down: totals, hit }
  const isOpen = session.calls.some((call) => call.assumptions.includes(unknownHealth))
  return {
    calm: hit.calls === 0 ? totals : totalsOf(again({ ...sources, script: [] })),
    down: isOpen ? totalsOf(again({ ...sources, unknown: 'down' })) : totals,
    hit,
  }
}

/** Of sessions that share state: a fault of one can change what another meets, so all are replayed again. */
export function outageTogether(
  { hit }: OutagePart,
  totals: Totals,
  sources: FaultSources = recordedFaults,
  again: (sources: FaultSources) => Totals,
): OutagePart {
  const isOpen = (totals.assumed[unknownHealth] ?? 0) > 0
  return {
    hit,
    // A policy that sees an outage may go round it before any attempt has failed.
    calm: sources.script.length === 0 ? totals : again({ ...sources, script: [] }),
    down: isOpen ? again({ ...sources, unknown: 'down' }) : totals,
  }
}

export function mergeOutage(left: OutagePart, right: OutagePart): OutagePart {
  return {
    calm: mergeTotals(left.calm, right.calm),
    down: mergeTotals(left.down, right.down),
    hit: mergeHits(left.hit, right.hit),
  }
}

function hitOf({ attempts, end, served }: CallResult): Hit {
  const failed = attempts.flatMap(({ fault }) => fault ?? [])
  if (failed.length === 0) return noHit
  const isServed = end === 'served'
  // The host that the call would have had was the first one that a fault took from it.
  const wanted = attempts.find(({ fault }) => fault !== undefined)
  const isThere = isServed && served?.model === wanted?.model && served?.provider === wanted?.provider
  return {
    calls: 1,
    servedThere: isThere ? 1 : 0,
    servedElsewhere: isServed && !isThere ? 1 : 0,
    lost: isServed || end === 'cancelled' ? 0 : 1,
    attempts: tallyOf(failed),
  }
}

function mergeHits(left: Hit, right: Hit): Hit {
  if (right.calls === 0) return left
  return {
    calls: left.calls + right.calls,
    servedElsewhere: left.servedElsewhere + right.servedElsewhere,
    servedThere: left.servedThere + right.servedThere,
    lost: left.lost + right.lost,
    attempts: mergeTallies(left.attempts, right.attempts),
  }
}

/**
 * Verdicts with every host up, and with every host down, of which the log leaves it open. What one run
 * passes and the other does not is not decided.
 */
export function bothWays(up: Expectations, down: Expectations): Expectations {
  return up.map((each, at) => {
    const other = down[at]
    if (other === undefined || other.verdict === each.verdict) return each
    return {
      name: each.name,
      verdict: 'undecided',
      detail: each.detail === other.detail ? each.detail : `${each.detail}, or ${other.detail}`,
      decides: [...new Set([...(each.decides ?? []), ...(other.decides ?? []), unknownHealth])],
    }
  })
}

type Expectations = ReplayResult['expectations']

/** `undefined`: no fault is scripted, and the log leaves nothing open that this run asked. */
export function outageReport(
  { calm, down, hit }: OutagePart,
  totals: Totals,
  { script }: FaultSources = recordedFaults,
): OutageReport | undefined {
  const asked = totals.assumed[unknownHealth] ?? 0
  if (script.length === 0 && asked === 0) return undefined
  return {
    ...(script.length > 0 && {
      script: {
        faults: script.map(({ id, cause }) => ({ id, cause, attemptsFailed: hit.attempts[id] ?? 0 })),
        callsHit: hit.calls,
        servedThere: hit.servedThere,
        servedElsewhere: hit.servedElsewhere,
        lost: hit.lost,
        withFaults: unavailability(totals),
        withoutFaults: unavailability(calm),
      },
    }),
    ...(asked > 0 && {
      unknownHealth: { calls: asked, up: unavailability(totals), down: unavailability(down) },
    }),
  }
}

function unavailability({ attempts, decisions, money }: Totals): Unavailability {
  const noRoute = Object.values(decisions.noRoute).reduce((sum, calls) => sum + calls, 0)
  return {
    served: attempts.served,
    asked: attempts.served + attempts.exhausted + attempts.denied + noRoute,
    attempts: attempts.total,
    failedOver: attempts.callsFailedOver,
    cost: money.frozen,
  }
}
