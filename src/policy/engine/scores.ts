import { entryOf } from '../entries.ts'
import { verdictLabelOf, verdictOf, verdictScoreOf } from '../facts.ts'
import type { CallFrame } from './call-frame.ts'
import { constantCode, leaf } from './code.ts'
import type { Code, Value } from './code.ts'
import { kept } from './compiler.ts'
import type { Compiler } from './compiler.ts'
import { compileExpression } from './expression.ts'
import { isQuantity, sum } from './operators.ts'
import { add, compare, quantity, times, whole } from './quantity.ts'

/** Codes that read a classifier's verdict or compute a scorer's sum. */

/**
 * A classifier is asked when it is first needed, and once a call at most. Where the trace does not
 * carry the verdict, a decision that has read any of it is not known to be right.
 */
function ask(frame: CallFrame, classifier: string): void {
  if (frame.asked.includes(classifier)) return
  frame.asked.push(classifier)
  if (verdictOf(frame.input, classifier) !== undefined) return
  frame.missing.add(classifier)
  frame.undetermined = true
}

export function verdictCode(classifier: string, part: 'status' | 'label'): Code {
  return leaf(classifier, (frame) => {
    ask(frame, classifier)
    if (part === 'label') return verdictLabelOf(frame.input, classifier)
    return verdictOf(frame.input, classifier)?.status ?? 'missing'
  })
}

export function verdictScoreCode(compiler: Compiler, classifier: string, model: Code): Code {
  const run = (frame: CallFrame): Value => {
    const name = model.run(frame)
    ask(frame, classifier)
    if (typeof name !== 'string') return name
    return verdictScoreOf(compiler.policy, frame.input, classifier, name)
  }
  return {
    run,
    scale: 1n,
    moving: model.moving,
    constant: false,
    blame: (frame, into) => {
      if (model.run(frame) === undefined) model.blame(frame, into)
      else if (run(frame) === undefined) into.add(classifier)
    },
  }
}

// --- scorers

/** The exact sum of weight × signal in millionths; one part is the product of two millionths. */
function sumCode(compiler: Compiler, name: string): Code {
  const found = compiler.scorers.get(name)
  if (found !== undefined) return found
  const scorer = compiler.policy.scorers.find((each) => each.name === name)
  const terms = (scorer?.weights ?? []).map(({ weightMillionths, signal }) => {
    const code = compileExpression(compiler, signal)
    const { type } = signal
    // A score is counted in millionths already, a plain number is not.
    const millionths = type.kind === 'number' && (type.unit === 'score' || type.unit === 'share')
    return { sign: 1 as const, code: weighted(code, weightMillionths, millionths ? 1_000_000n : 1n) }
  })
  const computed = sum(terms)
  const { scale } = computed
  const stated = (frame: CallFrame): Value | 'computed' => {
    const given = entryOf(frame.input.given.scorers, name)
    if (given === undefined) return 'computed'
    return given === 'unknown'
      ? undefined
      : quantity({ numerator: given.numerator * scale, denominator: given.denominator })
  }
  const fresh = kept(compiler, {
    ...computed,
    constant: false,
    run: (frame) => {
      const value = frame.given ? stated(frame) : 'computed'
      return value === 'computed' ? computed.run(frame) : value
    },
    blame: (frame, into) => {
      if (frame.given && stated(frame) === undefined) into.add(name)
      else computed.blame(frame, into)
    },
  })
  compiler.scorers.set(name, fresh)
  return fresh
}

/** Weight × signal, in `1 / over` of a millionth. */
function weighted(code: Code, weightMillionths: bigint, over: bigint): Code {
  const weight = whole(weightMillionths)
  const { run } = code
  const value: Code['run'] = (frame) => {
    const part = run(frame)
    if (typeof part === 'boolean') return part ? weight : 0
    return isQuantity(part) ? times(part, weight) : part
  }
  const scaled = { ...code, run: value, scale: code.scale * over }
  return code.constant ? constantCode(value(undefined as never), scaled.scale) : scaled
}

export function scorerScoreCode(compiler: Compiler, name: string, model: Code | undefined): Code {
  const total = sumCode(compiler, name)
  if (model === undefined) return total
  const offsets = new Map(
    compiler.policy.scorers
      .find((each) => each.name === name)
      ?.offsets.map((offset) => [offset.model, times(whole(offset.valueMillionths), whole(total.scale))]),
  )
  return {
    scale: total.scale,
    moving: total.moving || model.moving,
    constant: false,
    run: (frame) => {
      const which = model.run(frame)
      const value = total.run(frame)
      if (which === undefined || value === undefined) return undefined
      if (typeof which !== 'string' || !isQuantity(value)) return null
      const offset = offsets.get(which)
      return offset === undefined ? value : add(value, offset)
    },
    blame: (frame, into) => {
      for (const part of [total, model]) if (part.run(frame) === undefined) part.blame(frame, into)
    },
  }
}

export function scorerBandCode(compiler: Compiler, name: string): Code {
  const total = sumCode(compiler, name)
  const bands = compiler.policy.scorers.find((each) => each.name === name)?.bands?.bands ?? []
  const limits = bands.map(({ word, belowMillionths }) => ({
    word,
    below: belowMillionths === undefined ? undefined : times(whole(belowMillionths), whole(total.scale)),
  }))
  return {
    ...total,
    constant: false,
    scale: 1n,
    run: (frame) => {
      const value = total.run(frame)
      if (!isQuantity(value)) return value
      return limits.find(({ below }) => below === undefined || compare(value, below) < 0)?.word ?? null
    },
  }
}
