import { TermParser } from './terms.ts'
import * as kinds from '../tokens.ts'
import { word } from '../tokens.ts'
import type { Rule } from './base.ts'
import type * as tree from '../syntax.ts'
import type { Expression } from '../syntax.ts'

type Scope = Extract<tree.Window, { kind: 'last' }>['scope']

/** Expressions, loosest binding first: `or`/`and`, `not`, comparison, sum, term, primary. */
export abstract class ExpressionParser extends TermParser {
  protected expression: Rule<Expression> = this.RULE('expression', () =>
    this.nested(() => {
      const start = this.start()
      const operands = [this.SUBRULE(this.negation)]
      const operators: ('and' | 'or')[] = []
      // Flat, although the grammar keeps `and` and `or` apart: one mistake, one message.
      this.MANY(() => {
        operators.push(
          this.OR<'and' | 'or'>([
            { ALT: () => this.choice(1, 'and') },
            { ALT: () => this.choice(1, 'or') },
          ]),
        )
        operands.push(this.SUBRULE2(this.negation))
      })
      const first = operands[0]
      const operator = operators[0]
      if (operator === undefined || first === undefined) return first as Expression
      const mixed = operators.some((other) => other !== operator)
      const chain = this.node(start, { kind: 'logical' as const, operator, operands, mixed })
      if (mixed && !this.RECORDING_PHASE) this.reportMixed(chain, operators)
      return chain
    }),
  )

  private reportMixed(chain: tree.LogicalExpression, operators: readonly ('and' | 'or')[]): void {
    const changed = operators.findIndex((operator) => operator !== operators[0])
    const after = chain.operands[changed + 1] ?? chain
    this.report('RT0109', this.location(chain.span), 'got `and` and `or` in one chain', {
      help: 'put parentheses around the parts that belong together: `a or (b and c)`',
      related: [
        { location: this.location(after.span), message: `\`${operators[changed]}\` begins here` },
      ],
    })
  }

  private negation: Rule<Expression> = this.RULE('negation', () => {
    const start = this.start()
    return this.OR<Expression>([
      {
        ALT: () =>
          this.nested(() => {
            this.CONSUME(word('not'))
            const operand = this.SUBRULE(this.negation)
            return this.node(start, { kind: 'not' as const, operand })
          }),
      },
      { ALT: () => this.SUBRULE(this.comparison) },
    ])
  })

  private comparison: Rule<Expression> = this.RULE('comparison', () => {
    const start = this.start()
    const left = this.SUBRULE(this.sum)
    const compared = this.OPTION(() => this.SUBRULE(this.compared)) ?? this.assigned()
    if (compared === undefined) return left
    const whole = this.node(start, { kind: 'comparison' as const, left, ...compared })
    if (!this.RECORDING_PHASE && this.first(this.compared).has(this.LA(1).tokenType)) {
      this.report(
        'RT0110',
        this.at(this.LA(1)),
        `got a second comparison \`${this.LA(1).image}\``,
        {
          help: 'write `a < b and b < c`',
        },
      )
      while (this.first(this.compared).has(this.LA(1).tokenType)) this.SUBRULE2(this.compared)
    }
    return whole
  })

  /** `a = b`, where other languages compare; reported and read as `is`. */
  private assigned(): { operator: tree.ComparisonOperator; right: Expression } | undefined {
    if (this.RECORDING_PHASE || !this.sees(kinds.equalsToken)) return undefined
    const location = this.at(this.LA(1))
    this.report('RT0105', location, 'got `=`, expected `is`', {
      help: '`is` compares, `=` defines',
      fix: { title: 'write `is`', edits: [{ location, replacement: 'is' }] },
    })
    this.SKIP_TOKEN()
    return { operator: 'is', right: this.SUBRULE2(this.sum) }
  }

  private compared: Rule<{ operator: tree.ComparisonOperator; right: Expression }> = this.RULE(
    'compared',
    () =>
      this.OR<{ operator: tree.ComparisonOperator; right: Expression }>([
        {
          ALT: () => {
            this.CONSUME(kinds.lessToken)
            return { operator: '<' as const, right: this.SUBRULE(this.sum) }
          },
        },
        {
          ALT: () => {
            this.CONSUME(kinds.lessOrEqualToken)
            return { operator: '<=' as const, right: this.SUBRULE2(this.sum) }
          },
        },
        {
          ALT: () => {
            this.CONSUME(kinds.greaterToken)
            return { operator: '>' as const, right: this.SUBRULE3(this.sum) }
          },
        },
        {
          ALT: () => {
            this.CONSUME(kinds.greaterOrEqualToken)
            return { operator: '>=' as const, right: this.SUBRULE4(this.sum) }
          },
        },
        {
          ALT: () => {
            this.CONSUME(word('is'))
            const not = this.OPTION(() => this.CONSUME(word('not')))
            return {
              operator: not === undefined ? ('is' as const) : ('is not' as const),
              right: this.SUBRULE5(this.sum),
            }
          },
        },
        {
          ALT: () => {
            this.CONSUME(word('in'))
            return { operator: 'in' as const, right: this.SUBRULE(this.primary) }
          },
        },
        {
          ALT: () => {
            this.CONSUME2(word('not'))
            this.CONSUME2(word('in'))
            return { operator: 'not in' as const, right: this.SUBRULE2(this.primary) }
          },
        },
        {
          ALT: () => {
            this.CONSUME(word('has'))
            return { operator: 'has' as const, right: this.SUBRULE3(this.primary) }
          },
        },
        {
          ALT: () => {
            this.CONSUME(word('starts'))
            this.CONSUME(word('with'))
            return { operator: 'starts with' as const, right: this.SUBRULE(this.text) }
          },
        },
      ]),
  )

  private sum: Rule<Expression> = this.RULE('sum', () => {
    const start = this.start()
    const first = this.SUBRULE(this.term)
    const rest: { operator: '+' | '-'; operand: Expression }[] = []
    this.MANY(() => {
      const operator = this.OR([
        { ALT: () => (this.CONSUME(kinds.plusToken), '+' as const) },
        { ALT: () => (this.CONSUME(kinds.minusToken), '-' as const) },
      ])
      rest.push({ operator, operand: this.SUBRULE2(this.term) })
    })
    return rest.length === 0 ? first : this.node(start, { kind: 'sum' as const, first, rest })
  })

  private term: Rule<Expression> = this.RULE('term', () => {
    const start = this.start()
    return this.OR<Expression>([
      {
        ALT: () => {
          const share = this.SUBRULE(this.percent)
          const operand = this.OPTION(() => {
            this.CONSUME(word('of'))
            return this.SUBRULE(this.primary)
          })
          if (operand === undefined) return share
          return this.node(start, { kind: 'share-of' as const, share, operand })
        },
      },
      {
        ALT: () => {
          this.CONSUME(kinds.minusToken)
          const operand = this.SUBRULE2(this.primary)
          return this.node(start, { kind: 'negative' as const, operand })
        },
      },
      { ALT: () => this.SUBRULE3(this.primary) },
    ])
  })

  private primary: Rule<Expression> = this.RULE('primary', () =>
    this.OR<Expression>([
      { ALT: () => this.SUBRULE(this.count) },
      { ALT: () => this.SUBRULE(this.always) },
      {
        GATE: () => this.sees(word('since'), 2),
        ALT: () => this.SUBRULE(this.since),
        IGNORE_AMBIGUITIES: true,
      },
      { ALT: () => this.SUBRULE(this.rated) },
      { ALT: () => this.SUBRULE(this.text) },
      { ALT: () => this.SUBRULE(this.list) },
      { ALT: () => this.SUBRULE(this.group) },
      { ALT: () => this.SUBRULE(this.reference) },
    ]),
  )

  private group: Rule<Expression> = this.RULE('group', () => {
    const start = this.start()
    const open = this.CONSUME(kinds.openParenthesisToken)
    const inner = this.SUBRULE(this.expression)
    this.closeParenthesis(1, open)
    return this.node(start, { kind: 'group' as const, inner })
  })

  private always: Rule<Expression> = this.RULE('alwaysOnly', () => {
    const start = this.start()
    this.CONSUME(word('always'))
    const model = this.SUBRULE(this.ident)
    return this.node(start, { kind: 'always' as const, model })
  })

  protected reference: Rule<tree.ReferenceExpression> = this.RULE('reference', () => {
    const start = this.start()
    const path = this.SUBRULE(this.path)
    const passed = this.OPTION(() => {
      const all: Expression[] = []
      const open = this.CONSUME(kinds.openParenthesisToken)
      all.push(this.SUBRULE(this.expression))
      this.MANY(() => {
        this.CONSUME(kinds.commaToken)
        all.push(this.SUBRULE2(this.expression))
      })
      this.closeParenthesis(1, open)
      return all
    })
    return this.node(start, { kind: 'reference' as const, path, arguments: passed })
  })

  /** A missing `)` is supplied where a line, a guard or a body ends; elsewhere something is wrong. */
  private closeParenthesis(index: number, open: Parameters<ExpressionParser['close']>[2]): void {
    const next = this.LA(1)
    const ends =
      this.beginsLine(next) ||
      this.sees(word('then')) ||
      this.sees(kinds.closeBraceToken) ||
      this.sees(kinds.arrowToken)
    if (!this.RECORDING_PHASE && !this.sees(kinds.closeParenthesisToken) && !ends) {
      this.consume(index, kinds.closeParenthesisToken)
    }
    this.close(index, kinds.closeParenthesisToken, open, 'the parenthesis')
  }

  private count: Rule<Expression> = this.RULE('count', () => {
    const start = this.start()
    this.CONSUME(word('count'))
    const how =
      this.OPTION({
        // A phrase list may itself be called `distinct`.
        GATE: () => !this.sees(word('in'), 2),
        DEF: () =>
          this.OR<tree.CountExpression['how']>([
            {
              ALT: () => {
                this.CONSUME(word('occurrences'))
                this.CONSUME(word('of'))
                return 'occurrences'
              },
            },
            { ALT: () => this.choice(1, 'distinct') },
            {
              ALT: () => {
                this.CONSUME(word('messages'))
                this.CONSUME(word('with'))
                return 'messages-with'
              },
            },
            {
              ALT: () => {
                this.CONSUME(word('uses'))
                this.CONSUME2(word('of'))
                return 'uses'
              },
            },
          ]),
      }) ?? 'plain'
    const what = this.OR2<tree.Name | tree.Text>([
      { ALT: () => this.SUBRULE(this.ident) },
      { ALT: () => this.SUBRULE(this.text) },
    ])
    this.CONSUME(word('in'))
    const window = this.SUBRULE(this.window)
    return this.node(start, { kind: 'count' as const, how, what, window })
  })

  private window: Rule<tree.Window> = this.RULE('window', () => {
    const start = this.start()
    return this.OR<tree.Window>([
      {
        ALT: () => {
          this.CONSUME(word('last'))
          const count = this.SUBRULE(this.integer)
          const scope = this.OR2<Scope>([
            {
              ALT: () => {
                const speaker = this.OR3<'assistant' | 'user' | 'thinking'>([
                  { ALT: () => this.choice(1, 'assistant') },
                  { ALT: () => this.choice(1, 'user') },
                  { ALT: () => this.choice(1, 'thinking') },
                ])
                this.CONSUME(word('messages'))
                return `${speaker} messages` as const
              },
            },
            { ALT: () => this.choice(2, 'messages') },
            { ALT: () => this.choice(1, 'tools') },
            { ALT: () => this.choice(1, 'calls') },
            { ALT: () => this.choice(1, 'turns') },
          ])
          return this.node(start, { kind: 'last' as const, count, scope })
        },
      },
      {
        ALT: () => {
          this.CONSUME(word('this'))
          const scope = this.OR4<'turn' | 'session'>([
            { ALT: () => this.choice(1, 'turn') },
            { ALT: () => this.choice(1, 'session') },
          ])
          return this.node(start, { kind: 'this' as const, scope })
        },
      },
    ])
  })

  private since: Rule<Expression> = this.RULE('since', () => {
    const start = this.start()
    const unit = this.OR<tree.SinceExpression['unit']>([
      { ALT: () => this.choice(1, 'turns') },
      { ALT: () => this.choice(1, 'calls') },
      { ALT: () => this.choice(1, 'time') },
    ])
    this.CONSUME(word('since'))
    const of = this.OR2<tree.SinceExpression['of']>([
      {
        ALT: () => {
          this.CONSUME(word('rule'))
          return { kind: 'rule' as const, name: this.SUBRULE(this.ident) }
        },
      },
      {
        GATE: () => this.sees(kinds.stringToken, 2),
        ALT: () => {
          this.CONSUME(word('tool'))
          return { kind: 'tool' as const, name: this.SUBRULE(this.text) }
        },
        IGNORE_AMBIGUITIES: true,
      },
      { ALT: () => ({ kind: 'event' as const, name: this.SUBRULE2(this.ident) }) },
    ])
    return this.node(start, { kind: 'since' as const, unit, of })
  })
}
