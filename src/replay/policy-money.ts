import type { Policy } from '../policy/core.ts'
import type { Decision } from '../policy/decision.ts'
import type { CallRecord, Usage } from '../trace/record.ts'
import { attemptMoney } from './attempt-money.ts'
import { askedMoney, asAnswered, modelledCompaction, overheadOf } from './call-money.ts'
import { attemptPlace } from './recorded-place.ts'
import { leavesOf, modelledMoney, together, unknownMoney } from './money.ts'
import type { Attempt, Phase } from './result/call.ts'
import type { Money } from './result/money.ts'
import { datedMicros } from '../trace/dated.ts'

/**
 * Up to the divergence a call costs what it did in the log. One that is answered by an attempt that the
 * log did not make then (`answersAnew`) is taken to be answered alike.
 */
export function undivergedMoney(recordedCost: Money, answersAnew: boolean): Money {
  return answersAnew ? asAnswered(recordedCost) : recordedCost
}

/** Classifiers that the policy asks at this call. */
export function classifierMoney(
  policy: Policy,
  call: CallRecord,
  decision: Decision,
  phase: Phase,
): Money | undefined {
  return inPhase(overheadOf(askedMoney(policy, call, decision.asked)), phase)
}

/** The summarising call that the policy's switch causes, where the log has none of its own. */
export function switchCompactionMoney(
  policy: Policy,
  call: CallRecord,
  decision: Decision,
  phase: Phase,
  context: { readonly alreadyCompacted: boolean; readonly tokens: number | undefined; readonly isWarm: boolean | undefined },
): Money | undefined {
  const { switched } = decision
  if (switched?.compactToMillionths === undefined || context.alreadyCompacted) return undefined
  const money = modelledCompaction(policy, {
    model: switched.from,
    contextTokens: context.tokens,
    keptMillionths: switched.compactToMillionths,
    isWarm: context.isWarm,
    atMicros: datedMicros(call),
  })
  return inPhase(money, phase)
}

/** What failed attempts may have cost, beside the one that served. */
export function attemptsMoney(
  policy: Policy,
  call: CallRecord,
  attempts: readonly Attempt[],
  phase: Phase,
  usage: Usage | undefined = call.usage,
): Money | undefined {
  const billed = attempts
    .flatMap((attempt) => attemptMoney(policy, call, attempt, usage) ?? [])
    .filter(({ value, hi }) => value !== 0n || hi !== 0n)
  return inPhase(overheadOf(billed), phase)
}

/** The same of the attempts that the log holds. */
export function recordedAttemptsMoney(policy: Policy, call: CallRecord): Money | undefined {
  const attempts = (call.attempts ?? []).flatMap((attempt): Attempt[] => {
    const place = attemptPlace(policy, call, attempt)
    if (place?.provider === undefined || attempt.errorClass === undefined) return []
    return [
      {
        model: place.model,
        provider: place.provider,
        startMicros: attempt.startMicros,
        endMicros: attempt.endMicros,
        errorClass: attempt.errorClass,
        status: attempt.status,
        cause: 'recorded',
      },
    ]
  })
  return attemptsMoney(policy, call, attempts, 'before')
}

function inPhase(money: Money | undefined, phase: Phase): Money | undefined {
  return money === undefined || phase === 'before' ? money : pastDivergence(money)
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
