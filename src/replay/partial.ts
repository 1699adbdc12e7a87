import { mergeFailover, noFailover } from './failover.ts'
import type { FailoverPart } from './failover.ts'
import { mergeOutage, noOutage } from './faults/outage.ts'
import type { OutagePart } from './faults/outage.ts'
import { mergeIdentity, noIdentity } from './identity.ts'
import type { IdentityCounts } from './identity.ts'
import { mergeSplits } from './ledger.ts'
import type { MoneySplit } from './result/money.ts'
import type { Breach, SessionResult } from './result/session.ts'
import type { Totals } from './result/totals.ts'
import type { SessionRow } from './session-row.ts'
import { emptyTotals, mergeTotals } from './totals.ts'

/**
 * What some sessions came to. A commutative monoid under `mergePartials`: any partition of the
 * sessions, replayed apart and merged in any order, finishes with the same result.
 */
export interface ReplayPartial {
  readonly totals: Totals
  readonly groups: ReadonlyMap<string, Totals>
  readonly sessions: readonly {
    readonly session: string
    readonly hash: string
    readonly digest: string
    readonly row: SessionRow
  }[]
  /** Canonical texts of the events that hold for every session. */
  readonly sharedEvents: readonly string[] | undefined
  readonly identity: IdentityCounts
  readonly always: ReadonlyMap<string, MoneySplit>
  /** Models that served, or would serve, some call. */
  readonly servedModels: ReadonlySet<string>
  /** By invariant: its breach in the session with the fewest calls. */
  readonly smallest: ReadonlyMap<string, SmallestBreach>
  readonly outage: OutagePart
  readonly failover: FailoverPart
  /** What its sessions share: with any, the part is whole, and is merged with no other. */
  readonly sharedState: readonly string[]
  /** What those sessions left behind together. */
  readonly together: FailoverPart
}

export interface SmallestBreach {
  readonly calls: number
  readonly breach: Breach
}

/** The neutral element. */
export const noPartial: ReplayPartial = {
  totals: emptyTotals,
  groups: new Map(),
  sessions: [],
  sharedEvents: undefined,
  identity: noIdentity,
  always: new Map(),
  servedModels: new Set(),
  smallest: new Map(),
  outage: noOutage,
  failover: noFailover,
  sharedState: [],
  together: noFailover,
}

export function addInto<V>(
  into: Map<string, V>,
  from: ReadonlyMap<string, V>,
  merge: (left: V, right: V) => V,
): void {
  for (const [key, value] of from) {
    const before = into.get(key)
    into.set(key, before === undefined ? value : merge(before, value))
  }
}

export function smallestOf(result: SessionResult): ReadonlyMap<string, SmallestBreach> {
  const calls = result.calls.length + result.unreplayed.length + result.skipped.length
  const found = new Map<string, SmallestBreach>()
  for (const breach of result.breaches) {
    if (!found.has(breach.invariant)) found.set(breach.invariant, { calls, breach })
  }
  return found
}

/** The shorter session, then the first by its key and call. */
export function smaller(left: SmallestBreach, right: SmallestBreach): SmallestBreach {
  if (left.calls !== right.calls) return left.calls < right.calls ? left : right
  const [a, b] = [left.breach, right.breach]
  if (a.session !== b.session) return a.session < b.session ? left : right
  return a.call <= b.call ? left : right
}

/** @throws RangeError where sessions of both share state: replayed apart they do not add up. */
export function mergePartials(left: ReplayPartial, right: ReplayPartial): ReplayPartial {
  if (left.sessions.length === 0) return right
  if (right.sessions.length === 0) return left
  const sharedState = [...new Set([...left.sharedState, ...right.sharedState])].sort()
  if (sharedState.length > 0) {
    throw new RangeError(`sessions share ${sharedState.join(', ')}: parts replayed apart do not add up`)
  }
  const merged = <V>(
    of: (partial: ReplayPartial) => ReadonlyMap<string, V>,
    merge: (a: V, b: V) => V,
  ): ReadonlyMap<string, V> => {
    const map = new Map(of(left))
    addInto(map, of(right), merge)
    return map
  }
  return {
    totals: mergeTotals(left.totals, right.totals),
    groups: merged((partial) => partial.groups, mergeTotals),
    sessions: [...left.sessions, ...right.sessions],
    sharedEvents: left.sharedEvents ?? right.sharedEvents,
    identity: mergeIdentity(left.identity, right.identity),
    always: merged((partial) => partial.always, mergeSplits),
    servedModels: new Set([...left.servedModels, ...right.servedModels]),
    smallest: merged((partial) => partial.smallest, smaller),
    outage: mergeOutage(left.outage, right.outage),
    failover: mergeFailover(left.failover, right.failover),
    sharedState,
    together: noFailover,
  }
}
