import type { Policy } from '../policy/core.ts'
import type { Decision } from '../policy/decision.ts'
import type { CallRecord, ReplyFacts } from '../trace/record.ts'
import { placeText, samePlace } from './place.ts'
import { comparablePlace } from './recorded-place.ts'
import type { CallResult, Place } from './result/call.ts'
import type { Divergence } from './result/session.ts'

/** What is compared of one call. `tried` is where the policy's call went, served or not. */
export interface Comparison {
  readonly policy: Policy
  readonly record: CallRecord
  readonly decision: Decision
  readonly end: CallResult['end']
  readonly recorded: Place | undefined
  readonly tried: Place | undefined
  /** The log marks a compaction before this call. */
  readonly compacted: boolean
  /** Tools that some prompt of this session offers; `undefined`: no prompt tells. */
  readonly offeredTools: ReadonlySet<string> | undefined
}

export type Difference = Omit<Divergence, 'call' | 'rule'>

/** What differs from the log: the host, the end or the prompt; `undefined`: nothing that is known. */
export function differenceOf(comparison: Comparison): Difference | undefined {
  const { recorded, tried } = comparison
  const detail = endpointDifference(comparison) ?? promptDifference(comparison)
  return detail === undefined ? undefined : { ...detail, from: recorded, to: tried }
}

/** Whether the reply may be another one than the log's: not where the same model answered the same prompt. */
export function repliesOtherwise(comparison: Comparison): boolean {
  const { record, end, recorded, tried } = comparison
  return record.end !== end || recorded?.model !== tried?.model || promptDifference(comparison) !== undefined
}

function endpointDifference({ policy, record, end, recorded, tried }: Comparison): Named | undefined {
  if (record.end === 'no-route' && end !== 'no-route') {
    return { kind: 'no-counterpart', detail: 'the log has no route for this call' }
  }
  if (record.end !== end) {
    return { kind: 'endpoint', detail: `${endText(record.end, recorded)} in the log, ${endText(end, tried)} here` }
  }
  // Of a call that nobody served, the log may not say where it went.
  const comparable = recorded === undefined ? undefined : comparablePlace(policy, recorded)
  if (recorded !== undefined && tried !== undefined && !samePlace(comparable, tried)) {
    return { kind: 'endpoint', detail: `${placeText(recorded)} in the log, ${placeText(tried)} here` }
  }
  return undefined
}

type Named = Pick<Divergence, 'kind' | 'detail'>

function endText(end: string, place: Place | undefined): string {
  return end === 'served' ? `served by ${text(place)}` : end
}

function text(place: Place | undefined): string {
  return place === undefined ? 'an unknown model' : placeText(place)
}

function promptDifference(comparison: Comparison): Named | undefined {
  const detail = promptDetail(comparison)
  return detail === undefined ? undefined : { kind: 'prompt', detail }
}

function promptDetail(comparison: Comparison): string | undefined {
  const { record, decision, compacted } = comparison
  const reminded = decision.reminders.length > 0
  if (reminded && record.prompt.reminded !== true) return 'a reminder is shown'
  if (!reminded && record.prompt.reminded === true) return 'a reminder is withheld'
  if (decision.switched?.compactToMillionths !== undefined && !compacted) return 'the context is compacted'
  return toolDifference(comparison)
}

function toolDifference({ policy, record, decision, offeredTools }: Comparison): string | undefined {
  const { toolsOffered } = record.prompt
  for (const { tool } of policy.hides) {
    const hidden = decision.hiddenTools.includes(tool)
    if (hidden && (toolsOffered?.includes(tool) === true || calls(record.reply, tool))) {
      return `tool \`${tool}\` is hidden`
    }
    // A tool that this session never has is not the policy's to offer.
    if (!hidden && toolsOffered?.includes(tool) === false && offeredTools?.has(tool) === true) {
      return `tool \`${tool}\` is offered`
    }
  }
  return undefined
}

function calls(reply: ReplyFacts | undefined, tool: string): boolean {
  return reply?.tools?.some((each) => each.name === tool) === true
}
