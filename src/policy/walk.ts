import type { Choice, Expression, Policy, Rule, ServeLines, TestStep } from './core.ts'

/** The parts of an expression, in the order in which they are written. */
export function partsOf(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case 'logical':
      return expression.operands
    case 'not':
    case 'share-of':
      return [expression.operand]
    case 'order':
    case 'equal':
      return [expression.left, expression.right]
    case 'member':
      return [expression.item, expression.list]
    case 'starts-with':
      return [expression.text]
    case 'sum':
      return expression.terms.map((term) => term.value)
    case 'list':
      return expression.items
    case 'cases':
      return [...expression.cases.flatMap((each) => [each.guard, each.value]), expression.otherwise]
    case 'verdict-score':
      return [expression.model]
    case 'scorer-score':
      return expression.model === undefined ? [] : [expression.model]
    case 'call':
      return expression.arguments
    case 'ladder-call':
      return expression.argument === undefined ? [] : [expression.argument]
    case 'literal':
    case 'within-hours':
    case 'signal':
    case 'fact':
    case 'request-map':
    case 'count':
    case 'since':
    case 'memory':
    case 'verdict':
    case 'scorer-band':
    case 'it':
      return []
  }
}

export function eachPart(expression: Expression, visit: (part: Expression) => void): void {
  visit(expression)
  for (const part of partsOf(expression)) eachPart(part, visit)
}

/** Every whole expression of a policy, claims and tests included; a signal's own once. */
export function expressionsOf(policy: Policy): readonly Expression[] {
  const { start, turn, call } = policy.blocks
  // A block written for several moments is one object.
  const blocks = [...new Set([start, turn, call])].filter((block) => block !== undefined)
  return [
    ...policy.signals.map((signal) => signal.value),
    ...policy.scorers.flatMap((scorer) => scorer.weights.map((weight) => weight.signal)),
    ...policy.filters.flatMap((filter) => present([filter.where, filter.when])),
    ...policy.hides.map((hide) => hide.when),
    ...blocks.flatMap((block) => [...block.rules, block.otherwise].flatMap(inRule)),
    ...[...policy.serving, ...policy.profiles].flatMap((each) => inLines(each.lines)),
    ...policy.invariants.flatMap((claim) => present([claim.when, claim.condition])),
    ...policy.expectations.map((claim) => claim.condition),
    ...policy.tests.flatMap((test) => test.steps.flatMap(inStep)),
  ]
}

function inRule(rule: Rule): readonly Expression[] {
  return present([
    rule.guard,
    ...rule.effects.map((effect) => (effect.kind === 'raise' ? effect.value : undefined)),
    ...inChoice(rule.choice),
  ])
}

function inChoice(choice: Choice | undefined): readonly Expression[] {
  switch (choice?.kind) {
    case 'use':
      return [choice.model, ...inChoice(choice.else)]
    case 'choose': {
      const { ranking } = choice
      const value = ranking.kind === 'highest' || ranking.kind === 'lowest' ? ranking.value : undefined
      return [...present([choice.where, value]), ...inChoice(choice.else)]
    }
    case 'upgrade-to':
    case 'downgrade-to':
    case 'upgrade-via':
      return inChoice(choice.else)
    case 'keep':
    case 'restart':
    case 'stop':
    case undefined:
      return []
  }
}

function inLines(lines: ServeLines): readonly Expression[] {
  return [...(lines.prefer ?? []), ...(lines.require ?? [])]
}

function inStep(step: TestStep): readonly Expression[] {
  switch (step.kind) {
    case 'user':
    case 'call':
    case 'recorded':
      return present([step.outcome?.where])
    case 'check':
      return [step.condition]
    case 'repeat':
      return step.steps.flatMap(inStep)
    case 'given':
    case 'assistant':
    case 'thinking':
    case 'tool':
    case 'wait':
    case 'fault':
      return []
  }
}

function present<T>(items: readonly (T | undefined)[]): readonly T[] {
  return items.filter((item) => item !== undefined)
}
