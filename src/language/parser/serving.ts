import { RuleParser } from './rules.ts'
import { word } from '../tokens.ts'
import type { Rule } from './base.ts'
import type * as tree from '../syntax.ts'

type Weight = Extract<tree.ServeLine, { kind: 'weights' }>['weights'][number]

/** `serve` and `profile`: hosts, retries, failover, guards, capacity. */
export abstract class ServingParser extends RuleParser {
  protected serve: Rule<tree.ServeDeclaration> = this.RULE('serve', () => {
    const start = this.start()
    const kind = this.OR<'serve' | 'profile'>([
      { ALT: () => this.choice(1, 'serve') },
      { ALT: () => this.choice(1, 'profile') },
    ])
    const name = this.SUBRULE(this.ident)
    const lines = this.block(1, this.serveLine, `\`${kind}\``)
    return this.node(start, { kind, name, lines })
  })

  private serveLine: Rule<tree.ServeLine> = this.RULE('serveLine', () => {
    const start = this.start()
    return this.OR<tree.ServeLine>([
      { ALT: () => this.SUBRULE(this.order) },
      {
        ALT: () => {
          this.CONSUME(word('strategy'))
          const name = this.SUBRULE(this.ident)
          const facts = this.OPTION(() => this.SUBRULE(this.facts))
          return this.node(start, { kind: 'strategy' as const, name, facts })
        },
      },
      {
        ALT: () => {
          this.CONSUME(word('weights'))
          const weights = this.block(1, this.hostWeight, '`weights`')
          return this.node(start, { kind: 'weights' as const, weights })
        },
      },
      { ALT: () => this.conditionLine(1, 'prefer') },
      { ALT: () => this.conditionLine(2, 'require') },
      { ALT: () => this.nameLine(3, 'service-tier') },
      { ALT: () => this.SUBRULE(this.sticky) },
      { ALT: () => this.SUBRULE(this.retry) },
      { ALT: () => this.SUBRULE(this.timeout) },
      { ALT: () => this.SUBRULE(this.failover) },
      { ALT: () => this.SUBRULE(this.fallback) },
      { ALT: () => this.countLine(1, 'max-fallbacks') },
      { ALT: () => this.countLine(2, 'max-attempts') },
      {
        ALT: () => {
          this.CONSUME(word('error'))
          const which = this.OR2<'first' | 'last'>([
            { ALT: () => this.choice(1, 'first') },
            { ALT: () => this.choice(1, 'last') },
          ])
          return this.node(start, { kind: 'error' as const, which })
        },
      },
      { ALT: () => this.guard(2, 'cooldown') },
      { ALT: () => this.guard(3, 'breaker') },
      { ALT: () => this.SUBRULE(this.dedicated) },
      { ALT: () => this.SUBRULE(this.limit) },
    ])
  })

  private order: Rule<tree.ServeLine> = this.RULE('order', () => {
    const start = this.start()
    this.CONSUME(word('order'))
    return this.OR<tree.ServeLine>([
      {
        ALT: () => {
          const groups = [this.SUBRULE(this.names)]
          this.MANY(() => {
            this.CONSUME(word('then'))
            groups.push(this.SUBRULE2(this.names))
          })
          return this.node(start, { kind: 'order' as const, groups })
        },
      },
      {
        ALT: () => {
          this.CONSUME(word('by'))
          const by = this.SUBRULE(this.ident)
          return this.node(start, { kind: 'order-by' as const, by })
        },
      },
    ])
  })

  private hostWeight: Rule<Weight> = this.RULE('hostWeight', () => {
    const start = this.start()
    const name = this.SUBRULE(this.ident)
    const weight = this.SUBRULE(this.integer)
    return this.node(start, { name, weight })
  })

  private conditionLine(index: number, kind: 'prefer' | 'require'): tree.ServeLine {
    const start = this.start()
    this.consume(index, word(kind))
    const condition = this.subrule(index, this.expression)
    return this.node(start, { kind, condition })
  }

  private countLine(index: number, kind: 'max-fallbacks' | 'max-attempts'): tree.ServeLine {
    const start = this.start()
    this.consume(index, word(kind))
    const count = this.subrule(index, this.integer)
    return this.node(start, { kind, count })
  }

  private sticky: Rule<tree.ServeLine> = this.RULE('sticky', () => {
    const start = this.start()
    this.CONSUME(word('sticky'))
    const to = this.OR<'provider' | 'endpoint'>([
      { ALT: () => this.choice(1, 'provider') },
      { ALT: () => this.choice(1, 'endpoint') },
    ])
    const lifetime = this.OPTION(() => this.SUBRULE(this.lifetime))
    return this.node(start, { kind: 'sticky' as const, to, lifetime })
  })

  private onErrors: Rule<tree.ListExpression> = this.RULE('onErrors', () => {
    this.CONSUME(word('on'))
    return this.SUBRULE(this.list)
  })

  private retry: Rule<tree.ServeLine> = this.RULE('retry', () => {
    const start = this.start()
    this.CONSUME(word('retry'))
    const times = this.SUBRULE(this.integer)
    this.CONSUME(word('times'))
    const on = this.OPTION(() => this.SUBRULE(this.onErrors))
    const lines = this.OPTION2(() => this.block(1, this.retryLine, '`retry`')) ?? []
    return this.node(start, { kind: 'retry' as const, times, on, lines })
  })

  private retryLine: Rule<tree.RetryProperty> = this.RULE('retryLine', () => {
    const start = this.start()
    return this.OR<tree.RetryProperty>([
      {
        ALT: () => {
          this.CONSUME(word('backoff'))
          const first = this.SUBRULE(this.duration)
          const factor = this.OPTION(() => this.SUBRULE(this.factor))
          const upTo = this.OPTION2(() => {
            this.CONSUME(word('up'))
            this.CONSUME(word('to'))
            return this.SUBRULE2(this.duration)
          })
          return this.node(start, { kind: 'backoff' as const, first, factor, upTo })
        },
      },
      {
        ALT: () => {
          this.CONSUME(word('jitter'))
          const value = this.OR2<'full' | tree.Quantity>([
            { ALT: () => this.choice(1, 'full') },
            { ALT: () => this.SUBRULE3(this.duration) },
            { ALT: () => this.SUBRULE(this.percent) },
          ])
          return this.node(start, { kind: 'jitter' as const, value })
        },
      },
      {
        ALT: () => {
          this.CONSUME(word('retry-after'))
          this.CONSUME2(word('up'))
          this.CONSUME2(word('to'))
          const upTo = this.SUBRULE4(this.duration)
          return this.node(start, { kind: 'retry-after' as const, upTo })
        },
      },
      {
        ALT: () => {
          this.CONSUME(word('picks'))
          const value = this.OR3<'same' | 'any' | 'other-key'>([
            { ALT: () => this.choice(1, 'same') },
            { ALT: () => this.choice(1, 'any') },
            { ALT: () => this.choice(1, 'other-key') },
          ])
          return this.node(start, { kind: 'picks' as const, value })
        },
      },
      {
        ALT: () => {
          this.CONSUME(word('waits'))
          this.CONSUME(word('after'))
          this.CONSUME(word('last'))
          return this.node(start, { kind: 'waits-after-last' as const })
        },
      },
    ])
  })

  private timeout: Rule<tree.ServeLine> = this.RULE('timeout', () => {
    const start = this.start()
    this.CONSUME(word('timeout'))
    const of = this.OR<'total' | 'first-token' | 'idle'>([
      { ALT: () => this.choice(1, 'total') },
      { ALT: () => this.choice(1, 'first-token') },
      { ALT: () => this.choice(1, 'idle') },
    ])
    const duration = this.SUBRULE(this.duration)
    return this.node(start, { kind: 'timeout' as const, of, duration })
  })

  private sticks: Rule<true> = this.RULE('sticks', () => {
    this.CONSUME(word('sticks'))
    return true as const
  })

  private failover: Rule<tree.ServeLine> = this.RULE('failover', () => {
    const start = this.start()
    this.CONSUME(word('failover'))
    const on = this.SUBRULE(this.onErrors)
    const sticks = this.OPTION(() => this.SUBRULE(this.sticks)) ?? false
    return this.node(start, { kind: 'failover' as const, on, sticks })
  })

  private fallback: Rule<tree.ServeLine> = this.RULE('fallback', () => {
    const start = this.start()
    this.CONSUME(word('fallback'))
    const on = this.OPTION(() => this.SUBRULE(this.onErrors))
    this.CONSUME(word('to'))
    const to = this.SUBRULE(this.names)
    const sticks = this.OPTION2(() => this.SUBRULE(this.sticks)) ?? false
    return this.node(start, { kind: 'fallback' as const, on, to, sticks })
  })

  private guard(index: number, kind: 'cooldown' | 'breaker'): tree.ServeLine {
    const start = this.start()
    this.consume(index, word(kind))
    const lines = this.block(index, this.guardLine, `\`${kind}\``)
    return this.node(start, { kind, lines })
  }

  private guardLine: Rule<tree.GuardProperty> = this.RULE('guardLine', () => {
    const start = this.start()
    return this.OR<tree.GuardProperty>([
      {
        ALT: () => {
          this.CONSUME(word('trip'))
          const trigger = this.SUBRULE(this.trigger)
          const on = this.OPTION(() => this.SUBRULE(this.onErrors))
          const unlessAlone =
            this.OPTION2(() => {
              this.CONSUME(word('unless'))
              this.CONSUME(word('alone'))
              return true
            }) ?? false
          return this.node(start, { kind: 'trip' as const, trigger, on, unlessAlone })
        },
      },
      { ALT: () => this.durationLine(1, 'lasts') },
      {
        ALT: () => {
          this.CONSUME(word('honours'))
          this.CONSUME(word('retry-after'))
          return this.node(start, { kind: 'honours-retry-after' as const })
        },
      },
      { ALT: () => this.nameLine(2, 'scope') },
      {
        ALT: () => {
          this.CONSUME(word('window'))
          const value = this.OR2<'fixed' | 'sliding' | 'calendar'>([
            { ALT: () => this.choice(1, 'fixed') },
            { ALT: () => this.choice(1, 'sliding') },
            { ALT: () => this.choice(1, 'calendar') },
          ])
          return this.node(start, { kind: 'window' as const, value })
        },
      },
      {
        ALT: () => {
          this.CONSUME(word('probes'))
          const count = this.SUBRULE(this.integer)
          return this.node(start, { kind: 'probes' as const, count })
        },
      },
      {
        ALT: () => {
          this.CONSUME(word('all-down'))
          const value = this.OR3<'bypass' | 'fail'>([
            { ALT: () => this.choice(1, 'bypass') },
            { ALT: () => this.choice(1, 'fail') },
          ])
          return this.node(start, { kind: 'all-down' as const, value })
        },
      },
    ])
  })

  private trigger: Rule<tree.Trigger> = this.RULE('trigger', () => {
    const start = this.start()
    return this.OR<tree.Trigger>([
      {
        ALT: () => {
          this.CONSUME(word('at'))
          this.CONSUME(word('once'))
          return this.node(start, { kind: 'at-once' as const })
        },
      },
      {
        ALT: () => {
          this.CONSUME(word('after'))
          const failures = this.SUBRULE(this.integer)
          this.CONSUME(word('failures'))
          this.CONSUME(word('in'))
          const within = this.SUBRULE(this.duration)
          return this.node(start, { kind: 'after' as const, failures, in: within })
        },
      },
      { ALT: () => this.rateTrigger(2, start, 'above') },
      { ALT: () => this.rateTrigger(3, start, 'from') },
    ])
  })

  private rateTrigger(index: number, start: number, kind: 'above' | 'from'): tree.Trigger {
    this.consume(index, word(kind))
    const share = this.subrule(index, this.percent)
    this.consume(index, word('of'))
    this.consume(index, word('at'))
    this.consume(index, word('least'))
    const atLeast = this.subrule(index, this.integer)
    this.consume(index, word('calls'))
    this.consume(index, word('in'))
    const within = this.subrule(index, this.duration)
    return this.node(start, { kind, share, atLeast, in: within })
  }

  private dedicated: Rule<tree.ServeLine> = this.RULE('dedicated', () => {
    const start = this.start()
    this.CONSUME(word('dedicated'))
    const provider = this.SUBRULE(this.ident)
    const lines = this.block(1, this.dedicatedLine, '`dedicated`')
    return this.node(start, { kind: 'dedicated' as const, provider, lines })
  })

  private dedicatedLine: Rule<tree.DedicatedProperty> = this.RULE('dedicatedLine', () => {
    const start = this.start()
    return this.OR<tree.DedicatedProperty>([
      {
        ALT: () => {
          this.CONSUME(word('capacity'))
          const amount = this.SUBRULE(this.amount)
          this.CONSUME(word('per'))
          const per = this.SUBRULE(this.duration)
          return this.node(start, { kind: 'capacity' as const, amount, per })
        },
      },
      {
        ALT: () => {
          this.CONSUME(word('cost'))
          const money = this.SUBRULE(this.money)
          this.CONSUME2(word('per'))
          const per = this.SUBRULE(this.ident)
          return this.node(start, { kind: 'cost' as const, money, per })
        },
      },
      {
        ALT: () => {
          this.CONSUME(word('overflow'))
          const value = this.OR2<'shared' | 'fail'>([
            { ALT: () => this.choice(1, 'shared') },
            { ALT: () => this.choice(1, 'fail') },
          ])
          return this.node(start, { kind: 'overflow' as const, value })
        },
      },
    ])
  })
}
