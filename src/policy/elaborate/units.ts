import type { Source } from '../../language/source.ts'
import type { Amount, Quantity, Rate, SignedNumber } from '../../language/syntax.ts'
import type { Exact, Literal, Unit } from '../core.ts'
import { at } from './context.ts'
import type { Report } from './context.ts'

/** Sizes and times beyond this are typing mistakes; below it every product stays exact. */
const largestCount = 1_000_000_000_000n
/** A hundred years. */
const longestMicros = 36_525n * 86_400_000_000n

const microsByUnit: ReadonlyMap<string, bigint> = new Map([
  ['ms', 1_000n],
  ['s', 1_000_000n],
  ['min', 60_000_000n],
  ['h', 3_600_000_000n],
  ['d', 86_400_000_000n],
])

export function exact(numerator: bigint, denominator = 1n): Exact {
  const divisor = greatestCommonDivisor(numerator < 0n ? -numerator : numerator, denominator)
  return { numerator: numerator / divisor, denominator: denominator / divisor }
}

function greatestCommonDivisor(left: bigint, right: bigint): bigint {
  let [a, b] = [left, right]
  while (b !== 0n) [a, b] = [b, a % b]
  return a === 0n ? 1n : a
}

/** The value of a decimal as written, digits and underscores, as an exact ratio. */
function decimal(digits: string): Exact {
  const [whole = '0', fraction = ''] = digits.replaceAll('_', '').split('.')
  return exact(BigInt(whole + fraction), 10n ** BigInt(fraction.length))
}

function scaleBy(value: Exact, factor: bigint): Exact {
  return exact(value.numerator * factor, value.denominator)
}

/** The number literal of a token in the base unit of its type; `undefined` for dates and clock times. */
export function quantityLiteral(
  quantity: Quantity,
  source: Source,
  report: Report,
): { readonly unit: Unit; readonly value: Exact } | undefined {
  const raw = quantity.raw
  const outOfRange = (help: string): undefined => {
    report('RT0213', at(source, quantity), `\`${shorten(raw)}\` is out of range`, { help })
    return undefined
  }
  switch (quantity.token) {
    case 'integer':
    case 'scaled': {
      const value = scaledValue(raw)
      if (value.denominator !== 1n) return outOfRange('counts and sizes are whole numbers')
      if (value.numerator > largestCount) return outOfRange('counts and sizes go up to a million millions')
      return { unit: 'count', value }
    }
    case 'decimal': {
      const value = decimal(raw)
      const places = (raw.split('.')[1] ?? '').replace(/[0_]+$/, '').length
      if (places > 6) return outOfRange('a decimal has at most six places')
      if (value.numerator > value.denominator * largestCount)
        return outOfRange('scores are small numbers')
      return { unit: 'score', value: scaleBy(value, 1_000_000n) }
    }
    case 'percent': {
      const value = scaleBy(decimal(raw.slice(0, -1)), 10_000n)
      if (value.denominator !== 1n) return outOfRange('a percentage has at most four places')
      if (value.numerator > 1_000_000_000n) return outOfRange('a percentage goes up to 100_000%')
      return { unit: 'share', value }
    }
    case 'factor': {
      const value = decimal(raw.slice(0, -1))
      if (value.numerator > value.denominator * 1_000_000n)
        return outOfRange('a factor goes up to 1_000_000x')
      return { unit: 'factor', value }
    }
    case 'money': {
      const value = scaleBy(decimal(raw.slice(1)), 1_000_000_000_000n)
      if (value.denominator !== 1n) return outOfRange('money has at most twelve places')
      if (value.numerator > largestCount * 1_000_000_000_000n) {
        return outOfRange('money goes up to a million million dollars')
      }
      return { unit: 'money', value }
    }
    case 'duration': {
      const parts = /^([\d_]+)(ms|s|min|h|d)$/.exec(raw)
      const micros =
        BigInt((parts?.[1] ?? '0').replaceAll('_', '')) * (microsByUnit.get(parts?.[2] ?? '') ?? 0n)
      if (micros > longestMicros) return outOfRange('durations go up to a hundred years')
      return { unit: 'duration', value: exact(micros) }
    }
    case 'date':
    case 'clock':
      return undefined
  }
}

/** `2_000`, `16k`, `1.05M`. */
function scaledValue(raw: string): Exact {
  const factor = raw.endsWith('k') ? 1_000n : raw.endsWith('M') ? 1_000_000n : 1n
  return scaleBy(decimal(factor === 1n ? raw : raw.slice(0, -1)), factor)
}

export function shorten(text: string, limit = 40): string {
  return text.length <= limit ? text : `${text.slice(0, limit)}…`
}

/** How the unit of a number is called in messages: "a size in tokens", "a score". */
export const unitNames: Readonly<Record<Unit, string>> = {
  count: 'a count',
  score: 'a score',
  tokens: 'a size in tokens',
  chars: 'a size in chars',
  bytes: 'a size in bytes',
  money: 'money',
  price: 'a price',
  rate: 'a rate in tokens a second',
  duration: 'a duration',
  share: 'a percentage',
  factor: 'a factor',
}

/** A whole number that fits a JavaScript integer, or `undefined` after a report. */
export function wholeNumber(
  quantity: Quantity,
  source: Source,
  report: Report,
  range: { readonly from: number; readonly to: number } = { from: 0, to: 1_000_000_000 },
): number | undefined {
  const literal = quantityLiteral(quantity, source, report)
  if (literal === undefined) return undefined
  const value = Number(literal.value.numerator)
  if (literal.unit !== 'count') {
    report('RT0205', at(source, quantity), `got \`${quantity.raw}\`, expected a whole number`, {
      help: 'write a number without a unit',
    })
    return undefined
  }
  if (value < range.from || value > range.to) {
    report('RT0213', at(source, quantity), `\`${shorten(quantity.raw)}\` is out of range`, {
      help: `write a number from ${grouped(range.from)} to ${grouped(range.to)}`,
    })
    return undefined
  }
  return value
}

/** `10_000`, as the language writes it. */
function grouped(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, '_')
}

function expectUnit(
  quantity: Quantity,
  unit: Unit,
  source: Source,
  report: Report,
): Exact | undefined {
  const literal = quantityLiteral(quantity, source, report)
  if (literal === undefined) return undefined
  if (literal.unit === unit) return literal.value
  report('RT0205', at(source, quantity), `got \`${quantity.raw}\`, expected ${unitNames[unit]}`, {
    help: unitExamples.get(unit),
  })
  return undefined
}

const unitExamples: ReadonlyMap<Unit, string> = new Map([
  ['duration', 'durations are written `250ms`, `10s`, `5min`, `24h`, `7d`'],
  ['share', 'percentages are written `80%`'],
  ['money', 'money is written `$0.96`'],
  ['factor', 'factors are written `1.3x`'],
  ['score', 'scores are written `0.70`'],
])

/** Microseconds above zero unless `zero` is allowed. */
export function durationMicros(
  quantity: Quantity,
  source: Source,
  report: Report,
  zero = false,
): number | undefined {
  const value = expectUnit(quantity, 'duration', source, report)
  if (value === undefined) return undefined
  if (value.numerator === 0n && !zero) {
    report('RT0213', at(source, quantity), `\`${quantity.raw}\` is out of range`, {
      help: 'write a duration above zero',
    })
    return undefined
  }
  return Number(value.numerator)
}

export function picoUsd(quantity: Quantity, source: Source, report: Report): bigint | undefined {
  return expectUnit(quantity, 'money', source, report)?.numerator
}

export function factor(quantity: Quantity, source: Source, report: Report): Exact | undefined {
  const value = expectUnit(quantity, 'factor', source, report)
  if (value !== undefined && value.numerator === 0n) {
    report('RT0213', at(source, quantity), `\`${quantity.raw}\` is out of range`, {
      help: 'write a factor above zero',
    })
    return undefined
  }
  return value
}

/** Millionths; at most 100% unless `limit` says more. */
export function shareMillionths(
  quantity: Quantity,
  source: Source,
  report: Report,
  limit = 1_000_000n,
): number | undefined {
  const value = expectUnit(quantity, 'share', source, report)
  if (value === undefined) return undefined
  if (value.numerator > limit) {
    report('RT0213', at(source, quantity), `\`${quantity.raw}\` is out of range`, {
      help: `write a percentage up to ${limit / 10_000n}%`,
    })
    return undefined
  }
  return Number(value.numerator)
}

/** Millionths of a score between 0 and 1. */
export function unitScoreMillionths(
  quantity: Quantity,
  source: Source,
  report: Report,
  whose: string,
): number | undefined {
  const literal = quantityLiteral(quantity, source, report)
  if (literal === undefined) return undefined
  const value = literal.unit === 'count' ? scaleBy(literal.value, 1_000_000n) : literal.value
  if (literal.unit !== 'score' && literal.unit !== 'count') {
    report('RT0205', at(source, quantity), `got \`${quantity.raw}\`, expected a score`, {
      help: 'scores are written `0.70`',
    })
    return undefined
  }
  if (value.numerator > 1_000_000n) {
    report(
      'RT0213',
      at(source, quantity),
      `${whose} is \`${shorten(quantity.raw)}\`, expected 0.0 to 1.0`,
      {
        help: 'a score is a chance: 0.0 is never, 1.0 is always',
      },
    )
    return undefined
  }
  return Number(value.numerator)
}

/** Millionths of a number with an optional sign. */
export function signedMillionths(
  signed: SignedNumber,
  source: Source,
  report: Report,
): bigint | undefined {
  const literal = quantityLiteral(signed.quantity, source, report)
  if (literal === undefined) return undefined
  if (literal.unit !== 'score' && literal.unit !== 'count') {
    report(
      'RT0205',
      at(source, signed.quantity),
      `got \`${signed.quantity.raw}\`, expected a number`,
      {
        help: 'weights, offsets and bands are plain numbers such as `0.30`',
      },
    )
    return undefined
  }
  const millionths =
    literal.unit === 'score' ? literal.value.numerator : literal.value.numerator * 1_000_000n
  return signed.negative ? -millionths : millionths
}

/** `16k tokens` where a size in `unit` is expected. */
export function sizeOf(
  amount: Amount,
  unit: 'tokens' | 'chars' | 'bytes',
  source: Source,
  report: Report,
  zero = false,
): number | undefined {
  const literal = quantityLiteral(amount.count, source, report)
  if (literal === undefined) return undefined
  if (amount.unit !== unit) {
    report(
      'RT0205',
      at(source, amount),
      `got ${unitNames[amount.unit]}, expected ${unitNames[unit]}`,
      {
        help: `write \`${amount.count.raw} ${unit}\` if that is what is meant`,
        fix: {
          title: `write \`${amount.count.raw} ${unit}\``,
          edits: [{ location: at(source, amount), replacement: `${amount.count.raw} ${unit}` }],
        },
      },
    )
    return undefined
  }
  if (literal.value.numerator === 0n && !zero) {
    report('RT0213', at(source, amount), `\`${amount.count.raw} ${unit}\` is out of range`, {
      help: 'write a size above zero',
    })
    return undefined
  }
  return Number(literal.value.numerator)
}

/** `$5 per 1M tokens` and `60 tokens per 1s`: the only two things that are had per something. */
export function rateLiteral(rate: Rate, source: Source, report: Report): Literal | undefined {
  const { measure, per } = rate
  if (measure.kind === 'quantity' && measure.token === 'money' && per.kind === 'amount') {
    const money = quantityLiteral(measure, source, report)
    const tokens = sizeOf(per, 'tokens', source, report)
    if (money === undefined || tokens === undefined) return undefined
    return {
      kind: 'number',
      unit: 'price',
      value: exact(money.value.numerator, money.value.denominator * BigInt(tokens)),
    }
  }
  if (measure.kind === 'amount' && per.kind === 'quantity') {
    const tokens = sizeOf(measure, 'tokens', source, report, true)
    const micros = durationMicros(per, source, report)
    if (tokens === undefined || micros === undefined) return undefined
    return {
      kind: 'number',
      unit: 'rate',
      value: exact(BigInt(tokens) * 1_000_000n, BigInt(micros)),
    }
  }
  report('RT0205', at(source, rate), 'got something `per` something that has no meaning here', {
    help: 'prices are written `$5 per 1M tokens`, rates `60 tokens per 1s`',
  })
  return undefined
}
