import type { Leaves } from './leaves.ts'
import type { Variable, Variables } from './variables.ts'

/** An expression's values over all inputs; what the number means is the space's own affair. */
export type Values = number

/**
 * Where expressions are worked out. The survey only gathers what leaves there can be and what cuts
 * they make; the diagrams, once the cells stand, tell which inputs lead to which leaf. Both run the
 * same reading of an expression.
 */
export interface Space {
  readonly variables: Variables
  readonly leaves: Leaves
  constant(leaf: number): Values
  read(variable: Variable): Values
  /** Whether a number variable lies below the cut. */
  below(variable: number, cut: bigint): Values
  /** Whether a text variable, known by a sample of its cell, is or begins with `text`. */
  told(variable: number, sample: string, text: string, how: 'equal' | 'prefix'): Values
  /** Kleene's connectives over truths. */
  and(left: Values, right: Values): Values
  or(left: Values, right: Values): Values
  plus(left: Values, right: Values): Values
  /** `then` where the condition is true, `otherwise` where it is anything else. */
  choose(condition: Values, then: Values, otherwise: Values): Values
  /** Each leaf replaced by what `each` makes of it. */
  bind(values: Values, each: (leaf: number) => Values): Values
}
