import type { TokenType } from 'chevrotain'
import { RecoveringParser } from './recovery.ts'
import { decodeString } from '../string-literal.ts'
import * as kinds from '../tokens.ts'
import { word } from '../tokens.ts'
import type { Rule } from './base.ts'
import type * as tree from '../syntax.ts'
import type { Quantity } from '../syntax.ts'

export const brackets: readonly [TokenType, TokenType] = [
  kinds.openBracketToken,
  kinds.closeBracketToken,
]

const numbers: ReadonlyMap<TokenType, Quantity['token']> = new Map([
  [kinds.integerToken, 'integer'],
  [kinds.decimalToken, 'decimal'],
  [kinds.scaledToken, 'scaled'],
  [kinds.percentToken, 'percent'],
  [kinds.factorToken, 'factor'],
  [kinds.moneyToken, 'money'],
  [kinds.durationToken, 'duration'],
  [kinds.dateToken, 'date'],
  [kinds.clockToken, 'clock'],
])

/** Names, texts, quantities and the lists of them. */
export abstract class TermParser extends RecoveringParser {
  protected ident: Rule<tree.Name> = this.RULE('name', () => {
    const start = this.start()
    const token = this.CONSUME(kinds.nameToken)
    return this.node(start, { kind: 'name' as const, text: token.image })
  })

  protected text: Rule<tree.Text> = this.RULE('text', () => {
    const start = this.start()
    const raw = this.CONSUME(kinds.stringToken).image
    const value = raw.includes('\\') ? decodeString(raw).value : raw.slice(1, -1)
    return this.node(start, { kind: 'text' as const, value, raw })
  })

  protected path: Rule<tree.Path> = this.RULE('path', () => {
    const start = this.start()
    const names = [this.SUBRULE(this.ident)]
    this.MANY(() => {
      this.CONSUME(kinds.dotToken)
      names.push(this.SUBRULE2(this.ident))
    })
    return this.node(start, { kind: 'path' as const, names })
  })

  protected names: Rule<tree.Name[]> = this.RULE('names', () =>
    this.separated(1, brackets, this.ident, false, 'the list'),
  )

  protected texts: Rule<tree.Text[]> = this.RULE('strings', () =>
    this.separated(1, brackets, this.text, false, 'the list'),
  )

  /** Reads one numeric token. */
  protected quantity(index: number, type: TokenType): Quantity {
    const start = this.start()
    const token = this.consume(index, type)
    return this.node(start, {
      kind: 'quantity' as const,
      token: numbers.get(token.tokenType) ?? 'integer',
      raw: token.image,
    })
  }

  protected integer: Rule<Quantity> = this.RULE('integer', () =>
    this.quantity(1, kinds.integerToken),
  )
  protected decimal: Rule<Quantity> = this.RULE('decimal', () =>
    this.quantity(1, kinds.decimalToken),
  )
  protected percent: Rule<Quantity> = this.RULE('percent', () =>
    this.quantity(1, kinds.percentToken),
  )
  protected factor: Rule<Quantity> = this.RULE('factor', () => this.quantity(1, kinds.factorToken))
  protected money: Rule<Quantity> = this.RULE('money', () => this.quantity(1, kinds.moneyToken))
  protected duration: Rule<Quantity> = this.RULE('duration', () =>
    this.quantity(1, kinds.durationToken),
  )
  protected date: Rule<Quantity> = this.RULE('date', () => this.quantity(1, kinds.dateToken))
  protected clock: Rule<Quantity> = this.RULE('clock', () => this.quantity(1, kinds.clockToken))

  protected durations: Rule<Quantity[]> = this.RULE('durations', () =>
    this.separated(1, brackets, this.duration, false, 'the list'),
  )

  protected wholeNumber: Rule<Quantity> = this.RULE('wholeNumber', () =>
    this.OR([
      { ALT: () => this.quantity(1, kinds.integerToken) },
      { ALT: () => this.quantity(2, kinds.scaledToken) },
    ]),
  )

  protected sizeUnit: Rule<tree.Amount['unit']> = this.RULE('sizeUnit', () =>
    this.OR<tree.Amount['unit']>([
      { ALT: () => this.choice(1, 'tokens') },
      { ALT: () => this.choice(1, 'chars') },
      { ALT: () => this.choice(1, 'bytes') },
    ]),
  )

  protected amount: Rule<tree.Amount> = this.RULE('amount', () => {
    const start = this.start()
    const count = this.SUBRULE(this.wholeNumber)
    const unit = this.SUBRULE(this.sizeUnit)
    return this.node(start, { kind: 'amount' as const, count, unit })
  })

  protected signedNumber: Rule<tree.SignedNumber> = this.RULE('number', () => {
    const start = this.start()
    const negative = this.OPTION(() => this.CONSUME(kinds.minusToken)) !== undefined
    const quantity = this.OR([
      { ALT: () => this.quantity(1, kinds.integerToken) },
      { ALT: () => this.quantity(2, kinds.decimalToken) },
    ])
    return this.node(start, { kind: 'signed' as const, negative, quantity })
  })

  protected rated: Rule<tree.Expression> = this.RULE('rated', () => {
    const start = this.start()
    return this.OR<tree.Expression>([
      {
        ALT: () => {
          const measure = this.SUBRULE(this.measure)
          const per = this.OPTION(() => {
            this.CONSUME(word('per'))
            return this.OR2<tree.Amount | Quantity>([
              { ALT: () => this.SUBRULE(this.amount) },
              { ALT: () => this.SUBRULE(this.duration) },
            ])
          })
          if (per === undefined) return measure
          return this.node(start, { kind: 'rate' as const, measure, per })
        },
      },
      { ALT: () => this.literalWord(start, 'true') },
      { ALT: () => this.literalWord(start, 'false') },
      { ALT: () => this.literalWord(start, 'none') },
    ])
  })

  private literalWord(start: number, text: tree.Word['word']): tree.Word {
    this.CONSUME(word(text))
    return this.node(start, { kind: 'word' as const, word: text })
  }

  private measure: Rule<Quantity | tree.Amount> = this.RULE('measure', () => {
    const start = this.start()
    return this.OR<Quantity | tree.Amount>([
      {
        ALT: () => {
          const count = this.SUBRULE(this.wholeNumber)
          const unit = this.OPTION(() => this.SUBRULE(this.sizeUnit))
          if (unit === undefined) return count
          return this.node(start, { kind: 'amount' as const, count, unit })
        },
      },
      { ALT: () => this.SUBRULE(this.decimal) },
      { ALT: () => this.SUBRULE(this.money) },
      { ALT: () => this.SUBRULE(this.duration) },
      { ALT: () => this.SUBRULE(this.factor) },
      { ALT: () => this.SUBRULE(this.date) },
    ])
  })

  protected literal: Rule<tree.Expression> = this.RULE('literal', () =>
    this.OR<tree.Expression>([
      { ALT: () => this.SUBRULE(this.percent) },
      { ALT: () => this.SUBRULE(this.rated) },
    ]),
  )

  protected item: Rule<tree.Expression> = this.RULE('item', () =>
    this.OR<tree.Expression>([
      { ALT: () => this.SUBRULE(this.literal) },
      { ALT: () => this.SUBRULE(this.text) },
      {
        ALT: () => {
          const path = this.SUBRULE(this.path)
          return { kind: 'reference' as const, span: path?.span, path, arguments: undefined }
        },
      },
    ]),
  )

  protected list: Rule<tree.ListExpression> = this.RULE('list', () => {
    const start = this.start()
    const items = this.separated(1, brackets, this.item, true, 'the list')
    return this.node(start, { kind: 'list' as const, items })
  })

  /** Reads a word and returns it, as the value of a property with a closed set of values. */
  protected choice<T extends Parameters<typeof word>[0]>(index: number, text: T): T {
    this.consume(index, word(text))
    return text
  }
}
