import type { Expression, Policy, Scorer } from '../core.ts'
import { hasEntry, entryOf } from '../entries.ts'
import { verdictLabelOf, verdictOf, verdictScoreOf } from '../facts.ts'
import { integer, isExact, plus, times, unknown, unknownAmong, valueOfReading } from '../value.ts'
import type { Value } from '../value.ts'
import { compareExact } from '../catalogue-queries.ts'
import type { Scope } from './scope.ts'

const million = 1_000_000n

// --- classifiers

/** Whoever reads a verdict asks for it; one that the trace does not carry leaves the decision open. */
function ask(scope: Scope, classifier: string): void {
  if (!scope.notes.asked.includes(classifier)) scope.notes.asked.push(classifier)
  if (verdictOf(scope.input, classifier) === undefined) scope.notes.lacking.add(classifier)
}

export function verdictStatus(scope: Scope, classifier: string): Value {
  ask(scope, classifier)
  return verdictOf(scope.input, classifier)?.status ?? 'missing'
}

export function verdictLabel(scope: Scope, classifier: string): Value {
  ask(scope, classifier)
  return valueOfReading(verdictLabelOf(scope.input, classifier), classifier)
}

export function verdictScore(scope: Scope, classifier: string, model: Value): Value {
  ask(scope, classifier)
  const open = unknownAmong([model])
  if (open !== undefined) return open
  const name = typeof model === 'string' ? model : null
  if (name === null) return null
  return valueOfReading(verdictScoreOf(scope.policy, scope.input, classifier, name), classifier)
}

// --- scorers

export function scorerNamed(policy: Policy, name: string): Scorer | undefined {
  return policy.scorers.find((scorer) => scorer.name === name)
}

/** Σ weight × signal in millionths, plus the model's offset where one is asked for; not clamped. */
export function scorerScore(
  scope: Scope,
  name: string,
  model: Value | undefined,
  evaluate: (expression: Expression) => Value,
): Value {
  const scorer = scorerNamed(scope.policy, name)
  if (scorer === undefined) return unknown(name)
  const value = beforeOffsets(scope, scorer, evaluate)
  if (model === undefined) return value
  const open = unknownAmong([model, value])
  if (open !== undefined) return open
  if (typeof model !== 'string' || !isExact(value)) return null
  const offset = scorer.offsets.find((each) => each.model === model)?.valueMillionths ?? 0n
  return plus(value, integer(offset))
}

function beforeOffsets(
  scope: Scope,
  scorer: Scorer,
  evaluate: (expression: Expression) => Value,
): Value {
  const { scorers } = scope.input.given
  if (hasEntry(scorers, scorer.name)) {
    const given = entryOf(scorers, scorer.name)
    return given === undefined || given === 'unknown' ? unknown(scorer.name) : given
  }
  const parts = scorer.weights.map(({ weightMillionths, signal }) => {
    const value = inMillionths(evaluate(signal))
    return isExact(value) ? times(value, { numerator: weightMillionths, denominator: million }) : value
  })
  return total(parts)
}

/** A truth counts 0 or 1, a count as itself; scores and shares are in millionths already. */
function inMillionths(value: Value): Value {
  return typeof value === 'boolean' ? integer(value ? million : 0n) : value
}

export function total(parts: readonly Value[]): Value {
  const open = unknownAmong(parts)
  if (open !== undefined) return open
  return parts.reduce<Value>(
    (sum, part) => (isExact(sum) && isExact(part) ? plus(sum, part) : null),
    integer(0),
  )
}

/** The first band whose limit the score is below. */
export function scorerBand(
  scope: Scope,
  name: string,
  evaluate: (expression: Expression) => Value,
): Value {
  const value = scorerScore(scope, name, undefined, evaluate)
  if (!isExact(value)) return value
  const bands = scorerNamed(scope.policy, name)?.bands?.bands ?? []
  const band = bands.find(
    ({ belowMillionths }) =>
      belowMillionths === undefined || compareExact(value, integer(belowMillionths)) < 0,
  )
  return band?.word ?? null
}

/** The policy's only source of `score(m)`. */
export function onlyScores(policy: Policy): { readonly classifier?: string; readonly scorer?: string } {
  const classifiers = policy.classifiers.filter((each) => each.verdict.kind === 'scores')
  const scorers = policy.scorers.filter((each) => each.bands === undefined)
  if (classifiers.length + scorers.length !== 1) return {}
  const [classifier] = classifiers
  const [scorer] = scorers
  return {
    ...(classifier !== undefined && { classifier: classifier.name }),
    ...(scorer !== undefined && { scorer: scorer.name }),
  }
}
