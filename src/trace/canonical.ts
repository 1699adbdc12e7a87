import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'
import type { EventRecord, TraceRecord } from './record.ts'
import type { RecordedSession } from './session.ts'

/**
 * The canonical text of a JSON value, after RFC 8785: keys sorted by UTF-16 code unit, no white
 * space, `undefined` properties left out. Equal values give equal text on every machine. Money, a
 * bigint, is its decimal text with an `n`; `undefined` in a list is null.
 *
 * Throws on what JSON cannot say (functions, non-finite numbers): a caller's bug.
 */
export function canonicalJson(value: unknown): string {
  return inOrder(value) ? JSON.stringify(value) : textOf(value)
}

/** Whether every object has its keys in order already, as in what `canonicalJson` wrote. */
function inOrder(value: unknown): boolean {
  if (typeof value === 'string' || typeof value === 'boolean' || value === null) return true
  if (typeof value === 'number') return Number.isFinite(value)
  if (typeof value !== 'object') return false
  if (Array.isArray(value)) return value.every(inOrder)
  let last = ''
  for (const key of Object.keys(value)) {
    if (key < last || !inOrder((value as Record<string, unknown>)[key])) return false
    last = key
  }
  return true
}

function textOf(value: unknown): string {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return JSON.stringify(value)
    case 'number':
      if (!Number.isFinite(value)) throw new TypeError(`no canonical JSON for ${value}`)
      return JSON.stringify(value)
    case 'bigint':
      return `"${value}n"`
    case 'object':
      if (value === null) return 'null'
      return Array.isArray(value) ? `[${value.map(itemText).join(',')}]` : objectText(value)
    default:
      throw new TypeError(`no canonical JSON for a ${typeof value}`)
  }
}

function itemText(item: unknown): string {
  return item === undefined ? 'null' : textOf(item)
}

function objectText(object: object): string {
  let text = ''
  // `sort` without a comparison orders by code units.
  for (const key of Object.keys(object).sort()) {
    const value: unknown = (object as Record<string, unknown>)[key]
    if (value !== undefined) text += `${text === '' ? '' : ','}${JSON.stringify(key)}:${textOf(value)}`
  }
  return `{${text}}`
}

/** A record's canonical text without its provenance: what copies are compared by and digests cover. */
export function canonicalRecord(record: TraceRecord): string {
  const { provenance: _, ...content } = record
  return canonicalJson(content)
}

/** SHA-256 over lines, in lower-case hex; every line ends in a line feed, so no two lists collide. */
export function digestOfLines(lines: Iterable<string>): string {
  const hash = sha256.create()
  for (const line of lines) hash.update(utf8ToBytes(`${line}\n`))
  return bytesToHex(hash.digest())
}

/**
 * The digest of one session: header, calls and its own events in canonical order. Events that hold
 * for every session are not part of it (`sharedEventsDigest`).
 */
export function sessionDigest(session: RecordedSession): string {
  return digestOfLines(sessionLines(session))
}

function* sessionLines(session: RecordedSession): Generator<string> {
  if (session.header !== undefined) yield canonicalRecord(session.header)
  for (const call of session.calls) yield canonicalRecord(call)
  for (const event of session.events) {
    if (event.session !== undefined) yield canonicalRecord(event)
  }
}

/** The digest of the events without a session; `undefined` where there are none. */
export function sharedEventsDigest(events: readonly EventRecord[]): string | undefined {
  return events.length === 0 ? undefined : digestOfLines(events.map(canonicalRecord))
}

/**
 * The digest of a trace from the digests of its sessions, in any order, and of its shared events.
 * It depends on the records alone: not on files, order, copies, formatting or provenance. A trace
 * in parts: gather the session digests of every part and hash them here once.
 */
export function traceDigest(
  sessionDigests: Iterable<string>,
  sharedEvents: string | undefined,
): string {
  const sorted = [...sessionDigests].sort()
  return digestOfLines(['reroute trace 1', sharedEvents ?? 'none', ...sorted])
}
