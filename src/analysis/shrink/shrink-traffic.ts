import type { RecordedSession } from '../../trace/session.ts'
import { shrinkSession, withoutPieces } from './shrink-session.ts'
import type { ShrinkOptions } from './shrink-session.ts'

/** A session, and those that may act on it: none where a policy shares no state. */
export interface Traffic {
  readonly session: RecordedSession
  readonly others: readonly RecordedSession[]
}

export interface ShrunkTraffic extends Traffic {
  readonly tried: number
  /** No session, call, event or fact can be left out any more; `false`: the tries were used up. */
  readonly isMinimal: boolean
}

/**
 * The smallest traffic found that still shows what `shows` looks for: other sessions are left out
 * whole, in ever smaller pieces, then the session is shrunk among those that are left, then each of
 * these, until nothing more can go. `shows` must hold of the traffic itself.
 */
export function shrinkTraffic(
  traffic: Traffic,
  shows: (traffic: Traffic) => boolean,
  { mostTries = 20_000, onTry }: ShrinkOptions = {},
): ShrunkTraffic {
  let best = traffic
  let tried = 0
  const isShown = (candidate: Traffic): boolean => {
    tried += 1
    onTry?.(tried)
    return shows(candidate)
  }
  const shrink = (session: RecordedSession, put: (session: RecordedSession) => Traffic): void => {
    if (tried >= mostTries) return
    const { session: least } = shrinkSession(session, (each) => isShown(put(each)), { mostTries: mostTries - tried })
    if (least !== session) best = put(least)
  }
  for (let before: Traffic | undefined; before !== best && tried < mostTries; ) {
    before = best
    withoutPieces(best.others.length, (from, to) => {
      const candidate = { ...best, others: best.others.toSpliced(from, to - from) }
      if (tried >= mostTries || !isShown(candidate)) return false
      best = candidate
      return true
    })
    shrink(best.session, (session) => ({ ...best, session }))
    for (const [at, other] of best.others.entries()) shrink(other, (least) => ({ ...best, others: best.others.with(at, least) }))
  }
  return { ...best, tried, isMinimal: tried < mostTries }
}
