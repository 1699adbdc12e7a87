import { endpointAt } from '../../policy/catalogue-queries.ts'
import type { Endpoint, Policy } from '../../policy/core.ts'
import type { Decision } from '../../policy/decision.ts'
import type { CallRecord } from '../../trace/record.ts'
import type { RecordedSession } from '../../trace/session.ts'
import { measuredBehaviours, million, withoutLoss } from '../cache/behaviour.ts'
import type { CacheBehaviours } from '../cache/behaviour.ts'
import { cacheRulesAt } from '../cache/rules.ts'
import { bucketsOf, coldCaches, editPrefix, findCached, leaveCached, modelAt, noteLogged, placeKey } from '../cache/state.ts'
import type { CacheFinding, CacheRequest, CacheState, InputBuckets, ModelledInput } from '../cache/state.ts'
import { promptTokensOf } from '../pricing.ts'
import type { Phase } from '../result.ts'
import type { Service } from '../serve.ts'
import { turnReader } from '../turns.ts'

/** The prompt caches of one session while it is replayed. */
export interface SessionCaches {
  readonly behaviours: CacheBehaviours
  /** What is held, not what is found: nobody knows before a call what it will have lost. */
  readonly held: CacheBehaviours
  readonly begins: (call: CallRecord) => boolean | undefined
  state: CacheState
  /** The call at hand. */
  beginsTurn: boolean | undefined
  /** Tokens of its prompt under the policy, as known before it is answered; `undefined`: not known. */
  promptTokens: number | undefined
  /** Of the last prompt in the log. */
  loggedTokens: number | undefined
  /** Tokens that the policy's own compactions took out of what the log holds. */
  droppedTokens: number
  toolsOffered: string | undefined
  hiddenTools: string
}

export function startCaches(
  session: RecordedSession,
  behaviours: CacheBehaviours = measuredBehaviours,
): SessionCaches {
  return {
    behaviours,
    held: withoutLoss(behaviours),
    begins: turnReader(session),
    state: coldCaches,
    beginsTurn: undefined,
    promptTokens: undefined,
    loggedTokens: undefined,
    droppedTokens: 0,
    toolsOffered: undefined,
    hiddenTools: '',
  }
}

/** What the log tells of the next call's prompt before anything is decided. */
export function receiveCall(caches: SessionCaches, record: CallRecord, compacted: boolean): void {
  const logged = record.prompt.tokens
  const before = caches.loggedTokens
  const fell =
    logged !== undefined &&
    before !== undefined &&
    logged < Math.floor((before * caches.behaviours.compactionBelow) / million)
  // A log that compacts leaves nothing of what the policy took out earlier.
  if (compacted || fell) caches.droppedTokens = 0
  if (compacted) caches.state = editPrefix(caches.state, 'compaction')
  const offered = record.prompt.toolsOffered?.join('\n')
  if (offered !== undefined && caches.toolsOffered !== undefined && offered !== caches.toolsOffered) {
    caches.state = editPrefix(caches.state, 'tools')
  }
  caches.toolsOffered = offered ?? caches.toolsOffered
  caches.beginsTurn = caches.begins(record)
  caches.loggedTokens = logged ?? caches.loggedTokens
  caches.promptTokens = logged === undefined ? undefined : Math.max(0, logged - caches.droppedTokens)
}

/**
 * Tokens of the call's prompt under the policy before it sums it up: what the log counted afterwards,
 * so nothing that a decision may see. `undefined`: the log does not tell.
 */
export function contextTokens(caches: SessionCaches, record: CallRecord): number | undefined {
  const logged = record.usage === undefined ? record.prompt.tokens : promptTokensOf(record.usage)
  return logged === undefined ? undefined : Math.max(0, logged - caches.droppedTokens)
}

/** What the policy does to the prompt: it sums it up, or offers other tools. */
export function editByPolicy(
  caches: SessionCaches,
  record: CallRecord,
  decision: Decision,
  alreadyCompacted: boolean,
): void {
  const hidden = decision.hiddenTools.toSorted().join('\n')
  if (hidden !== caches.hiddenTools) caches.state = editPrefix(caches.state, 'tools')
  caches.hiddenTools = hidden
  const left = decision.switched?.compactToMillionths
  if (left === undefined || alreadyCompacted) return
  caches.state = editPrefix(caches.state, 'compaction')
  const context = contextTokens(caches, record) ?? 0
  caches.droppedTokens += context - Math.floor((context * left) / million)
}

// --- what a router standing here knows

/** Whether the conversation is held for a model now; `undefined`: this session cannot know. */
export function isWarmFor(caches: SessionCaches, policy: Policy, model: string, record: CallRecord): boolean | undefined {
  const found = findingsFor(caches, policy, model, record)
  if (found.length === 0 || found.some(({ cause }) => cause === 'undeclared')) return undefined
  if (found.some(({ cause }) => cause === 'warm')) return true
  return found.some(({ cause }) => cause === 'perhaps-warm' || cause === 'overlap') ? undefined : false
}

/** The most tokens of the present prompt that a place of a model holds. */
export function cachedTokensFor(caches: SessionCaches, policy: Policy, model: string, record: CallRecord): number | undefined {
  const warm = isWarmFor(caches, policy, model, record)
  if (warm === undefined) return undefined
  return findingsFor(caches, policy, model, record).reduce((most, { read }) => Math.max(most, read.value), 0)
}

function findingsFor(caches: SessionCaches, policy: Policy, model: string, record: CallRecord): readonly CacheFinding[] {
  const { promptTokens } = caches
  if (promptTokens === undefined) return []
  return Object.entries(caches.state.entries)
    .filter(([place]) => modelAt(place).model === model)
    .map(([place]) => {
      const { provider } = modelAt(place)
      const request = requestTo(caches, policy, { model, provider }, record, promptTokens)
      const found = findCached(caches.state, { ...request, place }, caches.held)
      return request.rules?.isDeclared === true ? found : { ...found, cause: 'undeclared' }
    })
}

// --- what a call reads and writes

/** What a call reads where it was sent first, and where it was served. */
export interface CallCaching {
  readonly found: CacheFinding
  readonly first: ModelledInput
  readonly served: ModelledInput
  /** Tokens of the prompt under the policy. */
  readonly promptTokens: number
}

/**
 * Follows a call through the caches. Before the divergence the log's own buckets say what was left,
 * and `undefined` is returned; from there on the model does.
 */
export function settleCall(
  caches: SessionCaches,
  policy: Policy,
  record: CallRecord,
  service: Service | undefined,
  phase: Phase,
): CallCaching | undefined {
  const promptTokens = contextTokens(caches, record)
  if (service === undefined || promptTokens === undefined || promptTokens === 0) return undefined
  const ask = (endpoint: Endpoint | { readonly model: string; readonly provider: string }, atMicros: number | undefined): CacheRequest =>
    requestTo(caches, policy, endpoint, record, promptTokens, atMicros)
  const [first] = service.attempts
  const atFirst = first === undefined ? undefined : inputOf(caches, ask(first, first.startMicros))
  for (const attempt of service.attempts) {
    // A stream that died had read its prompt: another try of the same request finds it.
    if (attempt.errorClass !== 'cut-off') continue
    leave(caches, ask(attempt, attempt.startMicros))
  }
  const { served } = service
  if (served === undefined || service.end !== 'served') return undefined
  const request = ask(served, service.attempts.at(-1)?.startMicros)
  if (phase === 'before' && record.usage !== undefined) {
    caches.state = noteLogged(caches.state, request, record.usage, caches.behaviours, readableFrom(record))
    return undefined
  }
  const found = findCached(caches.state, request, caches.behaviours)
  const atServed = inputOf(caches, request)
  leave(caches, request)
  return phase === 'before' ? undefined : { found, first: atFirst ?? atServed, served: atServed, promptTokens }
}

/** A reply can be read from the cache once it has begun; only a log with exact instants tells. */
function readableFrom(record: CallRecord): number | undefined {
  return record.timeQuality === 'exact' ? record.firstTokenMicros : undefined
}

function inputOf(caches: SessionCaches, request: CacheRequest): ModelledInput {
  const { state, behaviours } = caches
  const { read } = findCached(state, request, behaviours)
  const buckets = (tokens: number): InputBuckets => bucketsOf(state, request, tokens, behaviours)
  return { value: buckets(read.value), mostRead: buckets(read.hi), leastRead: buckets(read.lo) }
}

function leave(caches: SessionCaches, request: CacheRequest): void {
  const found = findCached(caches.state, request, caches.behaviours)
  caches.state = leaveCached(caches.state, request, found, caches.behaviours)
}

function requestTo(
  caches: SessionCaches,
  policy: Policy,
  { model, provider }: { readonly model: string; readonly provider: string | undefined },
  record: CallRecord,
  promptTokens: number,
  startMicros: number | undefined = record.startMicros,
): CacheRequest {
  const endpoint = provider === undefined ? undefined : endpointAt(policy, model, provider)
  return {
    place: placeKey({
      model,
      provider,
      region: endpoint?.region ?? undefined,
      account: endpoint?.account ?? undefined,
      serviceTier: record.served?.serviceTier,
    }),
    rules: cacheRulesAt(policy, model, provider),
    startMicros,
    promptTokens,
    beginsTurn: caches.beginsTurn,
  }
}
