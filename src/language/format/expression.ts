import type * as tree from '../syntax.ts'
import type { Expression } from '../syntax.ts'

/** An expression on one line. Parentheses stand where the author wrote them. */
export function expressionText(expression: Expression): string {
  switch (expression.kind) {
    case 'logical':
      return expression.operands.map(expressionText).join(` ${expression.operator} `)
    case 'not':
      return `not ${expressionText(expression.operand)}`
    case 'comparison':
      return `${expressionText(expression.left)} ${expression.operator} ${expressionText(expression.right)}`
    case 'sum':
      return [
        expressionText(expression.first),
        ...expression.rest.map(({ operator, operand }) => `${operator} ${expressionText(operand)}`),
      ].join(' ')
    case 'negative':
      return `-${expressionText(expression.operand)}`
    case 'share-of':
      return `${expression.share.raw} of ${expressionText(expression.operand)}`
    case 'count':
      return countText(expression)
    case 'since':
      return `${expression.unit} since ${sinceText(expression.of)}`
    case 'always':
      return `always ${expression.model.text}`
    case 'reference':
      return referenceText(expression)
    case 'list':
      return listText(expression.items.map(expressionText))
    case 'group':
      return `(${expressionText(expression.inner)})`
    case 'text':
      return expression.raw
    case 'amount':
      return amountText(expression)
    case 'quantity':
      return expression.raw
    case 'rate':
      return `${measureText(expression.measure)} per ${measureText(expression.per)}`
    case 'word':
      return expression.word
  }
}

export function amountText(amount: tree.Amount): string {
  return `${amount.count.raw} ${amount.unit}`
}

function measureText(measure: tree.Quantity | tree.Amount): string {
  return measure.kind === 'amount' ? amountText(measure) : measure.raw
}

export function pathText(path: tree.Path): string {
  return path.names.map((name) => name.text).join('.')
}

export function signedText(number: tree.SignedNumber): string {
  return (number.negative ? '-' : '') + number.quantity.raw
}

export function listText(items: readonly string[]): string {
  return `[${items.join(', ')}]`
}

export function namesText(names: readonly tree.Name[]): string {
  return listText(names.map((name) => name.text))
}

function referenceText(reference: tree.ReferenceExpression): string {
  const path = pathText(reference.path)
  if (reference.arguments === undefined) return path
  return `${path}(${reference.arguments.map(expressionText).join(', ')})`
}

const countWords: Readonly<Record<tree.CountExpression['how'], string>> = {
  plain: '',
  occurrences: 'occurrences of ',
  distinct: 'distinct ',
  'messages-with': 'messages with ',
  uses: 'uses of ',
}

function countText({ how, what, window }: tree.CountExpression): string {
  const counted = what.kind === 'text' ? what.raw : what.text
  const where =
    window.kind === 'this' ? `this ${window.scope}` : `last ${window.count.raw} ${window.scope}`
  return `count ${countWords[how]}${counted} in ${where}`
}

function sinceText(of: tree.SinceExpression['of']): string {
  switch (of.kind) {
    case 'rule':
      return `rule ${of.name.text}`
    case 'tool':
      return `tool ${of.name.raw}`
    case 'event':
      return of.name.text
  }
}

export function factText(fact: tree.Fact): string {
  return `${pathText(fact.path)} ${factValueText(fact.value)}`
}

function factValueText(value: tree.FactValue): string {
  if (value.kind === 'unknown') return 'unknown'
  if (value.kind === 'facts') return factsText(value.facts)
  return expressionText(value)
}

export function factsText(facts: readonly tree.Fact[]): string {
  return `{ ${facts.map(factText).join(', ')} }`
}

export function outcomeText(outcome: tree.Outcome): string {
  const condition = outcome.where === undefined ? '' : ` where ${expressionText(outcome.where)}`
  return outcomeHead(outcome) + condition
}

/** The outcome up to its `where`. */
export function outcomeHead(outcome: tree.Outcome): string {
  let text = `-> ${outcome.target.text}`
  if (outcome.at !== undefined) text += ` at ${outcome.at.text}`
  if (outcome.by !== undefined) text += ` by ${outcome.by.text}`
  if (outcome.after !== undefined) text += ` after ${namesText(outcome.after)}`
  return text
}

export function lifetimeText(lifetime: tree.Lifetime | undefined): string {
  if (lifetime === undefined) return ''
  return ` for ${lifetime.duration.raw}${lifetime.refreshedOnUse ? ' refreshed on use' : ''}`
}
