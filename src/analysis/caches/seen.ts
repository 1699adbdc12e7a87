import { endpointAt, modelNamed, priceCard } from '../../policy/catalogue-queries.ts'
import type { Policy, PriceCard } from '../../policy/core.ts'
import { cacheRulesAt } from '../../replay/cache/rules.ts'
import { placeKey } from '../../replay/cache/state.ts'
import type { CacheRequest } from '../../replay/cache/state.ts'
import { recordedPlace } from '../../replay/recorded-place.ts'
import { turnReader } from '../../replay/turns.ts'
import { datedMicros } from '../../trace/dated.ts'
import type { CallRecord, Usage } from '../../trace/record.ts'
import type { RecordedSession } from '../../trace/session.ts'
import { promptTokensOf } from '../../trace/usage-sums.ts'

/** A served call as a cache saw it, with what its input buckets cost. */
export interface SeenCall {
  readonly request: CacheRequest
  readonly usage: Usage
  /** Pico-dollars a token. */
  readonly rates: InputRates
  /** The log marks a compaction between it and the call before. */
  readonly compacted: boolean
  /** The same prompt as the call before. */
  readonly repeats: boolean
}

export interface InputRates {
  readonly input: bigint
  readonly read: bigint
  readonly write5m: bigint
  readonly write1h: bigint
}

export interface SeenSession {
  readonly session: string
  readonly calls: readonly SeenCall[]
}

/** Why a call is in no figure. */
export type Unseen = 'not served' | 'no token counts' | 'no price' | 'no cache in the catalogue' | 'no prompt'

/** The calls of a session whose caches can be compared. */
export function seenSession(
  policy: Policy,
  session: RecordedSession,
  unseen: (reason: Unseen) => void,
): SeenSession {
  const begins = turnReader(session)
  const calls: SeenCall[] = []
  let compactions = session.events.filter((event) => event.event === 'compaction').length
  for (const record of session.calls) {
    const beginsTurn = begins(record)
    const left = session.events.filter(
      (event) => event.event === 'compaction' && (event.beforeCall ?? 0) > record.call,
    ).length
    const compacted = left < compactions
    compactions = left
    const seen = seenCall(policy, record)
    if (typeof seen === 'string') {
      unseen(seen)
      continue
    }
    const request = { ...seen.request, beginsTurn }
    const before = calls.at(-1)
    const repeats =
      before !== undefined && calls.length > 0 && before.request.promptTokens === request.promptTokens
    calls.push({ ...seen, request, compacted, repeats })
  }
  return { session: session.session, calls }
}

function seenCall(
  policy: Policy,
  record: CallRecord,
): Pick<SeenCall, 'request' | 'usage' | 'rates'> | Unseen {
  const place = recordedPlace(policy, record)
  if (record.end !== 'served' || place === undefined) return 'not served'
  const { usage } = record
  if (usage === undefined) return 'no token counts'
  const promptTokens = promptTokensOf(usage)
  if (promptTokens === 0) return 'no prompt'
  const rules = cacheRulesAt(policy, place.model, place.provider)
  if (rules === undefined) return 'no cache in the catalogue'
  const cards =
    (place.provider === undefined ? undefined : endpointAt(policy, place.model, place.provider)?.prices) ??
    modelNamed(policy, place.model)?.prices ??
    []
  const card = priceCard(cards, {
    nowMicros: datedMicros(record),
    promptTokens,
    serviceTier: record.served?.serviceTier,
  })
  const rates = card === undefined || card === null ? undefined : inputRates(card)
  if (rates === undefined) return 'no price'
  return {
    request: {
      place: placeKey({
        ...place,
        region: record.served?.region,
        account: record.served?.account,
        serviceTier: record.served?.serviceTier,
      }),
      rules,
      startMicros: record.startMicros,
      promptTokens,
      beginsTurn: undefined,
    },
    usage,
    rates,
  }
}

function inputRates({ picoUsd }: PriceCard): InputRates | undefined {
  const { input } = picoUsd
  const read = picoUsd['cache-read']
  if (input === undefined || read === undefined) return undefined
  const write = picoUsd['cache-write'] ?? input
  return {
    input,
    read,
    write5m: picoUsd['cache-write-5min'] ?? write,
    write1h: picoUsd['cache-write-1h'] ?? write,
  }
}
