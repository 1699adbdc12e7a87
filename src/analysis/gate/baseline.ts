import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'
import { catalogueDigest } from '../../policy/digest.ts'
import type { Policy } from '../../policy/core.ts'
import { mergeSplits } from '../../replay/ledger.ts'
import { levels } from '../../replay/money.ts'
import type { Level, MoneyPart, MoneySplit } from '../../replay/result/money.ts'
import type { ReplayResult } from '../../replay/result/replay.ts'
import { askedOf } from '../../replay/served.ts'
import { canonicalJson } from '../../trace/canonical.ts'
import type { Corpus } from '../diff/traffic.ts'

/**
 * What an accepted policy came to over a corpus: a file that is committed, and that the next change
 * is compared with. `seal` is a hash of all else in it.
 */
export interface Baseline {
  readonly schemaVersion: 1
  readonly engineVersion: string
  readonly policy: { readonly name: string; readonly digest: string }
  /** Of models, providers and prices. */
  readonly catalogueDigest: string
  readonly corpus: { readonly digest: string; readonly sessions: number; readonly calls: number; readonly standsForSessions: number }
  readonly run: { readonly seed: string; readonly runId: string; readonly outcomeHash: string }
  readonly figures: {
    /** By level, decimal pico-dollars; `hi` is `null` where nothing limits it. */
    readonly cost: { readonly [level: string]: CostPart }
    readonly served: number
    readonly asked: number
    readonly upgrades: number
    readonly switches: number
  }
  readonly seal: string
}

interface CostPart {
  readonly value: string
  readonly lo: string
  readonly hi: string | null
  readonly calls: number
}

export function baselineOf(policy: Policy, result: ReplayResult, corpus: Corpus): Baseline {
  const { totals } = result
  const cost = mergeSplits(totals.money.frozen, totals.money.overhead)
  const { served, asked } = servedOf(result)
  return sealed({
    schemaVersion: 1,
    engineVersion: result.engineVersion,
    policy: result.policy,
    catalogueDigest: catalogueDigest(policy),
    corpus: {
      digest: result.traceDigest,
      sessions: corpus.sessions,
      calls: corpus.calls,
      standsForSessions: corpus.standsForSessions,
    },
    run: { seed: result.seed, runId: result.runId, outcomeHash: result.outcomeHash },
    figures: {
      cost: Object.fromEntries(
        Object.entries(cost.parts).map(([level, { value, lo, hi, calls }]) => [
          level,
          { value: value.toString(), lo: lo.toString(), hi: hi === null ? null : hi.toString(), calls },
        ]),
      ),
      served,
      asked,
      upgrades: totals.upgrades,
      switches: totals.switches,
    },
  })
}

/** Calls that a policy was asked to serve, cancelled ones left out, and those that it served. */
export function servedOf({ totals }: ReplayResult): { readonly served: number; readonly asked: number } {
  return { served: totals.attempts.served, asked: askedOf(totals) }
}

/** The cost of a baseline as a split. */
export function baselineCost({ figures }: Baseline): MoneySplit {
  const parts: { [level in Level]?: MoneyPart } = {}
  for (const level of levels) {
    const part = figures.cost[level]
    if (part === undefined) continue
    parts[level] = {
      value: BigInt(part.value),
      lo: BigInt(part.lo),
      hi: part.hi === null ? null : BigInt(part.hi),
      calls: part.calls,
    }
  }
  return { parts }
}

function sealed(baseline: Omit<Baseline, 'seal'>): Baseline {
  return { ...baseline, seal: bytesToHex(sha256(utf8ToBytes(canonicalJson(baseline)))) }
}

/** A baseline from its text, or what is wrong with it. */
export function readBaseline(text: string): Baseline | { readonly problem: string } {
  let data: unknown
  try {
    data = JSON.parse(text)
  } catch {
    return { problem: 'it is no JSON' }
  }
  if (!isObject(data) || data['schemaVersion'] !== 1) return { problem: 'it is no baseline of version 1' }
  const { seal, ...rest } = data
  let own: string
  try {
    own = bytesToHex(sha256(utf8ToBytes(canonicalJson(rest))))
  } catch {
    return { problem: 'it holds what no baseline does' }
  }
  if (seal !== own) return { problem: 'it was changed after it was written: its seal does not fit' }
  // A seal is no signature: whoever wrote the file may have made one up.
  return isBaseline(data) ? data : { problem: 'it lacks figures, or has some that are no numbers' }
}

function isBaseline(data: unknown): data is Baseline {
  if (!isObject(data)) return false
  const { policy, corpus, run, figures } = data
  const texts = (of: unknown, ...names: readonly string[]): boolean =>
    isObject(of) && names.every((name) => typeof of[name] === 'string')
  const counts = (of: unknown, ...names: readonly string[]): boolean =>
    isObject(of) && names.every((name) => Number.isSafeInteger(of[name]))
  return (
    texts(data, 'engineVersion', 'catalogueDigest', 'seal') &&
    texts(policy, 'name', 'digest') &&
    texts(corpus, 'digest') &&
    counts(corpus, 'sessions', 'calls', 'standsForSessions') &&
    texts(run, 'seed', 'runId', 'outcomeHash') &&
    counts(figures, 'served', 'asked', 'upgrades', 'switches') &&
    isObject(figures) &&
    isObject(figures['cost']) &&
    Object.entries(figures['cost']).every(([level, part]) => levels.some((each) => each === level) && isCostPart(part))
  )
}

function isCostPart(part: unknown): boolean {
  const amount = (value: unknown): boolean => typeof value === 'string' && /^-?\d{1,40}$/.test(value)
  return (
    isObject(part) &&
    amount(part['value']) &&
    amount(part['lo']) &&
    (part['hi'] === null || amount(part['hi'])) &&
    Number.isSafeInteger(part['calls'])
  )
}

/**
 * Why a baseline cannot be compared with: other traffic, another seed, or a policy that is not the
 * old one. `undefined`: it can.
 */
export function staleBaseline(
  baseline: Baseline,
  {
    corpus,
    calls,
    old,
  }: { readonly corpus: ReplayResult; readonly calls: number; readonly old: ReplayResult | undefined },
): string | undefined {
  if (baseline.corpus.digest !== corpus.traceDigest) {
    return `it was made of other traffic: ${baseline.corpus.sessions} sessions, ${baseline.corpus.calls} calls`
  }
  if (baseline.corpus.calls !== calls) {
    return `it was made of another selection: ${baseline.corpus.calls} calls of this traffic, ${calls} now`
  }
  if (baseline.run.seed !== corpus.seed) return `it was made with the seed \`${baseline.run.seed}\``
  if (old !== undefined && baseline.policy.digest !== old.policy.digest) {
    return `it is of another policy than the old one: \`${baseline.policy.name}\` ${baseline.policy.digest.slice(0, 12)}`
  }
  // One run of one policy by one engine: what is left are faults, arrivals, caches, and the recorded policy.
  if (old !== undefined && baseline.engineVersion === old.engineVersion && baseline.run.runId !== old.runId) {
    return 'it was made with other faults, arrivals, caches or another recorded policy'
  }
  return undefined
}

function isObject(value: unknown): value is { readonly [key: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
