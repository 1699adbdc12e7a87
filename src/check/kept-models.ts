import type { Block, Expression, Policy } from '../policy/core.ts'
import { eachPart } from '../policy/walk.ts'
import type { Check } from './accept.ts'
import { choiceChain } from './used-models.ts'

/**
 * A model that is kept may have been denied since. The engine then chooses again by itself, with the
 * reason `forced`; a policy that filters models says better what it wants.
 */
export const checkKeptModels: Check = (policy, accept) => {
  const filter = policy.filters[0]
  if (filter === undefined) return
  const reported = new Set<Block | undefined>()
  for (const moment of ['turn', 'call'] as const) {
    const block = policy.blocks[moment]
    if (reported.has(block) || !keeps(block) || handles(policy, block)) continue
    reported.add(block)
    const location = block?.location ?? policy.blocks.start?.location
    if (location === undefined) return
    accept(
      'RT0318',
      location,
      `no rule of \`on ${moment}\` handles a kept model that \`${filter.name}\` has taken out`,
      {
        help: 'write one, as in `rule revoked: when not allowed(current) then restart`',
        related: [{ location: filter.location, message: 'the filter stands here' }],
      },
    )
  }
}

function keeps(block: Block | undefined): boolean {
  if (block === undefined) return true
  return [...block.rules, block.otherwise].some((rule) =>
    choiceChain(rule.choice).some((choice) => choice.kind === 'keep'),
  )
}

function handles(policy: Policy, block: Block | undefined): boolean {
  return (
    block?.rules.some(
      (rule) => rule.guard !== undefined && asksAllowed(policy, rule.guard, new Set()),
    ) === true
  )
}

function asksAllowed(policy: Policy, guard: Expression, seen: Set<string>): boolean {
  let found = false
  eachPart(guard, (part) => {
    if (part.kind === 'call' && part.function === 'allowed') found = true
    if (part.kind !== 'signal' || seen.has(part.signal)) return
    seen.add(part.signal)
    const signal = policy.signals.find((each) => each.name === part.signal)
    if (signal !== undefined && asksAllowed(policy, signal.value, seen)) found = true
  })
  return found
}
