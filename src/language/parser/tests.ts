import { ClaimParser } from './claims.ts'
import * as kinds from '../tokens.ts'
import { word } from '../tokens.ts'
import type { Rule } from './base.ts'
import type * as tree from '../syntax.ts'

type Lasts = Extract<tree.Step, { kind: 'fault' }>['lasts']

/** Tests and their steps. */
export abstract class TestParser extends ClaimParser {
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
          const result = this.OPTION7(() => {
            this.CONSUME(word('result'))
            return this.SUBRULE6(this.text)
          })
          return this.node(start, { kind: 'tool' as const, name, arguments: passed, failed, result })
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
      { ALT: () => this.SUBRULE(this.each) },
      { ALT: () => this.SUBRULE(this.recorded) },
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
    return this.node(start, {
      kind: 'fault' as const,
      host,
      class: failure,
      model,
      retryAfter,
      lasts,
    })
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

  private each: Rule<tree.Step> = this.RULE('each', () =>
    this.nested(() => {
      const start = this.start()
      this.CONSUME(word('each'))
      const rows = this.block(1, this.row, '`each`')
      return this.node(start, { kind: 'each' as const, rows })
    }),
  )

  private row: Rule<tree.Row> = this.RULE('row', () => {
    const start = this.start()
    return this.OR<tree.Row>([
      {
        ALT: () => {
          this.CONSUME(word('case'))
          const title = this.SUBRULE(this.text)
          const steps = this.block(1, this.step, '`case`')
          return this.node(start, { kind: 'case' as const, title, steps })
        },
      },
      { ALT: () => this.SUBRULE(this.step) },
    ])
  })

  private recorded: Rule<tree.Step> = this.RULE('recorded', () => {
    const start = this.start()
    this.CONSUME(word('recorded'))
    const path = this.SUBRULE(this.text)
    this.CONSUME(word('session'))
    const session = this.SUBRULE2(this.text)
    const calls = this.OPTION(() => {
      this.CONSUME(word('calls'))
      const from = this.SUBRULE(this.integer)
      this.CONSUME(word('to'))
      const to = this.SUBRULE2(this.integer)
      return { from, to }
    })
    const outcome = this.OPTION2(() => this.SUBRULE(this.outcome))
    return this.node(start, { kind: 'recorded' as const, path, session, calls, outcome })
  })

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
