import { wholeChange } from '../../analysis/diff/cost-change.ts'
import type { Region } from '../../analysis/diff/meaning.ts'
import type { CallSide, TrafficDiff, TrafficRow } from '../../analysis/diff/traffic.ts'
import type { GateResult } from '../../analysis/gate/gate.ts'
import { escapeMarkdown as user } from '../escape.ts'
import type { Places } from '../money.ts'
import { formatCount, formatShare, plural } from '../number.ts'
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
} from './words.ts'

/** Begins every comment, so that the next one finds and replaces it. */
export const commentMarker = '<!-- reroute review -->'

const editsShown = 10
const regionsShown = 12
const sessionsShown = 8
const transitionsShown = 8
const movesShown = 3
const endsShown = 3

/**
 * A comment for whoever reviews the change: what changes for whom, which rule does it, what it costs,
 * and how sure all that is. Whatever a policy or a trace names stands in code spans.
 */
export function reviewMarkdown(review: Review): string {
  const { diff, gate } = review
  const { traffic } = diff
  const places = traffic === undefined ? 4 : placesOf(traffic)
  const sections = [
    [commentMarker, `### Routing policy ${titleOf(diff, user)}${gate === undefined ? '' : `: ${verdictTitle(gate)}`}`],
    summary(review, places),
    ...(gate === undefined ? [] : [gateTable(gate, places)]),
    regionsTable(review, places),
    ...(traffic === undefined ? [] : [costs(traffic, places), transitions(traffic, places), failover(traffic), sessions(traffic, places)]),
    trust(review),
  ]
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`
}

function verdictTitle({ verdict }: GateResult): string {
  return { pass: '✅ passes', fail: '❌ fails', undecided: '❔ undecided' }[verdict]
}

function editLines({ diff: { meaning } }: Review): string[] {
  const texts = editTexts(meaning).map(({ place, change, can }) => `${user(place)}: ${user(change)}${can}`)
  const rest = texts.length - editsShown
  const lines = [...texts.slice(0, editsShown), ...(rest > 0 ? [`and ${plural(rest, 'more edit')}`] : [])]
  const [only] = lines
  if (only === undefined) return []
  return lines.length === 1 ? [`- **Edited:** ${only}.`] : ['- **Edited:**', ...lines.map((line) => `  - ${line}`)]
}

function summary(review: Review, places: Places): string[] {
  const { meaning, traffic, old, new: next } = review.diff
  const names = namedOtherwise(meaning)
  const lines = [
    ...editLines(review),
    `- **Meaning:** ${meaningText(meaning, user)}.`,
    ...names.slice(0, editsShown).map(({ place, change }) => `  - ${user(place)}: ${user(change)}`),
    ...(names.length > editsShown ? [`  - and ${names.length - editsShown} more`] : []),
  ]
  if (traffic !== undefined) {
    lines.push(`- **Recorded traffic:** ${flipsText(traffic)}.`)
    const share = changeShare(traffic)
    lines.push(`- **Cost:** ${changeText(traffic.change, places)}${share === undefined ? '' : `, ${share} of what the old policy costs`}.`)
  }
  if (old.name !== next.name) lines.push(`- The policy is called ${user(next.name)} now, and was ${user(old.name)}.`)
  return lines
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  if (rows.length === 0) return []
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)]
}

function gateTable({ checks }: GateResult, places: Places): string[] {
  if (checks.length === 0) return ['**Nothing was evaluated, which is a failure.**']
  const marks = { pass: '✅', fail: '❌', undecided: '❔' }
  return table(
    ['', 'check', 'asked', 'found', 'what decides'],
    checks.map(({ name, asked, found, verdict, decides }) => [
      marks[verdict],
      user(name),
      user(asked),
      figureText(found, places, user),
      decides.map(user).join('<br>'),
    ]),
  )
}

function regionsTable({ diff }: Review, places: Places): string[] {
  const { meaning, traffic } = diff
  const rows = traffic?.rows ?? []
  const seenFirst = [...meaning.regions].sort((a, b) => callsIn(rows, b) - callsIn(rows, a))
  const shown = seenFirst.slice(0, regionsShown)
  const hidden = seenFirst.length - shown.length
  const region = (each: Region): string[] => {
    const row = rows.find(({ region: id }) => id === each.id)
    return [
      `on ${each.moments.join(', ')}: ${regionWhere(each, user)}`,
      sideText(each.old, user),
      `${sideText(each.new, user)}${differsText(each)}`,
      ...figures(row, traffic, places),
    ]
  }
  const others = rows.filter(({ kind, calls }) => kind !== 'region' && kind !== 'same' && calls > 0)
  const other = (row: TrafficRow): string[] => {
    const [move] = row.moves
    const more = row.moves.length - 1
    return [
      rowTitle(row),
      move === undefined ? '' : callSideText(move.old, user),
      move === undefined ? '' : `${callSideText(move.new, user)}${more > 0 ? ` (and ${more} more)` : ''}`,
      ...figures(row, traffic, places),
    ]
  }
  const same = rows.find(({ kind }) => kind === 'same')
  const all = [
    ...shown.map(region),
    ...others.map(other),
    ...(same === undefined ? [] : [[`everything else: ${rowTitle(same)}`, '', '', ...figures(same, traffic, places)]]),
  ]
  if (meaning.regions.length === 0 && others.length === 0) return []
  return [
    '**What changes, for whom, by which rule**',
    '',
    ...table(['calls', 'before', 'now', ...(traffic === undefined ? [] : ['recorded calls', 'sessions', 'cost'])], all),
    ...(hidden > 0 ? ['', `and ${plural(hidden, 'more region')}, the largest of them seen in ${plural(Math.max(0, ...seenFirst.slice(regionsShown).map((each) => callsIn(rows, each))), 'recorded call')}`] : []),
  ]
}

function callsIn(rows: readonly TrafficRow[], { id }: Region): number {
  return rows.find(({ region }) => region === id)?.calls ?? 0
}

function figures(row: TrafficRow | undefined, traffic: TrafficDiff | undefined, places: Places): string[] {
  if (traffic === undefined) return []
  if (row === undefined || row.calls === 0) return ['0: never seen', '0', '']
  const flips = row.kind === 'region' && row.flips !== row.calls ? `, ${formatCount(row.flips)} with another result` : ''
  return [
    [`${formatCount(row.calls)} (${formatShare(row.calls, traffic.corpus.calls)})${flips}`, ...movesOf(row)].join('<br>'),
    formatCount(row.sessions),
    changeText(row.change, places),
  ]
}

/** What happened most often in a row, where that is more than its first cells say. */
function movesOf({ kind, moves }: TrafficRow): string[] {
  if (kind !== 'region') return []
  const gone = moves.filter((move) => move.old.to !== move.new.to || move.old.provider !== move.new.provider)
  return gone.slice(0, movesShown).map(({ old, new: next, calls }) => {
    const place = ({ to, provider }: CallSide): string =>
      user(old.to === next.to && provider !== undefined ? `${to} at ${provider}` : to)
    return `${place(old)} → ${place(next)}: ${formatCount(calls)}`
  })
}

function costs(traffic: TrafficDiff, places: Places): string[] {
  if (wholeChange(traffic.change).level === undefined) return []
  return ['**What it costs, by how sure that is**', '', ...claimSplit(traffic.change, places).map((text) => `- ${splitText(text)}`)]
}

/** Reasons and assumptions come from a catalogue; only the words before the colon are our own. */
function splitText(text: string): string {
  const at = text.indexOf(': ')
  return `${text.slice(0, at)}: ${user(text.slice(at + 2))}`
}

function transitions({ transitions: all }: TrafficDiff, places: Places): string[] {
  if (all.length === 0) return []
  const shown = all.slice(0, transitionsShown)
  const calls = all.slice(shown.length).reduce((sum, each) => sum + each.calls, 0)
  return [
    '**Where calls go**',
    '',
    ...table(
      ['before', 'now', 'calls', 'cost'],
      shown.map(({ from, to, calls: count, change }) => [user(from), user(to), formatCount(count), changeText(change, places)]),
    ),
    ...(calls > 0 ? ['', `and ${plural(calls, 'call')} elsewhere`] : []),
  ]
}

function failover(traffic: TrafficDiff): string[] {
  const rows = failoverRows(traffic)
  const changed = rows.filter((row) => row.old !== row.new)
  if (changed.length === 0) return [`**Failover** does not change: ${rows[0]?.new ?? ''} calls served.`]
  return ['**Failover, under the same faults**', '', ...table(['', 'before', 'now'], changed.map((row) => [row.label, row.old, row.new]))]
}

function sessions(traffic: TrafficDiff, places: Places): string[] {
  const { sessions: all, firstDifference } = traffic
  if (all.length === 0) return []
  const bands = divergenceBands(firstDifference).map(([band, count]) => `${band}: ${formatCount(count)}`)
  return [
    `<details><summary>The ${Math.min(all.length, sessionsShown)} of ${formatCount(all.length)} sessions that change most</summary>`,
    '',
    ...table(
      ['session', 'calls', 'decided differently', 'first at call', 'there', 'cost'],
      all
        .slice(0, sessionsShown)
        .map((each) => [
          user(each.session),
          formatCount(each.calls),
          formatCount(each.flips),
          formatCount(each.firstCall),
          `${callSideText(each.old, user)}, now ${callSideText(each.new, user)}`,
          changeText(each.change, places),
        ]),
    ),
    '',
    `First difference, old against new, in sessions: ${bands.join(' · ')}`,
    '',
    '</details>',
  ]
}

function trust({ diff, gate, version }: Review): string[] {
  const { meaning, traffic } = diff
  const witnesses = meaning.regions.slice(0, regionsShown).flatMap((region) => {
    const facts = region.witness.facts.map(user).join(', ')
    return [
      `- ${regionWhere(region, user, 1)}: for example ${facts === '' ? 'a call with nothing out of the ordinary' : facts}`,
      ...region.ends.slice(0, endsShown).map((end) => `  - ${user(end.old)}, now ${user(end.new)}${end.where === '' ? '' : `, where ${user(end.where)}`}`),
    ]
  })
  const assumed = traffic === undefined ? [] : Object.keys(traffic.change.assumed)
  const assumptions = traffic?.new.assumptions.filter(({ name }) => assumed.includes(name)) ?? []
  const open = traffic?.new.notSimulated ?? []
  const identity = traffic === undefined ? undefined : identityText(traffic)
  const lines = [
    ...(traffic === undefined ? ['- No traffic was given: this is about inputs that could be, not about calls that were.'] : [`- The corpus: ${corpusText(traffic.corpus)}.`]),
    ...(identity === undefined ? [] : [`- Identity: ${identity}.`]),
    ...(traffic?.old.notices ?? []).map((notice) => `- ${user(notice)}`),
    ...(traffic === undefined ? [] : taintLine(traffic)),
    ...assumptions.map(({ name, text }) => `- Assumed, ${user(name)}: ${user(text)}.`),
    ...(gate === undefined || gate.assuming.length === 0 ? [] : [`- The policy accepts: ${gate.assuming.map(user).join(', ')}.`]),
    ...(open.length === 0 ? [] : [`- Not simulated: ${[...new Set(open.map(({ directive }) => user(directive)))].join(', ')}.`]),
    ...(witnesses.length === 0 ? [] : ['- The smallest example of each region was decided by both policies:', ...witnesses.map((line) => `  ${line}`)]),
    ...(traffic === undefined ? [] : [`- Run \`${traffic.new.runId.slice(0, 16)}\`, outcome \`${traffic.new.outcomeHash.slice(0, 16)}\`; before: \`${traffic.old.outcomeHash.slice(0, 16)}\`.`]),
  ]
  return [`<details><summary>How sure this is (reroute ${version})</summary>`, '', 'Exact: the log’s own money, or its tokens at list price. Bounded: an interval without a model. Modelled: rests on a named assumption. Unknown: in no sum.', '', ...lines, '', '</details>']
}

/** Decisions after a divergence are made on what was recorded, which it may have changed. */
function taintLine({ old, new: next }: TrafficDiff): string[] {
  const [before, now] = [old.totals.decisions.tainted, next.totals.decisions.tainted]
  if (before + now === 0) return []
  return [
    `- After a divergence decisions go on with what was recorded: ${plural(now, 'decision')} of the new policy and ${formatCount(before)} of the old one read something that it may have changed.`,
  ]
}
