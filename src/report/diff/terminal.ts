import type { TrafficDiff, TrafficRow } from '../../analysis/diff/traffic.ts'
import type { GateResult } from '../../analysis/gate/gate.ts'
import { escapeTerminal as user } from '../escape.ts'
import type { Places } from '../money.ts'
import { formatCount, formatShare, plural } from '../number.ts'
import { clip, field, type Screen } from '../terminal/layout.ts'
import { table } from '../terminal/table.ts'
import type { Review } from './review.ts'
import {
  callSideText,
  changeShare,
  changeText,
  claimSplit,
  corpusText,
  differsText,
  divergenceBands,
  editTexts,
  namedOtherwise,
  failoverRows,
  figureText,
  flipsText,
  identityText,
  meaningText,
  placesOf,
  regionWhere,
  rowTitle,
  sideText,
  titleOf,
  verdictWords,
} from './words.ts'

const editsShown = 10
const regionsShown = 8
const factsShown = 12
const sessionsShown = 5
const transitionsShown = 5

/** A review on a terminal: the verdict, what changes in meaning and in traffic, what it costs. */
export function reviewScreen(review: Review, screen: Screen): string {
  const { diff, gate } = review
  const { traffic } = diff
  const places = traffic === undefined ? 4 : placesOf(traffic)
  const blocks = [
    [
      ...(traffic?.old.notices ?? []).flatMap((notice) => field(screen, '!', user(notice), screen.style.warn)),
      screen.style.strong(titleOf(diff, user)),
    ],
    ...(gate === undefined ? [] : [gateLines(gate, places, screen)]),
    editLines(review, screen),
    meaningLines(review, places, screen),
    ...(traffic === undefined ? [] : [trafficLines(traffic, places, screen), costLines(traffic, places, screen), failoverLines(traffic, screen)]),
  ]
  const text = blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')
  return `${text}\n`
}

function gateLines({ verdict, checks, assuming }: GateResult, places: Places, screen: Screen): string[] {
  const paint = { pass: screen.style.good, fail: screen.style.bad, undecided: screen.style.warn }
  return [
    `${screen.style.heading('Gate')} · ${paint[verdict](verdictWords[verdict])}`,
    ...(checks.length === 0 ? field(screen, '', 'nothing was evaluated, which is a failure', paint.fail) : []),
    ...checks.flatMap((check) => {
      const asked = `${user(check.asked)}; `
      const decides = check.decides.length === 0 ? '' : `; ${check.verdict === 'undecided' ? 'it turns on' : 'such as'} ${check.decides.map(user).join(', ')}`
      return field(screen, clip(check.name, 21), `${check.verdict}: ${asked}${figureText(check.found, places, user)}${decides}`, paint[check.verdict])
    }),
    ...(assuming.length === 0 ? [] : field(screen, 'accepted', assuming.map(user).join(', '))),
  ]
}

function editLines({ diff: { meaning } }: Review, screen: Screen): string[] {
  const all = editTexts(meaning)
  if (all.length === 0) return []
  return [
    screen.style.heading('What was edited'),
    ...all.slice(0, editsShown).flatMap(({ place, change, can }) => field(screen, '', `${user(place)}: ${user(change)}${can}`)),
    ...(all.length > editsShown ? field(screen, '', `and ${plural(all.length - editsShown, 'more edit')}`) : []),
  ]
}

function meaningLines({ diff: { meaning, traffic } }: Review, places: Places, screen: Screen): string[] {
  const rows = traffic?.rows ?? []
  const callsOf = (id: string): number => rows.find(({ region }) => region === id)?.calls ?? 0
  const sorted = [...meaning.regions].sort((a, b) => callsOf(b.id) - callsOf(a.id))
  const shown = sorted.slice(0, regionsShown)
  return [
    screen.style.heading('What it means'),
    ...field(screen, '', meaningText(meaning, user)),
    ...shown.flatMap((region) => {
      const row = rows.find(({ region: id }) => id === region.id)
      const { facts: all } = region.witness
      const more = all.length - factsShown
      const facts = [...all.slice(0, factsShown).map(user), ...(more > 0 ? [`and ${more} more (--format json has them all)`] : [])].join(', ')
      return [
        ...field(screen, `on ${region.moments.join(', ')}`, regionWhere(region, user)),
        ...field(screen, '', `${sideText(region.old, user)} → ${sideText(region.new, user)}${differsText(region)}`),
        ...field(screen, '', `for example ${facts === '' ? 'a call with nothing out of the ordinary' : facts}`, screen.style.dim),
        ...(traffic === undefined ? [] : field(screen, '', rowText(row, traffic, places))),
        ...movesLines(row, screen),
      ]
    }),
    ...namedOtherwise(meaning).slice(0, editsShown).flatMap(({ place, change }) => field(screen, clip(place, 21), user(change), screen.style.dim)),
    ...(sorted.length > shown.length ? field(screen, '', `and ${plural(sorted.length - shown.length, 'more region')}`) : []),
  ]
}

function rowText(row: TrafficRow | undefined, { corpus }: TrafficDiff, places: Places): string {
  if (row === undefined || row.calls === 0) return 'never seen in the corpus: 0 calls'
  return `${plural(row.calls, 'call')} (${formatShare(row.calls, corpus.calls)}) in ${plural(row.sessions, 'session')}, ${formatCount(row.flips)} with another result, ${changeText(row.change, places)}`
}

const movesShown = 3

/** Who decided and served such calls, where that is not the same in both. */
function movesLines(row: TrafficRow | undefined, screen: Screen): string[] {
  return (row?.moves ?? [])
    .map(({ old, new: next, calls }) => ({ from: callSideText(old, user), to: callSideText(next, user), calls }))
    .filter(({ from, to }) => from !== to)
    .slice(0, movesShown)
    .flatMap(({ from, to, calls }) => field(screen, '', `${from} → ${to}, ${plural(calls, 'call')}`, screen.style.dim))
}

function trafficLines(traffic: TrafficDiff, places: Places, screen: Screen): string[] {
  const { rows, transitions, sessions, corpus, firstDifference } = traffic
  const identity = identityText(traffic)
  const others = rows.filter(({ kind, calls }) => kind !== 'region' && calls > 0)
  const bands = divergenceBands(firstDifference).map(([band, count]) => `${band}: ${formatCount(count)}`)
  return [
    screen.style.heading('Recorded traffic'),
    ...field(screen, 'corpus', corpusText(corpus)),
    ...(identity === undefined ? [] : field(screen, 'identity', identity)),
    ...field(screen, 'changes', flipsText(traffic)),
    ...others.flatMap((row) => [
      ...field(screen, row.kind, `${rowTitle(row)}: ${rowText(row, traffic, places)}`),
      ...(row.kind === 'same' ? [] : movesLines(row, screen)),
    ]),
    ...transitions.slice(0, transitionsShown).flatMap(({ from, to, calls, change }, at) =>
      field(screen, at === 0 ? 'goes elsewhere' : '', `${clip(from, 32)} → ${clip(to, 32)}  ${plural(calls, 'call')}, ${changeText(change, places)}`),
    ),
    ...(bands.length === 0 ? [] : field(screen, 'first difference', `sessions by call: ${bands.join(' · ')}`)),
    ...(sessions.length === 0
      ? []
      : table(
          ['session', 'calls', 'differ', 'first at', 'cost'],
          sessions
            .slice(0, sessionsShown)
            .map((each) => [clip(each.session, 36), formatCount(each.calls), formatCount(each.flips), formatCount(each.firstCall), changeText(each.change, places)]),
          'lrrrl',
        )),
  ]
}

function costLines(traffic: TrafficDiff, places: Places, screen: Screen): string[] {
  const share = changeShare(traffic)
  return [
    screen.style.heading('What it costs'),
    ...field(screen, 'change', `${changeText(traffic.change, places)}${share === undefined ? '' : `, ${share} of what the old policy costs`}`),
    ...claimSplit(traffic.change, places).flatMap((text) => field(screen, '', user(text))),
  ]
}

function failoverLines(traffic: TrafficDiff, screen: Screen): string[] {
  const rows = failoverRows(traffic)
  const changed = rows.filter((row) => row.old !== row.new)
  return [
    screen.style.heading('Failover, under the same faults'),
    ...(changed.length === 0 ? field(screen, '', `no change: ${rows[0]?.new ?? ''} calls served`) : []),
    ...changed.flatMap(({ label, old, new: next }) => field(screen, label, `${old} → ${next}`)),
  ]
}
