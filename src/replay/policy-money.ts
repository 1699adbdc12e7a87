import type { Policy } from '../policy/core.ts'
import type { Decision } from '../policy/decision.ts'
import type { CallRecord } from '../trace/record.ts'
import {
  askedMoney,
  loggedPromptTokens,
  modelledCall,
  modelledCompaction,
  overheadOf,
} from './call-money.ts'
import { leavesOf, modelledMoney, together, unknownMoney } from './money.ts'
import type { Money, Phase, Place } from './result.ts'
import { datedMicros } from '../trace/dated.ts'

/** The log's own figure up to the divergence; from there on a modelled one. */
export function policyMoney(
  policy: Policy,
  call: CallRecord,
  phase: Phase,
  recordedCost: Money,
  served: Place | undefined,
): Money {
  return phase === 'before' ? recordedCost : modelledCall(policy, call, served)
}

/** What the policy causes beside the call itself: classifiers asked, a compaction. */
export function overheadMoney(
  policy: Policy,
  call: CallRecord,
  decision: Decision,
  phase: Phase,
  alreadyCompacted: boolean,
): Money | undefined {
  const asked = askedMoney(policy, call, decision.asked)
  const compacts = decision.switched?.compactToMillionths !== undefined && !alreadyCompacted
  const overhead = overheadOf([
    ...asked,
    ...(compacts
      ? [modelledCompaction(policy, decision.switched?.from, loggedPromptTokens(call), datedMicros(call))]
      : []),
  ])
  return overhead === undefined || phase === 'before' ? overhead : pastDivergence(overhead)
}

/** Nothing past a divergence is known better than modelled. */
function pastDivergence(money: Money): Money {
  return together(
    leavesOf(money).map((leaf) =>
      leaf.level === 'modelled' || leaf.value === null || leaf.lo === null
        ? leaf.value === null
          ? unknownMoney(leaf.basis)
          : leaf
        : modelledMoney(leaf.value, leaf.lo, leaf.hi, leaf.basis),
    ),
  )
}
