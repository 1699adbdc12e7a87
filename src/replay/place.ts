import type { CallResult, Place } from './result/call.ts'

/** Whether two places are one, as far as both are known: an unknown provider equals any. */
export function samePlace(left: Place | undefined, right: Place | undefined): boolean {
  if (left === undefined || right === undefined) return left === right
  return (
    left.model === right.model &&
    (left.provider === undefined || right.provider === undefined || left.provider === right.provider)
  )
}

export function placeText(place: Place): string {
  return place.provider === undefined ? place.model : `${place.model} at ${place.provider}`
}

/**
 * `from → to` of a call that the policy serves elsewhere; `undefined` where it does not. Providers
 * are named only where the model stays.
 */
export function transitionOf(
  call: Pick<CallResult, 'recorded' | 'served' | 'end' | 'recordedEnd' | 'comparedByModelOnly'>,
): string | undefined {
  const { recorded, served, end, recordedEnd, comparedByModelOnly } = call
  const from = recordedEnd === 'served' ? recorded : undefined
  const to = end === 'served' ? served : undefined
  if (from === undefined && to === undefined) {
    return end === recordedEnd ? undefined : `${recordedEnd} → ${end}`
  }
  if (from !== undefined && to !== undefined) {
    if (samePlace(comparedByModelOnly ? { ...from, provider: undefined } : from, to)) return undefined
    return from.model === to.model
      ? `${placeText(from)} → ${placeText(to)}`
      : `${from.model} → ${to.model}`
  }
  return `${from?.model ?? recordedEnd} → ${to?.model ?? end}`
}
