import type { Assumption, Exact, Policy } from '../policy/core.ts'
import { compareExact, endpointAt, modelNamed } from '../policy/catalogue-queries.ts'
import type { InputRanges } from '../policy/decision.ts'
import { integer, minus, plus, times } from '../policy/value.ts'
import { usageParts, wholes, withinWholes, type UsagePart } from '../trace/usage-parts.ts'
import type { CallRecord, Usage } from '../trace/record.ts'
import { repriced, sameTokens } from './call-money.ts'
import { modelledMoney, unknownMoney } from './money.ts'
import type { Place } from './result/call.ts'
import type { Money } from './result/money.ts'
import { promptTokensOf, outputTokensOf } from '../trace/usage-sums.ts'

/** A factor between bounds: `lo ≤ point ≤ hi`. */
export interface Factor {
  readonly lo: Exact
  readonly point: Exact
  readonly hi: Exact
}

/** What becomes of a call of one model when another one answers it. */
export interface Transfer {
  /** Of its output. */
  readonly verbosity: Factor
  /** Calls that it takes in place of one. */
  readonly steps: Factor
  /** The assumptions behind these: names of `assume` lines, and `same-tokens` for what none declares. */
  readonly names: readonly string[]
}

/**
 * Replaces the range of an assumption, by its name: what a sensitivity analysis varies. With
 * `prompt-caches` among them, caches leave what is likeliest, and with an assumed compaction, a switch
 * leaves what it asks for, whatever the range; with an assumed reminder, nobody follows it where the point is
 * 0, and the next reply does where it is 1.
 */
export type AssumedRanges = ReadonlyMap<string, Factor>

/** Everybody but the models answers as in the log, and so does the log's own model. */
export const recordedConversation = 'recorded-conversation'

const one: Factor = { lo: integer(1), point: integer(1), hi: integer(1) }

/**
 * Of what no assumption declares: output and steps each by half to double, so that together they
 * come to a quarter to four times.
 */
export const undeclared: Factor = {
  lo: { numerator: 1n, denominator: 2n },
  point: integer(1),
  hi: integer(2),
}

/** `assume NAME: reminder followed within N turns`: the first holds. */
export function reminderOf(policy: Policy): Extract<Assumption, { kind: 'reminder' }> | undefined {
  return policy.assumptions.find((each) => each.kind === 'reminder')
}

export function transferOf(
  policy: Policy,
  from: string | undefined,
  to: string,
  ranges: AssumedRanges = new Map(),
): Transfer {
  if (from === to) return { verbosity: one, steps: one, names: [] }
  const names: string[] = []
  const factor = (kind: 'verbosity' | 'steps'): Factor => {
    const declared = policy.assumptions.find((each) => each.kind === kind && each.from === from && each.to === to)
    const name = declared?.name ?? sameTokens
    if (!names.includes(name)) names.push(name)
    return ranges.get(name) ?? (declared === undefined ? undeclared : factorOf(declared))
  }
  return { verbosity: factor('verbosity'), steps: factor('steps'), names }
}

/** Either of two may hold; the point is the first's. */
export function joinedTransfer(one: Transfer, other: Transfer): Transfer {
  const joined = (a: Factor, b: Factor): Factor => ({ lo: least(a.lo, b.lo), point: a.point, hi: most(a.hi, b.hi) })
  return {
    verbosity: joined(one.verbosity, other.verbosity),
    steps: joined(one.steps, other.steps),
    names: [...new Set([...one.names, ...other.names])],
  }
}

/** A declared factor without a range is taken as it is. */
export function factorOf(assumption: Assumption): Factor {
  if (assumption.kind !== 'verbosity' && assumption.kind !== 'steps') return one
  const { factor, range } = assumption
  return { lo: least(factor, range?.from ?? factor), point: factor, hi: most(factor, range?.to ?? factor) }
}

/** How a session that has diverged stands to its log, before its next call. */
export interface Projection {
  /** The call of the divergence, as the state of the session counts calls. */
  readonly afterCall: number
  /** Tokens of the prompt less those of the log. */
  readonly more: Factor
  /** How many calls each call after the divergence stands for, in order. */
  readonly steps: readonly Factor[]
}

const nothing: Factor = { lo: integer(0), point: integer(0), hi: integer(0) }

export function projectionFrom(call: number): Projection {
  return { afterCall: call, more: nothing, steps: [] }
}

/** What a decision may read of this prompt. A size that the log does not tell stays unknown. */
export function rangesOf({ afterCall, more, steps }: Projection, record: CallRecord): InputRanges {
  const { tokens } = record.prompt
  return {
    contextTokens:
      tokens === undefined ? undefined : { lo: promptOf(tokens, more.lo), hi: promptOf(tokens, more.hi) },
    steps: { afterCall, each: steps },
  }
}

/** Whole tokens, none below 0. Rounds alike at every end, so that equal ends stay equal. */
function promptOf(logged: number, more: Exact): number {
  return Math.max(0, rounded(plus(integer(logged), more)))
}

/** Half up. */
function rounded({ numerator, denominator }: Exact): number {
  const twice = 2n * numerator + denominator
  const by = 2n * denominator
  const whole = twice / by
  return Number(twice < 0n && twice % by !== 0n ? whole - 1n : whole)
}

export interface ProjectedCall {
  readonly record: CallRecord
  /** The next call of the log. */
  readonly next: CallRecord
  /** It is the call of the divergence, which stands for itself. */
  readonly isFirst: boolean
  readonly transfer: Transfer
  /**
   * What the policy's own switch may leave of the context, in millionths, what was decided first;
   * `undefined`: all of it.
   */
  readonly compactions: readonly [number | undefined, ...(number | undefined)[]]
  /** The log compacts before the next call: from there on its size is the log's. */
  readonly compactedNext: boolean
}

/** After this call: its reply, the tools it called and the next message are in the prompt. */
export function projectionAfter(projection: Projection, call: ProjectedCall): Projection {
  const { afterCall } = projection
  const steps = call.isFirst ? [] : [...projection.steps, call.transfer.steps]
  if (call.compactedNext) return { afterCall, more: nothing, steps }
  const own = compacted(projection.more, call)
  const growth = growthOf(call)
  const sum = (end: keyof Factor): Exact => reduced(plus(own[end], growth[end]))
  return { afterCall, more: { lo: sum('lo'), point: sum('point'), hi: sum('hi') }, steps }
}

/** In lowest terms, so that sums over a long session stay small. */
function reduced({ numerator, denominator }: Exact): Exact {
  let [a, b] = [numerator < 0n ? -numerator : numerator, denominator]
  while (b > 0n) [a, b] = [b, a % b]
  return { numerator: numerator / a, denominator: denominator / a }
}

/** The prompt of the call itself, after a compaction that its switch causes or may cause. */
export function compacted(more: Factor, { record, compactions }: Pick<ProjectedCall, 'record' | 'compactions'>): Factor {
  const { tokens } = record.prompt
  if (tokens === undefined) return more
  const left = (end: Exact, share: number | undefined): Exact =>
    share === undefined
      ? end
      : minus(times(plus(integer(tokens), end), { numerator: BigInt(share), denominator: 1_000_000n }), integer(tokens))
  return {
    lo: compactions.map((share) => left(more.lo, share)).reduce(least),
    point: left(more.point, compactions[0]),
    hi: compactions.map((share) => left(more.hi, share)).reduce(most),
  }
}

/**
 * How much more than in the log the prompt grows with this call: (reply × verbosity + the rest) ×
 * steps − growth of the log. Linear in each, so its extremes are at the corners.
 */
function growthOf({ record, next, transfer }: ProjectedCall): Factor {
  const before = record.prompt.tokens
  const after = next.prompt.tokens
  if (before === undefined || after === undefined || after <= before) return nothing
  const growth = after - before
  const { usage } = record
  const output = usage === undefined ? growth : Math.min(growth, outputTokensOf(usage))
  // A reply that the log cuts short may be all that the prompt has grown by.
  const replies = usage === undefined || usage.outputQuality === 'exact' ? [output] : [output, growth]
  const grown = (reply: number, verbosity: Exact, steps: Exact): Exact =>
    minus(times(plus(times(integer(reply), verbosity), integer(growth - reply)), steps), integer(growth))
  const { verbosity, steps } = transfer
  const corners = replies.flatMap((reply) =>
    [verbosity.lo, verbosity.hi].flatMap((wordy) => [steps.lo, steps.hi].map((many) => grown(reply, wordy, many))),
  )
  const point = grown(output, verbosity.point, steps.point)
  return { lo: [point, ...corners].reduce(least), point, hi: [point, ...corners].reduce(most) }
}

// --- money

/**
 * What a call costs past the divergence: its prompt grown or shrunk with the projection, its output by
 * verbosity, and all of it by steps; the call of the divergence stands for itself. `usages` are the
 * ways in which its prompt may be read from a cache and written to one, the likeliest first. Each end
 * is priced at every size of prompt that lies between the ends, so that no tier of prices is missed.
 */
export function projectedMoney(
  policy: Policy,
  record: CallRecord,
  place: Place | undefined,
  { more, transfer, isFirst, usages, summaries = [] }: {
    readonly more: Factor
    readonly transfer: Transfer
    readonly isFirst: boolean
    readonly usages: readonly Usage[]
    /** Assumptions behind `more` that are none of the transfer's. */
    readonly summaries?: readonly string[]
  },
): Money {
  const basis = [...(isFirst ? [] : [recordedConversation]), ...transfer.names, ...summaries].join('; ')
  if (place === undefined) return modelledMoney(0n, 0n, 0n, basis)
  const [likeliest] = usages
  if (record.usage === undefined || likeliest === undefined) return unknownMoney('no usage in the log')
  const logged = promptTokensOf(record.usage)
  const { verbosity, steps } = transfer
  const many = isFirst ? one : steps
  const at = (usage: Usage, end: keyof Factor): Usage => scaled(usage, promptOf(logged, more[end]), verbosity[end])
  const point = repriced(policy, record, at(likeliest, 'point'), place)
  if (point.value === null) return point
  const bounds = usages.map((usage) => {
    const [low, high] = [at(usage, 'lo'), at(usage, 'hi')]
    const sizes = sizesBetween(policy, place, promptTokensOf(low), promptTokensOf(high))
    return {
      lo: sizes.map((size) => repriced(policy, record, low, place, size).lo).reduce(lower),
      hi: sizes.map((size) => repriced(policy, record, high, place, size).hi).reduce(higher),
    }
  })
  const lo = bounds.map((each) => each.lo).reduce(lower, point.lo)
  const hi = bounds.map((each) => each.hi).reduce(higher, point.hi)
  const by = (amount: bigint, factor: Exact): bigint => (amount * factor.numerator) / factor.denominator
  return modelledMoney(by(point.value, many.point), by(lo ?? 0n, many.lo), hi === null ? null : by(hi, many.hi), basis)
}

function lower(left: bigint | null, right: bigint | null): bigint | null {
  return left === null || right === null ? null : left < right ? left : right
}

function higher(left: bigint | null, right: bigint | null): bigint | null {
  return left === null || right === null ? null : left > right ? left : right
}

/** Every bucket of the prompt by one factor, so that they come to this many tokens; the output by another. */
function scaled(usage: Usage, promptTokens: number, verbosity: Exact): Usage {
  const held = promptTokensOf(usage)
  const prompt: Exact = held === 0 ? integer(1) : { numerator: BigInt(promptTokens), denominator: BigInt(held) }
  const by = (tokens: number, factor: Exact): number => rounded(times(integer(tokens), factor))
  const parts: { [part in UsagePart]?: number } = {}
  for (const whole of wholes) {
    for (const part of usageParts[whole]) {
      const count = usage[part]
      if (count !== undefined) parts[part] = by(count, whole === 'output' ? verbosity : prompt)
    }
  }
  return withinWholes({
    ...usage,
    ...parts,
    uncachedInput: by(usage.uncachedInput, prompt),
    cacheRead: by(usage.cacheRead, prompt),
    cacheWrite5m: by(usage.cacheWrite5m, prompt),
    cacheWrite1h: by(usage.cacheWrite1h, prompt),
    ...(usage.cacheWriteOther === undefined ? {} : { cacheWriteOther: by(usage.cacheWriteOther, prompt) }),
    output: by(usage.output, verbosity),
    ...(usage.reasoning === undefined ? {} : { reasoning: by(usage.reasoning, verbosity) }),
  })
}

/** Both ends, and just above every size at which prices change between them. */
function sizesBetween(policy: Policy, place: Place, lo: number, hi: number): readonly number[] {
  const model = modelNamed(policy, place.model)
  const host = place.provider === undefined ? undefined : endpointAt(policy, place.model, place.provider)
  const cards = host?.prices ?? model?.prices ?? []
  const changes = cards.map((card) => card.aboveTokens + 1).filter((size) => lo < size && size <= hi)
  return [...new Set([lo, ...changes, hi])]
}

function least(left: Exact, right: Exact): Exact {
  return compareExact(left, right) <= 0 ? left : right
}

function most(left: Exact, right: Exact): Exact {
  return compareExact(left, right) >= 0 ? left : right
}
