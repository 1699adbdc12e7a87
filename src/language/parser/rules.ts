import { FilterParser } from './filters.ts'
import * as kinds from '../tokens.ts'
import { word } from '../tokens.ts'
import type { Rule } from './base.ts'
import type * as tree from '../syntax.ts'

/** Blocks of rules, choices and effects. */
export abstract class RuleParser extends FilterParser {
  protected onBlock: Rule<tree.BlockDeclaration> = this.RULE('onBlock', () => {
    const start = this.start()
    this.CONSUME(word('on'))
    const moments = [this.SUBRULE(this.moment)]
    this.MANY(() => {
      this.CONSUME(kinds.commaToken)
      moments.push(this.SUBRULE2(this.moment))
    })
    const errors = this.errorCount()
    const lines = this.block(1, this.ruleLine, 'the rules')
    const rules = lines.filter(
      (line) => line.kind === 'rule' && line.name.text !== '',
    ) as tree.Rule[]
    const ends = lines.filter((line) => line.kind === 'otherwise')
    if (!this.RECORDING_PHASE) this.checkOtherwise(lines, ends, errors)
    return this.node(start, { kind: 'block' as const, moments, rules, otherwise: ends[0] })
  })

  /** The grammar has `otherwise` once, at the end; it is read anywhere so that one slip costs one error. */
  private checkOtherwise(
    lines: readonly (tree.Rule | tree.Otherwise)[],
    ends: readonly tree.Otherwise[],
    errorsBefore: number,
  ): void {
    const first = ends[0]
    if (first === undefined) {
      // A line that was given up may have been the `otherwise`.
      if (this.errorCount() > errorsBefore) return
      const brace = this.LA(0)
      this.report('RT0111', this.at(brace), 'this block has no `otherwise`', {
        help: 'a block ends with what happens when no rule has chosen, such as `otherwise keep`',
      })
      return
    }
    const after = lines[lines.indexOf(first) + 1]
    if (after === undefined) return
    const what = after.kind === 'rule' ? `rule \`${after.name.text}\`` : 'a second `otherwise`'
    this.report('RT0111', this.location(after.span), `got ${what} after \`otherwise\``, {
      help: '`otherwise` stands last in its block, once',
      related: [{ location: this.location(first.span), message: 'the block ends here' }],
    })
  }

  private moment: Rule<tree.BlockDeclaration['moments'][number]> = this.RULE('moment', () => {
    const start = this.start()
    const moment = this.OR<tree.Moment>([
      { ALT: () => this.choice(1, 'start') },
      { ALT: () => this.choice(1, 'turn') },
      { ALT: () => this.choice(1, 'call') },
    ])
    return this.node(start, { moment })
  })

  private ruleLine: Rule<tree.Rule | tree.Otherwise> = this.RULE('ruleLine', () =>
    this.OR<tree.Rule | tree.Otherwise>([
      { ALT: () => this.SUBRULE(this.namedRule) },
      { ALT: () => this.SUBRULE(this.otherwise) },
    ]),
  )

  private namedRule: Rule<tree.Rule> = this.RULE('rule', () => {
    const start = this.start()
    this.CONSUME(word('rule'))
    const name = this.ruleName()
    const body = (): boolean => this.sees(word('when')) || this.startsAction()
    if (this.RECORDING_PHASE || name.text !== '' || this.sees(kinds.colonToken)) {
      this.need(1, kinds.colonToken, body)
    }
    const guard = this.OPTION(() => {
      this.CONSUME(word('when'))
      const condition = this.SUBRULE(this.expression)
      this.need(
        1,
        word('then'),
        () => this.startsAction(),
        '`then` stands between a guard and its actions',
      )
      return condition
    })
    const actions = this.SUBRULE(this.actions)
    return this.node(start, { kind: 'rule' as const, name, guard, actions })
  })

  /** A missing name is reported and stands as the empty name; such a rule is left out of the tree. */
  private ruleName(): tree.Name {
    const missing = this.sees(kinds.colonToken) || this.sees(word('when'))
    if (this.RECORDING_PHASE || !missing) return this.SUBRULE(this.ident)
    this.reportMissing('the name of the rule', undefined, 'every rule has a name: `rule NAME:`')
    const end = this.spanFrom(this.start()).end
    return { kind: 'name', text: '', span: { start: end, end } }
  }

  private otherwise: Rule<tree.Otherwise> = this.RULE('otherwise', () => {
    const start = this.start()
    this.CONSUME(word('otherwise'))
    const name = this.OPTION({
      GATE: () => this.sees(kinds.colonToken, 2),
      DEF: () => {
        const text = this.SUBRULE(this.ident)
        this.CONSUME(kinds.colonToken)
        return text
      },
    })
    const actions = this.SUBRULE(this.actions)
    return this.node(start, { kind: 'otherwise' as const, name, actions })
  })

  private startsAction(): boolean {
    return this.first(this.action).has(this.LA(1).tokenType)
  }

  private actions: Rule<tree.Action[]> = this.RULE('actions', () => {
    const actions = [this.SUBRULE(this.action)]
    this.MANY(() => {
      this.CONSUME(kinds.commaToken)
      actions.push(this.SUBRULE2(this.action))
    })
    if (!this.RECORDING_PHASE) {
      while (this.startsAction()) {
        this.reportMissing('`,`', ',', 'the actions of a rule stand between commas')
        actions.push(this.SUBRULE3(this.action))
      }
    }
    return actions
  })

  private action: Rule<tree.Action> = this.RULE('action', () => {
    const start = this.start()
    return this.OR<tree.Action>([
      {
        ALT: () => {
          this.CONSUME(word('for'))
          this.CONSUME(word('this'))
          this.CONSUME(word('call'))
          const choice = this.SUBRULE(this.anyChoice)
          return { ...choice, forThisCall: true, span: this.spanFrom(start) }
        },
      },
      { ALT: () => this.SUBRULE2(this.anyChoice) },
      { ALT: () => this.SUBRULE(this.effect) },
    ])
  })

  private anyChoice: Rule<tree.Choice> = this.RULE('anyChoice', () =>
    this.nested(() => {
      const start = this.start()
      return this.OR<tree.Choice>([
        { ALT: () => this.SUBRULE(this.use) },
        { ALT: () => this.SUBRULE(this.choose) },
        { ALT: () => this.SUBRULE(this.upgrade) },
        { ALT: () => this.SUBRULE(this.downgrade) },
        { ALT: () => this.bare(start, 'keep') },
        { ALT: () => this.bare(start, 'restart') },
        {
          ALT: () => {
            this.CONSUME(word('stop'))
            const reason = this.SUBRULE(this.text)
            return this.node(start, { kind: 'stop' as const, reason })
          },
        },
      ])
    }),
  )

  private bare<K extends 'keep' | 'restart'>(
    start: number,
    kind: K,
  ): tree.Node & { readonly kind: K } {
    this.CONSUME(word(kind))
    return this.node(start, { kind })
  }

  private use: Rule<tree.UseChoice> = this.RULE('use', () => {
    const start = this.start()
    this.CONSUME(word('use'))
    const model = this.SUBRULE(this.path)
    const at = this.OPTION(() => {
      this.CONSUME(word('at'))
      return this.SUBRULE(this.ident)
    })
    const profile = this.OPTION2(() => {
      this.CONSUME(word('with'))
      return this.SUBRULE2(this.ident)
    })
    const or = this.OPTION3(() => this.SUBRULE(this.elseChoice))
    return this.node(start, { kind: 'use' as const, model, at, with: profile, else: or })
  })

  private elseChoice: Rule<tree.Choice> = this.RULE('elseChoice', () => {
    this.CONSUME(word('else'))
    return this.SUBRULE(this.anyChoice)
  })

  private choose: Rule<tree.ChooseChoice> = this.RULE('choose', () => {
    const start = this.start()
    this.CONSUME(word('choose'))
    const ranking = this.SUBRULE(this.ranking)
    this.CONSUME(word('from'))
    const pool = this.SUBRULE(this.ident)
    const where = this.OPTION(() => {
      this.CONSUME(word('where'))
      return this.SUBRULE(this.expression)
    })
    const profile = this.OPTION2(() => {
      this.CONSUME(word('with'))
      return this.SUBRULE2(this.ident)
    })
    const or = this.chooseElse()
    return this.node(start, {
      kind: 'choose' as const,
      ranking,
      pool,
      where,
      with: profile,
      else: or,
    })
  })

  /** Compulsory; a missing one is reported where the rule ends, an unexpected word where it stands. */
  private chooseElse(): tree.Choice | undefined {
    const next = this.LA(1)
    const ends =
      this.sees(kinds.closeBraceToken) || this.sees(kinds.commaToken) || this.beginsLine(next)
    if (this.RECORDING_PHASE || this.sees(word('else')) || !ends)
      return this.SUBRULE(this.elseChoice)
    this.report('RT0103', this.afterLast(), 'missing `else` after `choose`', {
      help: 'say what happens when no model qualifies, such as `else stop "nothing is allowed"`',
    })
    return undefined
  }

  private ranking: Rule<tree.Ranking> = this.RULE('ranking', () => {
    const start = this.start()
    return this.OR<tree.Ranking>([
      {
        ALT: () => {
          this.CONSUME(word('cheapest'))
          const by = this.OPTION(() => {
            this.CONSUME(word('by'))
            return this.OR2<'list' | 'relative' | 'expected'>([
              { ALT: () => this.choice(1, 'list') },
              { ALT: () => this.choice(1, 'relative') },
              { ALT: () => this.choice(1, 'expected') },
            ])
          })
          return this.node(start, { kind: 'cheapest' as const, by })
        },
      },
      {
        ALT: () => {
          this.CONSUME(word('first'))
          return this.node(start, { kind: 'first' as const })
        },
      },
      {
        ALT: () => {
          this.CONSUME(word('weighted'))
          this.CONSUME(word('per'))
          const per = this.OR3<'session' | 'turn' | 'call'>([
            { ALT: () => this.choice(1, 'session') },
            { ALT: () => this.choice(1, 'turn') },
            { ALT: () => this.choice(1, 'call') },
          ])
          return this.node(start, { kind: 'weighted' as const, per })
        },
      },
      { ALT: () => this.extreme(1, start, 'highest') },
      { ALT: () => this.extreme(2, start, 'lowest') },
    ])
  })

  private extreme(index: number, start: number, kind: 'highest' | 'lowest'): tree.Ranking {
    this.consume(index, word(kind))
    const value = this.subrule(index, this.reference)
    return this.node(start, { kind, value })
  }

  private upgrade: Rule<tree.UpgradeChoice> = this.RULE('upgrade', () => {
    const start = this.start()
    this.CONSUME(word('upgrade'))
    const to = this.OR<tree.UpgradeChoice['to']>([
      {
        ALT: () => {
          this.CONSUME(word('to'))
          return { kind: 'model' as const, name: this.SUBRULE(this.ident) }
        },
      },
      {
        ALT: () => {
          this.CONSUME(word('via'))
          return { kind: 'ladder' as const, name: this.SUBRULE2(this.ident) }
        },
      },
    ])
    const or = this.OPTION(() => this.SUBRULE(this.elseChoice))
    return this.node(start, { kind: 'upgrade' as const, to, else: or })
  })

  private downgrade: Rule<tree.DowngradeChoice> = this.RULE('downgrade', () => {
    const start = this.start()
    this.CONSUME(word('downgrade'))
    this.CONSUME(word('to'))
    const to = this.SUBRULE(this.ident)
    const or = this.OPTION(() => this.SUBRULE(this.elseChoice))
    return this.node(start, { kind: 'downgrade' as const, to, else: or })
  })

  private effect: Rule<tree.Effect> = this.RULE('effect', () => {
    const start = this.start()
    return this.OR<tree.Effect>([
      { ALT: () => this.textEffect(1, 'remind') },
      { ALT: () => this.textEffect(2, 'alert') },
      { ALT: () => this.nameEffect(3, 'set') },
      { ALT: () => this.nameEffect(4, 'reset') },
      { ALT: () => this.nameEffect(5, 'pin') },
      { ALT: () => this.nameEffect(6, 'release') },
      {
        ALT: () => {
          this.CONSUME(word('add'))
          const count = this.SUBRULE(this.integer)
          this.CONSUME(word('to'))
          const name = this.SUBRULE1(this.ident)
          return this.node(start, { kind: 'add' as const, count, name })
        },
      },
      {
        ALT: () => {
          this.CONSUME(word('raise'))
          const name = this.SUBRULE2(this.ident)
          this.CONSUME2(word('to'))
          const value = this.SUBRULE(this.expression)
          return this.node(start, { kind: 'raise' as const, name, value })
        },
      },
    ])
  })

  private textEffect<K extends 'remind' | 'alert'>(
    index: number,
    kind: K,
  ): tree.Node & { readonly kind: K; readonly text: tree.Text } {
    const start = this.start()
    this.consume(index, word(kind))
    const text = this.subrule(index, this.text)
    return this.node(start, { kind, text })
  }

  private nameEffect<K extends 'set' | 'reset' | 'pin' | 'release'>(
    index: number,
    kind: K,
  ): tree.Node & { readonly kind: K; readonly name: tree.Name } {
    const start = this.start()
    this.consume(index, word(kind))
    const name = this.subrule(index, this.ident)
    return this.node(start, { kind, name })
  }
}
