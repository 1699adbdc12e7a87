import type { DiagramSpace } from '../../check/diagram/diagram-space.ts'
import { no, yes } from '../../check/diagram/leaves.ts'
import type { End } from '../../check/diagram/leaves.ts'
import { TooLarge } from '../../check/diagram/store.ts'
import type { Diagram, Operation } from '../../check/diagram/store.ts'
import { aligned, whole } from './align.ts'
import type { Pairing } from './align.ts'
import type { Followed, Side, Step } from './steps.ts'

/** Inputs for which each policy's call is ended by one step, and may differ. */
export interface Piece {
  /** The steps of each side, by their places. */
  readonly old: number
  readonly new: number
  readonly oldSays: readonly string[]
  readonly newSays: readonly string[]
  /** Rules that fire on the way and go on, where they say something. */
  readonly oldVia: readonly string[]
  readonly newVia: readonly string[]
  /** Without what steps before have taken; see `unless`. */
  readonly core: Diagram
  /** Steps that may take a part of the core before. */
  readonly unless: readonly { readonly side: 'old' | 'new' | 'both'; readonly step: Step }[]
  /** The inputs themselves; of a sampled piece a few of them. */
  readonly region: Diagram
  readonly sampled: boolean
}

export interface Pieces {
  readonly pieces: readonly Piece[]
  /** Paired steps of other names. */
  readonly renamed: readonly { readonly old: string; readonly new: string }[]
  /** Some step has no partner, or another end. */
  readonly rewritten: boolean
  /** And every step without a partner is found elsewhere in the other list. */
  readonly reordered: boolean
}

const mostPieces = 4_000

interface Open {
  readonly fork: number
  readonly old: number | undefined
  readonly new: number | undefined
  readonly oldSays: readonly string[]
  readonly newSays: readonly string[]
  readonly oldVia: readonly string[]
  readonly newVia: readonly string[]
  readonly core: Diagram
  readonly region: Diagram
}

/**
 * Lays the rules of two blocks beside each other. Where no rule without a partner fires and no pair
 * ends otherwise, both do the same, and no diagram of that is ever built: only the inputs of the
 * others are followed through both lists. Throws `TooLarge`.
 */
export function piecesOf(
  space: DiagramSpace,
  possible: Diagram,
  older: Side,
  newer: Side,
  followed: Followed,
  sameEnd: (one: End, other: End) => boolean,
): Pieces {
  const never = space.constant(no)
  const without = (region: Diagram, taken: Diagram): Diagram => space.choose(taken, never, region)
  const differ = differing(space, sameEnd)
  const walk = pairedSteps(older, newer)

  let open = new Map<string, Open>()
  let forked: Diagram = never
  const add = (to: Map<string, Open>, piece: Open): void => {
    if (piece.region === never) return
    const { fork: from, old, new: newest, oldSays, newSays, oldVia, newVia } = piece
    const key = JSON.stringify([from, old, newest, oldSays, newSays, oldVia, newVia])
    const found = to.get(key)
    to.set(key, found === undefined ? piece : { ...found, region: space.or(found.region, piece.region), core: space.or(found.core, piece.core) })
    if (to.size > mostPieces) throw new TooLarge(`more than ${mostPieces} parts that differ`)
  }
  /** `core`: how the place is described. */
  const fork = (
    at: number,
    core: Diagram,
    where: Diagram,
    ends: Omit<Open, 'fork' | 'core' | 'region'>,
  ): void => {
    const region = without(space.and(where, possible), forked)
    if (region === never) return
    forked = space.or(forked, region)
    add(open, { fork: at, core, region, ...ends })
  }
  /** What a step does to the inputs that are followed and not yet ended on its side. */
  const through = (side: 'old' | 'new', place: number, step: Step, paired: boolean): void => {
    const next = new Map<string, Open>()
    for (const piece of open.values()) {
      if (piece[side] !== undefined) {
        add(next, piece)
        continue
      }
      const [says, via] = side === 'old' ? (['oldSays', 'oldVia'] as const) : (['newSays', 'newVia'] as const)
      const fires = space.and(piece.region, step.guard)
      // What a rule that both have takes is named with the region; see `unless`.
      const passed = step.chooses && paired ? piece.core : without(piece.core, step.guard)
      add(next, { ...piece, region: without(piece.region, step.guard), core: passed })
      add(next, {
        ...piece,
        region: fires,
        core: space.and(piece.core, step.guard),
        [says]: [...piece[says], ...step.says],
        ...(step.chooses ? { [side]: place } : { [via]: [...piece[via], step.name] }),
      })
    }
    open = next
  }
  const nothing = { old: undefined, new: undefined, oldSays: [], newSays: [], oldVia: [], newVia: [] }

  const outside = outsideRules(space, older, newer, followed, differ)
  fork(0, outside, outside, nothing)
  let rewritten = false
  const renamed: { readonly old: string; readonly new: string }[] = []
  for (const [index, pairing] of walk.entries()) {
    const at = index + 1
    const one = 'old' in pairing ? older.steps[pairing.old] : undefined
    const other = 'new' in pairing ? newer.steps[pairing.new] : undefined
    // A step that neither chooses nor says anything is followed by what it writes.
    if (one !== undefined && (one.chooses || one.says.length > 0)) through('old', placeOf(pairing, 'old'), one, other !== undefined)
    if (other !== undefined && (other.chooses || other.says.length > 0)) through('new', placeOf(pairing, 'new'), other, one !== undefined)
    if (one !== undefined && other !== undefined) {
      if (one.name !== other.name) renamed.push({ old: one.name, new: other.name })
      if (!one.chooses) continue
      const differs = followed.keys
        .map((key) => differ(one.after(key), other.after(key)))
        .reduce(space.or, differ(one.ends, other.ends))
      if (differs === never) continue
      rewritten = true
      const ends = {
        ...nothing, old: placeOf(pairing, 'old'), new: placeOf(pairing, 'new'), oldSays: one.says, newSays: other.says,
      }
      fork(at, one.guard, space.and(one.guard, differs), ends)
      continue
    }
    rewritten = true
    const step = one ?? other
    if (step === undefined || (!step.chooses && step.says.length === 0)) continue
    const [says, via] = one === undefined ? ['newSays', 'newVia'] : ['oldSays', 'oldVia']
    const done = !step.chooses ? {} : one === undefined ? { new: placeOf(pairing, 'new') } : { old: placeOf(pairing, 'old') }
    fork(at, step.guard, step.guard, { ...nothing, [says]: step.says, ...(!step.chooses && { [via]: [step.name] }), ...done })
  }

  const pieces = [...open.values()].flatMap((piece): readonly Piece[] => {
    // Only rules before the fork were not followed: in pairs, so that they take the same from both.
    const before = walk.slice(0, Math.max(0, piece.fork - 1)).flatMap((pairing) => {
      const step = pairing.kind === 'both' ? older.steps[pairing.old] : undefined
      return step?.chooses === true ? [step] : []
    })
    const region = before.reduce((left, { guard }) => without(left, guard), piece.region)
    // A pair that always fires leaves nothing to those after it, though one list may go on.
    if (region === never) return []
    const [old, newest] = [piece.old, piece.new]
    const [one, other] = [older.steps[old ?? -1], newer.steps[newest ?? -1]]
    if (old === undefined || newest === undefined || one === undefined || other === undefined) {
      throw new Error('a block ended without a choice')
    }
    const { core } = piece
    const touches = ({ guard }: Step): boolean => space.and(guard, core) !== never
    const others = (side: 'old' | 'new', steps: readonly Step[], end: number): Piece['unless'] =>
      walk.flatMap((pairing, index) => {
        // Rules in pairs before the fork are listed once, for both; the core is without later ones of one side.
        const listed = pairing.kind === 'both' ? index >= piece.fork : pairing.kind === side && index < piece.fork - 1
        const place = listed ? placeOf(pairing, side) : -1
        const step = steps[place]
        return step?.chooses === true && place < end && touches(step) ? [{ side, step }] : []
      })
    return [
      {
        old,
        new: newest,
        oldSays: piece.oldSays,
        newSays: piece.newSays,
        oldVia: piece.oldVia,
        newVia: piece.newVia,
        core,
        region,
        sampled: false,
        unless: [
          ...before.filter(touches).map((step) => ({ side: 'both' as const, step })),
          ...others('old', older.steps, old),
          ...others('new', newer.steps, newest),
        ],
      },
    ]
  })
  return { pieces, renamed, rewritten, reordered: rewritten && isReordered(walk, older, newer) }
}

function isReordered(walk: readonly Pairing[], older: Side, newer: Side): boolean {
  const keyOf = (step: Step | undefined): string => JSON.stringify([step?.guard, step?.ends, step?.says])
  const alone = (side: 'old' | 'new', steps: readonly Step[]): readonly string[] =>
    walk.flatMap((pairing) => (pairing.kind === side ? [keyOf(steps[placeOf(pairing, side)])] : [])).sort()
  const [left, right] = [alone('old', older.steps), alone('new', newer.steps)]
  return left.length > 0 && left.join('\n') === right.join('\n')
}

function placeOf(pairing: Pairing, side: 'old' | 'new'): number {
  if (side === 'old') return 'old' in pairing ? pairing.old : -1
  return 'new' in pairing ? pairing.new : -1
}

/** The rules of two blocks side by side. Throws `TooLarge`. */
export function pairedSteps(older: Side, newer: Side): readonly Pairing[] {
  const walk = aligned(older.steps.length, newer.steps.length, (old, newest) => {
    const [one, other] = [older.steps[old], newer.steps[newest]]
    if (one === undefined || other === undefined) return 0
    if (one.guard !== other.guard || one.chooses !== other.chooses || one.says.join('\n') !== other.says.join('\n')) return 0
    return one.ends === other.ends ? whole : 1
  })
  if (walk === undefined) throw new TooLarge('too many rules that differ')
  return walk
}

const differsId = 20

/** Where two diagrams come to different leaves; ends differ only as `sameEnd` has it. */
export function differing(
  space: DiagramSpace,
  sameEnd: (one: End, other: End) => boolean,
): (one: Diagram, other: Diagram) => Diagram {
  const never = space.constant(no)
  const operation: Operation = {
    id: differsId,
    leaves: (one, other) => {
      if (one === other) return no
      const [left, right] = [space.leaves.at(one), space.leaves.at(other)]
      return left.kind === 'end' && right.kind === 'end' && sameEnd(left.end, right.end) ? no : yes
    },
    early: (one, other) => (one === other ? never : -1),
  }
  return (one, other) => space.store.combine(operation, one, other)
}

/** Where filters of hosts, or what is hidden, differ for some model that both may choose. */
function outsideRules(
  space: DiagramSpace,
  older: Side,
  newer: Side,
  { tools, models, hosts }: Followed,
  differ: (one: Diagram, other: Diagram) => Diagram,
): Diagram {
  const hides = tools.flatMap((tool) =>
    models.map((model) => differ(older.hidesAtFirst(tool, model), newer.hidesAtFirst(tool, model))),
  )
  const passes = hosts.map(({ model, provider }) => differ(older.hostPasses(model, provider), newer.hostPasses(model, provider)))
  return [...hides, ...passes].reduce(space.or, space.constant(no))
}
