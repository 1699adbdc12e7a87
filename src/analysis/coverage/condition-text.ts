import type { CountQuery, Expression, Literal, SinceQuery, Type } from '../../policy/core.ts'
import { printed } from '../../policy/reference/print.ts'

/**
 * An expression in one spelling, from its meaning alone: layout, comments, needless parentheses and
 * the way a number is written do not show. Close to the language, for keys and for readers.
 */
export function conditionText(expression: Expression): string {
  switch (expression.kind) {
    case 'literal':
      return expression.setting ?? literalText(expression.value, expression.type)
    case 'logical':
      return expression.operands.map(joined).join(` ${expression.operator} `)
    case 'not':
      return `not ${inner(expression.operand)}`
    case 'order':
      return `${inner(expression.left)} ${expression.operator} ${inner(expression.right)}`
    case 'equal':
      return `${inner(expression.left)} is ${negation(expression.negated)}${inner(expression.right)}`
    case 'member':
      return `${inner(expression.item)} ${negation(expression.negated)}in ${inner(expression.list)}`
    case 'starts-with':
      return `${inner(expression.text)} starts with ${JSON.stringify(expression.prefix)}`
    case 'within-hours':
      return `now ${negation(expression.negated)}in ${expression.hours}`
    case 'sum':
      return expression.terms
        .map(({ sign, value }, at) => `${sign < 0 ? '- ' : at === 0 ? '' : '+ '}${inner(value)}`)
        .join(' ')
    case 'share-of':
      return `${printed(expression.share, { kind: 'number', unit: 'factor' })} of ${inner(expression.operand)}`
    case 'list':
      return `[${expression.items.map(conditionText).join(', ')}]`
    case 'cases':
      return [
        ...expression.cases.map(({ guard, value }) => `when ${conditionText(guard)} then ${inner(value)}`),
        `otherwise ${inner(expression.otherwise)}`,
      ].join(' ')
    case 'signal':
      return expression.signal
    case 'fact':
      return expression.fact
    case 'request-map':
      return `${expression.map}(${JSON.stringify(expression.key)})`
    case 'count':
      return countText(expression.query)
    case 'since':
      return sinceText(expression.query)
    case 'memory':
      return expression.memory
    case 'verdict':
      return `${expression.classifier}.${expression.part}`
    case 'verdict-score':
      return `${expression.classifier}.score(${conditionText(expression.model)})`
    case 'scorer-score':
      return expression.model === undefined
        ? `${expression.scorer}.score`
        : `${expression.scorer}.score(${conditionText(expression.model)})`
    case 'scorer-band':
      return `${expression.scorer}.band`
    case 'it':
      return 'it'
    case 'call':
      return `${expression.function}(${expression.arguments.map(conditionText).join(', ')})`
    case 'ladder-call': {
      const { argument } = expression
      const rest = argument === undefined ? '' : `, ${conditionText(argument)}`
      return `${expression.function}(${expression.ladder}${rest})`
    }
  }
}

/** Connectives bind weakest: only another one stands in parentheses beneath. */
function joined(expression: Expression): string {
  const text = conditionText(expression)
  return expression.kind === 'logical' ? `(${text})` : text
}

function inner(expression: Expression): string {
  const text = conditionText(expression)
  const compound = ['logical', 'sum', 'order', 'equal', 'member', 'starts-with', 'within-hours', 'share-of']
  return compound.includes(expression.kind) ? `(${text})` : text
}

function negation(negated: boolean): string {
  return negated ? 'not ' : ''
}

export function literalText(literal: Literal, type: Type): string {
  switch (literal?.kind) {
    case undefined:
      return 'none'
    case 'truth':
      return String(literal.value)
    case 'number':
      return printed(literal.value, { kind: 'number', unit: literal.unit })
    case 'name':
      return type.kind === 'text' ? JSON.stringify(literal.name) : literal.name
    case 'list': {
      const of: Type = type.kind === 'list' ? type.of : { kind: 'any' }
      return `[${literal.items.map((item) => literalText(item, of)).join(', ')}]`
    }
  }
}

function countText({ what, window }: CountQuery): string {
  const within =
    window.kind === 'this' ? `this ${window.scope}` : `last ${window.count} ${window.scope}`
  return `count ${counted(what)} in ${within}`
}

function counted(what: CountQuery['what']): string {
  switch (what.kind) {
    case 'phrases': {
      const how = { pairs: '', occurrences: 'occurrences of ', distinct: 'distinct ', messages: 'messages with ' }
      return `${how[what.how]}${what.list}`
    }
    case 'uses':
      return `uses of ${JSON.stringify(what.tool)}`
    case 'failures':
    case 'repeats':
    case 'errors':
      return what.kind
  }
}

function sinceText({ unit, of }: SinceQuery): string {
  switch (of.kind) {
    case 'rule':
      return `${unit} since rule ${of.rule}`
    case 'tool':
      return `${unit} since tool ${JSON.stringify(of.tool)}`
    case 'event':
      return `${unit} since ${of.event}`
  }
}
