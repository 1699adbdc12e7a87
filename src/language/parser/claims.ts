import { ServingParser } from './serving.ts'
import * as kinds from '../tokens.ts'
import { word } from '../tokens.ts'
import type { Rule } from './base.ts'
import type * as tree from '../syntax.ts'

type Lasts = Extract<tree.Step, { kind: 'fault' }>['lasts']

/** `switch`, `budget`, assumptions, invariants, expectations and tests. */
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

  private sessionSwitch(index: number, start: number, session: 'router' | 'concrete'): tree.SwitchLine {
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
          const calendarIn = this.OR2<tree.Text | undefined>([
            {
              ALT: () => {
                this.CONSUME(word('calendar'))
                this.CONSUME(word('in'))
                return this.SUBRULE(this.text)
              },
            },
            {
              ALT: () => {
                this.CONSUME(word('first-spend'))
                return undefined
              },
            },
          ])
          return this.node(start, { kind: 'window' as const, calendarIn })
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
    return this.node(start, { kind: 'expect' as const, name, condition })
  })

  protected test: Rule<tree.TestDeclaration> = this.RULE('test', () => {
    const start = this.start()
    this.CONSUME(word('test'))
    const title = this.SUBRULE(this.text)
    const steps = this.block(1, this.step, '`test`')
    return this.node(start, { kind: 'test' as const, title, steps })
  })

  private step: Rule<tree.Step> = this.RULE('step', () => {
    const start = this.start()
    return this.OR<tree.Step>([
      {
        ALT: () => {
          this.CONSUME(word('given'))
          const facts = this.SUBRULE(this.facts)
          return this.node(start, { kind: 'given' as const, facts })
        },
      },
      {
        ALT: () => {
          this.CONSUME(word('user'))
          const text = this.SUBRULE(this.text)
          return this.node(start, { kind: 'user' as const, text, ...this.asked(1, start) })
        },
      },
      {
        ALT: () => {
          this.CONSUME(word('call'))
          return this.node(start, { kind: 'call' as const, ...this.asked(2, start) })
        },
      },
      { ALT: () => this.spoken(1, start, 'assistant') },
      { ALT: () => this.spoken(2, start, 'thinking') },
      {
        ALT: () => {
          this.CONSUME(word('tool'))
          const name = this.SUBRULE4(this.text)
          const passed = this.OPTION5(() => this.SUBRULE5(this.facts))
          const failed = this.OPTION6(() => this.choice(1, 'failed')) !== undefined
          return this.node(start, { kind: 'tool' as const, name, arguments: passed, failed })
        },
      },
      {
        ALT: () => {
          this.CONSUME(word('wait'))
          const duration = this.SUBRULE(this.duration)
          return this.node(start, { kind: 'wait' as const, duration })
        },
      },
      { ALT: () => this.SUBRULE(this.fault) },
      { ALT: () => this.SUBRULE(this.repeat) },
      {
        ALT: () => {
          this.CONSUME(word('check'))
          const condition = this.SUBRULE(this.expression)
          return this.node(start, { kind: 'check' as const, condition })
        },
      },
    ])
  })

  /** `[with facts] [outcome]`; the order of evaluation puts them before the node's own end. */
  private asked(
    index: number,
    start: number,
  ): tree.Node & { with: tree.Fact[] | undefined; outcome: tree.Outcome | undefined } {
    const facts = this.option(index, () => {
      this.consume(index, word('with'))
      return this.subrule(index + 10, this.facts)
    })
    const outcome = this.option(index + 10, () => this.subrule(index, this.outcome))
    return { with: facts, outcome, span: this.spanFrom(start) }
  }

  private spoken(index: number, start: number, kind: 'assistant' | 'thinking'): tree.Step {
    this.consume(index, word(kind))
    const text = this.subrule(index + 10, this.text)
    return this.node(start, { kind, text })
  }

  private fault: Rule<tree.Step> = this.RULE('fault', () => {
    const start = this.start()
    this.CONSUME(word('fault'))
    const host = this.SUBRULE(this.ident)
    const failure = this.OR<tree.Name | tree.Quantity>([
      { ALT: () => this.SUBRULE2(this.ident) },
      { ALT: () => this.SUBRULE(this.integer) },
    ])
    const model = this.OPTION(() => {
      this.CONSUME(word('of'))
      return this.SUBRULE3(this.ident)
    })
    const retryAfter = this.OPTION2(() => {
      this.CONSUME(word('retry-after'))
      return this.SUBRULE(this.duration)
    })
    this.CONSUME(word('for'))
    const lasts = this.OR2<Lasts>([
      { ALT: () => ({ kind: 'duration' as const, duration: this.SUBRULE2(this.duration) }) },
      {
        ALT: () => {
          const count = this.SUBRULE2(this.integer)
          this.CONSUME(word('calls'))
          return { kind: 'calls' as const, count }
        },
      },
    ])
    return this.node(start, { kind: 'fault' as const, host, class: failure, model, retryAfter, lasts })
  })

  private repeat: Rule<tree.Step> = this.RULE('repeat', () =>
    this.nested(() => {
      const start = this.start()
      this.CONSUME(word('repeat'))
      const times = this.SUBRULE(this.integer)
      this.CONSUME(word('times'))
      const steps = this.block(1, this.step, '`repeat`')
      return this.node(start, { kind: 'repeat' as const, times, steps })
    }),
  )

  private outcome: Rule<tree.Outcome> = this.RULE('outcome', () => {
    const start = this.start()
    this.CONSUME(kinds.arrowToken)
    const target = this.SUBRULE(this.ident)
    const at = this.OPTION(() => {
      this.CONSUME(word('at'))
      return this.SUBRULE2(this.ident)
    })
    const by = this.OPTION2(() => {
      this.CONSUME(word('by'))
      return this.SUBRULE(this.ruleOrOtherwise)
    })
    const after = this.OPTION3(() => {
      this.CONSUME(word('after'))
      return this.SUBRULE(this.names)
    })
    const where = this.OPTION4(() => {
      this.CONSUME(word('where'))
      return this.SUBRULE(this.expression)
    })
    return this.node(start, { kind: 'outcome' as const, target, at, by, after, where })
  })

  private ruleOrOtherwise: Rule<tree.Name> = this.RULE('ruleOrOtherwise', () => {
    const start = this.start()
    return this.OR<tree.Name>([
      { ALT: () => this.SUBRULE(this.ident) },
      {
        ALT: () => {
          this.CONSUME(word('otherwise'))
          return this.node(start, { kind: 'name' as const, text: 'otherwise' })
        },
      },
    ])
  })
}
