import { canonicalModel } from '../../policy/catalogue-queries.ts'
import type { CallRecord, LoggedCost } from '../../trace/record.ts'
import type { PriceBook } from './price-book.ts'
import { promptOf, tokensOf, type Vector } from './vector.ts'
import { datedMicros } from '../../trace/dated.ts'

/** A call with a logged cost and the tokens to price it by. */
export interface BillLine {
  readonly session: string
  readonly call: number
  /** By the catalogue's name where it knows the spelling. */
  readonly model: string
  readonly provider: string | undefined
  readonly serviceTier: string | undefined
  readonly region: string | undefined
  readonly atMicros: number | undefined
  readonly tokens: Vector
  readonly promptTokens: number
  readonly outputIsPartial: boolean
  /** A row of timeQuality `daily` is a total of several calls. */
  readonly isSum: boolean
  readonly picoUsd: bigint
  /** How many calls it stands for. */
  readonly calls: number
  /** Whether it is what is left of the total of a run. */
  readonly isOfRun: boolean
  readonly source: LoggedCost['source']
}

/** What a call is to an audit. */
export type CallKind =
  | { readonly kind: 'billed'; readonly line: BillLine }
  /** A cost without tokens or without a model: nothing to price it by. */
  | { readonly kind: 'bare'; readonly line: BillLine; readonly missing: 'usage' | 'model' }
  /** Served, and no cost is logged. `line.picoUsd` is 0. */
  | { readonly kind: 'unbilled'; readonly line: BillLine | undefined; readonly model: string }
  /** Not served, and nobody asks money for it. */
  | { readonly kind: 'free' }

const noUsage = {
  uncachedInput: 0,
  cacheRead: 0,
  cacheWrite5m: 0,
  cacheWrite1h: 0,
  output: 0,
  outputQuality: 'exact',
} as const

export function callKind(call: CallRecord, book: PriceBook): CallKind {
  const { cost, usage } = call
  const recorded = call.served?.model ?? call.requested ?? undefined
  const served = call.end === 'served' || call.end === 'cancelled'
  if (cost === undefined && usage === undefined && !served) return { kind: 'free' }
  const model = recorded === undefined ? 'unknown' : canonicalModel(book.policy, recorded)
  const tokens = tokensOf(usage ?? noUsage, call.prompt.contextImages ?? call.prompt.newImages ?? 0)
  const line: BillLine = {
    session: call.session,
    call: call.call,
    model,
    provider: call.served?.provider,
    serviceTier: call.served?.serviceTier,
    region: call.served?.region,
    atMicros: datedMicros(call) ?? (call.timeQuality === 'relative' ? undefined : call.endMicros),
    tokens,
    promptTokens: Number(promptOf(tokens)),
    outputIsPartial: usage?.outputQuality === 'lower-bound',
    isSum: call.timeQuality === 'daily',
    picoUsd: BigInt(cost?.picoUsd ?? 0),
    calls: 1,
    isOfRun: false,
    source: cost?.source ?? 'provider',
  }
  if (cost === undefined)
    return { kind: 'unbilled', line: usage === undefined ? undefined : line, model }
  if (usage === undefined) {
    return !served && line.picoUsd === 0n
      ? { kind: 'free' }
      : { kind: 'bare', line, missing: 'usage' }
  }
  return recorded === undefined
    ? { kind: 'bare', line, missing: 'model' }
    : { kind: 'billed', line }
}
