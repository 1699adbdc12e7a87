import { blockDiagram, isUndecided } from '../../check/diagram/blocks.ts'
import { shadowsOf } from '../../check/unreachable-rules.ts'
import type { Policy, Rule } from '../../policy/core.ts'

/** Why a rule can never fire; `undefined`: it can, or that is not decided. */
export function unreachableReason(policy: Policy, rule: Rule): string | undefined {
  const moments = (['start', 'turn', 'call'] as const).filter((moment) => {
    const block = policy.blocks[moment]
    return block !== undefined && (block.otherwise === rule || block.rules.includes(rule))
  })
  const shadows = new Set<string>()
  for (const moment of moments) {
    const diagram = blockDiagram(policy, moment)
    if (diagram === undefined || isUndecided(diagram)) return undefined
    const index = diagram.rules.findIndex((each) => each.rule === rule)
    const found = shadowsOf(diagram, index)
    if (found === undefined || isUndecided(found)) return undefined
    for (const { name } of found) shadows.add(name)
  }
  if (moments.length === 0) return undefined
  const names = [...shadows].map((name) => `\`${name}\``).join(', ')
  return names === '' ? 'its condition is never true (RT0301)' : `${names} leave nothing to it (RT0301)`
}
