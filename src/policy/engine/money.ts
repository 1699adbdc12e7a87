import type { PriceBucket } from '../core.ts'
import type { CallFrame } from './call-frame.ts'
import type { Blame, Code, Value } from './code.ts'
import type { Compiler } from './compiler.ts'
import { factCode } from './facts-code.ts'
import { isQuantity } from './operators.ts'
import { bookPrice } from './price-book.ts'
import { add, quantity, times, whole } from './quantity.ts'
import type { Quantity } from './quantity.ts'
import { scorerScoreCode, verdictScoreCode } from './scores.ts'
import { compactionOf } from './switching.ts'

const million = 1_000_000n

/** (score(M) − score(current)) × what a success is declared to be worth. */
export function benefitCode(compiler: Compiler, model: Code): Code {
  const worth = compiler.policy.assumptions.find((each) => each.kind === 'success')?.worthPicoUsd
  const current = factCode(compiler, 'current')
  const to = scoreCode(compiler, model)
  const from = scoreCode(compiler, current)
  // A score counts in parts of a millionth.
  const scale = (to?.scale ?? 1n) * million
  const computed = (frame: CallFrame): Value => {
    const which = model.run(frame)
    const now = current.run(frame)
    if (which === undefined || now === undefined) return undefined
    if (which === null || now === null) return null
    if (to === undefined || from === undefined || worth === undefined) return undefined
    const target = to.run(frame)
    const present = from.run(frame)
    if (target === undefined || present === undefined) return undefined
    if (!isQuantity(target) || !isQuantity(present)) return null
    return times(add(target, times(present, -1)), whole(worth))
  }
  const run = statedMoney('benefitPicoUsd', scale, computed)
  return {
    run,
    scale,
    moving: true,
    constant: false,
    blame: (frame, into) => {
      if (run(frame) !== undefined) return
      const parts = [model, current].filter((part) => part.run(frame) === undefined)
      for (const part of parts) part.blame(frame, into)
      if (parts.length > 0) return
      if (to === undefined || from === undefined || worth === undefined) {
        into.add('benefit')
        return
      }
      for (const part of [to, from]) if (part.run(frame) === undefined) part.blame(frame, into)
    },
  }
}

function statedMoney(
  name: 'benefitPicoUsd' | 'switchCostPicoUsd',
  scale: bigint,
  computed: (frame: CallFrame) => Value,
): (frame: CallFrame) => Value {
  return (frame) => {
    const stated = frame.given ? frame.input.given[name] : undefined
    if (stated === undefined) return computed(frame)
    return quantity({ numerator: stated.numerator * scale, denominator: stated.denominator })
  }
}

/** The policy's only `scores` classifier or scorer without bands; none where there are two. */
function scoreCode(compiler: Compiler, model: Code): Code | undefined {
  const classifiers = compiler.policy.classifiers.filter((each) => each.verdict.kind === 'scores')
  const scorers = compiler.policy.scorers.filter((each) => each.bands === undefined)
  if (classifiers.length + scorers.length !== 1) return undefined
  const [classifier] = classifiers
  if (classifier !== undefined) return verdictScoreCode(compiler, classifier.name, model)
  return scorers[0] && scorerScoreCode(compiler, scorers[0].name, model)
}

/**
 * The present prefix at M's write price less its read price at the current model; where the switch
 * compacts, what is left of it is written, and the call that sums it up is paid at the current model.
 */
export function switchCostCode(compiler: Compiler, model: Code): Code {
  const { universe, policy } = compiler
  const current = factCode(compiler, 'current')
  const computed = (frame: CallFrame): Value => {
    const to = model.run(frame)
    const from = current.run(frame)
    if (to === undefined || from === undefined) return undefined
    if (typeof to !== 'string' || typeof from !== 'string') return null
    const target = universe.models.get(to)
    const present = universe.models.get(from)
    if (target === undefined || present === undefined) return undefined
    const tokens = frame.input.given.cachedTokens ?? frame.world.cachedTokens(from)
    if (tokens === undefined) return undefined
    const price = (entry: typeof target, bucket: PriceBucket): Value =>
      bookPrice(entry.book, bucket, frame.day, frame.tokens)
    const write = price(target, 'cache-write-5min') ?? price(target, 'input')
    const read = price(present, 'cache-read') ?? price(present, 'input')
    if (!isQuantity(write) || !isQuantity(read)) return write === undefined || read === undefined ? undefined : null
    void compactionOf(policy.switching, false, false)
    return add(times(tokens, write), times(times(tokens, read), -1))
  }
  const run = statedMoney('switchCostPicoUsd', million, (frame) => scaled(computed(frame)))
  return {
    run,
    scale: million,
    moving: true,
    constant: false,
    blame: (frame: CallFrame, into: Blame) => {
      if (run(frame) === undefined) into.add('switch-cost')
    },
  }
}

function scaled(value: Value): Value {
  return isQuantity(value) ? times(value, 1_000_000) : value
}

export type { Quantity }
