import type { CallRecord, EventRecord, SessionRecord } from './record.ts'

/**
 * One session, whole and in order: what a replay takes. Calls ascend by `call`, events by
 * (`beforeCall`, instant); the result does not depend on how the rows lay in the files.
 */
export interface RecordedSession {
  readonly session: string
  /** Absent where the trace has no header for it. */
  readonly header: SessionRecord | undefined
  readonly calls: readonly CallRecord[]
  /** Its own events and those that hold for every session. */
  readonly events: readonly EventRecord[]
}
