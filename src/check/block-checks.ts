import type { Block, Moment, Policy } from '../policy/core.ts'
import type { Accept, Check } from './accept.ts'
import { blockDiagram, isUndecided } from './diagram/blocks.ts'
import type { BlockDiagram } from './diagram/blocks.ts'
import { checkMissingCases } from './missing-cases.ts'
import { checkOverlappingRules } from './overlapping-rules.ts'
import { checkRedundantRules } from './redundant-rules.ts'
import { checkStopsWhileAllowed } from './stops-while-allowed.ts'
import { checkUnreachableModels } from './unreachable-models.ts'
import { checkUnreachableRules } from './unreachable-rules.ts'

/** A check of one block, by its diagram at each moment that the block stands for. */
export type BlockCheck = (diagrams: readonly BlockDiagram[], accept: Accept) => void

const blockChecks: readonly BlockCheck[] = [
  checkUnreachableRules,
  checkRedundantRules,
  checkOverlappingRules,
  checkStopsWhileAllowed,
  checkMissingCases,
]

const moments: readonly Moment[] = ['start', 'turn', 'call']

/** Everything that is decided over the cells of the inputs, block by block. */
export const checkBlocks: Check = (policy, accept) => {
  const all: BlockDiagram[] = []
  const blocks = blocksByMoment(policy)
  for (const [block, standsFor] of blocks) {
    const diagrams = standsFor.map((moment) => blockDiagram(policy, moment))
    const undecided = diagrams.find(isUndecided)
    if (undecided !== undefined) {
      accept('RT0310', block.location, `whether every rule of this block can fire is not decided: ${undecided.reason}`, {
        help: 'nothing is claimed about it; fewer conditions over fewer inputs can be decided',
      })
      continue
    }
    const decided = diagrams.filter((each) => each !== undefined && !isUndecided(each))
    all.push(...decided)
    for (const check of blockChecks) check(decided, accept)
  }
  const wanted = [...blocks.values()].reduce((sum, standsFor) => sum + standsFor.length, 0)
  if (all.length === wanted) checkUnreachableModels(policy, all, accept)
}

/** Rules are judged at the start of a session and later; turn and call see the same inputs. */
function blocksByMoment({ blocks }: Policy): ReadonlyMap<Block, readonly Moment[]> {
  const found = new Map<Block, readonly Moment[]>()
  for (const moment of moments) {
    const block = blocks[moment]
    if (block === undefined) continue
    const before = found.get(block) ?? []
    if (moment === 'call' && before.includes('turn')) continue
    found.set(block, [...before, moment])
  }
  return found
}
