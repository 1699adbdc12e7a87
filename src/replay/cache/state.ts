import { entryOf, withEntry } from '../../policy/entries.ts'
import type { Usage } from '../../trace/record.ts'
import { behaviourOf, lossAt, million } from './behaviour.ts'
import type { CacheBehaviour, CacheBehaviours } from './behaviour.ts'
import { atMost, exactly, mapRange, spanning } from './range.ts'
import type { Range } from './range.ts'
import { lifetimeFor } from './rules.ts'
import type { CacheRules } from './rules.ts'

/**
 * What the prompt caches hold of one conversation: one entry for each (account, provider, region,
 * model) that it was sent to. A prompt grows at its end, so what a cache holds is one length; an
 * edit shortens it in every cache. Plain data; every function here is pure.
 */
export interface CacheState {
  readonly entries: { readonly [place: string]: CacheEntry }
  /** Lifetime that the session's last write asked for; `undefined`: nothing was written yet. */
  readonly askedLifetimeMicros: number | undefined
  /** Of the last prompt sent, whoever served it. */
  readonly promptTokens: number | undefined
}

export interface CacheEntry {
  /** Longest prefix of the present conversation that was left there. */
  readonly tokens: Range
  /** Of it, tools and system prompt. */
  readonly base: Range
  /** Start of the request from which its lifetime counts. */
  readonly usedMicros: number | undefined
  readonly lifetimeMicros: number
  /** It cannot be read before the reply that wrote it began; `undefined`: the log does not tell. */
  readonly readableMicros: number | undefined
  /** What shortened it since it was last used. */
  readonly cutBy: CacheEdit | undefined
}

export type CacheEdit = 'compaction' | 'tools'

export interface CachePlace {
  readonly model: string
  readonly provider: string | undefined
  readonly region: string | undefined
  readonly account: string | undefined
  /** Fast and plain serving keep caches apart. */
  readonly serviceTier: string | undefined
}

/** One request as far as a cache sees it before it is answered. */
export interface CacheRequest {
  /** `placeKey` of where it goes. */
  readonly place: string
  readonly rules: CacheRules | undefined
  readonly startMicros: number | undefined
  readonly promptTokens: number
  /** `undefined`: the log tells no turns. */
  readonly beginsTurn: boolean | undefined
}

/** Why a request finds what it finds. */
export type CacheCause =
  | 'undeclared'
  | 'too-short'
  | 'first-call'
  | 'first-at-place'
  | 'expiry'
  | 'compaction'
  | 'tools'
  | 'overlap'
  /** The log has no instants to tell by, or it is about to expire. */
  | 'perhaps-warm'
  | 'warm'

export interface CacheFinding {
  /** Tokens read; the mean over many such calls with its interval. */
  readonly read: Range
  readonly cause: CacheCause
}

export const coldCaches: CacheState = {
  entries: {},
  askedLifetimeMicros: undefined,
  promptTokens: undefined,
}

/** What this request finds, from what was left before it. */
export function findCached(
  state: CacheState,
  request: CacheRequest,
  behaviours: CacheBehaviours,
): CacheFinding {
  const { rules, promptTokens } = request
  if (rules === undefined) return { read: { lo: 0, value: 0, hi: promptTokens }, cause: 'undeclared' }
  if (promptTokens < rules.minimumTokens) return { read: exactly(0), cause: 'too-short' }
  const behaviour = behaviourOf(behaviours, rules)
  const { read, cause } = findIn(receivePrompt(state, promptTokens, behaviours), request, behaviour)
  const limit = Math.max(0, promptTokens - behaviour.tailTokens)
  const inBlocks = mapRange(atMost(read, limit), (tokens) => wholeBlocks(rules, tokens))
  return { read: rules.isDeclared ? inBlocks : spanning(inBlocks, { lo: 0, value: 0, hi: limit }), cause }
}

function findIn(
  state: CacheState,
  request: CacheRequest,
  behaviour: CacheBehaviour,
): CacheFinding {
  const entry = entryOf(state.entries, request.place)
  const { promptTokens, startMicros } = request
  if (entry === undefined) {
    // Another session may have left the same beginning there; this one cannot know.
    const cause = state.promptTokens === undefined ? 'first-call' : 'first-at-place'
    return { read: { lo: 0, value: 0, hi: promptTokens }, cause }
  }
  const age = ageOf(entry, startMicros, behaviour)
  if (age === 'expired') return { read: shareOf(behaviour.baseAfterExpiry, heldBase(entry)), cause: 'expiry' }
  const whole = atMost(entry.tokens, promptTokens)
  if (entry.readableMicros !== undefined && startMicros !== undefined && startMicros < entry.readableMicros) {
    return { read: { lo: 0, value: Math.min(heldBase(entry).value, whole.value), hi: whole.hi }, cause: 'overlap' }
  }
  if (entry.cutBy !== undefined) return { read: whole, cause: entry.cutBy }
  const read = afterLoss(whole, entry.base, lossAt(behaviour, request.beginsTurn))
  return age === 'unknown' ? { read: { ...read, lo: 0 }, cause: 'perhaps-warm' } : { read, cause: 'warm' }
}

function ageOf(
  { usedMicros, lifetimeMicros }: CacheEntry,
  nowMicros: number | undefined,
  { overrun }: CacheBehaviour,
): 'live' | 'unknown' | 'expired' {
  if (usedMicros === undefined || nowMicros === undefined) return 'unknown'
  const gap = nowMicros - usedMicros
  if (gap <= lifetimeMicros) return 'live'
  const late = Math.floor((lifetimeMicros * overrun) / million)
  return gap <= lifetimeMicros + late ? 'unknown' : 'expired'
}

/** No more of the unchanging beginning is held than was ever sent. */
function heldBase({ base, tokens }: CacheEntry): Range {
  return {
    lo: Math.min(base.lo, tokens.lo),
    value: Math.min(base.value, tokens.value),
    hi: Math.min(base.hi, tokens.hi),
  }
}

/** What is left of `whole` when `loss` of what is above the base goes. */
function afterLoss(whole: Range, base: Range, loss: Range): Range {
  const left = (tokens: number, kept: number, lost: number): number =>
    tokens - Math.ceil((Math.max(0, tokens - kept) * lost) / million)
  return {
    lo: left(whole.lo, base.lo, loss.hi),
    value: left(whole.value, base.value, loss.value),
    hi: left(whole.hi, base.hi, loss.lo),
  }
}

function shareOf(share: Range, tokens: Range): Range {
  const of = (part: number, whole: number): number => Math.floor((part * whole) / million)
  return { lo: of(share.lo, tokens.lo), value: of(share.value, tokens.value), hi: of(share.hi, tokens.hi) }
}

/** A prompt as long as this one leaves of every prefix what it can still begin with. */
function receivePrompt(state: CacheState, promptTokens: number, behaviours: CacheBehaviours): CacheState {
  const before = state.promptTokens
  if (before === undefined || promptTokens >= before) return state
  const isCompaction = promptTokens < Math.floor((before * behaviours.compactionBelow) / million)
  const cut = isCompaction ? editPrefix(state, 'compaction') : state
  return { ...cut, entries: mapEntries(cut, (entry) => ({ ...entry, tokens: atMost(entry.tokens, promptTokens) })) }
}

function wholeBlocks({ stepTokens, minimumTokens }: CacheRules, tokens: number): number {
  const blocks = tokens - (tokens % stepTokens)
  return blocks < minimumTokens ? 0 : blocks
}

/** How a request's prompt is billed; the three add up to it, in each corner. */
export interface InputBuckets {
  readonly uncachedInput: number
  readonly cacheRead: number
  readonly cacheWrite5m: number
  readonly cacheWrite1h: number
}

/** The input buckets of one call: as likely, with the most read, and with the least. */
export interface ModelledInput {
  readonly value: InputBuckets
  readonly mostRead: InputBuckets
  readonly leastRead: InputBuckets
}

const hour = 3_600_000_000

/** The buckets of a prompt of which so much is read. */
export function bucketsOf(
  state: CacheState,
  request: CacheRequest,
  read: number,
  behaviours: CacheBehaviours,
): InputBuckets {
  const { rules, promptTokens } = request
  const isWritten =
    rules !== undefined && rules.kind === 'marked' && promptTokens >= rules.minimumTokens
  if (!isWritten) {
    return { uncachedInput: promptTokens - read, cacheRead: read, cacheWrite5m: 0, cacheWrite1h: 0 }
  }
  const uncachedInput = Math.min(behaviourOf(behaviours, rules).tailTokens, promptTokens - read)
  const written = promptTokens - read - uncachedInput
  const isLong = lifetimeFor(rules, state.askedLifetimeMicros) >= hour
  return {
    uncachedInput,
    cacheRead: read,
    cacheWrite5m: isLong ? 0 : written,
    cacheWrite1h: isLong ? written : 0,
  }
}

/** The state after a request that was answered, as the model has it. */
export function leaveCached(
  state: CacheState,
  request: CacheRequest,
  finding: CacheFinding,
  behaviours: CacheBehaviours,
  readableMicros?: number,
): CacheState {
  const { rules, promptTokens } = request
  const { entries, askedLifetimeMicros } = receivePrompt(state, promptTokens, behaviours)
  if (rules === undefined || promptTokens < rules.minimumTokens) {
    return { entries, askedLifetimeMicros, promptTokens }
  }
  const behaviour = behaviourOf(behaviours, rules)
  const before = entryOf(entries, request.place)
  const entry: CacheEntry = {
    tokens: exactly(Math.max(0, promptTokens - behaviour.tailTokens)),
    base: before?.base ?? behaviour.base,
    usedMicros: usedAt(before, request, rules, finding.read.value),
    lifetimeMicros: lifetimeFor(rules, askedLifetimeMicros),
    readableMicros,
    cutBy: undefined,
  }
  return { askedLifetimeMicros, promptTokens, entries: withEntry(entries, request.place, entry) }
}

/** The state after a request whose buckets the log tells. */
export function noteLogged(
  state: CacheState,
  request: CacheRequest,
  usage: Usage,
  behaviours: CacheBehaviours,
  readableMicros?: number,
): CacheState {
  const { rules, promptTokens } = request
  const asked = askedBy(usage) ?? state.askedLifetimeMicros
  const { entries } = receivePrompt(state, promptTokens, behaviours)
  if (rules === undefined) return { entries, promptTokens, askedLifetimeMicros: asked }
  const behaviour = behaviourOf(behaviours, rules)
  const written = usage.cacheWrite5m + usage.cacheWrite1h + (usage.cacheWriteOther ?? 0)
  const before = entryOf(entries, request.place)
  const read = usage.cacheRead
  const entry: CacheEntry = {
    tokens: exactly(rules.kind === 'marked' ? read + written : promptTokens),
    base: rules.kind === 'automatic' ? behaviour.base : loggedBase(read, promptTokens, before, behaviour),
    usedMicros: usedAt(before, request, rules, read),
    lifetimeMicros: lifetimeFor(rules, asked),
    readableMicros,
    cutBy: undefined,
  }
  return {
    promptTokens,
    askedLifetimeMicros: asked,
    entries: withEntry(entries, request.place, entry),
  }
}

/** A short read beside a long prompt shows how long the unchanging beginning is. */
function loggedBase(
  read: number,
  promptTokens: number,
  before: CacheEntry | undefined,
  behaviour: CacheBehaviour,
): Range {
  const isBase = read > 0 && read * 10 < promptTokens * 9 && read <= (before?.tokens.hi ?? promptTokens)
  if (isBase && (before === undefined || read < before.tokens.value)) return exactly(read)
  return before?.base ?? behaviour.base
}

function askedBy(usage: Usage): number | undefined {
  if (usage.cacheWrite1h > 0) return hour
  return usage.cacheWrite5m > 0 ? hour / 12 : undefined
}

/** A read that does not refresh, and a call that writes nothing, leave the clock as it is. */
function usedAt(
  before: CacheEntry | undefined,
  request: CacheRequest,
  rules: CacheRules,
  read: number,
): number | undefined {
  const writes = request.promptTokens > read + rules.stepTokens
  return before === undefined || rules.refreshedOnUse || writes ? request.startMicros : before.usedMicros
}

/** An edit of the conversation shortens what every cache holds of it. */
export function editPrefix(state: CacheState, edit: CacheEdit): CacheState {
  // Tools come first in a prompt, so another list of them leaves nothing; a summary leaves both.
  const left = ({ tokens, base }: CacheEntry): Range =>
    edit === 'tools' ? exactly(0) : { ...tokens, lo: 0, value: Math.min(base.value, tokens.value) }
  return { ...state, entries: mapEntries(state, (entry) => ({ ...entry, cutBy: edit, tokens: left(entry) })) }
}

function mapEntries(state: CacheState, map: (entry: CacheEntry) => CacheEntry): CacheState['entries'] {
  return Object.fromEntries(Object.entries(state.entries).map(([place, entry]) => [place, map(entry)]))
}

export function placeKey({ model, provider, region, account, serviceTier }: CachePlace): string {
  return JSON.stringify([account ?? null, provider ?? null, region ?? null, model, serviceTier ?? null])
}

/** The model and host of a `placeKey`. */
export function modelAt(place: string): { readonly model: string; readonly provider: string | undefined } {
  const parts: unknown = JSON.parse(place)
  const [, provider, , model] = Array.isArray(parts) ? parts : []
  return { model: String(model), provider: typeof provider === 'string' ? provider : undefined }
}
