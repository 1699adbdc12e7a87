import type { Source } from '../../language/source.ts'
import type * as syntax from '../../language/syntax.ts'
import { isPerPiece, type PriceBucket } from '../../language/price-rows.ts'
import type { Exact, PriceCard, Prices, RegionPrices } from '../core.ts'
import { at } from './context.ts'
import type { Context } from './context.ts'
import { dayNumber } from './calendar.ts'
import { exact, factor, quantityLiteral, sizeOf } from './units.ts'

/** The price cards of a model or an endpoint, as written. */
export function elaboratePrices(
  context: Context,
  lines: readonly { readonly line: syntax.PriceLine; readonly source: Source }[],
): readonly PriceCard[] {
  const cards: PriceCard[] = []
  const heads = new Map<string, syntax.Node>()
  for (const { line, source } of lines) {
    const card = elaborateCard(context, line, source)
    if (card === undefined) continue
    const head = `${card.fromDay} ${card.aboveTokens} ${card.serviceTier}`
    const before = heads.get(head)
    if (before !== undefined) {
      context.report('RT0211', at(source, line), 'two price lists hold at the same time', {
        help: 'tell them apart by `from`, `above` or `for`',
        related: [{ location: at(source, before), message: 'the other stands here' }],
      })
      continue
    }
    heads.set(head, line)
    cards.push(card)
  }
  return cards
}

function elaborateCard(
  context: Context,
  line: syntax.PriceLine,
  source: Source,
): PriceCard | undefined {
  const { report } = context
  const per = sizeOf(line.per, 'tokens', source, report)
  const conditions = elaborateConditions(context, line, source)
  if (per === undefined || conditions === undefined) return undefined
  const rows = line.rows.filter((row) => row.kind === 'price-row')
  if (rows.length === 0) {
    report('RT0222', at(source, line), 'the price list is empty', {
      help: 'write at least `input $5` and `output $25`',
    })
    return undefined
  }
  const picoUsd: { [bucket in PriceBucket]?: bigint } = {}
  const input = rows.find((row) => row.bucket === 'input')
  const inputPrice = input && exactPrice(context, input, per, source, undefined)
  const seen = new Map<PriceBucket, syntax.PriceRow>()
  const exactly = new Map<PriceBucket, Exact>()
  for (const row of rows) {
    const before = seen.get(row.bucket)
    if (before !== undefined) {
      report('RT0211', at(source, row), `\`${row.bucket}\` is priced twice`, {
        help: 'keep one of the two rows',
        related: [{ location: at(source, before), message: 'first priced here' }],
      })
      continue
    }
    seen.set(row.bucket, row)
    const price = row === input ? inputPrice : exactPrice(context, row, per, source, inputPrice)
    if (price === undefined) continue
    exactly.set(row.bucket, price)
    picoUsd[row.bucket] = rounded(context, price, row, source, `\`${row.bucket}\``)
  }
  const inRegions = elaborateRegions(context, line, source, { picoUsd, exactly })
  return { ...conditions, picoUsd, ...(inRegions === undefined ? {} : { inRegions }) }
}

/** The list once more for each region that it names: what is of one piece costs the same everywhere. */
function elaborateRegions(
  context: Context,
  line: syntax.PriceLine,
  source: Source,
  plain: { readonly picoUsd: Prices; readonly exactly: ReadonlyMap<PriceBucket, Exact> },
): PriceCard['inRegions'] {
  const found = new Map<string, RegionPrices>()
  const rows = line.rows.filter((row) => row.kind === 'region-row')
  for (const row of rows) {
    const region = row.region.text
    if (found.has(region)) {
      context.report('RT0211', at(source, row), `prices in \`${region}\` are written twice`, {
        help: 'keep one of the two rows',
      })
      continue
    }
    const times = factor(row.factor, source, context.report)
    if (times === undefined) continue
    const picoUsd: { [bucket in PriceBucket]?: bigint } = { ...plain.picoUsd }
    for (const [bucket, price] of plain.exactly) {
      if (isPerPiece(bucket)) continue
      const there = exact(price.numerator * times.numerator, price.denominator * times.denominator)
      picoUsd[bucket] = rounded(context, there, row, source, `\`${bucket}\` in \`${region}\``)
    }
    found.set(region, { factor: times, picoUsd })
  }
  return found.size === 0 ? undefined : Object.fromEntries(found)
}

/** Pico-dollars a token, before rounding. */
function exactPrice(
  context: Context,
  row: syntax.PriceRow,
  per: number,
  source: Source,
  inputPrice: Exact | undefined,
): Exact | undefined {
  const { report } = context
  const literal = quantityLiteral(row.value, source, report)
  if (literal === undefined) return undefined
  if (literal.unit === 'money') {
    return exact(literal.value.numerator, isPerPiece(row.bucket) ? 1n : BigInt(per))
  }
  if (literal.unit === 'factor' && row.bucket !== 'input' && !isPerPiece(row.bucket)) {
    if (inputPrice !== undefined) {
      return exact(
        literal.value.numerator * inputPrice.numerator,
        literal.value.denominator * inputPrice.denominator,
      )
    }
    report(
      'RT0222',
      at(source, row),
      `\`${row.value.raw}\` is a factor of an \`input\` price that is not there`,
      {
        help: 'write the `input` price, or this one in dollars',
      },
    )
    return undefined
  }
  report('RT0205', at(source, row.value), `got \`${row.value.raw}\`, expected money`, {
    help:
      row.bucket === 'input' || isPerPiece(row.bucket)
        ? 'write it in dollars, such as `$0.96`'
        : 'write it in dollars, such as `$0.96`, or as a factor of the input price, such as `0.10x`',
  })
  return undefined
}

/** Half to even, once, with a note. */
function rounded(
  context: Context,
  price: Exact,
  row: syntax.Node,
  source: Source,
  name: string,
): bigint {
  const { numerator, denominator } = price
  const below = numerator / denominator
  const twice = (numerator - below * denominator) * 2n
  if (twice === 0n) return below
  const up = twice > denominator || (twice === denominator && below % 2n === 1n)
  const price_ = up ? below + 1n : below
  context.report(
    'RT0223',
    at(source, row),
    `the price of ${name} is rounded to ${price_} millionths of a millionth of a dollar a token`,
    {
      help: 'prices are whole pico-dollars a token',
    },
  )
  return price_
}

function elaborateConditions(
  context: Context,
  line: syntax.PriceLine,
  source: Source,
): Pick<PriceCard, 'fromDay' | 'aboveTokens' | 'serviceTier'> | undefined {
  let fromDay: number | null | undefined = null
  let aboveTokens: number | undefined = 0
  let serviceTier: string | null = null
  const seen = new Set<string>()
  for (const condition of line.conditions) {
    if (seen.has(condition.kind)) {
      context.report('RT0211', at(source, condition), `\`${condition.kind}\` is written twice`, {
        help: 'keep one of the two',
      })
    }
    seen.add(condition.kind)
    if (condition.kind === 'from') fromDay = dayNumber(condition.date, source, context.report)
    else if (condition.kind === 'above')
      aboveTokens = sizeOf(condition.amount, 'tokens', source, context.report)
    else serviceTier = condition.serviceTier.text
  }
  if (fromDay === undefined || aboveTokens === undefined) return undefined
  return { fromDay, aboveTokens, serviceTier }
}
