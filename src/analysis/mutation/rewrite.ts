import type { Block, Choice, Expression, Policy, Rule } from '../../policy/core.ts'

/** The same expression with one of its parts replaced; parts are told apart by identity. */
export function replacePart(expression: Expression, part: Expression, by: Expression): Expression {
  if (expression === part) return by
  const inside = (each: Expression): Expression => replacePart(each, part, by)
  switch (expression.kind) {
    case 'logical':
      return { ...expression, operands: expression.operands.map(inside) }
    case 'not':
    case 'share-of':
      return { ...expression, operand: inside(expression.operand) }
    case 'order':
    case 'equal':
      return { ...expression, left: inside(expression.left), right: inside(expression.right) }
    case 'member':
      return { ...expression, item: inside(expression.item), list: inside(expression.list) }
    case 'starts-with':
      return { ...expression, text: inside(expression.text) }
    case 'sum':
      return { ...expression, terms: expression.terms.map((term) => ({ ...term, value: inside(term.value) })) }
    case 'list':
      return { ...expression, items: expression.items.map(inside) }
    case 'cases':
      return {
        ...expression,
        cases: expression.cases.map(({ guard, value }) => ({ guard: inside(guard), value: inside(value) })),
        otherwise: inside(expression.otherwise),
      }
    case 'verdict-score':
      return { ...expression, model: inside(expression.model) }
    case 'scorer-score':
      return { ...expression, model: expression.model && inside(expression.model) }
    case 'call':
      return { ...expression, arguments: expression.arguments.map(inside) }
    case 'ladder-call':
      return { ...expression, argument: expression.argument && inside(expression.argument) }
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
      return expression
  }
}

/** The policy with another block in every moment that this one stands for. */
export function replaceBlock(policy: Policy, block: Block, by: Block): Policy {
  const { start, turn, call } = policy.blocks
  const of = (each: Block | undefined): Block | undefined => (each === block ? by : each)
  const [one, two, three] = [of(start), of(turn), of(call)]
  const blocks = { ...(one && { start: one }), ...(two && { turn: two }), ...(three && { call: three }) }
  return { ...policy, blocks }
}

export function replaceRule(policy: Policy, block: Block, rule: Rule, by: Rule): Policy {
  return replaceBlock(policy, block, {
    ...block,
    rules: block.rules.map((each) => (each === rule ? by : each)),
    otherwise: block.otherwise === rule ? by : block.otherwise,
  })
}

/** A choice with each expression of it, and of its `else`, rewritten. */
export function mapChoice(choice: Choice, map: (expression: Expression) => Expression): Choice {
  switch (choice.kind) {
    case 'use':
      return { ...choice, model: map(choice.model), else: choice.else && mapChoice(choice.else, map) }
    case 'choose': {
      const { ranking } = choice
      return {
        ...choice,
        where: choice.where && map(choice.where),
        ranking: 'value' in ranking ? { ...ranking, value: map(ranking.value) } : ranking,
        else: choice.else && mapChoice(choice.else, map),
      }
    }
    case 'upgrade-to':
    case 'downgrade-to':
    case 'upgrade-via':
      return { ...choice, else: choice.else && mapChoice(choice.else, map) }
    case 'keep':
    case 'restart':
    case 'stop':
      return choice
  }
}
