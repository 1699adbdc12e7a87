import type { DiagramSpace } from '../../check/diagram/diagram-space.ts'
import { no, yes } from '../../check/diagram/leaves.ts'
import { leafAt, samplePoints } from '../../check/diagram/samples.ts'
import type { Point } from '../../check/diagram/samples.ts'
import type { Diagram } from '../../check/diagram/store.ts'
import { diagramOf } from './cubes.ts'
import { pairedSteps } from './pieces.ts'
import type { Piece } from './pieces.ts'
import type { Side, Step } from './steps.ts'

const pointsTried = 96
const nodesSpent = 20_000

/**
 * Where two blocks are too large to be followed through: a few inputs of each rule that has no partner
 * or another end, each followed by itself. What is found is so; what is not found may be.
 */
export function sampledPieces(space: DiagramSpace, possible: Diagram, older: Side, newer: Side): readonly Piece[] {
  const found = new Map<string, Piece>()
  for (const pairing of pairedSteps(older, newer)) {
    const one = 'old' in pairing ? older.steps[pairing.old] : undefined
    const other = 'new' in pairing ? newer.steps[pairing.new] : undefined
    const step = one ?? other
    if (step === undefined || (one !== undefined && other !== undefined && one.ends === other.ends)) continue
    const place = 'old' in pairing ? pairing.old : pairing.new
    const before = ('old' in pairing ? older : newer).steps.slice(0, place)
    const left = largelyWithout(space, space.and(step.guard, possible), before)
    for (const point of samplePoints({ space }, left, pointsTried)) {
      const [old, now] = [followed(space, older, point), followed(space, newer, point)]
      if (old === undefined || now === undefined) continue
      const core = space.and(step.guard, space.and(old.step.guard, now.step.guard))
      const key = JSON.stringify([step.name, old.place, now.place, old.says, now.says])
      const known = found.get(key)
      const at = diagramOf(space, new Map(point.map((cell, level) => [level, new Set([cell])])))
      found.set(key, {
        old: old.place,
        new: now.place,
        oldSays: old.says,
        newSays: now.says,
        oldVia: old.via,
        newVia: now.via,
        core,
        region: known === undefined ? at : space.or(known.region, at),
        sampled: true,
        unless: [
          ...earlier(space, older, old.place, core).map((each) => ({ side: 'old' as const, step: each })),
          ...earlier(space, newer, now.place, core).map((each) => ({ side: 'new' as const, step: each })),
        ],
      })
    }
  }
  return [...found.values()]
}

/** Most of what rules before take is taken out, so that the inputs that are tried reach the rule. */
function largelyWithout(space: DiagramSpace, target: Diagram, before: readonly Step[]): Diagram {
  const most = space.store.size() + nodesSpent
  return before.reduce(
    (left, { chooses, guard }) =>
      chooses && space.store.size() < most ? space.choose(guard, space.constant(no), left) : left,
    target,
  )
}

interface Followed {
  readonly place: number
  readonly step: Step
  readonly says: readonly string[]
  readonly via: readonly string[]
}

function followed(space: DiagramSpace, { steps }: Side, point: Point): Followed | undefined {
  const says: string[] = []
  const via: string[] = []
  for (const [place, step] of steps.entries()) {
    if (leafAt({ space }, step.guard, point) !== yes) continue
    says.push(...step.says)
    if (step.chooses) return { place, step, says, via }
    if (step.says.length > 0) via.push(step.name)
  }
  return undefined
}

/** Rules that choose before and may take a part. */
function earlier(space: DiagramSpace, { steps }: Side, place: number, core: Diagram): readonly Step[] {
  const never = space.constant(no)
  return steps.slice(0, place).filter(({ chooses, guard }) => chooses && space.and(guard, core) !== never)
}
