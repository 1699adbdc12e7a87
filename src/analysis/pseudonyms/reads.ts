import type { Expression, Literal, Policy } from '../../policy/core.ts'
import { expressionsOf, partsOf } from '../../policy/walk.ts'

/** How the rules of some policies read one fact of a request. */
export interface Read {
  /** Texts and numbers that it is compared with. */
  readonly literals: ReadonlySet<string | number>
  readonly prefixes: ReadonlySet<string>
  /** It is also used otherwise than in a comparison with a literal: any word of a policy may matter. */
  readonly flows: boolean
  /** A draw depends on its exact text. */
  readonly drawn: boolean
}

/** By `factKey` and `mapKey`. */
export type Reads = ReadonlyMap<string, Read>

export function factKey(fact: string): string {
  return `fact ${fact}`
}

export function mapKey(map: 'header' | 'param' | 'metadata', key: string): string {
  return `${map} ${key}`
}

/** What every rule, filter and claim reads. Tests of a policy bring facts of their own. */
export function readsOf(policies: readonly Policy[]): Reads {
  const reads = new Map<string, MutableRead>()
  for (const policy of policies) {
    for (const whole of ruleExpressions(policy)) visit(whole, reads)
    for (const whole of ruleExpressions(policy)) markDrawn(whole, policy, reads)
  }
  return reads
}

/** Whole expressions of a policy without those of its tests. */
export function ruleExpressions(policy: Policy): readonly Expression[] {
  return expressionsOf({ ...policy, tests: [] })
}

interface MutableRead extends Read {
  readonly literals: Set<string | number>
  readonly prefixes: Set<string>
  flows: boolean
  drawn: boolean
}

function visit(expression: Expression, reads: Map<string, MutableRead>): void {
  switch (expression.kind) {
    case 'equal':
      if (compares(expression.left, expression.right, reads)) return
      break
    case 'member':
      if (compares(expression.item, expression.list, reads)) return
      break
    case 'starts-with': {
      const key = keyOf(expression.text)
      if (key === undefined) break
      readAt(reads, key).prefixes.add(expression.prefix)
      return
    }
    default: {
      const key = keyOf(expression)
      if (key !== undefined) readAt(reads, key).flows = true
    }
  }
  for (const part of partsOf(expression)) visit(part, reads)
}

/** Whether one side is a fact and the other all literal; notes what it is compared with. */
function compares(left: Expression, right: Expression, reads: Map<string, MutableRead>): boolean {
  for (const [side, other] of [[left, right], [right, left]] as const) {
    const key = keyOf(side)
    const literals = literalsOf(other)
    if (key === undefined || literals === undefined) continue
    const read = readAt(reads, key)
    for (const literal of literals) read.literals.add(literal)
    return true
  }
  return false
}

function keyOf(expression: Expression): string | undefined {
  if (expression.kind === 'fact') return factKey(expression.fact)
  return expression.kind === 'request-map' ? mapKey(expression.map, expression.key) : undefined
}

/** `undefined`: not all of it is written down. */
function literalsOf(expression: Expression): readonly (string | number)[] | undefined {
  if (expression.kind === 'literal') return inLiteral(expression.value)
  if (expression.kind !== 'list') return undefined
  const items = expression.items.map(literalsOf)
  return items.some((item) => item === undefined) ? undefined : items.flatMap((item) => item ?? [])
}

export function inLiteral(literal: Literal): readonly (string | number)[] {
  switch (literal?.kind) {
    case 'name':
      return [literal.name]
    case 'number':
      return [Number(literal.value.numerator) / Number(literal.value.denominator)]
    case 'list':
      return literal.items.flatMap(inLiteral)
    case 'truth':
    case undefined:
      return []
  }
}

/** What stands in the first argument of `bucket`, through every signal that it goes by. */
function markDrawn(expression: Expression, policy: Policy, reads: Map<string, MutableRead>): void {
  if (expression.kind === 'call' && expression.function === 'bucket') {
    for (const argument of expression.arguments) markAll(argument, policy, reads, new Set())
  }
  for (const part of partsOf(expression)) markDrawn(part, policy, reads)
}

function markAll(
  expression: Expression,
  policy: Policy,
  reads: Map<string, MutableRead>,
  seen: Set<string>,
): void {
  const key = keyOf(expression)
  if (key !== undefined) readAt(reads, key).drawn = true
  if (expression.kind === 'signal' && !seen.has(expression.signal)) {
    seen.add(expression.signal)
    const signal = policy.signals.find((each) => each.name === expression.signal)
    if (signal !== undefined) markAll(signal.value, policy, reads, seen)
  }
  for (const part of partsOf(expression)) markAll(part, policy, reads, seen)
}

function readAt(reads: Map<string, MutableRead>, key: string): MutableRead {
  const known = reads.get(key)
  if (known !== undefined) return known
  const fresh: MutableRead = { literals: new Set(), prefixes: new Set(), flows: false, drawn: false }
  reads.set(key, fresh)
  return fresh
}
