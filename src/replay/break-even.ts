import { endpointAt, modelNamed, priceCard } from '../policy/catalogue-queries.ts'
import type { Policy, PriceCard } from '../policy/core.ts'
import { times } from './pricing.ts'
import type { CallResult, Place } from './result/call.ts'
import type { SwitchEconomy } from './result/session.ts'
import type { BreakEven } from './result/totals.ts'
import { sortedRecord } from './tally.ts'

export interface SwitchPrices {
  readonly from: Place
  readonly to: Place
  /** Of the prompt at the switch. */
  readonly contextTokens: number
  /** Of each reply from there on. */
  readonly outputTokens: number
  /** Of the context, what a compaction leaves; `undefined`: all of it, and no call sums it up. */
  readonly keptMillionths: number | undefined
  /** What the summarising call costs. */
  readonly compactionPicoUsd: bigint
  readonly atMicros: number | undefined
}

/**
 * Calls after which a switch has earned what it cost, in tenths, rounded up: the cost of building the
 * prefix anew (and of the summary) over what each later call saves. `never`: the new model saves
 * nothing a call. `undefined`: a price is missing.
 *
 * Staying reads the context at the old model, moving writes it once and reads it from then on. Growth
 * of the context is written on both sides and left out.
 */
export function breakEvenTenths(policy: Policy, prices: SwitchPrices): number | 'never' | undefined {
  const { contextTokens, outputTokens, keptMillionths, compactionPicoUsd } = prices
  const from = cardAt(policy, prices.from, prices)
  const to = cardAt(policy, prices.to, prices)
  if (from?.picoUsd.input === undefined || to?.picoUsd.input === undefined) return undefined
  const kept = keptMillionths === undefined ? contextTokens : Math.floor((contextTokens * keptMillionths) / 1_000_000)
  const read = (card: PriceCard, tokens: number): bigint => times(tokens, card.picoUsd['cache-read'] ?? card.picoUsd.input ?? 0n)
  const reply = (card: PriceCard): bigint => times(outputTokens, card.picoUsd.output ?? 0n)
  const write = to.picoUsd['cache-write-5min'] ?? to.picoUsd['cache-write'] ?? to.picoUsd.input
  const stay = read(from, contextTokens) + reply(from)
  const then = read(to, kept) + reply(to)
  const build = compactionPicoUsd + times(kept, write) - read(to, kept)
  const saving = stay - then
  if (build <= 0n) return 0
  return saving <= 0n ? 'never' : Number((build * 10n + saving - 1n) / saving)
}

function cardAt(policy: Policy, place: Place, { contextTokens, atMicros }: SwitchPrices): PriceCard | undefined {
  const endpoint = place.provider === undefined ? undefined : endpointAt(policy, place.model, place.provider)
  const cards = endpoint?.prices ?? modelNamed(policy, place.model)?.prices ?? []
  return priceCard(cards, { nowMicros: atMicros, promptTokens: contextTokens, serviceTier: undefined }) ?? undefined
}

/**
 * Every switch of a session with the calls that were left to earn it: those of the log up to the next
 * switch or the end. Each reply is taken as long as the mean of those.
 */
export function switchEconomies(
  policy: Policy,
  calls: readonly CallResult[],
  recordedLater: number,
): readonly SwitchEconomy[] {
  const at = calls.flatMap((call, index) => (call.decision.switched === undefined ? [] : [index]))
  return at.flatMap((index, nth) => {
    const call = calls[index]
    const switched = call?.decision.switched
    if (call === undefined || switched === undefined) return []
    const next = at[nth + 1]
    const left = calls.slice(index, next)
    const replies = left.flatMap((each) => each.outputTokens ?? [])
    const { contextTokens } = call
    const breakEven =
      contextTokens === undefined || replies.length === 0
        ? undefined
        : breakEvenTenths(policy, {
            from: { model: switched.from, provider: undefined },
            to: call.served ?? { model: switched.to, provider: undefined },
            contextTokens,
            outputTokens: Math.floor(replies.reduce((sum, tokens) => sum + tokens, 0) / replies.length),
            keptMillionths: switched.compactToMillionths,
            compactionPicoUsd: call.compactionPicoUsd ?? 0n,
            atMicros: call.startMicros,
          })
    return [
      {
        call: call.call,
        rule: call.decision.rule,
        from: switched.from,
        to: switched.to,
        breakEvenTenths: breakEven,
        callsLeft: left.length + (next === undefined ? recordedLater : 0),
      },
    ]
  })
}

// --- totals

/** By the rule that switched. */
export function breakEvenOf(switches: readonly SwitchEconomy[]): { readonly [rule: string]: BreakEven } {
  return switches
    .map(({ rule, breakEvenTenths: tenths, callsLeft }) =>
      Object.fromEntries([
        [
          rule,
          {
            switches: 1,
            unknown: tenths === undefined ? 1 : 0,
            never: tenths === 'never' ? 1 : 0,
            tooFewCalls: typeof tenths === 'number' && callsLeft * 10 < tenths ? 1 : 0,
            ...(typeof tenths === 'number' ? { tenths: { least: tenths, most: tenths, sum: tenths } } : {}),
            callsLeft: { least: callsLeft, most: callsLeft, sum: callsLeft },
          } satisfies BreakEven,
        ],
      ]),
    )
    .reduce(mergeBreakEvens, {})
}

export function mergeBreakEvens(
  left: { readonly [rule: string]: BreakEven },
  right: { readonly [rule: string]: BreakEven },
): { readonly [rule: string]: BreakEven } {
  const merged = new Map(Object.entries(left))
  for (const [rule, own] of Object.entries(right)) {
    const before = merged.get(rule)
    if (before === undefined) {
      merged.set(rule, own)
      continue
    }
    const tenths = spanOf(before.tenths, own.tenths)
    merged.set(rule, {
      switches: before.switches + own.switches,
      unknown: before.unknown + own.unknown,
      never: before.never + own.never,
      tooFewCalls: before.tooFewCalls + own.tooFewCalls,
      ...(tenths === undefined ? {} : { tenths }),
      callsLeft: spanOf(before.callsLeft, own.callsLeft) ?? own.callsLeft,
    })
  }
  return sortedRecord(merged)
}

function spanOf(left: BreakEven['tenths'], right: BreakEven['tenths']): BreakEven['tenths'] {
  if (left === undefined || right === undefined) return left ?? right
  return {
    least: Math.min(left.least, right.least),
    most: Math.max(left.most, right.most),
    sum: left.sum + right.sum,
  }
}
