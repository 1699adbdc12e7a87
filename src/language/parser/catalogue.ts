import { ExpressionParser } from './expressions.ts'
import { priceRows, type PriceBucket } from '../price-rows.ts'
import * as kinds from '../tokens.ts'
import { word } from '../tokens.ts'
import type { Rule } from './base.ts'
import type * as tree from '../syntax.ts'

/** A property whose value is one name. */
type NameLine<K> = tree.Node & { readonly kind: K; readonly value: tree.Name }

/** Scales, providers, models and their prices and caches. */
export abstract class CatalogueParser extends ExpressionParser {
  protected scale: Rule<tree.ScaleDeclaration> = this.RULE('scale', () => {
    const start = this.start()
    this.CONSUME(word('scale'))
    const name = this.SUBRULE(this.ident)
    this.CONSUME(kinds.equalsToken)
    const words = this.SUBRULE(this.names)
    return this.node(start, { kind: 'scale' as const, name, words })
  })

  protected provider: Rule<tree.ProviderDeclaration> = this.RULE('provider', () => {
    const start = this.start()
    this.CONSUME(word('provider'))
    const name = this.SUBRULE(this.ident)
    const lines = this.block(1, this.providerLine, '`provider`')
    return this.node(start, { kind: 'provider' as const, override: false, name, lines })
  })

  /** `WORD Name`, as the value of an alternative. */
  protected nameLine<K extends Parameters<typeof word>[0]>(index: number, kind: K): NameLine<K> {
    const start = this.start()
    this.consume(index, word(kind))
    const value = this.subrule(index, this.ident)
    return this.node(start, { kind, value })
  }

  private providerLine: Rule<tree.ProviderLine> = this.RULE('providerLine', () => {
    const start = this.start()
    return this.OR<tree.ProviderLine>([
      { ALT: () => this.nameLine(1, 'family') },
      { ALT: () => this.nameLine(2, 'region') },
      { ALT: () => this.nameLine(3, 'account') },
      {
        ALT: () => {
          this.CONSUME(word('data'))
          const terms = this.SUBRULE(this.names)
          return this.node(start, { kind: 'data' as const, terms })
        },
      },
      { ALT: () => this.SUBRULE(this.limit) },
    ])
  })

  protected model: Rule<tree.ModelDeclaration> = this.RULE('model', () => {
    const start = this.start()
    this.CONSUME(word('model'))
    const name = this.SUBRULE(this.ident)
    const lines = this.block(1, this.modelLine, '`model`')
    return this.node(start, { kind: 'model' as const, override: false, name, lines })
  })

  protected override: Rule<tree.ModelDeclaration | tree.ProviderDeclaration> = this.RULE(
    'override',
    () => {
      const start = this.start()
      this.CONSUME(word('override'))
      const entry = this.OR<tree.ModelDeclaration | tree.ProviderDeclaration>([
        { ALT: () => this.SUBRULE(this.model) },
        { ALT: () => this.SUBRULE(this.provider) },
      ])
      return { ...entry, override: true, span: this.spanFrom(start) }
    },
  )

  private modelLine: Rule<tree.ModelLine> = this.RULE('modelLine', () => {
    const start = this.start()
    return this.OR<tree.ModelLine>([
      { ALT: () => this.nameLine(1, 'tier') },
      {
        ALT: () => {
          this.CONSUME(word('known-as'))
          const values = this.SUBRULE(this.texts)
          return this.node(start, { kind: 'known-as' as const, values })
        },
      },
      { ALT: () => this.namesLine(1, 'accepts') },
      { ALT: () => this.namesLine(2, 'tags') },
      { ALT: () => this.namesLine(3, 'served-by') },
      { ALT: () => this.amountLine(1, 'context') },
      { ALT: () => this.amountLine(2, 'max-output') },
      { ALT: () => this.factorLine(1, 'relative') },
      { ALT: () => this.factorLine(2, 'tokenizer') },
      { ALT: () => this.SUBRULE(this.price) },
      { ALT: () => this.SUBRULE(this.cache) },
      {
        ALT: () => {
          this.CONSUME(word('at'))
          const provider = this.SUBRULE9(this.ident)
          const lines = this.block(1, this.endpointLine, '`at`')
          return this.node(start, { kind: 'at' as const, provider, lines })
        },
      },
    ])
  })

  private namesLine<K extends 'accepts' | 'tags' | 'served-by'>(
    index: number,
    kind: K,
  ): tree.Node & { readonly kind: K; readonly values: tree.Name[] } {
    const start = this.start()
    this.consume(index, word(kind))
    const values = this.subrule(index, this.names)
    return this.node(start, { kind, values })
  }

  protected amountLine<K extends Parameters<typeof word>[0]>(
    index: number,
    kind: K,
  ): tree.Node & { readonly kind: K; readonly amount: tree.Amount } {
    const start = this.start()
    this.consume(index, word(kind))
    const amount = this.subrule(index, this.amount)
    return this.node(start, { kind, amount })
  }

  protected durationLine<K extends Parameters<typeof word>[0]>(
    index: number,
    kind: K,
  ): tree.Node & { readonly kind: K; readonly duration: tree.Quantity } {
    const start = this.start()
    this.consume(index, word(kind))
    const duration = this.subrule(index, this.duration)
    return this.node(start, { kind, duration })
  }

  private factorLine<K extends 'relative' | 'tokenizer'>(
    index: number,
    kind: K,
  ): tree.Node & { readonly kind: K; readonly factor: tree.Quantity } {
    const start = this.start()
    this.consume(index, word(kind))
    const factor = this.subrule(index, this.factor)
    return this.node(start, { kind, factor })
  }

  private endpointLine: Rule<tree.EndpointProperty> = this.RULE('endpointLine', () => {
    const start = this.start()
    return this.OR<tree.EndpointProperty>([
      { ALT: () => this.SUBRULE(this.price) },
      { ALT: () => this.SUBRULE(this.cache) },
      { ALT: () => this.SUBRULE(this.limit) },
      { ALT: () => this.nameLine(1, 'region') },
      { ALT: () => this.nameLine(2, 'account') },
      { ALT: () => this.nameLine(3, 'quantization') },
      { ALT: () => this.durationLine(4, 'latency') },
      {
        ALT: () => {
          this.CONSUME(word('throughput'))
          const amount = this.SUBRULE(this.amount)
          this.CONSUME(word('per'))
          const per = this.SUBRULE(this.duration)
          return this.node(start, { kind: 'throughput' as const, amount, per })
        },
      },
    ])
  })

  private price: Rule<tree.PriceLine> = this.RULE('price', () => {
    const start = this.start()
    this.CONSUME(word('price'))
    this.CONSUME(word('per'))
    const per = this.SUBRULE(this.amount)
    const conditions: tree.PriceCondition[] = []
    this.MANY(() => {
      conditions.push(this.SUBRULE(this.priceCondition))
    })
    const rows = this.block(1, this.priceRow, '`price`')
    return this.node(start, { kind: 'price' as const, per, conditions, rows })
  })

  private priceCondition: Rule<tree.PriceCondition> = this.RULE('priceCondition', () => {
    const start = this.start()
    return this.OR<tree.PriceCondition>([
      {
        ALT: () => {
          this.CONSUME(word('from'))
          const date = this.SUBRULE(this.date)
          return this.node(start, { kind: 'from' as const, date })
        },
      },
      { ALT: () => this.amountLine(1, 'above') },
      {
        ALT: () => {
          this.CONSUME(word('for'))
          const serviceTier = this.SUBRULE(this.ident)
          return this.node(start, { kind: 'for' as const, serviceTier })
        },
      },
    ])
  })

  private priceRow: Rule<tree.PriceRow | tree.RegionRow> = this.RULE('priceRow', () => {
    const start = this.start()
    return this.OR<tree.PriceRow | tree.RegionRow>([
      {
        ALT: () => {
          const bucket = this.OR2<PriceBucket>(
            priceRows.map((row) => ({ ALT: () => this.choice(1, row) })),
          )
          const value = this.OR3([
            { ALT: () => this.SUBRULE(this.money) },
            { ALT: () => this.SUBRULE1(this.factor) },
          ])
          return this.node(start, { kind: 'price-row' as const, bucket, value })
        },
      },
      {
        ALT: () => {
          this.CONSUME(word('in'))
          const region = this.SUBRULE(this.ident)
          const factor = this.SUBRULE2(this.factor)
          return this.node(start, { kind: 'region-row' as const, region, factor })
        },
      },
    ])
  })

  private cache: Rule<tree.CacheLine> = this.RULE('cache', () => {
    const start = this.start()
    this.CONSUME(word('cache'))
    const lines = this.block(1, this.cacheLine, '`cache`')
    return this.node(start, { kind: 'cache' as const, lines })
  })

  private cacheLine: Rule<tree.CacheProperty> = this.RULE('cacheLine', () => {
    const start = this.start()
    return this.OR<tree.CacheProperty>([
      {
        ALT: () => {
          this.CONSUME(word('lifetime'))
          const durations = this.SUBRULE(this.durations)
          return this.node(start, { kind: 'lifetime' as const, durations })
        },
      },
      { ALT: () => this.amountLine(1, 'minimum') },
      { ALT: () => this.amountLine(2, 'step') },
      {
        ALT: () => {
          this.CONSUME(word('refreshed'))
          this.CONSUME(word('on'))
          this.CONSUME(word('use'))
          return this.node(start, { kind: 'refreshed-on-use' as const })
        },
      },
    ])
  })

  protected limit: Rule<tree.LimitLine> = this.RULE('limit', () => {
    const start = this.start()
    this.CONSUME(word('limit'))
    const count = this.SUBRULE(this.wholeNumber)
    const of = this.OR<tree.LimitLine['of']>([
      { ALT: () => this.choice(1, 'calls') },
      {
        ALT: () => {
          const side = this.OPTION1(() =>
            this.OR1<'input' | 'output'>([{ ALT: () => this.choice(2, 'input') }, { ALT: () => this.choice(2, 'output') }]),
          )
          this.CONSUME(word('tokens'))
          return side === undefined ? 'tokens' : `${side} tokens`
        },
      },
    ])
    this.CONSUME(word('per'))
    const per = this.SUBRULE(this.duration)
    const as = this.OPTION(() => {
      this.CONSUME(word('as'))
      return this.SUBRULE(this.ident)
    })
    return this.node(start, { kind: 'limit' as const, count, of, per, as })
  })
}
