import type { Figure, GateVerdict } from '../../analysis/gate/gate.ts'
import { wholeChange, type ChangePart, type CostChange } from '../../analysis/diff/cost-change.ts'
import type { MeaningComparison, Recognised, Region, Side } from '../../analysis/diff/meaning.ts'
import type { CallSide, Corpus, PolicyDiff, TrafficDiff, TrafficRow } from '../../analysis/diff/traffic.ts'
import { levels } from '../../replay/money.ts'
import type { ReplayResult } from '../../replay/result/replay.ts'
import { formatUsd, placesFor, type Places } from '../money.ts'
import { formatCount, formatShare, plural } from '../number.ts'
import { boundsOf } from '../split.ts'

/** Escapes the text of a user for the sink that is written to. */
export type Escape = (text: string) => string

/** As many digits as let the smaller changes of this comparison be told apart. */
export function placesOf({ change }: TrafficDiff): Places {
  const { value } = wholeChange(change)
  return placesFor(value < 0n ? -value : value)
}

/** `+$1.20`, `-$0.40`, `$0`. */
export function signedUsd(picoUsd: bigint, places: Places): string {
  if (picoUsd === 0n) return '$0'
  return picoUsd > 0n ? `+${formatUsd(picoUsd, places)}` : formatUsd(picoUsd, places).replace(/^>-/, '-<')
}

/** A change as an interval: `+$1.20`, `-$0.40 to +$3.00`, `at least +$1`, `not bounded`. */
export function intervalUsd({ lo, hi }: Pick<ChangePart, 'lo' | 'hi'>, places: Places): string {
  if (lo !== null && lo === hi) return signedUsd(lo, places)
  if (lo !== null && hi !== null) return `${signedUsd(lo, places)} to ${signedUsd(hi, places)}`
  if (lo !== null) return `at least ${signedUsd(lo, places)}`
  return hi === null ? 'no bounds' : `at most ${signedUsd(hi, places)}`
}

/** The whole change in a few words: its interval and the weakest claim in it. */
export function changeText(change: CostChange, places: Places): string {
  const whole = wholeChange(change)
  if (whole.level === undefined) return 'no change'
  const known = withoutUnknown(change)
  const { unknown } = change.parts
  if (unknown === undefined) return `${intervalUsd(whole, places)} (${whole.level})`
  const rest = `unknown for ${plural(unknown.calls, 'call')}`
  return known === undefined ? rest : `${intervalUsd(known, places)} (${known.level}), and ${rest}`
}

function withoutUnknown({ parts, ...change }: CostChange): ReturnType<typeof wholeChange> | undefined {
  const { unknown: _, ...known } = parts
  const whole = wholeChange({ ...change, parts: known })
  return whole.level === undefined ? undefined : whole
}

/** What is exact, what is bounded, what is modelled and what is unknown, each on its own. */
export function claimSplit(change: CostChange, places: Places): readonly string[] {
  const split = levels.flatMap((level) => {
    const part = change.parts[level]
    if (part === undefined) return []
    if (level === 'unknown') {
      const reasons = Object.entries(change.unknown).map(([reason, calls]) => `${reason} (${plural(calls, 'call')})`)
      return [`unknown: ${plural(part.calls, 'call')}, in no sum: ${reasons.join(', ')}`]
    }
    const on = level === 'modelled' ? `, assuming ${Object.keys(change.assumed).join(' and ')}` : ''
    return [`${level}: ${intervalUsd(part, places)} in ${plural(part.calls, 'call')}${on}`]
  })
  return split.length === 0 ? ['no call costs more or less'] : split
}

/** The change as a share of the least that the old policy costs, where it has bounds. */
export function changeShare({ change, old }: TrafficDiff): string | undefined {
  const { lo, hi } = wholeChange(change)
  const { frozen, overhead } = old.totals.money
  const least = boundsOf(frozen).lo + boundsOf(overhead).lo
  if (lo === null || hi === null || least <= 0n) return undefined
  return lo === hi ? signedShare(lo, least) : `${signedShare(lo, least)} to ${signedShare(hi, least)}`
}

function signedShare(part: bigint, of: bigint): string {
  return part < 0n ? `-${formatShare(-part, of)}` : part === 0n ? '0%' : `+${formatShare(part, of)}`
}

export function figureText(figure: Figure, places: Places, escape: Escape): string {
  switch (figure.kind) {
    case 'money': {
      const { lo, hi, of } = figure
      const share =
        lo === null || hi === null || of === undefined || of <= 0n
          ? ''
          : lo === hi
            ? ` (${signedShare(lo, of)})`
            : ` (${signedShare(lo, of)} to ${signedShare(hi, of)})`
      return `${intervalUsd(figure, places)}${share}`
    }
    case 'share': {
      const text = (millionths: bigint): string => formatShare(millionths, 1_000_000n, 2)
      const { loMillionths: lo, hiMillionths: hi } = figure
      return lo === hi ? text(lo) : `${text(lo)} to ${text(hi)}`
    }
    case 'count':
      return `${formatCount(figure.count)} of ${formatCount(figure.of)} (${formatShare(figure.count, figure.of)})`
    case 'text':
      return escape(figure.text)
  }
}

export const verdictWords: Readonly<Record<GateVerdict, string>> = {
  pass: 'passes',
  fail: 'fails',
  undecided: 'is undecided',
}

const recognised: Readonly<Record<Recognised, string>> = {
  identical: 'they are the same but for layout, comments, tests and free order',
  renamed: 'they are the same but for names',
  reordered: 'they have the same rules in another order',
  refactored: 'they are written otherwise, and proved to decide every call alike',
  'outside rules': 'their rules are the same; what differs stands outside of them',
}

/** What is known of all inputs, recorded or not. */
export function meaningText({ verdict, regions, notDecided, changes }: MeaningComparison, escape: Escape): string {
  const reasons = [...new Set(notDecided.map(({ reason }) => escape(reason)))].join('; ')
  switch (verdict.kind) {
    case 'equal':
      return changes.some(({ affects }) => affects.includes('later calls'))
        ? `no decision changes from one and the same state: ${recognised[verdict.how]}; what states remember differs`
        : `no decision changes: ${recognised[verdict.how]}`
    case 'differs':
      return `${plural(regions.length, 'region')} of inputs ${regions.length === 1 ? 'is' : 'are'} decided differently; ${
        verdict.complete ? 'outside of them every call is decided alike (proved)' : `outside of them not all is decided: ${reasons}`
      }`
    case 'not decided':
      return `not decided for all inputs: ${reasons}; nothing is claimed of inputs that were not recorded`
  }
}

/** What was written otherwise, as an author knows it; `can` is our own text: what that can change besides decisions. */
export interface EditText {
  readonly place: string
  readonly change: string
  readonly can: string
}

export function editTexts({ edits, changes }: MeaningComparison): readonly EditText[] {
  return [
    ...edits.map(({ place, change }): EditText => ({ place, change, can: '' })),
    ...changes.filter(({ affects }) => !affects.includes('names only')).map(
      ({ place, change, affects }): EditText => ({ place, change, can: affects.length === 0 ? '' : ` (can change ${affects.join(', ')})` }),
    ),
  ]
}

/** Who decides by another name, or another rule to the same effect; a name that was edited is told there. */
export function namedOtherwise({ edits, changes }: MeaningComparison): MeaningComparison['changes'] {
  const told = (place: string, change: string): boolean => edits.some((edit) => edit.place.startsWith(place) && edit.change === change)
  return changes.filter(({ affects, place, change }) => affects.includes('names only') && !told(place, change))
}

/** The conditions of a region; `always` where there is none. */
export function regionWhere({ shared, where, more, among, unless, partly }: Region, escape: Escape, most = 3): string {
  const shown = where.slice(0, most).filter((text) => text !== '').map(escape)
  const hidden = shown.length === 0 ? 0 : where.length - shown.length + more
  const anyOf = [...shown, ...(hidden > 0 ? [`${hidden} more`] : [])]
  const conditions = [
    ...(shared.length === 0 ? [] : [escape(shared.join(' and '))]),
    ...(anyOf.length === 0 ? [] : [anyOf.join(' or ')]),
    ...(among.length === 0 ? [] : [among.map(escape).join(' or ')]),
  ]
  return [
    conditions.length === 0 ? 'always' : conditions.join(', and there '),
    ...(unless.length === 0 ? [] : [`unless taken before by ${unless.map(escape).join(', ')}`]),
    ...(partly ? ['(not all of these)'] : []),
  ].join(' ')
}

/** `keep by stay`; `keep by stuck, then stay` where a rule with effects only fires on the way. */
export function sideText({ does, rules }: Side, escape: Escape): string {
  return rules.length === 0 ? escape(does) : `${escape(does)} by ${rules.map(escape).join(', then ')}`
}

/** What differs where both sides say the same of it: `in hosts`. */
export function differsText({ differs, old, new: next }: Region): string {
  return old.does === next.does && !differs.includes('choice') && differs.length > 0 ? ` (differs in ${differs.join(', ')})` : ''
}

/** `big at north by long`. */
export function callSideText({ to, provider, rule }: CallSide, escape: Escape): string {
  return `${escape(provider === undefined ? to : `${to} at ${provider}`)} by ${escape(rule)}`
}

export function rowTitle({ kind, change }: TrafficRow): string {
  switch (kind) {
    case 'same':
      return wholeChange(change).level === undefined
        ? 'decided and served alike'
        : 'decided and served alike, some of them after their session has gone another way'
    case 'region':
      return 'decided differently'
    case 'not decided':
      return 'decided differently, in no region that is known'
    case 'session state':
      return 'changed only through session state: the same input is decided alike, but an earlier call left another state'
    case 'serving':
      return 'decided alike, served elsewhere'
  }
}

/** `12 of 1,920 calls (0.6%) in 5 of 120 sessions are decided differently`. */
export function flipsText({ flips, corpus, rows, sessionsChanged, transitions }: TrafficDiff): string {
  if (flips === 0 && sessionsChanged === 0) return `none of ${plural(corpus.calls, 'recorded call')} changes`
  const state = rows.find(({ kind }) => kind === 'session state')?.calls ?? 0
  const elsewhere = transitions.filter(({ kind }) => kind === 'provider').reduce((sum, { calls }) => sum + calls, 0)
  return [
    `${formatCount(flips)} of ${plural(corpus.calls, 'recorded call')} (${formatShare(flips, corpus.calls)}) ${flips === 1 ? 'is' : 'are'} decided differently`,
    ...(state === 0 ? [] : [`${formatCount(state)} of them only because an earlier call left another session state`]),
    ...(elsewhere === 0 ? [] : [`${formatCount(elsewhere)} keep their model and go to another provider`]),
    `${formatCount(sessionsChanged)} of ${plural(corpus.sessions, 'session')} ${sessionsChanged === 1 ? 'is' : 'are'} touched`,
  ].join('; ')
}

/** How much traffic this is, and what it stands for. */
export function corpusText({ sessions, calls, days, sampled, standsForSessions, callsWithoutTokens, tokens }: Corpus): string {
  const when = days === undefined ? 'without dates' : days.first === days.last ? `of ${days.first}` : `from ${days.first} to ${days.last}`
  const size = `${plural(sessions, 'session')}, ${plural(calls, 'call')}, ${formatCount(tokens)} tokens${
    callsWithoutTokens === 0 ? '' : ` (${plural(callsWithoutTokens, 'call')} without counts)`
  }, ${when}`
  if (sampled === 0) return `${size}; no session says that it stands for others: figures are of these alone`
  const alone = sessions - sampled
  return `${size}; they stand for ${plural(standsForSessions, 'recorded session')}${
    alone === 0 ? '' : ` (${formatCount(alone)} of them for themselves alone)`
  }; figures are of the sample, not scaled`
}

export interface Served {
  readonly label: string
  readonly old: string
  readonly new: string
}

/** Failover of both, under the same faults. */
export function failoverRows({ old, new: next }: TrafficDiff): readonly Served[] {
  const row = (label: string, of: (result: ReplayResult) => string): Served => ({ label, old: of(old), new: of(next) })
  const failed = ({ totals }: ReplayResult): number => Object.values(totals.attempts.failed).reduce((a, b) => a + b, 0)
  const asked = ({ totals: { attempts, decisions } }: ReplayResult): number =>
    attempts.served + attempts.exhausted + attempts.denied + Object.values(decisions.noRoute).reduce((a, b) => a + b, 0)
  return [
    row('served', (result) => `${formatCount(result.totals.attempts.served)} of ${formatCount(asked(result))} (${formatShare(result.totals.attempts.served, asked(result), 2)})`),
    row('attempts', ({ totals }) => formatCount(totals.attempts.total)),
    row('attempts failed', (result) => formatCount(failed(result))),
    row('failed over', ({ totals }) => formatCount(totals.attempts.callsFailedOver)),
    row('exhausted', ({ totals }) => formatCount(totals.attempts.exhausted)),
    row('no route', ({ totals }) => formatCount(Object.values(totals.decisions.noRoute).reduce((a, b) => a + b, 0))),
  ]
}

/** That the old policy is the one that decided this log; where it is not, a notice of the replay says so. */
export function identityText({ old: { identity } }: TrafficDiff): string | undefined {
  if (identity.form !== 'policy') return undefined
  return `the log was decided by the old policy: ${formatCount(identity.same)} of ${plural(identity.calls, 'call')} come out as recorded`
}

/** The name that a reader knows a side by. */
export function titleOf({ old, new: next }: PolicyDiff, escape: Escape): string {
  return old.label === next.label ? escape(next.label) : `${escape(old.label)} → ${escape(next.label)}`
}

/** Call indices gathered into bands: `1`, `2 to 5`, `6 to 20`, `21 on`. */
export function divergenceBands(first: TrafficDiff['firstDifference']): readonly (readonly [band: string, sessions: number])[] {
  const bands = [
    ['call 1', 1, 1],
    ['2 to 5', 2, 5],
    ['6 to 20', 6, 20],
    ['21 to 100', 21, 100],
    ['101 on', 101, Number.MAX_SAFE_INTEGER],
  ] as const
  return bands.flatMap(([label, from, to]) => {
    const sessions = Object.entries(first).reduce(
      (sum, [call, count]) => (Number(call) >= from && Number(call) <= to ? sum + count : sum),
      0,
    )
    return sessions === 0 ? [] : [[label, sessions] as const]
  })
}
