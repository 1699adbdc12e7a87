import { drawMillionths } from '../../policy/draw.ts'
import { entryOf } from '../../policy/entries.ts'
import { measuredBehaviours, million, withoutLoss } from '../../replay/cache/behaviour.ts'
import type { CacheBehaviour, CacheBehaviours } from '../../replay/cache/behaviour.ts'
import type { Range } from '../../replay/cache/range.ts'
import { coldCaches, editPrefix, findCached, noteLogged } from '../../replay/cache/state.ts'
import type { SeenSession } from './seen.ts'

type Kind = 'marked' | 'automatic'

const groups = 8

/**
 * What no catalogue says of caches, from sessions whose buckets the log tells. Each share is a ratio
 * of sums of tokens; its interval is the least and the most among eighths of the sessions, by a
 * keyed draw. What these sessions do not show stays as measured elsewhere.
 */
export function fitBehaviours(sessions: readonly SeenSession[], seed: string): CacheBehaviours {
  return {
    ...measuredBehaviours,
    marked: fitKind(sessions, 'marked', seed),
    automatic: fitKind(sessions, 'automatic', seed),
  }
}

function fitKind(sessions: readonly SeenSession[], kind: Kind, seed: string): CacheBehaviour {
  const measured = measuredBehaviours[kind]
  const of = sessions.filter(({ calls }) => calls.some((call) => call.request.rules?.kind === kind))
  if (of.length === 0) return measured
  const base = fitBase(of, kind) ?? measured.base
  const lossless = withoutLoss({ ...measuredBehaviours, [kind]: { ...measured, base, tailTokens: 0 } })
  const parts: Losses[] = Array.from({ length: groups }, () => noLosses())
  for (const session of of) {
    const part = parts[drawMillionths([seed, 'cache-eighth', session.session]) % groups]
    if (part !== undefined) addLosses(part, session, kind, lossless)
  }
  const lossAtAnyCall = shareLost(parts, ['turn', 'call', 'any'])
  return {
    ...measured,
    base,
    lossAtTurn: shareLost(parts, ['turn']) ?? lossAtAnyCall ?? measured.lossAtTurn,
    lossInTurn: shareLost(parts, ['call']) ?? lossAtAnyCall ?? measured.lossInTurn,
    lossAtAnyCall: lossAtAnyCall ?? measured.lossAtAnyCall,
    baseAfterExpiry: kind === 'automatic' ? measured.baseAfterExpiry : (foundAfterExpiry(parts) ?? measured.baseAfterExpiry),
    tailTokens: kind === 'marked' ? (median(of.flatMap(tails)) ?? measured.tailTokens) : 0,
  }
}

/** First calls that read a part: the middle one, with the first and the last tenth as interval. */
function fitBase(sessions: readonly SeenSession[], kind: Kind): Range | undefined {
  if (kind === 'automatic') return undefined
  const reads = sessions
    .flatMap(({ calls: [first] }) => (first === undefined ? [] : [[first.usage.cacheRead, first.request.promptTokens] as const]))
    .filter(([read, prompt]) => read > 0 && read * 10 < prompt * 9)
    .map(([read]) => read)
    .sort((a, b) => a - b)
  const at = (tenth: number): number | undefined => reads[Math.floor(((reads.length - 1) * tenth) / 10)]
  const value = at(5)
  return value === undefined ? undefined : { lo: at(1) ?? value, value, hi: at(9) ?? value }
}

type When = 'turn' | 'call' | 'any'

interface Losses {
  readonly atRisk: { [when in When]: number }
  readonly lost: { [when in When]: number }
  baseExpired: number
  baseFound: number
}

function noLosses(): Losses {
  return { atRisk: { turn: 0, call: 0, any: 0 }, lost: { turn: 0, call: 0, any: 0 }, baseExpired: 0, baseFound: 0 }
}

/** What each call found, beside what the log says was left there before it. */
function addLosses(into: Losses, { calls }: SeenSession, kind: Kind, lossless: CacheBehaviours): void {
  let state = coldCaches
  for (const { request, usage, compacted } of calls) {
    if (compacted) state = editPrefix(state, 'compaction')
    const { read, cause } = findCached(state, request, lossless)
    const base = entryOf(state.entries, request.place)?.base.value ?? 0
    if (request.rules?.kind === kind) {
      if (cause === 'warm' || cause === 'perhaps-warm') {
        const when = whenOf(request.beginsTurn)
        into.atRisk[when] += Math.max(0, read.value - base)
        into.lost[when] += read.value - usage.cacheRead
      } else if (cause === 'expiry') {
        into.baseExpired += base
        into.baseFound += Math.min(base, usage.cacheRead)
      }
    }
    state = noteLogged(state, request, usage, lossless)
  }
}

function whenOf(beginsTurn: boolean | undefined): When {
  return beginsTurn === undefined ? 'any' : beginsTurn ? 'turn' : 'call'
}

function shareLost(parts: readonly Losses[], whens: readonly When[]): Range | undefined {
  const sum = (of: Losses['lost']): number => whens.reduce((total, when) => total + of[when], 0)
  return shareAmong(parts.map((part) => [sum(part.lost), sum(part.atRisk)]))
}

function foundAfterExpiry(parts: readonly Losses[]): Range | undefined {
  return shareAmong(parts.map((part) => [part.baseFound, part.baseExpired]))
}

/** Of all, with the least and the most of any part. */
function shareAmong(parts: readonly (readonly [part: number, whole: number])[]): Range | undefined {
  const share = ([part, whole]: readonly [number, number]): number =>
    Math.max(0, Math.min(million, Number((BigInt(part) * BigInt(million)) / BigInt(whole))))
  const some = parts.filter(([, whole]) => whole > 0)
  if (some.length === 0) return undefined
  const shares = some.map(share)
  const total = some.reduce<readonly [number, number]>(([a, b], [c, d]) => [a + c, b + d], [0, 0])
  return { lo: Math.min(...shares), value: share(total), hi: Math.max(...shares) }
}

function tails({ calls }: SeenSession): readonly number[] {
  return calls.filter(({ request }) => request.rules?.kind === 'marked').map(({ usage }) => usage.uncachedInput)
}

function median(values: readonly number[]): number | undefined {
  return values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) / 2)]
}

