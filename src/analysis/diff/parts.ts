import type { DiagramSpace } from '../../check/diagram/diagram-space.ts'
import { no, yes } from '../../check/diagram/leaves.ts'
import type { End } from '../../check/diagram/leaves.ts'
import { memoryKey } from '../../check/diagram/reading.ts'
import type { Diagram } from '../../check/diagram/store.ts'
import type { Difference } from './meaning.ts'
import { sameChoice } from './outcome.ts'
import { differing } from './pieces.ts'
import type { Piece } from './pieces.ts'
import type { Followed, Side, Step } from './steps.ts'

/** Inputs of a piece for which both calls end in one way each, with what of it differs. */
export interface Part {
  readonly piece: Piece
  readonly old: { readonly step: Step; readonly end: End }
  readonly new: { readonly step: Step; readonly end: End }
  /** Empty: only who decides may differ. */
  readonly differs: ReadonlySet<Difference>
  readonly core: Diagram
  readonly region: Diagram
}

/** Takes a piece apart by how its calls end. Throws `TooLarge`. */
export function partsOf(
  space: DiagramSpace,
  piece: Piece,
  older: Side,
  newer: Side,
  followed: Followed,
  plain: boolean,
): readonly Part[] {
  const [one, other] = [older.steps[piece.old], newer.steps[piece.new]]
  if (one === undefined || other === undefined) return []
  const never = space.constant(no)
  return endPairs(space, one, other, piece).flatMap(({ first, second, where: both }) => {
      const region = space.and(piece.region, both)
      if (region === never) return []
      const differs = new Set<Difference>()
      if (!sameChoice(first, second, plain)) differs.add('choice')
      if (first.to.kind !== 'none' && second.to.kind !== 'none' && first.once !== second.once) differs.add('this call only')
      const [says, says2] = [[...piece.oldSays, ...(first.again?.says ?? [])], [...piece.newSays, ...(second.again?.says ?? [])]]
      if (said(says, 'remind') !== said(says2, 'remind')) differs.add('reminders')
      if (said(says, 'alert') !== said(says2, 'alert')) differs.add('alerts')
      const elsewhere = elsewhereDiffers(space, { one, other, first, second }, older, newer, followed)
      const seen = elsewhere.filter(({ where: differ }) => space.and(region, differ) !== never)
      const ends = { piece, old: { step: one, end: first }, new: { step: other, end: second } }
      if (differs.size > 0) {
        for (const { what } of seen) differs.add(what)
        return [{ ...ends, differs, region, core: space.and(piece.core, both) }]
      }
      const differ = seen.map((each) => each.where).reduce(space.or, never)
      const same = space.choose(differ, never, region)
      return [
        ...(seen.length === 0
          ? []
          : [{ ...ends, differs: new Set(seen.map(({ what }) => what)), region: space.and(region, differ), core: space.and(piece.core, space.and(both, differ)) }]),
        ...(same === never ? [] : [{ ...ends, differs, region: same, core: piece.core }]),
      ]
  })
}

/**
 * Where one side starts again and the other does not, or a pin takes what is chosen then, what `on
 * start` chooses is looked at, too.
 */
function endPairs(
  space: DiagramSpace,
  one: Step,
  other: Step,
  { region, oldSays, newSays }: Piece,
): readonly { readonly first: End; readonly second: End; readonly where: Diagram }[] {
  return endsWithin(space, one.ends, region).flatMap(({ end: first, where }) =>
    endsWithin(space, other.ends, space.and(region, where)).flatMap(({ end: second, where: there }) => {
      const both = space.and(where, there)
      const [left, right] = [first.to.kind === 'again', second.to.kind === 'again']
      const pins = [...oldSays, ...newSays].some((each) => each.startsWith('pin '))
      if (left === right && !(left && pins)) return [{ first, second, where: both }]
      const chosen = left ? endsWithin(space, one.followedEnds(), space.and(region, both)) : [{ end: first, where: both }]
      return chosen.flatMap(({ end, where: then }) => {
        const within = space.and(both, then)
        if (!right) return [{ first: end, second, where: within }]
        return endsWithin(space, other.followedEnds(), space.and(region, within)).map((last) => ({
          first: end,
          second: last.end,
          where: space.and(within, last.where),
        }))
      })
    }),
  )
}

/** Each end that inputs of the region come to, and where. */
function endsWithin(space: DiagramSpace, ends: Diagram, region: Diagram): readonly { readonly end: End; readonly where: Diagram }[] {
  const leaves = new Set<number>()
  space.bind(space.choose(region, ends, space.constant(no)), (leaf) => {
    leaves.add(leaf)
    return space.constant(no)
  })
  return [...leaves].flatMap((number) => {
    const leaf = space.leaves.at(number)
    if (leaf.kind !== 'end') return []
    return [{ end: leaf.end, where: space.bind(ends, (each) => space.constant(each === number ? yes : no)) }]
  })
}

function said(says: readonly string[], kind: string): string {
  return says.filter((each) => each.startsWith(`${kind} `)).join('\n')
}

interface Ends {
  readonly one: Step
  readonly other: Step
  readonly first: End
  readonly second: End
}

/** Where what is remembered, hidden or left of hosts differs. */
function elsewhereDiffers(
  space: DiagramSpace,
  { one, other, first, second }: Ends,
  older: Side,
  newer: Side,
  followed: Followed,
): readonly { readonly what: Difference; readonly where: Diagram }[] {
  const differ = differing(space, () => true)
  const pinned = (name: string, step: Step, end: End, before: Diagram): Diagram => {
    if (end.to.kind === 'none') return before
    const to = end.to.kind === 'model' ? end.to.model : end.to.kind === 'ranked' ? `as ${end.to.by} leaves it` : 'as a restart leaves it'
    const last = (end.again?.says ?? []).filter((each) => each === `pin ${name}` || each === `release ${name}`).at(-1)
    const pins = last === undefined ? step.pins(name) : space.constant(last === `pin ${name}` ? yes : no)
    return space.choose(pins, space.constant(space.leaves.value(to)), before)
  }
  const memories = followed.keys.map((key) => {
    const name = followed.memories.find((each) => memoryKey(each) === key)
    const [before, after] = [one.after(key), other.after(key)]
    return {
      what: 'memory' as const,
      where: name === undefined ? differ(before, after) : differ(pinned(name, one, first, before), pinned(name, other, second, after)),
    }
  })
  const model = first.to.kind === 'model' && second.to.kind === 'model' && first.to.model === second.to.model ? first.to.model : undefined
  if (model === undefined) return memories
  return [
    ...memories,
    ...followed.tools.map((tool) => ({ what: 'tools' as const, where: differ(one.hides(tool, model), other.hides(tool, model)) })),
    ...followed.hosts
      .filter((host) => host.model === model)
      .map(({ provider }) => ({
        what: 'hosts' as const,
        where: differ(older.hostPasses(model, provider), newer.hostPasses(model, provider)),
      })),
  ]
}

