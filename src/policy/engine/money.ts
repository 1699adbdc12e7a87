import type { PriceBucket } from '../core.ts'
import type { CallFrame } from './call-frame.ts'
import type { Blame, Code, Value } from './code.ts'
import type { Compiler } from './compiler.ts'
import { factCode } from './facts-code.ts'
import { isQuantity } from './operators.ts'
import { bookPrice } from './price-book.ts'
import { add, quantity, times, whole } from './quantity.ts'
import { scorerScoreCode, verdictScoreCode } from './scores.ts'
import { compactionOf } from './switching.ts'
import type { ModelEntry } from './universe.ts'

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

const writing: readonly PriceBucket[] = ['cache-write', 'cache-write-5min', 'cache-write-1h', 'input']
const reading: readonly PriceBucket[] = ['cache-read', 'input']
const answering: readonly PriceBucket[] = ['output']

/**
 * The present prefix at M's write price less its read price at the current model. Where the switch
 * compacts, the share that is left is written by M after the current model has put it out; what
 * that call reads is what the difference would have taken off.
 */
export function switchCostCode(compiler: Compiler, model: Code): Code {
  const { models } = compiler.universe
  const current = factCode(compiler, 'current')
  // One part of a pico-dollar's millionth: a share of the prefix is in millionths.
  const computed = (frame: CallFrame, into?: Blame): Value => {
    const to = model.run(frame)
    const from = current.run(frame)
    if (to === undefined || from === undefined) {
      if (to === undefined && into !== undefined) model.blame(frame, into)
      if (from === undefined && into !== undefined) current.blame(frame, into)
      return undefined
    }
    if (typeof to !== 'string' || typeof from !== 'string') return null
    const { tokens } = frame
    if (tokens === undefined) {
      into?.add('context.length')
      return undefined
    }
    const write = firstPrice(frame, models.get(to), writing)
    const read = firstPrice(frame, models.get(from), reading)
    const output = firstPrice(frame, models.get(from), answering)
    if (write === undefined || read === undefined || output === undefined) {
      into?.add('price')
      return undefined
    }
    const share = compactionShare(compiler, frame, models.get(from), models.get(to))
    return share === undefined
      ? times(times(tokens, 1_000_000), add(write, times(read, -1)))
      : times(times(tokens, share), add(write, output))
  }
  const run = statedMoney('switchCostPicoUsd', million, computed)
  return {
    run,
    scale: million,
    moving: true,
    constant: false,
    blame: (frame, into) => {
      if (run(frame) === undefined) computed(frame, into)
    },
  }
}

/** The first of the rows that has a price now. */
function firstPrice(
  frame: CallFrame,
  entry: ModelEntry | undefined,
  buckets: readonly PriceBucket[],
): number | bigint | undefined {
  for (const bucket of buckets) {
    const price = bookPrice(entry?.book, bucket, frame.day, frame.tokens)
    if (price !== undefined && price !== null) return price
  }
  return undefined
}

/** By the first endpoints in order of declaration: who would really answer is not decided yet. */
function compactionShare(
  { policy }: Compiler,
  frame: CallFrame,
  from: ModelEntry | undefined,
  to: ModelEntry | undefined,
): number | undefined {
  const here = from?.endpoints[0]?.endpoint
  const there = to?.endpoints[0]?.endpoint
  if (here === undefined || there === undefined || from === to) return undefined
  const { choice } = frame.state
  const otherProvider = (choice?.provider ?? here.provider) !== there.provider
  const otherFamily = (choice?.family ?? here.family) !== there.family
  return compactionOf(policy.switching, otherProvider, otherFamily)?.millionths
}
