import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'
import type { Policy } from '../policy/core.ts'
import { policyDigest } from '../policy/digest.ts'
import { reachesOf } from '../policy/history-needs.ts'
import type { Reaches } from '../policy/history-needs.ts'
import { canonicalJson } from '../trace/canonical.ts'
import { carriedOver } from './carry-over.ts'
import type { GatewaySession } from './session.ts'

/** The form of the text; a later form has a later number, and says whether it reads this one. */
export const sessionTextVersion = 1

/** Longer texts are refused unread: no state of a session comes near it. */
export const maxSessionTextChars = 4_000_000

/** A stored session, as it was written. */
interface Envelope {
  readonly reroute: 'session'
  readonly version: number
  readonly policy: { readonly name: string; readonly digest: string }
  readonly looksBack: LooksBack
  readonly session: GatewaySession
  /** SHA-256 (hex) of the canonical text of all the rest. */
  readonly sum: string
}

/** How far back the history of a stored state reaches: as far as its policy looked. */
export type LooksBack = Omit<Reaches, 'sinceTools'> & {
  readonly sinceTools: readonly string[]
  /** Digests of the phrase lists that were counted in its messages. */
  readonly phraseLists: readonly string[]
}

export type SessionReading =
  /** `differences`: what this policy finds otherwise than the one that wrote it, in sentences. */
  | { readonly kind: 'read'; readonly session: GatewaySession; readonly differences: readonly string[] }
  | { readonly kind: 'refused'; readonly reason: string }

/**
 * The state of a session as one line of text (canonical JSON) that a gateway can keep in any store.
 * It holds what the policy looks back at and no more: the size is bounded by the policy's windows,
 * not by the length of the session, unless the policy counts over the whole session.
 */
export function sessionText(policy: Policy, session: GatewaySession): string {
  const { sinceTools, ...reaches } = reachesOf(policy)
  const phraseLists = policy.phraseLists.map((list) => list.digest).sort()
  const body: Omit<Envelope, 'sum'> = {
    reroute: 'session',
    version: sessionTextVersion,
    policy: { name: policy.name ?? '', digest: policyDigest(policy) },
    looksBack: { ...reaches, sinceTools: [...sinceTools].sort(), phraseLists },
    session,
  }
  return canonicalJson({ ...body, sum: sumOf(body) })
}

/**
 * Reads a stored session for this policy, which may be another version than the one that wrote it.
 * What the old version did not keep is unknown to the new one, never 0; what the new one does not
 * declare is forgotten. A text that was cut off or changed, or is of a later form, is refused: then
 * the session begins anew.
 */
export function readSession(policy: Policy, text: string): SessionReading {
  if (text.length > maxSessionTextChars) return refused(`longer than ${maxSessionTextChars} characters`)
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return refused('not JSON')
  }
  if (!isEnvelope(value)) return refused('not the state of a session')
  if (value.version !== sessionTextVersion) {
    return refused(`form ${value.version}, and this version reads ${sessionTextVersion}`)
  }
  const { sum, ...body } = value
  if (sumOf(body) !== sum) return refused('cut off or changed since it was written')
  if (value.policy.digest === policyDigest(policy)) return { kind: 'read', session: value.session, differences: [] }
  const { state, differences } = carriedOver(policy, value.session.state, value.looksBack)
  return { kind: 'read', session: { ...value.session, state }, differences }
}

function refused(reason: string): SessionReading {
  return { kind: 'refused', reason }
}

function sumOf(body: Omit<Envelope, 'sum'>): string {
  return bytesToHex(sha256(utf8ToBytes(canonicalJson(body))))
}

/** The frame only: the sum vouches for what is inside. */
function isEnvelope(value: unknown): value is Envelope {
  if (typeof value !== 'object' || value === null) return false
  const { reroute, version, policy, session, looksBack, sum } = value as Partial<Record<keyof Envelope, unknown>>
  return (
    reroute === 'session' &&
    typeof version === 'number' &&
    typeof policy === 'object' &&
    policy !== null &&
    typeof session === 'object' &&
    session !== null &&
    typeof looksBack === 'object' &&
    looksBack !== null &&
    typeof sum === 'string'
  )
}
