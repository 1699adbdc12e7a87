import type { Place } from '../../check/diagram/ends.ts'
import { attempt, isUndecided, nodeLimit, sincesOf } from '../../check/diagram/blocks.ts'
import type { DiagramSpace } from '../../check/diagram/diagram-space.ts'
import { allOfPolicy } from '../../check/diagram/inputs.ts'
import { heldByBoth, jointSpace, situationPolicy } from '../../check/diagram/joint.ts'
import { no, yes } from '../../check/diagram/leaves.ts'
import { feasible } from '../../check/diagram/relations.ts'
import type { Situation } from '../../check/diagram/situation.ts'
import type { Diagram } from '../../check/diagram/store.ts'
import type { Moment, Policy } from '../../policy/core.ts'
import type { Decision } from '../../policy/decision.ts'
import { agreeIn, canonicalText, policyDigest } from '../../policy/digest.ts'
import { compilePolicy } from '../../policy/engine/compile-policy.ts'
import { referenceEvaluator } from '../../policy/reference/decide.ts'
import { namedChanges } from './changes.ts'
import type { Deciders } from './example.ts'
import type { MeaningComparison, NamedChange, NotDecided, Placement, Recognised, Region, Verdict } from './meaning.ts'
import { choosesModelsOnly, differencesOf, sameEnd } from './outcome.ts'
import { partsOf } from './parts.ts'
import { editsOf } from './edits.ts'
import { piecesOf } from './pieces.ts'
import { sampledPieces } from './sampled-pieces.ts'
import { liesIn } from './placing.ts'
import { isSameButForNames } from './renaming.ts'
import { described, groupedParts } from './regions.ts'
import type { Grouped } from './regions.ts'
import { followedIn, sideAt } from './steps.ts'
import type { Asking, Followed, Side } from './steps.ts'
import { againWithin, startReadsState } from './reach.ts'
import { standingAlike, standingRight } from './standing.ts'

/** Past so many ways of differing nothing is described. */
const mostRegions = 200

/** What differs at one place, not yet in words. */
interface Differing {
  readonly differing: readonly Grouped[]
  readonly describe: (group: Grouped) => Placed | NotDecided
  readonly notDecided: readonly NotDecided[]
  readonly changes: readonly NamedChange[]
  readonly rewritten: boolean
  readonly reordered: boolean
}

interface Found {
  readonly regions: readonly Placed[]
  readonly notDecided: readonly NotDecided[]
  readonly changes: readonly NamedChange[]
  readonly rewritten: boolean
  /** Whoever has no partner has one elsewhere in the other block. */
  readonly reordered: boolean
}

interface Placed {
  readonly region: Region
  /** Whether a call lies in it. */
  readonly holds: (call: Situation) => boolean | undefined
  readonly decides: (old: Decision, newer: Decision) => boolean
}

export function compared(older: Policy, newer: Policy): MeaningComparison {
  const deciders = decidersOf(older, newer)
  const identical = policyDigest(older) === policyDigest(newer)
  const found = identical ? [] : placesOf(older, newer).map((asked) => comparedAt(asked, older, newer, deciders)).map(withWords)
  const regions = merged(found.flatMap((each) => each.regions)).toSorted((a, b) => byShare(a.region, b.region))
  const notDecided = found.flatMap((each) => each.notDecided)
  const changes = identical ? [] : [...namedChanges(older, newer), ...distinct(found.flatMap((each) => each.changes))]
  return {
    verdict: verdictOf(older, newer, identical, found, changes),
    regions: regions.map(({ region }) => region),
    notDecided,
    edits: identical ? [] : editsOf(older, newer),
    changes,
    at: (call) => placementOf(call, deciders, regions),
    holds: (region, call) => regions.find((placed) => placed.region === region)?.holds(call),
  }
}

/** Whether every call is proved to be decided alike, by the same rules; false also where nothing is proved. */
export function alikeProved(older: Policy, newer: Policy): boolean {
  const deciders = decidersOf(older, newer)
  return placesOf(older, newer).every((asked) => {
    const { differing, notDecided, changes } = comparedAt(asked, older, newer, deciders)
    return differing.length === 0 && notDecided.length === 0 && changes.length === 0
  })
}

function decidersOf(older: Policy, newer: Policy): Deciders {
  return {
    older: referenceEvaluator(older),
    newer: referenceEvaluator(newer),
    quick: { older: compilePolicy(older), newer: compilePolicy(newer) },
    both: situationPolicy(older, newer),
    followed: followedIn(older, newer, sincesOf),
  }
}

/** What is true of `on start` at the beginning of a session and of calls that start again is said once. */
function merged(regions: readonly Placed[]): readonly Placed[] {
  const found = new Map<string, Placed>()
  for (const placed of regions) {
    const { where, unless, partly, old, new: newest, startsAgain, moments } = placed.region
    const onStart = startsAgain || moments.includes('start')
    const key = JSON.stringify([where, unless, partly, old, newest, onStart || moments])
    const first = found.get(key)
    found.set(
      key,
      first === undefined
        ? placed
        : {
            region: { ...first.region, moments: [...first.region.moments, ...moments], startsAgain: true },
            decides: (one, other) => first.decides(one, other) || placed.decides(one, other),
            holds: (call) => (call.state.choice === undefined ? first.holds(call) : placed.holds(call)),
          },
    )
  }
  return [...found.values()]
}

interface Asked {
  readonly place: Place
  readonly moments: readonly Moment[]
  readonly follows: boolean
}

/** Moments that run the same two blocks are asked once. */
function placesOf(older: Policy, newer: Policy): readonly Asked[] {
  const later = laterMoments(older, newer)
  // What `on start` reads of what rules before it have written is told by following them.
  const follows = startReadsState(older) || startReadsState(newer)
  const places = later.map((place): Asked => ({ place, follows, moments: later.length === 1 ? ['turn', 'call'] : [place] }))
  const all: readonly Asked[] = [
    { place: 'start', moments: ['start'], follows },
    // A model that is no candidate any more starts again, also where a block is absent.
    ...(follows ? [] : [{ place: 'again', moments: ['turn', 'call'], follows } as const]),
    ...places,
  ]
  if (!agreeIn(older, newer, besidesBlocks)) return all
  // The same block under the same everything else does the same.
  const changed = (moment: Moment): boolean =>
    canonicalText(older.blocks[moment] ?? null) !== canonicalText(newer.blocks[moment] ?? null)
  return all.filter(({ place }) =>
    place === 'start' || place === 'again' ? changed('start') : changed(place) || (follows && changed('start')),
  )
}

/** One of them where both blocks are the same for both policies. */
function laterMoments(older: Policy, newer: Policy): readonly ('turn' | 'call')[] {
  const alike = older.blocks.turn === older.blocks.call && newer.blocks.turn === newer.blocks.call
  return alike ? ['turn'] : ['turn', 'call']
}

function comparedAt({ place, moments, follows }: Asked, older: Policy, newer: Policy, deciders: Deciders): Differing {
  const moment = place === 'again' ? 'turn' : place
  const { followed } = deciders
  const plain = choosesModelsOnly([older, newer])
  // Once more in a fresh space, where following the rules through has filled the first.
  const ask = (tooLarge: string | undefined, follow: boolean): Differing => {
    const alike = standingAlike(older, newer, moment, nodeLimit)
    // Which calls start again at all is told by the blocks that they begin with.
    const laterPlaces = place === 'again' && follow ? laterMoments(older, newer) : []
    const asking = (each: Place): Asking => ({ place: each, follows, followed, alike })
    const { space, older: one, newer: other } = jointSpace(older, newer, nodeLimit, (policy, given) =>
      readAll(
        [...laterPlaces, place].map((each) => sideAt(policy, given, asking(each))),
        followed,
      ),
    )
    const possible = possibleFor(space, older, newer)
    const real = standingRight({ ...space, variables: one.variables }, older, moment)
    const [first, second] = [sideAt(older, one, asking(place)), sideAt(newer, other, asking(place))]
    const { pieces, renamed, rewritten, reordered } =
      tooLarge === undefined
        ? piecesOf(space, possible, first, second, followed, (a, b) => sameEnd(a, b, plain))
        : { pieces: sampledPieces(space, space.and(possible, real), first, second), renamed: [], rewritten: true, reordered: false }
    const never = space.constant(no)
    const later = laterPlaces.map((each) => [
      sideAt(older, one, asking(each)), sideAt(newer, other, asking(each)),
    ] as const)
    const reached = (region: Diagram): Diagram =>
      laterPlaces.length > 0
        ? later
            .map(([old, now]) => againWithin(space, againWithin(space, region, old), now))
            .reduce(space.or, never)
        : region
    const parts = pieces
      .flatMap((piece) => partsOf(space, piece, first, second, followed, plain))
      .filter(({ region }) => space.and(region, real) !== never)
      .flatMap((part) => {
        const met = part.differs.size === 0 ? part.region : reached(part.region)
        return space.and(met, real) === never ? [] : [{ ...part, met }]
      })
    const differing = groupedParts(space, parts.filter(({ differs }) => differs.size > 0))
    const question = { space, possible, real, place, moments, deciders }
    return {
      differing: differing.slice(0, mostRegions),
      describe: (group) => {
        const told = described(question, group)
        if (!('region' in told)) return told
        const { region, decides, where } = told
        return { region, decides, holds: (call) => liesIn(space, where, deciders.both, older, call) }
      },
      notDecided: [
        ...(tooLarge === undefined
          ? []
          : [{ moment, why: 'too large' as const, reason: `${tooLarge}; regions were found by trying some inputs, and there may be more` }]),
        ...(differing.length > mostRegions
          ? [{ moment, why: 'too large' as const, reason: `${differing.length - mostRegions} more ways of differing are not described` }]
          : []),
      ],
      changes: [
        ...renamed.map(({ old, new: now }): NamedChange => renaming(old, now)),
        ...decidedByOthers(parts, renamed),
      ],
      rewritten,
      reordered,
    }
  }
  const whole = attempt(() => ask(undefined, true))
  if (!isUndecided(whole)) return whole
  // Without that, regions of calls that start again may be wider than what can be.
  const wider = place === 'again' ? attempt(() => ask(undefined, false)) : whole
  if (!isUndecided(wider)) return wider
  const answer = attempt(() => ask(whole.reason, false))
  if (!isUndecided(answer)) return answer
  const why = { moment, why: 'too large' as const, reason: answer.reason }
  return {
    differing: [], describe: () => why, notDecided: [why], changes: [], rewritten: true, reordered: false,
  }
}

function withWords({ differing, describe, ...found }: Differing): Found {
  const told = differing.map((group) => attempt(() => describe(group))).map((each): Placed | NotDecided =>
    isUndecided(each) ? { moment: undefined, why: 'too large', reason: each.reason } : each,
  )
  return {
    ...found,
    regions: told.flatMap((each) => ('region' in each ? [each] : [])),
    notDecided: [...found.notDecided, ...told.flatMap((each) => ('region' in each ? [] : [each]))],
  }
}

/** Reads everything that a side may be asked, so that the cells are cut by all of it. */
function readAll(sides: readonly Side[], followed: Followed): void {
  for (const side of sides) readSide(side, followed)
}

function readSide(side: Side, followed: Followed): void {
  for (const step of side.steps) {
    if (!step.chooses) continue
    step.followedEnds()
    for (const key of followed.keys) step.after(key)
    for (const tool of followed.tools) for (const model of followed.models) step.hides(tool, model)
  }
  for (const tool of followed.tools) for (const model of followed.models) side.hidesAtFirst(tool, model)
  for (const { model, provider } of followed.hosts) side.hostPasses(model, provider)
}

/** Inputs that can be, with what sessions of both can hold. */
function possibleFor(space: DiagramSpace, older: Policy, newer: Policy): Diagram {
  const { variables } = space
  return variables.all.reduce((left, variable) => {
    const held = heldByBoth(older, newer, variable)
    if (held === undefined) return left
    const cells = variables.cellsOf(variable)
    const within = cells.map((cell) => space.constant(cell.kind !== 'value' || held.includes(cell.value) ? yes : no))
    return space.and(left, space.store.node(variable.index, within))
  }, feasible(space))
}

function renaming(old: string, now: string): NamedChange {
  return { place: `rule ${now}`, change: `was \`${old}\``, affects: ['names only'] }
}

/** Where another rule decides, to the same effect. */
function decidedByOthers(
  parts: ReturnType<typeof partsOf>,
  renamed: readonly { readonly old: string; readonly new: string }[],
): readonly NamedChange[] {
  const pairs = new Map<string, NamedChange>()
  for (const { old, new: now, differs } of parts) {
    const [one, other] = [old.end.again?.rule ?? old.step.name, now.end.again?.rule ?? now.step.name]
    if (differs.size > 0 || one === other || renamed.some((each) => each.old === one && each.new === other)) continue
    pairs.set(`${one} ${other}`, {
      place: `rule ${other}`,
      change: `decides some of what \`${one}\` decided, to the same effect`,
      affects: ['names only'],
    })
  }
  return [...pairs.values()]
}

function distinct(changes: readonly NamedChange[]): readonly NamedChange[] {
  const found = new Map(changes.map((change) => [JSON.stringify(change), change]))
  return [...found.values()]
}

function verdictOf(
  older: Policy,
  newer: Policy,
  identical: boolean,
  found: readonly Found[],
  changes: readonly NamedChange[],
): Verdict {
  if (identical) return { kind: 'equal', how: 'identical' }
  const differs = found.some(({ regions }) => regions.length > 0)
  const complete = found.every(({ notDecided }) => notDecided.length === 0)
  if (differs) return { kind: 'differs', complete }
  if (!complete) return { kind: 'not decided' }
  return { kind: 'equal', how: recognised(older, newer, found, changes) }
}

function recognised(older: Policy, newer: Policy, found: readonly Found[], changes: readonly NamedChange[]): Recognised {
  if (isSameButForNames(older, newer)) return 'renamed'
  if (changes.some(({ affects }) => !affects.includes('names only')) && agreeIn(older, newer, ruleParts)) return 'outside rules'
  const moved = found.some(({ rewritten }) => rewritten)
  return moved && found.every(({ rewritten, reordered }) => !rewritten || reordered) ? 'reordered' : 'refactored'
}

/** All that a decision can rest on but the blocks. */
const besidesBlocks = [...allOfPolicy, 'hides'] as const

const ruleParts = ['blocks', 'filters', 'hides', 'signals', 'settings', 'scorers', 'ladders', 'memories'] as const

function byShare(one: Region, other: Region): number {
  const [left, right] = [one.share.cells * other.share.of, other.share.cells * one.share.of]
  return left > right ? -1 : left < right ? 1 : one.id < other.id ? -1 : 1
}

/** By what both policies decide, then by where the call lies. */
function placementOf(call: Situation, { quick: { older, newer }, followed }: Deciders, regions: readonly Placed[]): Placement {
  const { state, input, world } = call
  const [oldState, old] = older.decide(state, input, world)
  const [newState, decision] = newer.decide(state, input, world)
  const differs = differencesOf(
    { policy: older.policy, decision: old, state: oldState },
    { policy: newer.policy, decision, state: newState },
    input,
    followed,
  )
  if (differs.length === 0) return { kind: 'same' }
  const likely = regions.filter(({ region, decides }) => region.moments.includes(old.block) && decides(old, decision))
  const within = likely.find(({ holds }) => holds(call) === true) ?? likely.find(({ holds }) => holds(call) !== false)
  return within === undefined ? { kind: 'not decided' } : { kind: 'region', region: within.region }
}
