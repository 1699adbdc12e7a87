import { FactParser } from './facts.ts'
import * as kinds from '../tokens.ts'
import { word } from '../tokens.ts'
import type { Rule } from './base.ts'
import type * as tree from '../syntax.ts'

/** `allow`, `deny`, `hide`, `unchecked`. */
export abstract class FilterParser extends FactParser {
  protected filter: Rule<tree.FilterDeclaration> = this.RULE('filter', () => {
    const start = this.start()
    const effect = this.OR<'allow' | 'deny'>([
      { ALT: () => this.choice(1, 'allow') },
      { ALT: () => this.choice(1, 'deny') },
    ])
    const name = this.SUBRULE(this.ident)
    this.CONSUME(kinds.colonToken)
    const subject = this.OR2<'models' | 'endpoints'>([
      { ALT: () => this.choice(1, 'models') },
      { ALT: () => this.choice(1, 'endpoints') },
    ])
    this.CONSUME(word('where'))
    const where = this.SUBRULE(this.expression)
    const when = this.OPTION(() => {
      this.CONSUME(word('when'))
      return this.SUBRULE2(this.expression)
    })
    return this.node(start, { kind: 'filter' as const, effect, name, subject, where, when })
  })

  protected hide: Rule<tree.HideDeclaration> = this.RULE('hide', () => {
    const start = this.start()
    this.CONSUME(word('hide'))
    const name = this.SUBRULE(this.ident)
    this.CONSUME(kinds.colonToken)
    this.CONSUME(word('tool'))
    const tool = this.SUBRULE(this.text)
    this.CONSUME(word('when'))
    const when = this.SUBRULE(this.expression)
    return this.node(start, { kind: 'hide' as const, name, tool, when })
  })

  protected unchecked: Rule<tree.UncheckedDeclaration> = this.RULE('unchecked', () => {
    const start = this.start()
    this.CONSUME(word('unchecked'))
    const filters = this.SUBRULE(this.names)
    return this.node(start, { kind: 'unchecked' as const, filters })
  })
}
