import type { Exact, Model, Policy, PriceBucket, PriceCard } from '../policy/core.ts'
import type { SessionResult } from '../replay/result/session.ts'

/** A change of model that the policy made, and how much dearer the one is than the other. */
export interface Step {
  readonly from: string
  readonly to: string
  readonly calls: number
  /** By the catalogue's `relative`; `undefined`: not declared for both. */
  readonly relative: Exact | undefined
  /** By list price, plain tier, newest card; `undefined`: not priced for both, or free. */
  readonly input: Exact | undefined
  readonly output: Exact | undefined
}

export interface StepTally {
  add(result: SessionResult): void
  /** The most frequent first, equal ones by name. */
  steps(): readonly Step[]
}

/** Counts the steps of sessions in any order. */
export function tallySteps(policy: Policy): StepTally {
  const models = new Map(policy.models.map((model) => [model.name, model]))
  const counts = new Map<string, Map<string, number>>()
  return {
    add: ({ calls }) => {
      for (const { decision } of calls) {
        const { switched } = decision
        if (switched === undefined) continue
        const to = counts.get(switched.from) ?? new Map<string, number>()
        counts.set(switched.from, to.set(switched.to, (to.get(switched.to) ?? 0) + 1))
      }
    },
    steps: () =>
      [...counts]
        .flatMap(([from, targets]) =>
          [...targets].map(([to, calls]) => ({ from, to, calls, ...stepBetween(models.get(from), models.get(to)) })),
        )
        .toSorted((a, b) => b.calls - a.calls || order(a.from, b.from) || order(a.to, b.to)),
  }
}

/** How much dearer one model is than another, three ways. */
export function stepBetween(
  from: Model | undefined,
  to: Model | undefined,
): Pick<Step, 'relative' | 'input' | 'output'> {
  const price = (model: Model | undefined, bucket: PriceBucket): Exact | undefined => {
    const picoUsd = newestCard(model)?.picoUsd[bucket]
    return picoUsd === undefined ? undefined : { numerator: picoUsd, denominator: 1n }
  }
  return {
    relative: ratio(to?.relative, from?.relative),
    input: ratio(price(to, 'input'), price(from, 'input')),
    output: ratio(price(to, 'output'), price(from, 'output')),
  }
}

function newestCard(model: Model | undefined): PriceCard | undefined {
  return (model?.prices ?? [])
    .filter(({ aboveTokens, serviceTier }) => aboveTokens === 0 && serviceTier === null)
    .toSorted((a, b) => (b.fromDay ?? -Infinity) - (a.fromDay ?? -Infinity) || 0)[0]
}

function ratio(to: Exact | undefined, from: Exact | undefined): Exact | undefined {
  if (to === undefined || from === undefined || from.numerator === 0n) return undefined
  return { numerator: to.numerator * from.denominator, denominator: to.denominator * from.numerator }
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
