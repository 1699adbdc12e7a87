import type { Policy, ServeLines } from '../../policy/core.ts'
import { partsOfRules } from './vocabulary.ts'

/** What the trace says that decides whether a draw can matter. */
export interface DrawFacts {
  /** Recorded outages: faults, or a host that failed again; an attempt's instant then decides what it comes to. */
  readonly faults: boolean
}

/**
 * Why decisions of a policy depend on the very text of a session's id: `bucket`, a weighted choice
 * or a weighted host is drawn by it. A jittered pause is drawn by it too; it matters only where an
 * attempt's instant does, through `outage` or a recorded fault.
 */
export function drawsBySession(policy: Policy, { faults }: DrawFacts): readonly string[] {
  const parts = partsOfRules(policy)
  const asks = (name: string): boolean =>
    parts.some((part) => part.kind === 'call' && part.function === name)
  const lines = serveLinesOf(policy)
  const jitters = lines.some(({ retry }) => retry?.jitter !== undefined)
  return [
    ...(asks('bucket') ? ['`bucket` is asked'] : []),
    ...(choosesByWeight(policy) ? ['a choice is `weighted`'] : []),
    ...(lines.some(({ weights, strategy }) => weights !== undefined || strategy !== undefined)
      ? ['hosts are drawn by weight or strategy']
      : []),
    ...(jitters && (asks('outage') || faults) ? ['a jittered pause meets an outage'] : []),
  ]
}

/** A pause that is drawn anew may run past the end of the time that a call has. */
export function jittersBeforeDeadline(policy: Policy): boolean {
  const lines = serveLinesOf(policy)
  return (
    lines.some(({ retry }) => retry?.jitter !== undefined) &&
    lines.some(({ timeoutMicros }) => timeoutMicros?.total !== undefined)
  )
}

export function serveLinesOf({ serving, profiles }: Policy): readonly ServeLines[] {
  return [...serving, ...profiles].map(({ lines }) => lines)
}

function choosesByWeight({ blocks }: Policy): boolean {
  const rules = [blocks.start, blocks.turn, blocks.call].flatMap((block) =>
    block === undefined ? [] : [...block.rules, block.otherwise],
  )
  return rules.some(({ choice }) => {
    for (let at = choice; at !== undefined; at = 'else' in at ? at.else : undefined) {
      if (at.kind === 'choose' && at.ranking.kind === 'weighted') return true
    }
    return false
  })
}
