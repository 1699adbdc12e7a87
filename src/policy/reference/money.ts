import type { CompactTo, Exact, PriceBucket, Switching } from '../core.ts'
import { modelNamed, priceOf } from '../catalogue-queries.ts'
import { factOf } from '../facts.ts'
import { integer, isExact, minus, plus, times, unknown, unknownAmong } from '../value.ts'
import type { Value } from '../value.ts'
import { currentModel, priceMoment } from './scope.ts'
import type { Scope } from './scope.ts'

const million = 1_000_000n

/** (score(M) − score(current)) × what a success is declared to be worth. */
export function benefit(scope: Scope, model: string, score: (model: string) => Value): Value {
  const given = scope.input.given.benefitPicoUsd
  if (given !== undefined) return given
  const worth = scope.policy.assumptions.find((each) => each.kind === 'success')
  const current = currentModel(scope)
  if (current === undefined) return null
  if (worth?.kind !== 'success') return unknown('benefit')
  const [there, here] = [score(model), score(current)]
  const open = unknownAmong([there, here])
  if (open !== undefined) return open
  if (!isExact(there) || !isExact(here)) return null
  const gained = minus(there, here)
  return { numerator: gained.numerator * worth.worthPicoUsd, denominator: gained.denominator * million }
}

/**
 * The present prefix at M's write price less its read price at the current model; where the switch
 * compacts, what is left of it is written, and the call that sums it up is paid at the current model.
 */
export function switchCost(scope: Scope, model: string): Value {
  const given = scope.input.given.switchCostPicoUsd
  if (given !== undefined) return given
  const current = currentModel(scope)
  if (current === undefined) return null
  const tokens = factOf(scope.policy, scope.state, scope.input, 'context.length')
  if (typeof tokens !== 'number') return unknown('context.length')
  const write = firstPrice(scope, model, ['cache-write', 'cache-write-5min', 'cache-write-1h', 'input'])
  const read = firstPrice(scope, current, ['cache-read', 'input'])
  const output = firstPrice(scope, current, ['output'])
  if (write === undefined || read === undefined || output === undefined) return unknown('price')
  const prefix = integer(tokens)
  const share = compactionDue(scope, current, model)
  if (share === null) return minus(times(prefix, integer(write)), times(prefix, integer(read)))
  const left = times(prefix, share)
  // The compaction call reads the prefix where it is warm, which the difference takes off again.
  return plus(times(left, integer(write)), times(left, integer(output)))
}

function firstPrice(scope: Scope, model: string, buckets: readonly PriceBucket[]): bigint | undefined {
  const cards = modelNamed(scope.policy, model)?.prices ?? []
  for (const bucket of buckets) {
    const price = priceOf(cards, bucket, priceMoment(scope))
    if (typeof price === 'bigint') return price
  }
  return undefined
}

/** By the first endpoints in order of declaration: who would really answer is not decided yet. */
function compactionDue(scope: Scope, from: string, to: string): Exact | null {
  const [here, there] = [from, to].map((name) => modelNamed(scope.policy, name)?.endpoints[0])
  if (here === undefined || there === undefined || from === to) return null
  const choice = scope.state.choice
  const due = compaction(scope.policy.switching, {
    otherProvider: (choice?.provider ?? here.provider) !== there.provider,
    otherFamily: (choice?.family ?? here.family) !== there.family,
  })
  return due == null ? null : { numerator: BigInt(due.millionths), denominator: million }
}

/**
 * What `switch` says of a switch: of another family the family's line, else the provider's line,
 * else the family's. `undefined`: nothing is written.
 */
export function compaction(
  switching: Switching,
  crossing: { readonly otherProvider: boolean; readonly otherFamily: boolean },
): CompactTo | undefined {
  const provider = crossing.otherProvider ? switching.otherProvider : switching.sameProvider
  if (crossing.otherFamily) return switching.otherFamily !== undefined ? switching.otherFamily : provider
  return provider !== undefined ? provider : switching.sameFamily
}
