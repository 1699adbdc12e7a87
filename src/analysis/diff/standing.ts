import { frameAt } from '../../check/diagram/blocks.ts'
import { allowedOf, candidateOf } from '../../check/diagram/candidacy.ts'
import type { DiagramSpace } from '../../check/diagram/diagram-space.ts'
import { inputOf, standingVariable } from '../../check/diagram/inputs.ts'
import { jointSpace } from '../../check/diagram/joint.ts'
import { no, yes } from '../../check/diagram/leaves.ts'
import type { Frame } from '../../check/diagram/reading.ts'
import type { Space, Values } from '../../check/diagram/space.ts'
import type { Diagram } from '../../check/diagram/store.ts'
import type { Moment, Policy } from '../../policy/core.ts'

/**
 * Models that both policies let be chosen for the same inputs, as `allowed m` and `candidate m`. One
 * truth can then stand for all that this rests on: diagrams stay small and conditions readable.
 */
export function standingAlike(older: Policy, newer: Policy, moment: Moment, limit: number): ReadonlySet<string> {
  const names = older.models.map(({ name }) => name).filter((name) => newer.models.some((each) => each.name === name))
  const read = (policy: Policy, space: Space): readonly Values[] => {
    const frame = frameAt(policy, moment, space)
    return names.flatMap((name) => [allowedOf(name, frame), candidateOf(name, frame)])
  }
  const keys = names.flatMap((name) => [`allowed ${name}`, `candidate ${name}`])
  const joint = jointSpace(older, newer, limit, read)
  const [one, other] = [read(older, joint.older), read(newer, joint.newer)]
  return new Set(keys.filter((_, index) => one[index] === other[index]))
}

/** A frame in which these truths stand for themselves; what they rest on is declared beside them. */
export function withStanding(frame: Frame, alike: ReadonlySet<string>): Frame {
  const exact: Frame = { ...frame, known: new Map() }
  return {
    ...frame,
    standsFor: (what, model) => {
      if (!alike.has(`${what} ${model}`)) return undefined
      const { space } = frame
      // What belongs together stands together: the diagrams of it would multiply otherwise.
      for (const each of kinds) {
        if (!alike.has(`${each} ${model}`)) continue
        space.read(standingVariable(space.variables, each, model))
        standing(each, model, exact)
      }
      return space.read(standingVariable(space.variables, what, model))
    },
  }
}

const kinds = ['allowed', 'candidate'] as const

function standing(what: 'allowed' | 'candidate', model: string, frame: Frame): Values {
  return what === 'allowed' ? allowedOf(model, frame) : candidateOf(model, frame)
}

/** Where every such truth that was read is what it stands for. */
export function standingRight(space: DiagramSpace, policy: Policy, moment: Moment): Diagram {
  const frame = frameAt(policy, moment, space)
  return space.variables.all.reduce((left, variable) => {
    const source = inputOf(variable)
    if (source.kind !== 'allowed' && source.kind !== 'candidate') return left
    const exact = standing(source.kind, source.model, frame)
    const negated = space.choose(exact, space.constant(no), space.constant(yes))
    return space.and(left, space.choose(space.read(variable), exact, negated))
  }, space.constant(yes))
}
