import type { Expression, Policy } from '../../policy/core.ts'
import { eachPart, partsOf } from '../../policy/walk.ts'

/**
 * Whether two guards ask the same classifiers, however they come out and whichever is judged first:
 * none, or one that both begin with.
 */
export function askAlike(policy: Policy, one: Expression, other: Expression): boolean {
  const both = new Set([...classifiersAsked(policy, one), ...classifiersAsked(policy, other)])
  const [first, ...more] = both
  if (first === undefined) return true
  return more.length === 0 && beginsWith(one, first) && beginsWith(other, first)
}

function classifiersAsked(policy: Policy, expression: Expression, seen: Set<string> = new Set()): ReadonlySet<string> {
  const found = new Set<string>()
  const inside = (key: string, parts: readonly Expression[]): void => {
    if (seen.has(key)) return
    seen.add(key)
    for (const part of parts) for (const name of classifiersAsked(policy, part, seen)) found.add(name)
  }
  eachPart(expression, (part) => {
    if (part.kind === 'verdict' || part.kind === 'verdict-score') found.add(part.classifier)
    if (part.kind === 'signal') {
      const signal = policy.signals.find(({ name }) => name === part.signal)
      if (signal !== undefined) inside(`signal ${part.signal}`, [signal.value])
    }
    if (part.kind === 'scorer-score' || part.kind === 'scorer-band') {
      const weights = policy.scorers.find(({ name }) => name === part.scorer)?.weights ?? []
      inside(`scorer ${part.scorer}`, weights.map(({ signal }) => signal))
    }
    // What a model is worth is told by its scores, whoever gives them.
    if (part.kind === 'call' && part.function === 'benefit') {
      for (const { name } of policy.classifiers) found.add(name)
    }
  })
  return found
}

/** Whether the part that is judged first reads the verdict itself. */
function beginsWith(guard: Expression, classifier: string): boolean {
  if (guard.kind === 'verdict') return guard.classifier === classifier
  const [first] = partsOf(guard)
  return first !== undefined && beginsWith(first, classifier)
}
