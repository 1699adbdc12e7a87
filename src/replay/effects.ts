import type { Policy } from '../policy/core.ts'
import type { CallRecord, Usage } from '../trace/record.ts'
import type { InputBuckets, ModelledInput } from './cache/state.ts'
import { repriced, usageWith } from './call-money.ts'
import { mergeSplits, splitOf } from './ledger.ts'
import { levels, together, weaker } from './money.ts'
import { effectNames } from './result/call.ts'
import type { CallEffects, EffectName, Phase, Place } from './result/call.ts'
import type { Level, Money } from './result/money.ts'
import type { Waterfall } from './result/totals.ts'
import { promptTokensOf } from '../trace/usage-sums.ts'

/** Everything that a call costs, in the log and under the policy. */
export interface CallCosts {
  readonly phase: Phase
  readonly recorded: { readonly call: Money; readonly classifier: Money | undefined; readonly attempts: Money | undefined }
  readonly policy: {
    readonly call: Money
    readonly classifier: Money | undefined
    readonly compaction: Money | undefined
    readonly attempts: Money | undefined
  }
  /** Where it was sent first. */
  readonly first: Place | undefined
  readonly served: Place | undefined
  /** `undefined`: not modelled. */
  readonly caching:
    | { readonly first: ModelledInput; readonly served: ModelledInput; readonly promptTokens: number }
    | undefined
  /** What it costs is projected: all but its price is due to its tokens, the cached ones included. */
  readonly isProjected?: boolean
}

/** `undefined`: a cost of it is unknown, so that no step is known either. */
export function callEffects(policy: Policy, call: CallRecord, costs: CallCosts): CallEffects | undefined {
  const recorded = whole(Object.values(costs.recorded))
  const own = whole(Object.values(costs.policy))
  const served = costs.phase === 'before' ? {} : servingEffects(policy, call, costs)
  if (recorded.value === null || own.value === null || served === undefined) return undefined
  const steps: { [effect in EffectName]?: { picoUsd: bigint; level: Level } } = {}
  const add = (effect: EffectName, picoUsd: bigint, level: Level): void => {
    if (picoUsd !== 0n) steps[effect] = { picoUsd, level }
  }
  const between = (effect: EffectName, from: Money | undefined, to: Money | undefined): void =>
    add(effect, (to?.value ?? 0n) - (from?.value ?? 0n), weaker(from?.level ?? 'observed', to?.level ?? 'observed'))
  for (const effect of effectNames) {
    const picoUsd = served[effect]
    if (picoUsd !== undefined) add(effect, picoUsd, 'modelled')
  }
  between('retries', costs.recorded.attempts, costs.policy.attempts)
  between('classifier', costs.recorded.classifier, costs.policy.classifier)
  between('compaction', undefined, costs.policy.compaction)
  return { recorded, policy: own, steps }
}

function whole(parts: readonly (Money | undefined)[]): Money {
  return together(parts.filter((part) => part !== undefined))
}

/** From the logged cost of a call that diverged to what it costs where the policy has it served. */
function servingEffects(
  policy: Policy,
  call: CallRecord,
  { recorded, policy: own, first, served, caching, isProjected }: CallCosts,
): { readonly [effect in EffectName]?: bigint } | undefined {
  const from = recorded.call.value
  const to = own.call.value
  if (from === null || to === null) return undefined
  if (served === undefined) return { 'not-served': to - from }
  const { usage } = call
  const asked = first ?? served
  if (usage === undefined) return { price: to - from }
  if (isProjected === true) {
    const atServed = repriced(policy, call, usage, served).value
    return atServed === null ? undefined : { price: atServed - from, tokens: to - atServed }
  }
  if (caching === undefined) return { price: to - from }
  const priced = (tokens: Usage): bigint | null => repriced(policy, call, tokens, asked).value
  const sameTokens = priced(usage)
  const ownTokens = priced(usageWith(usage, shortened(usage, caching.promptTokens)))
  const ownCache = priced(usageWith(usage, caching.first.value))
  if (sameTokens === null || ownTokens === null || ownCache === null) return undefined
  return {
    price: sameTokens - from,
    tokens: ownTokens - sameTokens,
    cache: ownCache - ownTokens,
    failover: to - ownCache,
  }
}

/** The logged buckets of a prompt that is shorter: what is gone is taken from what was read first. */
function shortened(usage: Usage, promptTokens: number): InputBuckets {
  let gone = Math.max(0, promptTokensOf(usage) - promptTokens)
  const left = (tokens: number): number => {
    const taken = Math.min(tokens, gone)
    gone -= taken
    return tokens - taken
  }
  const cacheRead = left(usage.cacheRead)
  const cacheWrite5m = left(usage.cacheWrite5m + (usage.cacheWriteOther ?? 0))
  const cacheWrite1h = left(usage.cacheWrite1h)
  return { uncachedInput: left(usage.uncachedInput), cacheRead, cacheWrite5m, cacheWrite1h }
}

// --- totals

export const noWaterfall: Waterfall = {
  calls: 0,
  uncovered: 0,
  recorded: { parts: {} },
  policy: { parts: {} },
  effects: {},
}

export function waterfallOf(effects: CallEffects | undefined): Waterfall {
  if (effects === undefined) return { ...noWaterfall, uncovered: 1 }
  const { recorded, policy, steps } = effects
  return {
    calls: 1,
    uncovered: 0,
    recorded: splitOf(recorded),
    policy: splitOf(policy),
    effects: Object.fromEntries(
      Object.entries(steps).map(([effect, { picoUsd, level }]) => [effect, { [level]: picoUsd }]),
    ),
  }
}

export function mergeWaterfalls(left: Waterfall, right: Waterfall): Waterfall {
  const effects: { [effect in EffectName]?: { [level in Level]?: bigint } } = {}
  for (const effect of effectNames) {
    const [a, b] = [left.effects[effect], right.effects[effect]]
    if (a === undefined && b === undefined) continue
    const sums: { [level in Level]?: bigint } = {}
    for (const level of levels) {
      if (a?.[level] === undefined && b?.[level] === undefined) continue
      sums[level] = (a?.[level] ?? 0n) + (b?.[level] ?? 0n)
    }
    effects[effect] = sums
  }
  return {
    calls: left.calls + right.calls,
    uncovered: left.uncovered + right.uncovered,
    recorded: mergeSplits(left.recorded, right.recorded),
    policy: mergeSplits(left.policy, right.policy),
    effects,
  }
}

/** Of all levels. */
export function effectOf(waterfall: Waterfall, effect: EffectName): bigint {
  return Object.values(waterfall.effects[effect] ?? {}).reduce((sum, picoUsd) => sum + picoUsd, 0n)
}
