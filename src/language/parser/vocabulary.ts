import { CatalogueParser } from './catalogue.ts'
import { brackets } from './terms.ts'
import * as kinds from '../tokens.ts'
import { word } from '../tokens.ts'
import type { Rule } from './base.ts'
import type * as tree from '../syntax.ts'

type PoolItem = tree.PoolDeclaration['items'][number]
type Phrase = tree.PhrasesDeclaration['phrases'][number]
type Climb = tree.LadderDeclaration['climbs'][number]
type Task = Extract<tree.ClassifierLine, { kind: 'card' }>['tasks'][number]
type Band = Extract<tree.ScorerLine, { kind: 'bands' }>['bands'][number]

/** Pools, phrases, settings, signals, scores, ladders, memory. */
export abstract class VocabularyParser extends CatalogueParser {
  protected pool: Rule<tree.PoolDeclaration> = this.RULE('pool', () => {
    const start = this.start()
    this.CONSUME(word('pool'))
    const name = this.SUBRULE(this.ident)
    this.CONSUME(kinds.equalsToken)
    const items = this.separated(1, brackets, this.poolItem, false, 'the list')
    return this.node(start, { kind: 'pool' as const, name, items })
  })

  private poolItem: Rule<PoolItem> = this.RULE('poolItem', () => {
    const start = this.start()
    const model = this.SUBRULE(this.ident)
    const weight = this.OPTION(() => {
      this.CONSUME(word('weight'))
      return this.SUBRULE(this.integer)
    })
    return this.node(start, { model, weight })
  })

  protected phrases: Rule<tree.PhrasesDeclaration> = this.RULE('phrases', () => {
    const start = this.start()
    this.CONSUME(word('phrases'))
    const name = this.SUBRULE(this.ident)
    this.CONSUME(kinds.equalsToken)
    const phrases = this.separated(1, brackets, this.phrase, false, 'the list')
    return this.node(start, { kind: 'phrases' as const, name, phrases })
  })

  private phrase: Rule<Phrase> = this.RULE('phrase', () => {
    const start = this.start()
    const whole = this.OPTION(() => this.CONSUME(word('word'))) !== undefined
    const text = this.SUBRULE(this.text)
    return this.node(start, { word: whole, text })
  })

  protected setting: Rule<tree.SettingDeclaration> = this.RULE('setting', () => {
    const start = this.start()
    this.CONSUME(word('setting'))
    const name = this.SUBRULE(this.ident)
    this.CONSUME(kinds.equalsToken)
    const value = this.SUBRULE(this.literal)
    const range = this.OPTION(() => {
      this.CONSUME(word('from'))
      const from = this.SUBRULE2(this.literal)
      this.CONSUME(word('to'))
      const to = this.SUBRULE3(this.literal)
      return { from, to }
    })
    return this.node(start, { kind: 'setting' as const, name, value, range })
  })

  protected signal: Rule<tree.SignalDeclaration> = this.RULE('signal', () => {
    const start = this.start()
    this.CONSUME(word('signal'))
    const name = this.SUBRULE(this.ident)
    this.CONSUME(kinds.equalsToken)
    const value = this.OR<tree.Expression | tree.Cases>([
      { ALT: () => this.SUBRULE(this.cases) },
      { ALT: () => this.SUBRULE(this.expression) },
    ])
    return this.node(start, { kind: 'signal' as const, name, value })
  })

  private cases: Rule<tree.Cases> = this.RULE('cases', () => {
    const start = this.start()
    const cases = [this.SUBRULE(this.case)]
    this.MANY(() => {
      cases.push(this.SUBRULE2(this.case))
    })
    this.CONSUME(word('otherwise'))
    const otherwise = this.SUBRULE(this.expression)
    return this.node(start, { kind: 'cases' as const, cases, otherwise })
  })

  private case: Rule<tree.Cases['cases'][number]> = this.RULE('case', () => {
    const start = this.start()
    this.CONSUME(word('when'))
    const guard = this.SUBRULE(this.expression)
    this.need(1, word('then'), () => this.first(this.literal).has(this.LA(1).tokenType))
    const value = this.SUBRULE2(this.expression)
    return this.node(start, { guard, value })
  })

  protected hours: Rule<tree.HoursDeclaration> = this.RULE('hours', () => {
    const start = this.start()
    this.CONSUME(word('hours'))
    const name = this.SUBRULE(this.ident)
    this.CONSUME(kinds.equalsToken)
    const days = this.OPTION(() => this.SUBRULE(this.names))
    const from = this.SUBRULE(this.clock)
    this.CONSUME(word('to'))
    const to = this.SUBRULE2(this.clock)
    this.CONSUME(word('in'))
    const zone = this.SUBRULE(this.text)
    return this.node(start, { kind: 'hours' as const, name, days, from, to, zone })
  })

  protected classifier: Rule<tree.ClassifierDeclaration> = this.RULE('classifier', () => {
    const start = this.start()
    this.CONSUME(word('classifier'))
    const name = this.SUBRULE(this.ident)
    const lines = this.block(1, this.classifierLine, '`classifier`')
    return this.node(start, { kind: 'classifier' as const, name, lines })
  })

  private classifierLine: Rule<tree.ClassifierLine> = this.RULE('classifierLine', () => {
    const start = this.start()
    return this.OR<tree.ClassifierLine>([
      { ALT: () => this.nameLine(1, 'model') },
      { ALT: () => this.nameLine(2, 'scores') },
      { ALT: () => this.nameLine(3, 'labels') },
      { ALT: () => this.durationLine(4, 'timeout') },
      { ALT: () => this.durationLine(5, 'typical-latency') },
      { ALT: () => this.amountLine(6, 'max-output') },
      { ALT: () => this.amountLine(7, 'prompt') },
      { ALT: () => this.amountLine(8, 'typical-output') },
      {
        ALT: () => {
          this.CONSUME(word('window'))
          const amount = this.SUBRULE(this.amount)
          const ends = this.OPTION(() => {
            this.CONSUME(word('head'))
            const head = this.SUBRULE2(this.amount)
            this.CONSUME(word('tail'))
            const tail = this.SUBRULE3(this.amount)
            return { head, tail }
          })
          return this.node(start, {
            kind: 'window' as const,
            amount,
            head: ends?.head,
            tail: ends?.tail,
          })
        },
      },
      {
        ALT: () => {
          this.CONSUME(word('reads'))
          const readings = this.separated(1, brackets, this.reading, false, 'the list')
          return this.node(start, { kind: 'reads' as const, readings })
        },
      },
      {
        ALT: () => {
          this.CONSUME(word('guidance'))
          const text = this.SUBRULE(this.text)
          return this.node(start, { kind: 'guidance' as const, text })
        },
      },
      {
        ALT: () => {
          this.CONSUME(word('card'))
          const model = this.SUBRULE9(this.ident)
          const tasks = this.block(2, this.task, '`card`')
          return this.node(start, { kind: 'card' as const, model, tasks })
        },
      },
    ])
  })

  private reading: Rule<tree.Reading> = this.RULE('reading', () => {
    const start = this.start()
    return this.OR<tree.Reading>([
      {
        GATE: () => this.sees(kinds.integerToken, 2),
        ALT: () => {
          this.CONSUME(word('last'))
          const count = this.SUBRULE(this.integer)
          const scope = this.SUBRULE(this.ident)
          return this.node(start, { kind: 'last' as const, count, scope })
        },
        IGNORE_AMBIGUITIES: true,
      },
      { ALT: () => this.SUBRULE(this.path) },
    ])
  })

  private task: Rule<Task> = this.RULE('task', () => {
    const start = this.start()
    const task = this.SUBRULE(this.text)
    const score = this.SUBRULE(this.decimal)
    return this.node(start, { task, score })
  })

  protected scorer: Rule<tree.ScorerDeclaration> = this.RULE('scorer', () => {
    const start = this.start()
    this.CONSUME(word('scorer'))
    const name = this.SUBRULE(this.ident)
    const lines = this.block(1, this.scorerLine, '`scorer`')
    return this.node(start, { kind: 'scorer' as const, name, lines })
  })

  private scorerLine: Rule<tree.ScorerLine> = this.RULE('scorerLine', () => {
    const start = this.start()
    return this.OR<tree.ScorerLine>([
      {
        ALT: () => {
          this.CONSUME(word('weight'))
          const weight = this.SUBRULE(this.signedNumber)
          const signal = this.SUBRULE(this.path)
          return this.node(start, { kind: 'weight' as const, weight, signal })
        },
      },
      {
        ALT: () => {
          this.CONSUME(word('offset'))
          const model = this.SUBRULE(this.ident)
          const value = this.SUBRULE2(this.signedNumber)
          return this.node(start, { kind: 'offset' as const, model, value })
        },
      },
      {
        ALT: () => {
          this.CONSUME(word('bands'))
          const scale = this.SUBRULE2(this.ident)
          const bands = this.block(1, this.band, '`bands`')
          return this.node(start, { kind: 'bands' as const, scale, bands })
        },
      },
    ])
  })

  private band: Rule<Band> = this.RULE('band', () => {
    const start = this.start()
    const name = this.SUBRULE(this.ident)
    const below = this.OR<tree.SignedNumber | undefined>([
      {
        ALT: () => {
          this.CONSUME(word('below'))
          return this.SUBRULE(this.signedNumber)
        },
      },
      {
        ALT: () => {
          this.CONSUME(word('otherwise'))
          return undefined
        },
      },
    ])
    return this.node(start, { word: name, below })
  })

  protected ladder: Rule<tree.LadderDeclaration> = this.RULE('ladder', () => {
    const start = this.start()
    this.CONSUME(word('ladder'))
    const name = this.SUBRULE(this.ident)
    const mayDescend =
      this.OPTION(() => {
        this.CONSUME(word('may'))
        this.CONSUME(word('descend'))
        return true
      }) ?? false
    const climbs = this.block(1, this.climb, '`ladder`')
    return this.node(start, { kind: 'ladder' as const, name, mayDescend, climbs })
  })

  private climb: Rule<Climb> = this.RULE('climb', () => {
    const start = this.start()
    const steps: tree.Name[][] = [
      this.OR<tree.Name[]>([
        { ALT: () => [this.SUBRULE(this.ident)] },
        { ALT: () => this.SUBRULE(this.names) },
      ]),
    ]
    this.AT_LEAST_ONE(() => {
      this.CONSUME(kinds.arrowToken)
      steps.push([this.SUBRULE2(this.ident)])
    })
    return this.node(start, { steps })
  })

  protected state: Rule<tree.StateDeclaration> = this.RULE('state', () => {
    const start = this.start()
    this.CONSUME(word('state'))
    const memories = this.block(1, this.memory, '`state`')
    return this.node(start, { kind: 'state' as const, memories })
  })

  private memory: Rule<tree.Memory> = this.RULE('memory', () => {
    const start = this.start()
    const memory = this.OR([
      {
        ALT: () => {
          this.CONSUME(word('latch'))
          return { kind: 'latch' as const, name: this.SUBRULE(this.ident) }
        },
      },
      { ALT: () => this.countedMemory(2, 'counter') },
      { ALT: () => this.countedMemory(3, 'streak') },
      {
        ALT: () => {
          this.CONSUME(word('pin'))
          const name = this.SUBRULE4(this.ident)
          const lifetime = this.SUBRULE(this.lifetime)
          return { kind: 'pin' as const, name, lifetime }
        },
      },
      {
        ALT: () => {
          this.CONSUME(word('level'))
          const name = this.SUBRULE5(this.ident)
          this.CONSUME(word('on'))
          const scale = this.SUBRULE6(this.ident)
          const lifetime = this.OPTION(() => this.SUBRULE2(this.lifetime))
          return { kind: 'level' as const, name, scale, lifetime }
        },
      },
    ])
    const perChoice =
      this.OPTION2(() => {
        this.CONSUME(word('per'))
        this.CONSUME(word('choice'))
        return true
      }) ?? false
    return this.node(start, { ...memory, perChoice })
  })

  private countedMemory<K extends 'counter' | 'streak'>(
    index: number,
    kind: K,
  ): { kind: K; name: tree.Name; upTo: tree.Quantity } {
    this.consume(index, word(kind))
    const name = this.subrule(index, this.ident)
    this.consume(index, word('up'))
    this.consume(index, word('to'))
    const upTo = this.subrule(index, this.integer)
    return { kind, name, upTo }
  }

  protected lifetime: Rule<tree.Lifetime> = this.RULE('lifetime', () => {
    const start = this.start()
    this.CONSUME(word('for'))
    const duration = this.SUBRULE(this.duration)
    const refreshedOnUse =
      this.OPTION(() => {
        this.CONSUME(word('refreshed'))
        this.CONSUME(word('on'))
        this.CONSUME(word('use'))
        return true
      }) ?? false
    return this.node(start, { duration, refreshedOnUse })
  })
}
