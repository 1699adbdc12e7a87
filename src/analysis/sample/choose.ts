import { drawMillionths } from '../../policy/draw.ts'
import { strataOf } from './strata.ts'
import type { Stratum } from './strata.ts'
import { featureKey } from './summary.ts'
import type { Feature, SessionSummary } from './summary.ts'

export interface SampleOptions {
  /** Sessions at the most, 1 or more. */
  readonly max: number
  /** For the order in which sessions of one stratum are drawn. */
  readonly seed: string
}

export interface SampledSession {
  readonly summary: SessionSummary
  /** `coverage`: taken for what it shows; `draw`: taken by chance, for its stratum. */
  readonly because: 'coverage' | 'draw'
  /** Recorded sessions, itself included. */
  readonly standsForSessions: number
}

export interface Sample {
  /** By session id. */
  readonly sessions: ReadonlyMap<string, SampledSession>
  readonly kept: readonly Feature[]
  /** What no session of the sample shows, although some recorded one does. */
  readonly lost: readonly Feature[]
  readonly strata: number
  readonly strataKept: number
  /** Of strata that have no session in the sample. */
  readonly sessionsStoodForByNone: number
}

/**
 * First the fewest sessions that show everything the corpus shows (greedily: always the one that
 * adds most), then sessions drawn so that strata are as large as in the corpus. A session taken for
 * coverage stands for itself; those drawn share the rest of their stratum.
 */
export function chooseSample(summaries: readonly SessionSummary[], options: SampleOptions): Sample {
  const ordered = inDrawOrder(summaries, options.seed)
  const strata = strataOf(ordered)
  const covering = new Set(summaries.length <= options.max ? [] : covered(ordered, options.max))
  const drawn = drawnFrom(strata, covering, options.max - covering.size)
  const sessions = new Map<string, SampledSession>()
  for (const stratum of strata) {
    for (const each of weighed(stratum, covering, drawn)) sessions.set(each.summary.session, each)
  }
  const all = featuresOf(summaries)
  const shown = featuresOf([...sessions.values()].map(({ summary }) => summary))
  const left = strata.filter((stratum) => !stratum.sessions.some((each) => sessions.has(each.session)))
  return {
    sessions,
    kept: [...all.values()].filter((feature) => shown.has(featureKey(feature))),
    lost: [...all.values()].filter((feature) => !shown.has(featureKey(feature))),
    strata: strata.length,
    strataKept: strata.length - left.length,
    sessionsStoodForByNone: left.reduce((sum, stratum) => sum + stratum.sessions.length, 0),
  }
}

function inDrawOrder(summaries: readonly SessionSummary[], seed: string): readonly SessionSummary[] {
  return summaries
    .map((summary) => ({ summary, at: drawMillionths([seed, 'sample', summary.session]) }))
    .toSorted((a, b) => a.at - b.at || (a.summary.session < b.summary.session ? -1 : 1))
    .map(({ summary }) => summary)
}

/** The session that shows most of what is still to be shown, again and again; the shorter of two. */
function covered(ordered: readonly SessionSummary[], max: number): readonly SessionSummary[] {
  const missing = new Set(featuresOf(ordered).keys())
  const chosen: SessionSummary[] = []
  let left = ordered
  while (missing.size > 0 && chosen.length < max) {
    let best: { readonly summary: SessionSummary; readonly gain: number } | undefined
    const useful: SessionSummary[] = []
    for (const summary of left) {
      const gain = gainOf(summary, missing)
      if (gain === 0) continue
      useful.push(summary)
      const isBetter =
        best === undefined ||
        gain > best.gain ||
        (gain === best.gain && summary.calls < best.summary.calls)
      if (isBetter) best = { summary, gain }
    }
    if (best === undefined) break
    chosen.push(best.summary)
    for (const key of best.summary.features.keys()) missing.delete(key)
    left = useful
  }
  return chosen
}

function gainOf({ features }: SessionSummary, missing: ReadonlySet<string>): number {
  let gain = 0
  for (const key of features.keys()) if (missing.has(key)) gain += 1
  return gain
}

function featuresOf(summaries: readonly SessionSummary[]): ReadonlyMap<string, Feature> {
  const all = new Map<string, Feature>()
  for (const { features } of summaries) for (const [key, feature] of features) all.set(key, feature)
  return new Map([...all].toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)))
}

/**
 * One session after the other, each from the stratum that is furthest behind: one without any goes
 * first (the largest of them), then the largest quotient of size by twice its share so far and one.
 */
function drawnFrom(
  strata: readonly Stratum[],
  covering: ReadonlySet<SessionSummary>,
  count: number,
): ReadonlySet<SessionSummary> {
  const open = strata.map((stratum) => {
    const rest = stratum.sessions.filter((each) => !covering.has(each))
    const size = stratum.sessions.length
    return { size, rest, taken: size - rest.length, next: 0 }
  })
  const drawn = new Set<SessionSummary>()
  while (drawn.size < count) {
    let behind: (typeof open)[number] | undefined
    for (const each of open) {
      if (each.next === each.rest.length) continue
      if (behind === undefined || isFurtherBehind(each, behind)) behind = each
    }
    const summary = behind?.rest[behind.next]
    if (behind === undefined || summary === undefined) break
    behind.next += 1
    behind.taken += 1
    drawn.add(summary)
  }
  return drawn
}

interface Share {
  readonly size: number
  readonly taken: number
}

function isFurtherBehind(one: Share, other: Share): boolean {
  if ((one.taken === 0) !== (other.taken === 0)) return one.taken === 0
  return one.size * (2 * other.taken + 1) > other.size * (2 * one.taken + 1)
}

function weighed(
  { sessions }: Stratum,
  covering: ReadonlySet<SessionSummary>,
  drawn: ReadonlySet<SessionSummary>,
): readonly SampledSession[] {
  const taken = sessions.filter((each) => covering.has(each))
  const byChance = sessions.filter((each) => drawn.has(each))
  const alone = byChance.length === 0
  const sharing = alone ? taken : byChance
  const toShare = alone ? sessions.length : sessions.length - taken.length
  const shares = new Map(
    sharing.map((summary, at) => [
      summary,
      Math.floor(toShare / sharing.length) + (at < toShare % sharing.length ? 1 : 0),
    ]),
  )
  return [...taken, ...byChance].map((summary) => ({
    summary,
    because: covering.has(summary) ? 'coverage' : 'draw',
    standsForSessions: shares.get(summary) ?? 1,
  }))
}
