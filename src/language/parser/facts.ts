import { VocabularyParser } from './vocabulary.ts'
import * as kinds from '../tokens.ts'
import { word } from '../tokens.ts'
import type { Rule } from './base.ts'
import type * as tree from '../syntax.ts'

/** Facts, of tests and of strategies. */
export abstract class FactParser extends VocabularyParser {
  protected facts: Rule<tree.Fact[]> = this.RULE('facts', () =>
    this.nested(() =>
      this.separated(
        1,
        [kinds.openBraceToken, kinds.closeBraceToken],
        this.fact,
        false,
        'the facts',
      ),
    ),
  )

  private fact: Rule<tree.Fact> = this.RULE('fact', () => {
    const start = this.start()
    const path = this.SUBRULE(this.path)
    const value = this.SUBRULE(this.factValue)
    return this.node(start, { kind: 'fact' as const, path, value })
  })

  private factValue: Rule<tree.FactValue> = this.RULE('factValue', () => {
    const start = this.start()
    return this.OR<tree.FactValue>([
      {
        ALT: () => {
          this.CONSUME(word('unknown'))
          return this.node(start, { kind: 'unknown' as const })
        },
      },
      { ALT: () => this.SUBRULE(this.item) },
      { ALT: () => this.SUBRULE(this.list) },
      {
        ALT: () => {
          const facts = this.SUBRULE(this.facts)
          return this.node(start, { kind: 'facts' as const, facts })
        },
      },
    ])
  })
}
