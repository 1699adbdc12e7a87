import {
  amountText,
  factText,
  lifetimeText,
  listText,
  namesText,
  expressionText,
} from './expression.ts'
import { block, bracketed, condition, lineWidth } from './layout.ts'
import type { Layout, Lines } from './layout.ts'
import type { Span } from '../source.ts'
import type * as tree from '../syntax.ts'

const room = lineWidth - 2

/** `serve any { … }`, `profile steady { … }` */
export function serveLines(
  layout: Layout,
  { kind, name, lines, span }: tree.ServeDeclaration,
): Lines {
  return block(layout, `${kind} ${name.text}`, lines, span.end - 1, (line) =>
    serveLine(layout, line),
  )
}

function serveLine(layout: Layout, line: tree.ServeLine): Lines {
  const end = line.span.end - 1
  switch (line.kind) {
    case 'order':
      return [`order ${line.groups.map(namesText).join(' then ')}`]
    case 'order-by':
      return [`order by ${line.by.text}`]
    case 'strategy':
      return strategyLines(layout, line.name, line.facts, line.span)
    case 'weights':
      return block(layout, 'weights', line.weights, end, (found) => [
        `${found.name.text} ${found.weight.raw}`,
      ])
    case 'prefer':
    case 'require':
      return condition(layout, `${line.kind} `, line.condition, room)
    case 'service-tier':
      return [`service-tier ${line.value.text}`]
    case 'sticky':
      return [`sticky ${line.to}${lifetimeText(line.lifetime)}`]
    case 'retry': {
      const head = `retry ${line.times.raw} times${onText(line.on)}`
      const braced = layout.text[end] === '}'
      return braced ? block(layout, head, line.lines, end, (found) => [retryText(found)]) : [head]
    }
    case 'timeout':
      return [`timeout ${line.of} ${line.duration.raw}`]
    case 'failover':
      return [`failover${onText(line.on)}${line.sticks ? ' sticks' : ''}`]
    case 'fallback':
      return [`fallback${onText(line.on)} to ${namesText(line.to)}${line.sticks ? ' sticks' : ''}`]
    case 'max-fallbacks':
    case 'max-attempts':
      return [`${line.kind} ${line.count.raw}`]
    case 'error':
      return [`error ${line.which}`]
    case 'cooldown':
    case 'breaker':
      return block(layout, line.kind, line.lines, end, (found) => [guardText(found)])
    case 'dedicated':
      return block(layout, `dedicated ${line.provider.text}`, line.lines, end, (found) => [
        dedicatedText(found),
      ])
    case 'limit': {
      const name = line.as === undefined ? '' : ` as ${line.as.text}`
      return [`limit ${line.count.raw} ${line.of} per ${line.per.raw}${name}`]
    }
  }
}

function strategyLines(
  layout: Layout,
  name: tree.Name,
  facts: readonly tree.Fact[] | undefined,
  span: Span,
): Lines {
  const head = `strategy ${name.text}`
  if (facts === undefined) return [head]
  return bracketed(
    layout,
    `${head} `,
    ['{', '}'],
    facts,
    { start: name.span.end, end: span.end },
    factText,
    room,
  )
}

function onText(list: tree.ListExpression | undefined): string {
  return list === undefined ? '' : ` on ${listText(list.items.map(expressionText))}`
}

function retryText(line: tree.RetryProperty): string {
  switch (line.kind) {
    case 'backoff': {
      const factor = line.factor === undefined ? '' : ` ${line.factor.raw}`
      return `backoff ${line.first.raw}${factor}${line.upTo === undefined ? '' : ` up to ${line.upTo.raw}`}`
    }
    case 'jitter':
      return `jitter ${line.value === 'full' ? 'full' : line.value.raw}`
    case 'retry-after':
      return `retry-after up to ${line.upTo.raw}`
    case 'picks':
      return `picks ${line.value}`
    case 'waits-after-last':
      return 'waits after last'
  }
}

function guardText(line: tree.GuardProperty): string {
  switch (line.kind) {
    case 'trip':
      return `trip ${triggerText(line.trigger)}${onText(line.on)}${line.unlessAlone ? ' unless alone' : ''}`
    case 'lasts':
      return `lasts ${line.duration.raw}`
    case 'honours-retry-after':
      return 'honours retry-after'
    case 'scope':
      return `scope ${line.value.text}`
    case 'window':
    case 'all-down':
      return `${line.kind} ${line.value}`
    case 'probes':
      return `probes ${line.count.raw}`
  }
}

function triggerText(trigger: tree.Trigger): string {
  switch (trigger.kind) {
    case 'at-once':
      return 'at once'
    case 'after':
      return `after ${trigger.failures.raw} failures in ${trigger.in.raw}`
    case 'above':
    case 'from':
      return `${trigger.kind} ${trigger.share.raw} of at least ${trigger.atLeast.raw} calls in ${trigger.in.raw}`
  }
}

function dedicatedText(line: tree.DedicatedProperty): string {
  switch (line.kind) {
    case 'capacity':
      return `capacity ${amountText(line.amount)} per ${line.per.raw}`
    case 'cost':
      return `cost ${line.money.raw} per ${line.per.text}`
    case 'overflow':
      return `overflow ${line.value}`
  }
}
