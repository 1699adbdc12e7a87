import type { Policy } from '../../src/policy/core.ts'
import type { CallInput, Decision, Evaluator, SessionState, World } from '../../src/policy/decision.ts'
import { referenceEvaluator } from '../../src/policy/reference/decide.ts'
import { clockOf, conclude, observe, startSession } from '../../src/policy/session-state.ts'
import { callInputs, conclusionOf, madeUpWorld } from './arbitrary-session.ts'
import type { MadeUpSession } from './arbitrary-session.ts'

export interface PlayedCall {
  readonly input: CallInput
  readonly world: World
  /** The state that the decision was made on, and the one that it left. */
  readonly observed: SessionState
  readonly decided: SessionState
  readonly decision: Decision
}

/**
 * A made-up session decided call by call. `between` sees the state as it is kept between calls. What is
 * said in a call is made of words of the policy: where a changed policy is to hear the same, hand in
 * the `inputs` of the other one.
 */
export function play(
  policy: Policy,
  session: MadeUpSession,
  between: (state: SessionState) => SessionState = (state) => state,
  evaluator: Evaluator = referenceEvaluator(policy),
  inputs: readonly CallInput[] = callInputs(session, policy),
): readonly PlayedCall[] {
  const world = madeUpWorld(session.worldSeed)
  let state = startSession(policy, 'made-up')
  return inputs.map((input, index) => {
    const made = session.calls[index]
    const observed = between(observe(policy, between(state), input))
    const [decided, decision] = evaluator.decide(observed, input, world)
    state =
      made === undefined
        ? decided
        : conclude(policy, decided, decision, conclusionOf(made, decision, policy, clockOf(input)))
    return { input, world, observed, decided, decision }
  })
}

export function decisionsOf(played: readonly PlayedCall[]): readonly Decision[] {
  return played.map((call) => call.decision)
}
