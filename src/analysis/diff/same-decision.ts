import type { Decision } from '../../policy/decision.ts'
import type { CallResult, Place } from '../../replay/result/call.ts'

/**
 * Whether two decisions do the same to a call; by which rule and for what reason is left out, and so
 * are alerts and hosts that were not needed.
 */
export function sameDecision(left: Decision, right: Decision): boolean {
  return (
    left.model === right.model &&
    left.at === right.at &&
    (left.noRoute === undefined) === (right.noRoute === undefined) &&
    left.forThisCall === right.forThisCall &&
    samePrompt(left, right)
  )
}

/** Whether the model is sent the same. */
export function samePrompt(left: Decision, right: Decision): boolean {
  return (
    left.profile === right.profile &&
    left.switched?.compactToMillionths === right.switched?.compactToMillionths &&
    sameTexts(left.reminders, right.reminders) &&
    sameTexts(left.hiddenTools, right.hiddenTools)
  )
}

/** Whether a call that is decided alike is also tried at the same hosts, and ends alike. */
export function sameServing(left: CallResult, right: CallResult): boolean {
  return (
    left.end === right.end &&
    samePlaceExactly(left.served, right.served) &&
    left.attempts.length === right.attempts.length &&
    left.attempts.every((attempt, at) => {
      const other = right.attempts[at]
      return (
        attempt.model === other?.model &&
        attempt.provider === other.provider &&
        attempt.errorClass === other.errorClass
      )
    })
  )
}

function samePlaceExactly(left: Place | undefined, right: Place | undefined): boolean {
  return left?.model === right?.model && left?.provider === right?.provider
}

export function sameTexts(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((text, at) => text === right[at])
}
