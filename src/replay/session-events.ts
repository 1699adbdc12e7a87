import type { Organisation } from '../policy/decision.ts'
import type { CallRecord, EventRecord } from '../trace/record.ts'

/** What happened between two calls that the policy did not decide. */
export interface Between {
  readonly organisation: Partial<Organisation>
  /** The model that the person changed to; `undefined`: no change. */
  readonly requested: string | undefined
  readonly compacted: boolean
  readonly unbilledCompactions: readonly { readonly tokensBefore: number | undefined }[]
}

export type Compaction = Extract<EventRecord, { event: 'compaction' }>

/** Hands out each event once, before the first call that it precedes. */
export function eventReader(events: readonly EventRecord[]): (call: CallRecord | undefined) => Between {
  let left = events
  return (call) => {
    const due = left.filter((event) => call === undefined || precedes(event, call))
    left = left.filter((event) => !due.includes(event))
    return between(due)
  }
}

/** By its place in the session where it has one, else by the clock. */
function precedes(event: EventRecord, call: CallRecord): boolean {
  if (event.session !== undefined && event.beforeCall !== undefined) return event.beforeCall <= call.call
  if (event.atMicros === undefined) return true
  return call.startMicros !== undefined && event.atMicros <= call.startMicros
}

function between(events: readonly EventRecord[]): Between {
  const organisation: { -readonly [K in keyof Organisation]?: Organisation[K] } = {}
  let requested: string | undefined
  const compactions: Compaction[] = []
  for (const event of events) {
    switch (event.event) {
      case 'organisation':
        if (event.blocked !== undefined) organisation.blocked = event.blocked
        if (event.only !== undefined) organisation.only = event.only
        if (event.ignored !== undefined) organisation.ignored = event.ignored
        if (event.router !== undefined) organisation.router = event.router
        break
      case 'model-change':
        requested = event.model
        break
      case 'compaction':
        compactions.push(event)
        break
      // An outcome and an end decide nothing; faults are the world's.
      case 'outcome':
      case 'end':
      case 'fault':
        break
    }
  }
  return {
    organisation,
    requested,
    compacted: compactions.length > 0,
    unbilledCompactions: compactions
      .filter((event) => !event.billed)
      .map((event) => ({ tokensBefore: event.tokensBefore })),
  }
}
