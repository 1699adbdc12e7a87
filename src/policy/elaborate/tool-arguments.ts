import type * as syntax from '../../language/syntax.ts'
import type { Source } from '../../language/source.ts'
import { at } from './context.ts'
import type { Context } from './context.ts'

/** The arguments of a tool call as canonical JSON: keys sorted, so that equal calls have equal text. */
export function argumentsSignature(
  context: Context,
  facts: readonly syntax.Fact[],
  source: Source,
): string {
  const entries = new Map<string, string>()
  for (const fact of facts) {
    const key = fact.path.names.map((name) => name.text).join('.')
    if (entries.has(key)) {
      context.report('RT0211', at(source, fact.path), `\`${key}\` is given twice`, {
        help: 'keep one of the two',
      })
    }
    entries.set(key, valueText(context, fact.value, source))
  }
  const sorted = [...entries].sort(([left], [right]) => (left < right ? -1 : left > right ? 1 : 0))
  return `{${sorted.map(([key, value]) => `${JSON.stringify(key)}:${value}`).join(',')}}`
}

function valueText(context: Context, value: syntax.FactValue, source: Source): string {
  switch (value.kind) {
    case 'text':
      return JSON.stringify(value.value)
    case 'word':
      return value.word === 'none' ? 'null' : value.word
    case 'quantity':
      return value.token === 'integer' || value.token === 'decimal'
        ? value.raw.replaceAll('_', '')
        : JSON.stringify(value.raw)
    case 'amount':
      return JSON.stringify(`${value.count.raw} ${value.unit}`)
    case 'list':
      return `[${value.items.map((item) => valueText(context, item, source)).join(',')}]`
    case 'facts':
      return argumentsSignature(context, value.facts, source)
    case 'reference':
      if (value.arguments === undefined) {
        return JSON.stringify(value.path.names.map((name) => name.text).join('.'))
      }
      break
    default:
      break
  }
  context.report('RT0205', at(source, value), 'got something else than a value', {
    help: 'the arguments of a tool are texts, numbers, words, lists and facts',
  })
  return 'null'
}
