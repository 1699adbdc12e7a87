import { canonicalModel, modelNamed } from '../policy/catalogue-queries.ts'
import { decisionReads } from '../policy/dataflow/decision-reads.ts'
import type { FittedModel } from '../policy/dataflow/reads.ts'
import { factOf } from '../policy/facts.ts'
import { differenceOf, repliesOtherwise } from './divergence.ts'
import type { Comparison } from './divergence.ts'
import type { DecidedCall } from './hosts.ts'
import type { DecisionMode } from './result/replay.ts'
import { transferFactor } from './transfer.ts'

/** What a session's divergence has changed so far of what its later decisions read. */
export interface Taint {
  /** Another model, prompt or end gave another reply. */
  readonly reply: boolean
  /** Something was served otherwise: instants, spending, caches are not the log's. */
  readonly serving: boolean
  /** An earlier decision read something changed: what it left in the state may not be so. */
  readonly decided: boolean
}

export const untainted: Taint = { reply: false, serving: false, decided: false }

const projectedName = 'context.length'

/** The name under which a decision reads the state that a tainted one has left. */
export const earlierDecision = 'an earlier decision'

/**
 * What this decision may have read that the divergence changed, sorted; empty: nothing. In mode
 * `projected` the size of the prompt is what the assumptions make of it: it taints a decision that
 * its bounds leave open, and no other.
 */
export function taintedBy(taint: Taint, call: DecidedCall, mode: DecisionMode): readonly string[] {
  const { policy, decision } = call
  const { names, fitted } = decisionReads(policy, decision)
  const changed = [...names].filter(([, changedBy]) => taint[changedBy]).map(([name]) => name)
  const isProjected = (name: string): boolean => mode === 'projected' && name === projectedName
  const isOpen =
    (decision.undetermined && decision.missing.includes(projectedName)) ||
    (names.has(projectedName) && policy.filters.some((filter) => decision.resting.includes(filter.name)))
  return [
    ...changed.filter((name) => !isProjected(name) || isOpen),
    ...(isOpen && mode === 'projected' && !changed.includes(projectedName) ? [projectedName] : []),
    ...(mode !== 'projected' && taint.reply && fitsOnlySome(call, fitted) ? ['context-window'] : []),
    ...(taint.decided ? [earlierDecision] : []),
  ].sort()
}

/** The taint of the calls after this one; `tainted`: it read something changed. */
export function taintAfter(taint: Taint, comparison: Comparison, tainted: boolean): Taint {
  const differs = differenceOf(comparison) !== undefined
  return {
    reply: taint.reply || (differs && repliesOtherwise(comparison)),
    serving: taint.serving || differs,
    decided: taint.decided || tainted,
  }
}

/**
 * Every choice asks whether the prompt fits. That counts as read where some model asked would take
 * the prompt at one size within the assumed factor of the logged one, and not at another.
 */
function fitsOnlySome(call: DecidedCall, fitted: ReadonlySet<FittedModel>): boolean {
  const { policy, begun, input } = call
  if (policy.unchecked.includes('context-window')) return false
  const tokens = factOf(policy, begun, input, 'context.length')
  if (typeof tokens !== 'number') return false
  const [least, most] = [Math.ceil(tokens / transferFactor), tokens * transferFactor]
  return [...fitted]
    .flatMap((each) => modelsOf(call, each))
    .some((name) => {
      const window = modelNamed(policy, name)?.contextTokens
      return window !== undefined && least <= window && window < most
    })
}

function modelsOf({ policy, begun }: DecidedCall, fitted: FittedModel): readonly string[] {
  switch (fitted) {
    case 'current':
      return begun.choice === undefined ? [] : [begun.choice.model]
    case 'requested':
      return typeof begun.requested === 'string' ? [canonicalModel(policy, begun.requested)] : []
    case 'any':
      return policy.models.map((model) => model.name)
    default:
      return [fitted.model]
  }
}
