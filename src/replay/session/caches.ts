import { endpointAt } from '../../policy/catalogue-queries.ts'
import type { Endpoint, Policy } from '../../policy/core.ts'
import type { Decision } from '../../policy/decision.ts'
import type { CallRecord } from '../../trace/record.ts'
import { measuredBehaviours, million, withoutLoss } from '../cache/behaviour.ts'
import type { CacheBehaviours } from '../cache/behaviour.ts'
import { cacheRulesAt } from '../cache/rules.ts'
import { bucketsOf, coldCaches, editPrefix, findCached, leaveCached, modelAt, noteLogged, placeKey } from '../cache/state.ts'
import type { CacheFinding, CacheRequest, CacheState, InputBuckets, ModelledInput } from '../cache/state.ts'
import type { Phase } from '../result/call.ts'
import type { Service } from '../serve.ts'
import { promptTokensOf } from '../../trace/usage-sums.ts'

/** What is kept of a session's caches between two of its calls: plain data. */
export interface KeptCaches {
  readonly state: CacheState
  /** Of the last prompt, as it was asked or logged. */
  readonly loggedTokens: number | undefined
  /** Tokens that the policy's own compactions took out of what the log holds. */
  readonly droppedTokens: number
  /** What is known of the tools that the last call offered. */
  readonly tools: SentTools | undefined
}

/** By name: what is offered, or, where that is not known, what is hidden. */
interface SentTools {
  readonly are: 'offered' | 'hidden'
  readonly names: string
}

/** The prompt caches of one session, with the call at hand. */
export interface SessionCaches {
  readonly behaviours: CacheBehaviours
  /** What is held, not what is found: nobody knows before a call what it will have lost. */
  readonly held: CacheBehaviours
  state: CacheState
  loggedTokens: number | undefined
  droppedTokens: number
  tools: SentTools | undefined
  beginsTurn: boolean | undefined
  /** Tokens of its prompt under the policy, as known before it is answered; `undefined`: not known. */
  promptTokens: number | undefined
}

/** What caches see of a call; `usage` is not seen before it is answered. */
export type CacheCall = Pick<
  CallRecord,
  'prompt' | 'usage' | 'startMicros' | 'timeQuality' | 'firstTokenMicros'
> & { readonly served?: { readonly serviceTier?: string } }

export const emptyCaches: KeptCaches = {
  state: coldCaches,
  loggedTokens: undefined,
  droppedTokens: 0,
  tools: undefined,
}

export function openCaches(
  { state, loggedTokens, droppedTokens, tools }: KeptCaches,
  behaviours: CacheBehaviours = measuredBehaviours,
): SessionCaches {
  return {
    behaviours,
    held: withoutLoss(behaviours),
    state,
    loggedTokens,
    droppedTokens,
    tools,
    beginsTurn: undefined,
    promptTokens: undefined,
  }
}

export function keptCaches({ state, loggedTokens, droppedTokens, tools }: SessionCaches): KeptCaches {
  return { state, loggedTokens, droppedTokens, tools }
}

/** What is known of the next call's prompt before anything is decided. */
export function receiveCall(
  caches: SessionCaches,
  call: CacheCall,
  compacted: boolean,
  beginsTurn: boolean | undefined,
): void {
  const { tokens } = call.prompt
  const before = caches.loggedTokens
  const fell =
    tokens !== undefined &&
    before !== undefined &&
    tokens < Math.floor((before * caches.behaviours.compactionBelow) / million)
  // A log that compacts leaves nothing of what the policy took out earlier.
  if (compacted || fell) caches.droppedTokens = 0
  caches.beginsTurn = beginsTurn
  caches.loggedTokens = tokens ?? caches.loggedTokens
  caches.promptTokens = tokens === undefined ? undefined : Math.max(0, tokens - caches.droppedTokens)
}

/** As a decision sees them that knows of a compaction before it. */
export function afterCompaction(caches: SessionCaches): SessionCaches {
  return { ...caches, state: editPrefix(caches.state, 'compaction') }
}

/**
 * Tokens of the call's prompt under the policy before it sums it up: what was counted afterwards, so
 * nothing that a decision may see. `undefined`: the log does not tell.
 */
export function contextTokens(caches: SessionCaches, { usage, prompt }: CacheCall): number | undefined {
  const logged = usage === undefined ? prompt.tokens : promptTokensOf(usage)
  return logged === undefined ? undefined : Math.max(0, logged - caches.droppedTokens)
}

/**
 * What is done to the prompt before it is sent: it is summed up, by the policy or before it (`compacted`),
 * or offers other tools.
 */
export function editPrompt(caches: SessionCaches, call: CacheCall, decision: Decision, compacted: boolean): void {
  const tools = toolsSent(call, decision)
  const before = caches.tools
  if (before?.are === tools.are && before.names !== tools.names) caches.state = editPrefix(caches.state, 'tools')
  caches.tools = tools
  const left = decision.switched?.compactToMillionths
  if (compacted || left !== undefined) caches.state = editPrefix(caches.state, 'compaction')
  if (compacted || left === undefined) return
  const context = contextTokens(caches, call) ?? 0
  caches.droppedTokens += context - Math.floor((context * left) / million)
}

function toolsSent({ prompt: { toolsOffered } }: CacheCall, { hiddenTools }: Decision): SentTools {
  return toolsOffered === undefined
    ? { are: 'hidden', names: hiddenTools.toSorted().join('\n') }
    : { are: 'offered', names: toolsOffered.filter((tool) => !hiddenTools.includes(tool)).join('\n') }
}

// --- what a router standing here knows

/** Whether the conversation is held for a model now; `undefined`: this session cannot know. */
export function isWarmFor(caches: SessionCaches, policy: Policy, model: string, call: CacheCall): boolean | undefined {
  const found = findingsFor(caches, policy, model, call)
  if (found.length === 0 || found.some(({ cause }) => cause === 'undeclared')) return undefined
  // Where it is known that nothing was written, nothing is held, however short the time.
  if (found.some(({ cause, read }) => cause === 'warm' && read.hi > 0)) return true
  return found.some(({ cause }) => cause === 'perhaps-warm' || cause === 'overlap') ? undefined : false
}

/** The most tokens of the present prompt that a place of a model holds. */
export function cachedTokensFor(caches: SessionCaches, policy: Policy, model: string, call: CacheCall): number | undefined {
  const warm = isWarmFor(caches, policy, model, call)
  if (warm === undefined) return undefined
  return findingsFor(caches, policy, model, call).reduce((most, { read }) => Math.max(most, read.value), 0)
}

function findingsFor(caches: SessionCaches, policy: Policy, model: string, call: CacheCall): readonly CacheFinding[] {
  const { promptTokens } = caches
  if (promptTokens === undefined) return []
  return Object.entries(caches.state.entries)
    .filter(([place]) => modelAt(place).model === model)
    .map(([place]) => {
      const { provider } = modelAt(place)
      const request = requestTo(caches, policy, { model, provider }, call, promptTokens)
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

/** What caches see of how a call was served; without attempts it was sent once, when it was made. */
export type ServedBy = Pick<Service, 'end' | 'served'> & {
  readonly attempts: readonly Pick<Service['attempts'][number], 'model' | 'provider' | 'startMicros' | 'errorClass'>[]
}

/**
 * Follows a call through the caches. Before the divergence the log's own buckets say what was left,
 * and `undefined` is returned; from there on the model does.
 */
export function settleCall(
  caches: SessionCaches,
  policy: Policy,
  call: CacheCall,
  service: ServedBy | undefined,
  phase: Phase,
): CallCaching | undefined {
  const promptTokens = contextTokens(caches, call)
  if (service === undefined || promptTokens === undefined || promptTokens === 0) return undefined
  const ask = (endpoint: Endpoint | { readonly model: string; readonly provider: string }, atMicros: number | undefined): CacheRequest =>
    requestTo(caches, policy, endpoint, call, promptTokens, atMicros)
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
  if (phase === 'before' && call.usage !== undefined) {
    caches.state = noteLogged(caches.state, request, call.usage, caches.behaviours, readableFrom(call))
    return undefined
  }
  const found = findCached(caches.state, request, caches.behaviours)
  const atServed = inputOf(caches, request)
  leave(caches, request)
  return phase === 'before' ? undefined : { found, first: atFirst ?? atServed, served: atServed, promptTokens }
}

/** A reply can be read from the cache once it has begun; only a log with exact instants tells. */
function readableFrom(call: CacheCall): number | undefined {
  return call.timeQuality === 'exact' ? call.firstTokenMicros : undefined
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
  call: CacheCall,
  promptTokens: number,
  startMicros: number | undefined = call.startMicros,
): CacheRequest {
  const endpoint = provider === undefined ? undefined : endpointAt(policy, model, provider)
  return {
    place: placeKey({
      model,
      provider,
      region: endpoint?.region ?? undefined,
      account: endpoint?.account ?? undefined,
      serviceTier: call.served?.serviceTier,
    }),
    rules: cacheRulesAt(policy, model, provider),
    startMicros,
    promptTokens,
    beginsTurn: caches.beginsTurn,
  }
}
