import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'
import { canonicalJson, digestOfLines } from '../trace/canonical.ts'
import type { TimelineEntry } from './result/failover.ts'
import type { SessionResult } from './result/session.ts'

/** The hash of everything that a replay says of one session: SHA-256 over its canonical events. */
export function outcomeHashOf(session: Omit<SessionResult, 'outcomeHash'>): string {
  const { calls, ...rest } = session
  return digestOfLines([
    canonicalJson(rest),
    ...calls.map(canonicalJson),
  ])
}

/**
 * The hash of a run from the hashes of its sessions, in the order of their keys, and from what they
 * brought about together, where that is anything.
 */
export function combinedHash(
  sessions: readonly { readonly session: string; readonly hash: string }[],
  together: readonly TimelineEntry[],
): string {
  const sorted = [...sessions].sort((left, right) =>
    left.session === right.session ? order(left.hash, right.hash) : order(left.session, right.session),
  )
  return digestOfLines([
    ...sorted.map(({ session, hash }) => canonicalJson([session, hash])),
    ...together.map(canonicalJson),
  ])
}

/** What identifies a run: the same inputs, the same id. */
export function runIdOf(inputs: { readonly [name: string]: unknown }): string {
  return bytesToHex(sha256(utf8ToBytes(canonicalJson(inputs))))
}

function order(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0
}
