import { amountText, listText } from './expression.ts'
import { block, bracketed, lineWidth, listSpan, nameList } from './layout.ts'
import type { Layout, Lines } from './layout.ts'
import type * as tree from '../syntax.ts'

/** A line of `provider`. */
export function providerLine(layout: Layout, line: tree.ProviderLine): Lines {
  switch (line.kind) {
    case 'data':
      return nameList(layout, 'data ', line.terms, line.span, lineWidth - 2)
    case 'limit':
      return [limitText(line)]
    case 'family':
    case 'region':
    case 'account':
      return [`${line.kind} ${line.value.text}`]
  }
}

export function limitText(line: tree.LimitLine): string {
  const name = line.as === undefined ? '' : ` as ${line.as.text}`
  return `limit ${line.count.raw} ${line.of} per ${line.per.raw}${name}`
}

/** A line of `model`. */
export function modelLine(layout: Layout, line: tree.ModelLine): Lines {
  switch (line.kind) {
    case 'tier':
      return [`tier ${line.value.text}`]
    case 'known-as':
      return bracketed(
        layout,
        'known-as ',
        ['[', ']'],
        line.values,
        listSpan(layout, line.span),
        (text) => text.raw,
        lineWidth - 2,
      )
    case 'accepts':
    case 'tags':
    case 'served-by':
      return nameList(layout, `${line.kind} `, line.values, line.span, lineWidth - 2)
    case 'context':
    case 'max-output':
      return [`${line.kind} ${amountText(line.amount)}`]
    case 'relative':
    case 'tokenizer':
      return [`${line.kind} ${line.factor.raw}`]
    case 'price':
      return priceLines(layout, line)
    case 'cache':
      return cacheLines(layout, line)
    case 'at':
      return block(layout, `at ${line.provider.text}`, line.lines, line.span.end - 1, (property) =>
        endpointLine(layout, property),
      )
  }
}

function endpointLine(layout: Layout, line: tree.EndpointProperty): Lines {
  switch (line.kind) {
    case 'price':
      return priceLines(layout, line)
    case 'cache':
      return cacheLines(layout, line)
    case 'limit':
      return [limitText(line)]
    case 'region':
    case 'account':
    case 'quantization':
      return [`${line.kind} ${line.value.text}`]
    case 'latency':
      return [`latency ${line.duration.raw}`]
    case 'throughput':
      return [`throughput ${amountText(line.amount)} per ${line.per.raw}`]
  }
}

function priceLines(layout: Layout, line: tree.PriceLine): Lines {
  const conditions = line.conditions.map((found) => {
    switch (found.kind) {
      case 'from':
        return ` from ${found.date.raw}`
      case 'above':
        return ` above ${amountText(found.amount)}`
      case 'for':
        return ` for ${found.serviceTier.text}`
    }
  })
  const head = `price per ${amountText(line.per)}${conditions.join('')}`
  return block(layout, head, line.rows, line.span.end - 1, (row) => [
    row.kind === 'region-row'
      ? `in ${row.region.text} ${row.factor.raw}`
      : `${row.bucket} ${row.value.raw}`,
  ])
}

function cacheLines(layout: Layout, line: tree.CacheLine): Lines {
  return block(layout, 'cache', line.lines, line.span.end - 1, (property) => {
    switch (property.kind) {
      case 'lifetime':
        return [`lifetime ${listText(property.durations.map((duration) => duration.raw))}`]
      case 'minimum':
      case 'step':
        return [`${property.kind} ${amountText(property.amount)}`]
      case 'refreshed-on-use':
        return ['refreshed on use']
    }
  })
}
