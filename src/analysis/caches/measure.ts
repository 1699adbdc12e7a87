import { million } from '../../replay/cache/behaviour.ts'
import type { CacheBehaviours } from '../../replay/cache/behaviour.ts'
import { exactly } from '../../replay/cache/range.ts'
import { lifetimeFor } from '../../replay/cache/rules.ts'
import { bucketsOf, coldCaches, editPrefix, findCached, leaveCached, noteLogged } from '../../replay/cache/state.ts'
import type { CacheCause, CacheState, InputBuckets } from '../../replay/cache/state.ts'
import { times } from '../../replay/pricing.ts'
import type { InputRates, SeenCall, SeenSession } from './seen.ts'

/** What a model of caches makes of one call, beside what the log says. */
export interface MeasuredCall {
  readonly cause: ResidualCause
  readonly loggedPicoUsd: bigint
  readonly picoUsd: { readonly lo: bigint; readonly value: bigint; readonly hi: bigint }
  readonly read: { readonly lo: number; readonly value: number; readonly hi: number }
  readonly loggedRead: number
  readonly promptTokens: number
}

export const residualCauses = [
  'first call',
  'expiry',
  'compaction',
  'retry',
  'model, host or tools',
  'unknown',
] as const

export type ResidualCause = (typeof residualCauses)[number]

export type CacheModel = (session: SeenSession) => readonly MeasuredCall[]

/**
 * The cache model, run freely: of a session's log it sees what its first call found warm and the
 * lifetime that its first write asked for; prompts and instants thereafter, and no bucket.
 */
export function simulated(behaviours: CacheBehaviours): CacheModel {
  return ({ calls }) => {
    let state: CacheState = { ...coldCaches, askedLifetimeMicros: askedFirst(calls) }
    return calls.map((call, index) => {
      const { request, usage, compacted, repeats } = call
      if (index === 0) {
        state = noteLogged(state, request, usage, behaviours)
        return asLogged(call)
      }
      if (compacted) state = editPrefix(state, 'compaction')
      const finding = findCached(state, request, behaviours)
      const costs = (read: number): bigint => costOf(bucketsOf(state, request, read, behaviours), call.rates)
      const { read } = finding
      const measured: MeasuredCall = {
        ...measuredOf(call),
        cause: residualCause(finding.cause, repeats),
        read,
        picoUsd: { lo: costs(read.hi), value: costs(read.value), hi: costs(read.lo) },
      }
      state = leaveCached(state, request, finding, behaviours)
      return measured
    })
  }
}

function asLogged(call: SeenCall): MeasuredCall {
  const { loggedPicoUsd, ...rest } = measuredOf(call)
  return {
    ...rest,
    loggedPicoUsd,
    cause: 'first call',
    read: exactly(call.usage.cacheRead),
    picoUsd: { lo: loggedPicoUsd, value: loggedPicoUsd, hi: loggedPicoUsd },
  }
}

function measuredOf({ usage, rates, request }: SeenCall): Omit<MeasuredCall, 'cause' | 'read' | 'picoUsd'> {
  return {
    loggedPicoUsd: costOf(usage, rates),
    loggedRead: usage.cacheRead,
    promptTokens: request.promptTokens,
  }
}

function residualCause(cause: CacheCause, repeats: boolean): ResidualCause {
  switch (cause) {
    case 'first-call':
      return 'first call'
    case 'expiry':
    case 'compaction':
      return cause
    case 'first-at-place':
    case 'tools':
      return 'model, host or tools'
    case 'undeclared':
    case 'too-short':
    case 'overlap':
      return 'unknown'
    case 'perhaps-warm':
    case 'warm':
      return repeats ? 'retry' : 'unknown'
  }
}

const hour = 3_600_000_000

function askedFirst(calls: readonly SeenCall[]): number | undefined {
  const first = calls.find(({ usage }) => usage.cacheWrite5m + usage.cacheWrite1h > 0)
  return first === undefined ? undefined : first.usage.cacheWrite1h > 0 ? hour : hour / 12
}

// --- what the model has to beat

/** Shares of each bucket, in millionths. */
export interface BucketShares {
  readonly read: number
  readonly write5m: number
  readonly write1h: number
}

export function fitShares(sessions: readonly SeenSession[]): BucketShares {
  const sum = (of: (call: SeenCall) => number): bigint =>
    sessions.flatMap(({ calls }) => calls).reduce((total, call) => total + BigInt(of(call)), 0n)
  const prompt = sum(({ request }) => request.promptTokens)
  const share = (of: (call: SeenCall) => number): number =>
    prompt === 0n ? 0 : Number((sum(of) * BigInt(million)) / prompt)
  return {
    read: share(({ usage }) => usage.cacheRead),
    write5m: share(({ usage }) => usage.cacheWrite5m),
    write1h: share(({ usage }) => usage.cacheWrite1h),
  }
}

/** Every call has the same shares. */
export function constantShares(shares: BucketShares): CacheModel {
  return ({ calls }) =>
    calls.map((call) => {
      const part = (share: number): number => Math.floor((call.request.promptTokens * share) / million)
      const [cacheRead, cacheWrite5m, cacheWrite1h] = [part(shares.read), part(shares.write5m), part(shares.write1h)]
      const uncachedInput = call.request.promptTokens - cacheRead - cacheWrite5m - cacheWrite1h
      return asModelled(call, { uncachedInput, cacheRead, cacheWrite5m, cacheWrite1h })
    })
}

/** The whole prompt before, if it went to the same model within the lifetime; else nothing. */
export function previousPrefix({ firstFromLog }: { readonly firstFromLog: boolean }): CacheModel {
  return ({ calls }) => {
    const asked = askedFirst(calls)
    return calls.map((call, index) => {
      const { request } = call
      const before = calls[index - 1]?.request
      if (before === undefined && firstFromLog) return asLogged(call)
      const lifetime = request.rules === undefined ? 0 : lifetimeFor(request.rules, asked)
      const gap = (request.startMicros ?? 0) - (before?.startMicros ?? 0)
      const live = before !== undefined && before.place === request.place && gap <= lifetime
      const cacheRead = live ? Math.min(before.promptTokens, request.promptTokens) : 0
      const fresh = request.promptTokens - cacheRead
      const writes = request.rules?.kind === 'marked'
      const isLong = lifetime >= hour
      return asModelled(call, {
        uncachedInput: writes ? 0 : fresh,
        cacheRead,
        cacheWrite5m: writes && !isLong ? fresh : 0,
        cacheWrite1h: writes && isLong ? fresh : 0,
      })
    })
  }
}

function asModelled(call: SeenCall, buckets: InputBuckets): MeasuredCall {
  const cost = costOf(buckets, call.rates)
  return {
    ...measuredOf(call),
    cause: 'unknown',
    read: exactly(buckets.cacheRead),
    picoUsd: { lo: cost, value: cost, hi: cost },
  }
}

function costOf(
  buckets: InputBuckets & { readonly cacheWriteOther?: number },
  rates: InputRates,
): bigint {
  return (
    times(buckets.uncachedInput, rates.input) +
    times(buckets.cacheRead, rates.read) +
    times(buckets.cacheWrite5m + (buckets.cacheWriteOther ?? 0), rates.write5m) +
    times(buckets.cacheWrite1h, rates.write1h)
  )
}
