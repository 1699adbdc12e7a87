import type { ActingLine, Expression, Rule } from '../core.ts'
import type { Value } from '../value.ts'

/** Hears of what the evaluator and the serving do, by the nodes of the policy themselves; for coverage. */
export interface Observer {
  /** A part of an expression came to this; fixed values are not told. */
  readonly value: (expression: Expression, value: Value) => void
  /** A rule was asked, and fired or did not. */
  readonly rule: (rule: Rule, fired: boolean) => void
  /** A line did what it is there for: it made a retry, went on, tripped, refused, or was due. */
  readonly acted: (line: ActingLine) => void
}
