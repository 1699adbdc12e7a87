import type { Conclusion, Decision, Evaluator, SessionState } from '../../src/policy/decision.ts'
import { conclude, observe, startSession } from '../../src/policy/session-state.ts'
import { callInputs, conclusionOf, madeUpWorld } from './arbitrary-session.ts'
import type { MadeUpSession } from './arbitrary-session.ts'

export interface Step {
  readonly decision: Decision
  readonly state: SessionState
}

/**
 * Decides every call of a session in turn. `conclusions` are those of the run before, so that two
 * evaluators see the same world even where they differ; without them each call ends as it would.
 */
export function runSession(
  evaluator: Evaluator,
  session: MadeUpSession,
  conclusions?: readonly Conclusion[],
): { readonly steps: readonly Step[]; readonly conclusions: readonly Conclusion[] } {
  const { policy } = evaluator
  const world = madeUpWorld(session.worldSeed)
  const steps: Step[] = []
  const ended: Conclusion[] = []
  let state = startSession(policy, `session-${session.worldSeed}`)
  callInputs(session, policy).forEach((input, index) => {
    const made = session.calls[index]
    if (made === undefined) return
    const [next, decision] = evaluator.decide(observe(policy, state, input), input, world)
    steps.push({ decision, state: next })
    const conclusion = conclusions?.[index] ?? conclusionOf(made, decision, policy, input.nowMicros)
    ended.push(conclusion)
    state = conclude(policy, next, decision, conclusion)
  })
  return { steps, conclusions: ended }
}

/** `undefined` where they agree at every call, else the first call at which they do not. */
export function firstDifference(
  left: Evaluator,
  right: Evaluator,
  session: MadeUpSession,
): { readonly call: number; readonly left: Step | undefined; readonly right: Step | undefined } | undefined {
  const first = runSession(left, session)
  const second = runSession(right, session, first.conclusions)
  for (let index = 0; index < first.steps.length; index += 1) {
    const one = first.steps[index]
    const two = second.steps[index]
    if (canonical(one) !== canonical(two)) return { call: index + 1, left: one, right: two }
  }
  return undefined
}

/** A text that is equal exactly for equal plain data, whatever the order of keys. */
export function canonical(value: unknown): string {
  if (typeof value === 'bigint') return `${value}n`
  if (value === undefined) return 'undefined'
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  return `{${Object.entries(value)
    .filter(([, entry]) => entry !== undefined)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([key, entry]) => `${JSON.stringify(key)}:${canonical(entry)}`)
    .join(',')}}`
}
