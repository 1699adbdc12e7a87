import { microsOfIso } from '../instant.ts'
import { asName } from '../json.ts'
import type { JsonObject } from '../json.ts'

/** What every line of a conversation carries. */
export interface Envelope {
  readonly uuid: string | undefined
  /** `null`: the first of its conversation. */
  readonly parentUuid: string | null | undefined
  readonly session: string | undefined
  readonly agent: string | undefined
  readonly sidechain: boolean
  readonly micros: number | undefined
  readonly version: string | undefined
}

export function readEnvelope(row: JsonObject): Envelope {
  const parent = row['parentUuid']
  const caller = asName(row['parent_tool_use_id'])
  return {
    uuid: asName(row['uuid']),
    parentUuid: parent === null ? null : asName(parent),
    session: asName(row['sessionId']) ?? asName(row['session_id']),
    agent: asName(row['agentId']) ?? caller,
    sidechain: row['isSidechain'] === true || caller !== undefined,
    micros: microsOfIso(row['timestamp'] ?? row['_audit_timestamp']),
    version: asName(row['version']),
  }
}

/**
 * A line of the stream that the program prints, which the desktop application keeps as `audit.jsonl`
 * beside the transcript: the same replies with fewer facts.
 */
export function isPrinted(row: JsonObject): boolean {
  return row['sessionId'] === undefined && row['session_id'] !== undefined
}
