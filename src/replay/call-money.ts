import type { Classifier, Policy } from '../policy/core.ts'
import { assumptionNames } from '../policy/assumption-names.ts'
import { canonicalModel, modelNamed, priceCard } from '../policy/catalogue-queries.ts'
import { entryOf } from '../policy/entries.ts'
import type { CallRecord, LoggedCost, Usage, VerdictRecord } from '../trace/record.ts'
import {
  boundedMoney,
  exactMoney,
  leavesOf,
  modelledMoney,
  together,
  unknownMoney,
} from './money.ts'
import { priceUsage, times } from './pricing.ts'
import { withinWholes } from '../trace/usage-parts.ts'
import { transferFactor } from './transfer.ts'
import type { Place } from './result/call.ts'
import type { Money } from './result/money.ts'
import { datedMicros } from '../trace/dated.ts'
import type { InputBuckets, ModelledInput } from './cache/state.ts'

/** A policy's own compaction is one call that reads the context and writes what is left of it. */
export const summarises: string = assumptionNames.oneSummary

/** A figure of a call after its session's divergence is logged tokens at another host's price. */
export const sameAnswers: string = assumptionNames.sameAnswers

/** Such a figure at another model's price, or after another prompt. */
export const sameTokens: string = assumptionNames.sameTokens

const transfer = BigInt(transferFactor)

/** A bill, in pico-dollars; a client's own reckoning is none. */
export function billOf(cost: LoggedCost | undefined): bigint | undefined {
  return cost === undefined || cost.source === 'estimate' ? undefined : BigInt(cost.picoUsd)
}

/** What the log says that a call cost: its bill, else its tokens at the price of its day. */
export function recordedMoney(policy: Policy, call: CallRecord, recorded: Place | undefined): Money {
  const bill = billOf(call.cost)
  if (bill !== undefined) return exactMoney('observed', bill, `bill of the ${call.cost?.source ?? ''}`)
  if (call.usage === undefined) {
    // Nobody bills an error. Of what a person cancelled, tokens may be billed that no log has.
    const free = call.end === 'exhausted' || call.end === 'denied' || call.end === 'no-route'
    return free ? exactMoney('observed', 0n, 'not served') : unknownMoney('no usage in the log')
  }
  return recorded === undefined
    ? unknownMoney('no model in the log')
    : repriced(policy, call, call.usage, recorded)
}

/** Tokens at list price, at this place, on the day of the call; `sizeTokens`: by the card of that size. */
export function repriced(policy: Policy, call: CallRecord, usage: Usage, place: Place, sizeTokens?: number): Money {
  return priceUsage(policy, usage, {
    ...place,
    sizeTokens,
    serviceTier: call.served?.serviceTier,
    region: regionOf(call, place),
    atMicros: datedMicros(call),
    images: call.prompt.contextImages ?? call.prompt.newImages ?? 0,
  })
}

/**
 * The region that the log names, at its own host. The region of a host in the catalogue is where it
 * stands, which does not say that requests ask for it.
 */
function regionOf({ served }: CallRecord, { provider }: Place): string | undefined {
  const isLogged = provider === undefined || served?.provider === undefined || served.provider === provider
  return isLogged ? served?.region : undefined
}

/**
 * A call past the divergence: its logged tokens at the chosen price, and a factor of four either way
 * unless so far every call went to the log's model with the log's prompt (`answersAlike`). What of its
 * prompt is read from a cache is `input`; without it, as much as in the log.
 */
export function modelledCall(
  policy: Policy,
  call: CallRecord,
  served: Place | undefined,
  input: ModelledInput | undefined,
  answersAlike: boolean,
): Money {
  const assumed = answersAlike ? asAnswered : transferred
  if (served === undefined) return modelledMoney(0n, 0n, 0n, sameTokens)
  const { usage } = call
  if (usage === undefined) return unknownMoney('no usage in the log')
  if (input === undefined) return assumed(repriced(policy, call, usage, served))
  const [value, ...corners] = [input.value, input.mostRead, input.leastRead].map((buckets) =>
    repriced(policy, call, usageWith(usage, buckets), served),
  )
  return value === undefined ? unknownMoney('no usage in the log') : assumed(spread(value, corners))
}

/** The same output after another prompt. */
export function usageWith(usage: Usage, input: InputBuckets): Usage {
  return withinWholes({ ...usage, cacheWriteOther: 0, ...input })
}

/** The first figure, with the least and the most of all of them. */
function spread(value: Money, others: readonly Money[]): Money {
  const all = [value, ...others]
  // What has a price only as long as so much of it is read has none that is known.
  const open = all.find((each) => each.lo === null)
  if (open !== undefined) return unknownMoney(open.basis)
  const least = (left: bigint | null, right: bigint | null): bigint | null =>
    left === null || right === null ? null : left < right ? left : right
  const most = (left: bigint | null, right: bigint | null): bigint | null =>
    left === null || right === null ? null : left > right ? left : right
  return {
    value: value.value,
    lo: all.map((each) => each.lo).reduce(least),
    hi: all.map((each) => each.hi).reduce(most),
    level: value.level,
    basis: value.basis,
  }
}

/** Logged tokens that another host, or another attempt, is taken to have answered with. */
export function asAnswered(priced: Money): Money {
  const { value, lo, hi } = priced
  return value === null || lo === null ? priced : modelledMoney(value, lo, hi, sameAnswers)
}

/** Logged tokens at another model's price: a factor of four either way. */
export function transferred(priced: Money): Money {
  const { value, lo, hi } = priced
  if (value === null || lo === null) return priced
  return modelledMoney(value, lo / transfer, hi === null ? null : hi * transfer, sameTokens)
}

// --- classifiers

/** What a classifier's verdict cost by the log; `undefined`: the log does not tell. */
export function verdictMoney(
  policy: Policy,
  classifier: Classifier | undefined,
  verdict: VerdictRecord,
  atMicros: number | undefined,
): Money | undefined {
  const bill = billOf(verdict.cost)
  if (bill !== undefined) return exactMoney('observed', bill, `bill of the ${verdict.cost?.source ?? ''}`)
  const model = verdict.model ?? classifier?.model
  if (verdict.usage === undefined || model === undefined) return undefined
  return priceUsage(policy, verdict.usage, {
    model: canonicalModel(policy, model),
    provider: undefined,
    serviceTier: undefined,
    region: undefined,
    atMicros,
    images: 0,
  })
}

/** Every verdict that the log carries at this call; `undefined`: none. */
export function recordedVerdictsMoney(policy: Policy, call: CallRecord): Money | undefined {
  const verdicts = Object.entries(call.prompt.classifiers ?? {}).sort(byKey)
  if (verdicts.length === 0) return undefined
  return together(
    verdicts.map(
      ([name, verdict]) =>
        verdictMoney(policy, classifierNamed(policy, name), verdict, datedMicros(call)) ??
        unknownMoney(`no usage of classifier \`${name}\` in the log`),
    ),
  )
}

/** What asking these classifiers costs: the logged verdict, else the classifier's declared size. */
export function askedMoney(
  policy: Policy,
  call: CallRecord,
  asked: readonly string[],
): readonly Money[] {
  return asked.flatMap((name) => {
    const classifier = classifierNamed(policy, name)
    if (classifier === undefined) return []
    const verdict = entryOf(call.prompt.classifiers, name)
    const logged =
      verdict === undefined ? undefined : verdictMoney(policy, classifier, verdict, datedMicros(call))
    return [logged ?? typicalMoney(policy, classifier, datedMicros(call))]
  })
}

/** Characters of a prompt in one token, at the least, as guessed, and at the most. */
const charsPerToken = { least: 1, guess: 4, most: 8 }

function typicalMoney(policy: Policy, classifier: Classifier, atMicros: number | undefined): Money {
  const assumption = `typical call of classifier ${classifier.name}`
  const model = modelNamed(policy, classifier.model)
  const card = priceCard(model?.prices ?? [], {
    nowMicros: atMicros,
    promptTokens: 0,
    serviceTier: undefined,
  })
  const input = card?.picoUsd.input
  const output = card?.picoUsd.output
  if (input === undefined || output === undefined) {
    return unknownMoney(`no price for \`${classifier.model}\``)
  }
  const instructions = classifier.promptTokens ?? 0
  const windowTokens = (per: number): number => Math.ceil((classifier.windowChars ?? 0) / per)
  const typical = classifier.typicalOutputTokens
  const limit = classifier.maxOutputTokens ?? model?.maxOutputTokens
  return modelledMoney(
    times(instructions + windowTokens(charsPerToken.guess), input) + times(typical ?? 0, output),
    times(instructions, input),
    limit === undefined
      ? null
      : times(instructions + windowTokens(charsPerToken.least), input) +
          times(Math.max(limit, typical ?? 0), output),
    assumption,
  )
}

function classifierNamed(policy: Policy, name: string): Classifier | undefined {
  return policy.classifiers.find((each) => each.name === name)
}

// --- compactions

/**
 * One summarising call: its prompt is the context before it, its output is not known. At the least
 * the whole prompt was read from a cache and nothing was written; at the most it was all written
 * anew and the summary was as long as the model can write.
 */
export function compactionMoney(
  policy: Policy,
  model: string | undefined,
  contextTokens: number | undefined,
  atMicros: number | undefined,
): Money {
  const entry = model === undefined ? undefined : modelNamed(policy, model)
  if (entry === undefined || contextTokens === undefined) {
    return unknownMoney('a compaction of unknown size or model')
  }
  const card = priceCard(entry.prices, { nowMicros: atMicros, promptTokens: contextTokens, serviceTier: undefined })
  const input = card?.picoUsd.input
  const output = card?.picoUsd.output
  if (card === undefined || card === null || input === undefined || output === undefined) {
    return unknownMoney(`no price for \`${entry.name}\``)
  }
  const dearest = [card.picoUsd['cache-write-1h'], card.picoUsd['cache-write-5min'], card.picoUsd['cache-write']]
    .filter((price) => price !== undefined)
    .reduce((most, price) => (price > most ? price : most), input)
  const most =
    entry.maxOutputTokens === undefined
      ? null
      : times(contextTokens, dearest) + times(entry.maxOutputTokens, output)
  return boundedMoney(
    times(contextTokens, card.picoUsd['cache-read'] ?? 0n),
    most,
    'a compaction that nobody billed',
  )
}

/** A summarising call that the policy's switch causes. */
export interface Summary {
  /** Who writes it: the model that is left. */
  readonly model: string
  readonly contextTokens: number | undefined
  /** Of the context, what is left of it; millionths. */
  readonly keptMillionths: number
  /** Whether that model holds the context in its cache; `undefined`: not known. */
  readonly isWarm: boolean | undefined
  readonly atMicros: number | undefined
}

/**
 * It reads the context once, from the cache where that holds it, and writes what is left of it. The
 * bounds are those of a compaction that nobody billed.
 */
export function modelledCompaction(policy: Policy, summary: Summary): Money {
  const { model, contextTokens, keptMillionths, atMicros } = summary
  const { lo, hi, level, basis } = compactionMoney(policy, model, contextTokens, atMicros)
  const entry = modelNamed(policy, model)
  if (level === 'unknown' || lo === null || entry === undefined || contextTokens === undefined) {
    return unknownMoney(basis)
  }
  const card = priceCard(entry.prices, { nowMicros: atMicros, promptTokens: contextTokens, serviceTier: undefined })
  const input = card?.picoUsd.input ?? 0n
  const read = summary.isWarm === true ? (card?.picoUsd['cache-read'] ?? input) : input
  const summaryTokens = Math.min(Math.floor((contextTokens * keptMillionths) / 1_000_000), entry.maxOutputTokens ?? Infinity)
  const value = times(contextTokens, read) + times(summaryTokens, card?.picoUsd.output ?? 0n)
  return modelledMoney(value, lo < value ? lo : value, hi === null || hi > value ? hi : value, summarises)
}

/** Sums what is there; `undefined` where nothing is. */
export function overheadOf(parts: readonly Money[]): Money | undefined {
  return parts.length === 0 ? undefined : together(parts)
}

export function isUnpriced(money: Money): boolean {
  return leavesOf(money).some((leaf) => leaf.level === 'unknown')
}

function byKey(left: readonly [string, unknown], right: readonly [string, unknown]): number {
  return left[0] < right[0] ? -1 : 1
}
