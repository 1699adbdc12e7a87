import type * as syntax from '../../language/syntax.ts'
import type { Source } from '../../language/source.ts'
import type { Literal, ServeLines, Unit } from '../core.ts'
import { at, listed } from './context.ts'
import type { Context } from './context.ts'
import { oneOf } from './lines.ts'
import { quantityLiteral, unitNames } from './units.ts'

type Strategy = NonNullable<ServeLines['strategy']>

/** The facts that each strategy takes, with their unit; `words` where a word is expected. */
const strategies: Readonly<
  Record<Strategy['name'], ReadonlyMap<string, Unit | readonly string[]>>
> = {
  shuffle: new Map(),
  'price-weighted': new Map<string, Unit>([
    ['power', 'count'],
    ['within', 'factor'],
  ]),
  latency: new Map<string, Unit>([
    ['samples', 'count'],
    ['buffer', 'share'],
    ['forget', 'duration'],
  ]),
  'least-busy': new Map(),
  'lowest-usage': new Map([
    ['window', ['sliding', 'calendar-minute', 'calendar-hour', 'calendar-day'] as const],
  ]),
}

/** Beyond it the cheapest host is all that is ever drawn. */
const greatestPower = 16n

/** `strategy price-weighted { power 2, within 4x }` */
export function elaborateStrategy(
  context: Context,
  line: Extract<syntax.ServeLine, { kind: 'strategy' }>,
  source: Source,
): Strategy | undefined {
  const { report } = context
  const known = ['shuffle', 'price-weighted', 'latency', 'least-busy', 'lowest-usage'] as const
  const name = oneOf(line.name, known, 'strategy', source, report)
  if (name === undefined) return undefined
  const expected = strategies[name]
  const facts: { name: string; value: Literal }[] = []
  for (const fact of line.facts ?? []) {
    const written = fact.path.names.map((each) => each.text).join('.')
    const wanted = expected.get(written)
    if (wanted === undefined) {
      report('RT0201', at(source, fact.path), `the strategy \`${name}\` has no \`${written}\``, {
        help:
          expected.size === 0
            ? 'it takes nothing'
            : `it takes ${listed([...expected.keys()], 'and')}`,
      })
      continue
    }
    if (facts.some((before) => before.name === written)) {
      report('RT0211', at(source, fact), `\`${written}\` is written twice`, {
        help: 'keep one of the two',
      })
      continue
    }
    const value = factLiteral(context, fact, wanted, source)
    if (written === 'power' && isNumber(value) && value.value.numerator > greatestPower) {
      report('RT0213', at(source, fact.value), `the power of a price is at most ${greatestPower}`, {
        help: 'the usual one is 2: a host at twice the price is drawn a quarter as often',
      })
      continue
    }
    if (value !== undefined) facts.push({ name: written, value })
  }
  return { name, facts }
}

function factLiteral(
  context: Context,
  fact: syntax.Fact,
  wanted: Unit | readonly string[],
  source: Source,
): Literal | undefined {
  const { value } = fact
  if (typeof wanted !== 'string') {
    const name =
      value.kind === 'reference' && value.arguments === undefined ? value.path.names[0] : undefined
    const word = name && oneOf(name, wanted, 'window of usage', source, context.report)
    return word === undefined ? undefined : { kind: 'name', name: word }
  }
  if (value.kind === 'quantity') {
    const literal = quantityLiteral(value, source, context.report)
    if (literal === undefined || literal.unit === wanted)
      return literal && { kind: 'number', ...literal }
  }
  context.report('RT0205', at(source, value), `got something else than ${unitNames[wanted]}`, {
    help: `\`${fact.path.names.map((each) => each.text).join('.')}\` is ${unitNames[wanted]}`,
  })
  return undefined
}

function isNumber(literal: Literal | undefined): literal is Extract<Literal, { kind: 'number' }> {
  return literal?.kind === 'number'
}
