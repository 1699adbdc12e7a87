import type { Policy } from '../core.ts'
import type { CallInput, Decision, Explanation, SessionState, World } from '../decision.ts'
import { decide } from './decide.ts'
import { tracing } from './trace.ts'

/**
 * How one call was decided: the rules in order with what their guards came to, the effects, the
 * candidates and why each was dropped, and what the choice changed. `state` is the observed one that
 * the decision was made on. The tree is written by the evaluator itself while it decides again.
 */
export function explainDecision(
  policy: Policy,
  state: SessionState,
  input: CallInput,
  world: World,
): Explanation {
  const { trace, tree } = tracing(`call ${state.call}, turn ${state.turn}`)
  const [, decision] = decide(policy, state, input, world, trace)
  const { label, children } = tree()
  return { label, value: headline(decision), children: [...children, ...consequences(decision)] }
}

function headline(decision: Decision): string {
  const after = decision.after.length === 0 ? '' : ` after [${decision.after.join(', ')}]`
  const forced = decision.reason === 'forced' ? ', forced' : ''
  const target = decision.model ?? `no route (${decision.noRoute?.reason ?? ''})`
  const at = decision.at === undefined ? '' : ` at ${decision.at}`
  const profile = decision.profile === undefined ? '' : ` with ${decision.profile}`
  return `${target}${at}${profile} by ${decision.rule}${after}${forced}`
}

function consequences(decision: Decision): readonly Explanation[] {
  const { switched } = decision
  const line = (label: string, value: string): Explanation => ({ label, value, children: [] })
  const lines = (label: string, values: readonly string[]): readonly Explanation[] =>
    values.length === 0 ? [] : [line(label, values.join(', '))]
  return [
    ...(decision.forThisCall ? [line('for this call', 'remembered nowhere')] : []),
    ...(switched === undefined ? [] : [line('switch', switchText(switched))]),
    ...lines('hosts left by filters', decision.endpoints),
    ...lines('tools hidden', decision.hiddenTools),
    ...lines('reminders', decision.reminders),
    ...lines('alerts', decision.alerts),
    ...lines('classifiers asked', decision.asked),
    ...lines('filters at rest', decision.resting),
    ...(decision.undetermined ? lines('undetermined, missing', decision.missing) : []),
  ]
}

function switchText(switched: NonNullable<Decision['switched']>): string {
  const { from, to, kind, compactToMillionths } = switched
  const crossing = switched.otherFamily
    ? ', other family'
    : switched.otherProvider
      ? ', other provider'
      : ''
  const context =
    compactToMillionths === undefined ? 'context kept' : `compacted to ${compactToMillionths / 10_000}%`
  return `${from} -> ${to}, ${kind}${crossing}, ${context}`
}
