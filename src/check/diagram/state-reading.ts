import type { Expression, Policy } from '../../policy/core.ts'
import { eachPart } from '../../policy/walk.ts'

/** Whether what rules write, a memory or a `since`, is read, through signals and scorers too. */
export function readsState(policy: Policy, expression: Expression): boolean {
  return reads(policy, expression, new Set())
}

function reads(policy: Policy, expression: Expression, seen: Set<string>): boolean {
  let found = false
  const inside = (name: string, parts: readonly Expression[]): void => {
    if (seen.has(name)) return
    seen.add(name)
    found ||= parts.some((part) => reads(policy, part, seen))
  }
  eachPart(expression, (part) => {
    if (part.kind === 'memory' || part.kind === 'since') found = true
    if (part.kind === 'signal') {
      const signal = policy.signals.find((each) => each.name === part.signal)
      if (signal !== undefined) inside(`signal ${part.signal}`, [signal.value])
    }
    if (part.kind === 'scorer-score' || part.kind === 'scorer-band') {
      const weights = policy.scorers.find((each) => each.name === part.scorer)?.weights ?? []
      inside(`scorer ${part.scorer}`, weights.map((weight) => weight.signal))
    }
  })
  return found
}
