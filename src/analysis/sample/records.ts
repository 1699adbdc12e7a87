import type { SessionRecord, TraceRecord } from '../../trace/record.ts'
import type { RecordedSession } from '../../trace/session.ts'

/**
 * A session as it stands in a sample: whole, with its weight in its header, and without where its
 * records were read. Events that hold for every session are left to be written once.
 */
export function sampledRecords(session: RecordedSession, standsForSessions: number): readonly TraceRecord[] {
  const header: SessionRecord = {
    record: 'session',
    schema: 1,
    session: session.session,
    ...session.header,
    // A sample of a sample stands for what its sessions stood for.
    standsForSessions: standsForSessions * (session.header?.standsForSessions ?? 1),
  }
  const own = session.events.filter((event) => event.session !== undefined)
  return [header, ...session.calls, ...own].map(withoutProvenance)
}

export function withoutProvenance<R extends TraceRecord>(record: R): R {
  const { provenance: _, ...rest } = record
  return rest as R
}
