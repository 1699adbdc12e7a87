import type { Exact } from '../core.ts'
import type { CallFrame } from './call-frame.ts'
import { blameParts, constantCode } from './code.ts'
import type { Blame, Code, Value } from './code.ts'
import { add, compare, leastCommonMultiple, times, whole } from './quantity.ts'
import type { Quantity } from './quantity.ts'

/**
 * The operators of the language over compiled parts. Each is built for what is known when the policy
 * is compiled: the scales of its numbers, the ranks of its words, which parts are constant.
 */

const noFrame: CallFrame | undefined = undefined

/** The value of a constant code, which reads no frame. */
export function constantOf(code: Code): Value {
  return code.run(noFrame as never)
}

/** Runs a code over constants once, when the policy is compiled. */
function folded(code: Code, parts: readonly Code[]): Code {
  return parts.every((part) => part.constant) ? constantCode(constantOf(code), code.scale) : code
}

function composed(parts: readonly Code[], run: Code['run'], scale = 1n, blame = blameParts(parts)): Code {
  return folded({ run, scale, moving: parts.some((part) => part.moving), constant: false, blame }, parts)
}

// --- three values

/** `and` is settled by false, `or` by true; a part that is none is false. */
export function logical(operator: 'and' | 'or', parts: readonly Code[]): Code {
  const runs = parts.map((part) => part.run)
  return composed(parts, operator === 'and' ? conjunction(runs) : disjunction(runs))
}

function conjunction(runs: readonly Code['run'][]): Code['run'] {
  return (frame) => {
    let value: true | undefined = true
    for (const run of runs) {
      const part = run(frame)
      if (part === undefined) value = undefined
      else if (part !== true) return false
    }
    return value
  }
}

function disjunction(runs: readonly Code['run'][]): Code['run'] {
  return (frame) => {
    let value: false | undefined = false
    for (const run of runs) {
      const part = run(frame)
      if (part === true) return true
      if (part === undefined) value = undefined
    }
    return value
  }
}

export function negation(part: Code): Code {
  const { run } = part
  return composed([part], (frame) => {
    const value = run(frame)
    return value === undefined ? undefined : value !== true
  })
}

// --- numbers

function scaledBy(part: Code, factor: bigint): Code['run'] {
  const { run } = part
  if (factor === 1n) return run
  const by = whole(factor)
  return (frame) => {
    const value = run(frame)
    return isQuantity(value) ? times(value, by) : value
  }
}

export function isQuantity(value: Value): value is Quantity {
  return (
    typeof value === 'number' ||
    typeof value === 'bigint' ||
    (typeof value === 'object' && value !== null && 'numerator' in value)
  )
}

/** The runs of the parts at one scale that fits them all. */
export function atOneScale(parts: readonly Code[]): {
  readonly runs: readonly Code['run'][]
  readonly scale: bigint
} {
  const scale = parts.reduce((common, part) => leastCommonMultiple(common, part.scale), 1n)
  return { runs: parts.map((part) => scaledBy(part, scale / part.scale)), scale }
}

export function sum(terms: readonly { readonly sign: 1 | -1; readonly code: Code }[]): Code {
  const parts = terms.map((term) => term.code)
  const { runs, scale } = atOneScale(parts)
  const signs = terms.map((term) => term.sign)
  return composed(
    parts,
    (frame) => {
      let total: Quantity = 0
      let none = false
      let unknown = false
      // Every term is asked, whatever the others are.
      for (let index = 0; index < runs.length; index += 1) {
        const value = runs[index]?.(frame)
        if (value === undefined) unknown = true
        else if (isQuantity(value)) total = add(total, signs[index] === 1 ? value : times(value, -1))
        else none = true
      }
      return unknown ? undefined : none ? null : total
    },
    scale,
  )
}

export function shareOf(share: Exact, part: Code): Code {
  const by = whole(share.numerator)
  const { run } = part
  return composed(
    [part],
    (frame) => {
      const value = run(frame)
      return isQuantity(value) ? times(value, by) : value
    },
    part.scale * share.denominator,
  )
}

// --- comparisons

type Comparison = '<' | '<=' | '>' | '>='

/** `rank` gives words their place on the scale; a number is its own. */
export function order(operator: Comparison, left: Code, right: Code, rank?: ReadonlyMap<string, number>): Code {
  const { runs } = atOneScale([left, right])
  const [leftRun, rightRun] = runs
  if (leftRun === undefined || rightRun === undefined) return constantCode(undefined)
  const holds = comparisons[operator]
  const place = (value: Value): Quantity | undefined =>
    typeof value === 'string' ? rank?.get(value) : isQuantity(value) ? value : undefined
  const compared = (leftValue: Value, rightValue: Value): Value => {
    if (leftValue === undefined || rightValue === undefined) return undefined
    const first = place(leftValue)
    const second = place(rightValue)
    return first !== undefined && second !== undefined && holds(first, second)
  }
  if (right.constant) {
    const bound = rightRun(noFrame as never)
    if (typeof bound === 'number') {
      const held = numberComparisons[operator](bound)
      return composed([left, right], (frame) => {
        const value = leftRun(frame)
        return typeof value === 'number' ? held(value) : compared(value, bound)
      })
    }
    return composed([left, right], (frame) => compared(leftRun(frame), bound))
  }
  return composed([left, right], (frame) => compared(leftRun(frame), rightRun(frame)))
}

const comparisons: Readonly<Record<Comparison, (left: Quantity, right: Quantity) => boolean>> = {
  '<': (left, right) => compare(left, right) < 0,
  '<=': (left, right) => compare(left, right) <= 0,
  '>': (left, right) => compare(left, right) > 0,
  '>=': (left, right) => compare(left, right) >= 0,
}

/** Against a bound that is known when the policy is compiled, and safe to compare as it is. */
const numberComparisons: Readonly<Record<Comparison, (bound: number) => (value: number) => boolean>> = {
  '<': (bound) => (value) => value < bound,
  '<=': (bound) => (value) => value <= bound,
  '>': (bound) => (value) => value > bound,
  '>=': (bound) => (value) => value >= bound,
}

/** Whether a value is none. */
export function isNone(negated: boolean, code: Code): Code {
  const { run } = code
  return composed([code], (frame) => {
    const value = run(frame)
    return value === undefined ? undefined : (value === null) !== negated
  })
}

/** A value that is none equals nothing, another none included; the word `none` is `isNone`. */
export function equal(negated: boolean, left: Code, right: Code): Code {
  const { runs } = atOneScale([left, right])
  const [leftRun, rightRun] = runs
  if (leftRun === undefined || rightRun === undefined) return constantCode(undefined)
  return composed([left, right], (frame) => {
    const first = leftRun(frame)
    const second = rightRun(frame)
    if (first === undefined || second === undefined) return undefined
    return (first !== null && same(first, second)) !== negated
  })
}

function same(left: Value, right: Value): boolean {
  if (left === right) return true
  if (isQuantity(left) && isQuantity(right)) return compare(left, right) === 0
  if (!Array.isArray(left) || !Array.isArray(right)) return false
  return left.length === right.length && left.every((item, index) => same(item as Value, right[index] as Value))
}

export function member(negated: boolean, item: Code, list: Code): Code {
  const { runs } = atOneScale([item, list])
  const [itemRun, listRun] = runs
  if (itemRun === undefined || listRun === undefined) return constantCode(undefined)
  if (list.constant) {
    const among = constantOf(list)
    // One quantity has one form, but for ratios, which no literal list holds.
    const items: ReadonlySet<Value> = new Set(Array.isArray(among) ? (among as readonly Value[]) : [])
    return composed([item, list], (frame) => {
      const value = itemRun(frame)
      if (value === undefined) return undefined
      return (value !== null && items.has(value)) !== negated
    })
  }
  return composed([item, list], (frame) => {
    const value = itemRun(frame)
    const among = listRun(frame)
    if (value === undefined || among === undefined) return undefined
    return (value !== null && Array.isArray(among) && among.some((each) => same(value, each as Value))) !== negated
  })
}

export function startsWith(text: Code, prefix: string): Code {
  const { run } = text
  return composed([text], (frame) => {
    const value = run(frame)
    return value === undefined ? undefined : typeof value === 'string' && value.startsWith(prefix)
  })
}

export function listOf(items: readonly Code[]): Code {
  const { runs, scale } = atOneScale(items)
  return composed(
    items,
    (frame) => {
      const values: Value[] = []
      let unknown = false
      for (const run of runs) {
        const value = run(frame)
        if (value === undefined) unknown = true
        else values.push(value)
      }
      return unknown ? undefined : values
    },
    scale,
  )
}

/** The first guard that is not false decides; where it is unknown, so is the value. */
export function cases(
  arms: readonly { readonly guard: Code; readonly value: Code }[],
  otherwise: Code,
): Code {
  const values = [...arms.map((arm) => arm.value), otherwise]
  const { runs, scale } = atOneScale(values)
  const guards = arms.map((arm) => arm.guard)
  const parts = [...guards, ...values]
  const decided = (frame: CallFrame): number => {
    for (let index = 0; index < guards.length; index += 1) {
      const guard = guards[index]?.run(frame)
      if (guard === true) return index
      if (guard === undefined) return -1 - index
    }
    return guards.length
  }
  return composed(
    parts,
    (frame) => {
      const index = decided(frame)
      return index < 0 ? undefined : runs[index]?.(frame)
    },
    scale,
    (frame: CallFrame, into: Blame) => {
      const index = decided(frame)
      const culprit = index < 0 ? guards[-1 - index] : values[index]
      culprit?.blame(frame, into)
    },
  )
}
