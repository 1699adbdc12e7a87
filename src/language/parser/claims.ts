import { ServingParser } from './serving.ts'
import * as kinds from '../tokens.ts'
import { word } from '../tokens.ts'
import type { Rule } from './base.ts'
import type * as tree from '../syntax.ts'

type BudgetWindow = Extract<tree.BudgetLine, { readonly kind: 'window' }>

/** `switch`, `budget`, assumptions, invariants, expectations. */
export abstract class ClaimParser extends ServingParser {
  protected switch: Rule<tree.SwitchDeclaration> = this.RULE('switch', () => {
    const start = this.start()
    this.CONSUME(word('switch'))
    const lines = this.block(1, this.switchLine, '`switch`')
    return this.node(start, { kind: 'switch' as const, lines })
  })

  private switchLine: Rule<tree.SwitchLine> = this.RULE('switchLine', () => {
    const start = this.start()
    return this.OR<tree.SwitchLine>([
      { ALT: () => this.crossing(1, start, 'same') },
      { ALT: () => this.crossing(2, start, 'other') },
      { ALT: () => this.sessionSwitch(3, start, 'router') },
      { ALT: () => this.sessionSwitch(4, start, 'concrete') },
    ])
  })

  private crossing(index: number, start: number, which: 'same' | 'other'): tree.SwitchLine {
    this.consume(index, word(which))
    const of = this.or(index, [
      { ALT: () => this.choice(index, 'provider') },
      { ALT: () => this.choice(index, 'family') },
    ]) as 'provider' | 'family'
    const compactTo = this.subrule(index, this.compactTo)
    return this.node(start, { kind: 'crossing' as const, which, of, compactTo })
  }

  private compactTo: Rule<tree.Quantity | undefined> = this.RULE('compactTo', () =>
    this.OR<tree.Quantity | undefined>([
      {
        ALT: () => {
          this.CONSUME(word('keep'))
          this.CONSUME(word('context'))
          return undefined
        },
      },
      {
        ALT: () => {
          this.CONSUME(word('compact'))
          this.CONSUME(word('to'))
          return this.SUBRULE(this.percent)
        },
      },
    ]),
  )

  private sessionSwitch(
    index: number,
    start: number,
    session: 'router' | 'concrete',
  ): tree.SwitchLine {
    this.consume(index, word(session))
    this.consume(index, word('session'))
    const change = this.or(index, [
      { ALT: () => this.choice(index, 'soft') },
      { ALT: () => this.choice(index, 'hard') },
    ]) as 'soft' | 'hard'
    return this.node(start, { kind: 'session' as const, session, change })
  }

  protected budget: Rule<tree.BudgetDeclaration> = this.RULE('budget', () => {
    const start = this.start()
    this.CONSUME(word('budget'))
    const name = this.SUBRULE(this.ident)
    const lines = this.block(1, this.budgetLine, '`budget`')
    return this.node(start, { kind: 'budget' as const, name, lines })
  })

  private budgetLine: Rule<tree.BudgetLine> = this.RULE('budgetLine', () => {
    const start = this.start()
    return this.OR<tree.BudgetLine>([
      {
        ALT: () => {
          this.CONSUME(word('limit'))
          const money = this.SUBRULE(this.money)
          this.CONSUME(word('per'))
          const per = this.SUBRULE(this.ident)
          return this.node(start, { kind: 'limit' as const, money, per })
        },
      },
      { ALT: () => this.nameLine(2, 'scope') },
      {
        ALT: () => {
          this.CONSUME(word('window'))
          const calendar = this.OR2<Pick<BudgetWindow, 'calendarIn' | 'weeksFrom'>>([
            {
              ALT: () => {
                this.CONSUME(word('calendar'))
                this.CONSUME(word('in'))
                const calendarIn = this.SUBRULE(this.text)
                const weeksFrom = this.OPTION(() => {
                  this.CONSUME(word('weeks'))
                  this.CONSUME(word('from'))
                  return this.SUBRULE3(this.ident)
                })
                return { calendarIn, weeksFrom }
              },
            },
            {
              ALT: () => {
                this.CONSUME(word('first-spend'))
                return { calendarIn: undefined, weeksFrom: undefined }
              },
            },
          ])
          return this.node(start, { kind: 'window' as const, ...calendar })
        },
      },
      {
        ALT: () => {
          this.CONSUME(word('at'))
          const share = this.SUBRULE(this.percent)
          this.need(1, word('then'), () => this.first(this.budgetAction).has(this.LA(1).tokenType))
          const action = this.SUBRULE(this.budgetAction)
          return this.node(start, { kind: 'at' as const, share, action })
        },
      },
    ])
  })

  private budgetAction: Rule<tree.BudgetAction> = this.RULE('budgetAction', () => {
    const start = this.start()
    return this.OR<tree.BudgetAction>([
      {
        ALT: () => {
          this.CONSUME(word('alert'))
          const text = this.SUBRULE(this.text)
          return this.node(start, { kind: 'alert' as const, text })
        },
      },
      {
        ALT: () => {
          this.CONSUME(word('stop'))
          const text = this.SUBRULE2(this.text)
          return this.node(start, { kind: 'stop' as const, text })
        },
      },
      {
        ALT: () => {
          this.CONSUME(word('deny'))
          this.CONSUME(word('upgrades'))
          return this.node(start, { kind: 'deny-upgrades' as const })
        },
      },
      {
        ALT: () => {
          this.CONSUME(word('only'))
          const pool = this.SUBRULE(this.ident)
          return this.node(start, { kind: 'only' as const, pool })
        },
      },
    ])
  })

  protected assume: Rule<tree.AssumeDeclaration> = this.RULE('assume', () => {
    const start = this.start()
    this.CONSUME(word('assume'))
    const name = this.SUBRULE(this.ident)
    this.CONSUME(kinds.colonToken)
    const assumption = this.SUBRULE(this.assumption)
    return this.node(start, { kind: 'assume' as const, name, assumption })
  })

  private assumption: Rule<tree.Assumption> = this.RULE('assumption', () => {
    const start = this.start()
    return this.OR<tree.Assumption>([
      {
        ALT: () => {
          this.CONSUME(word('reminder'))
          this.CONSUME(word('followed'))
          this.CONSUME(word('within'))
          const within = this.SUBRULE(this.integer)
          const of = this.OR2<'turns' | 'calls'>([
            { ALT: () => this.choice(1, 'turns') },
            { ALT: () => this.choice(1, 'calls') },
          ])
          return this.node(start, { kind: 'reminder' as const, within, of })
        },
      },
      { ALT: () => this.growth(2, start, 'verbosity') },
      { ALT: () => this.growth(3, start, 'steps') },
      {
        ALT: () => {
          this.CONSUME(word('compaction'))
          this.CONSUME(word('keeps'))
          const keeps = this.SUBRULE(this.percent)
          return this.node(start, { kind: 'compaction' as const, keeps })
        },
      },
      {
        ALT: () => {
          this.CONSUME(word('classifier'))
          const classifier = this.SUBRULE(this.ident)
          this.CONSUME(word('wrong'))
          this.CONSUME(word('in'))
          const wrong = this.SUBRULE2(this.percent)
          this.CONSUME(word('of'))
          this.CONSUME(word('verdicts'))
          return this.node(start, { kind: 'classifier' as const, classifier, wrong })
        },
      },
      {
        ALT: () => {
          this.CONSUME(word('success'))
          this.CONSUME(word('worth'))
          const worth = this.SUBRULE(this.money)
          return this.node(start, { kind: 'success' as const, worth })
        },
      },
    ])
  })

  private growth(index: number, start: number, kind: 'verbosity' | 'steps'): tree.Assumption {
    this.consume(index, word(kind))
    const from = this.subrule(index, this.ident)
    this.consume(index, kinds.arrowToken)
    const to = this.subrule(index + 100, this.ident)
    const factor = this.subrule(index, this.factor)
    const range = this.option(index, () => this.subrule(index, this.factorRange))
    return this.node(start, { kind, from, to, factor, range })
  }

  private factorRange: Rule<{ from: tree.Quantity; to: tree.Quantity }> = this.RULE('span', () => {
    this.CONSUME(kinds.openParenthesisToken)
    const from = this.SUBRULE(this.factor)
    this.CONSUME(word('to'))
    const to = this.SUBRULE2(this.factor)
    this.CONSUME(kinds.closeParenthesisToken)
    return { from, to }
  })

  protected invariant: Rule<tree.InvariantDeclaration> = this.RULE('invariant', () => {
    const start = this.start()
    this.CONSUME(word('invariant'))
    const name = this.SUBRULE(this.ident)
    this.CONSUME(kinds.colonToken)
    const when = this.OPTION(() => {
      this.CONSUME(word('when'))
      const guard = this.SUBRULE(this.expression)
      this.need(1, word('then'), () => this.sees(word('always')) || this.sees(word('never')))
      return guard
    })
    const mode = this.OR<'always' | 'never'>([
      { ALT: () => this.choice(1, 'always') },
      { ALT: () => this.choice(1, 'never') },
    ])
    const condition = this.SUBRULE2(this.expression)
    return this.node(start, { kind: 'invariant' as const, name, when, mode, condition })
  })

  protected expect: Rule<tree.ExpectDeclaration> = this.RULE('expect', () => {
    const start = this.start()
    this.CONSUME(word('expect'))
    const name = this.SUBRULE(this.ident)
    this.CONSUME(kinds.colonToken)
    const condition = this.SUBRULE(this.expression)
    const assuming = this.OPTION(() => {
      this.CONSUME(word('assuming'))
      return this.OR<tree.Name[]>([
        { ALT: () => [this.SUBRULE2(this.ident)] },
        { ALT: () => this.SUBRULE(this.names) },
      ])
    })
    return this.node(start, { kind: 'expect' as const, name, condition, assuming: assuming ?? [] })
  })
}
