import type { DiagramSpace } from '../../check/diagram/diagram-space.ts'
import { no, yes } from '../../check/diagram/leaves.ts'
import { readsState } from '../../check/diagram/state-reading.ts'
import type { Diagram } from '../../check/diagram/store.ts'
import type { Policy } from '../../policy/core.ts'
import { expressionsOf } from '../../policy/walk.ts'
import type { Side } from './steps.ts'

/**
 * Where a later call drops its choice, so that `on start` chooses: of a region, so that no diagram of
 * the whole block is built.
 */
export function againWithin(space: DiagramSpace, region: Diagram, { steps }: Side): Diagram {
  const never = space.constant(no)
  let left = region
  let found = never
  for (const step of steps) {
    if (left === never) break
    if (!step.chooses) continue
    const again = space.bind(step.ends, (leaf) => {
      const end = space.leaves.at(leaf)
      return space.constant(end.kind === 'end' && end.end.to.kind === 'again' ? yes : no)
    })
    found = space.or(found, space.and(space.and(left, step.guard), again))
    left = space.choose(step.guard, never, left)
  }
  return found
}

/** Whether `on start` may read what rules before a restart have written. */
export function startReadsState(policy: Policy): boolean {
  const { start } = policy.blocks
  if (start === undefined) return false
  const only = { ...policy, signals: [], scorers: [], hides: [], invariants: [], expectations: [], tests: [], blocks: { start } }
  return expressionsOf(only).some((expression) => readsState(policy, expression))
}
